// `masthead()` in `astro.config.mjs`: what a site with members' documents needs, in one line.

import type { AstroIntegration } from 'astro';
import { INTEGRATION, SETTINGS, type Settings } from '../settings.js';
import { islandPlugins } from './islands.js';
import { membersInStarlight } from '../starlight/index.js';

/** What the site says to the integration. */
export interface MastheadIntegrationOptions extends Settings {}

/** The integration: `integrations: [masthead()]`. */
export function masthead({ url, content, starlight }: MastheadIntegrationOptions = {}): AstroIntegration {
  const settings: Settings = { url, content };
  return {
    name: INTEGRATION,
    hooks: {
      [SETTINGS]: () => settings,
      'astro:config:setup': (at) => {
        at.updateConfig({ vite: { plugins: islandPlugins(at.config) } });
        membersInStarlight(at, starlight);
      },
    } as AstroIntegration['hooks'],
  };
}
