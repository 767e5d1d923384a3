// `masthead()` in `astro.config.mjs`: what a site with members' documents needs, in one line.

import type { AstroIntegration } from 'astro';
import { INTEGRATION, SETTINGS, type Settings } from '../settings.js';
import { membersInStarlight } from '../starlight/index.js';

/** What the site says to the integration. */
export interface MastheadIntegrationOptions extends Settings {}

/** The integration: `integrations: [masthead()]`. */
export function masthead({ url, content, starlight }: MastheadIntegrationOptions = {}): AstroIntegration {
  const settings: Settings = { url, content };
  return {
    name: INTEGRATION,
    hooks: {
      'astro:config:setup': (at) => membersInStarlight(at, starlight),
      [SETTINGS]: () => settings,
    } as AstroIntegration['hooks'],
  };
}
