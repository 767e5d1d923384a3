// What `masthead()` in a site's configuration says to the loaders, which find it among the site's integrations.

import type { AstroConfig } from 'astro';
import type { ContentOptions } from './content.js';
import type { Leading } from './links.js';
import type { StarlightOptions } from './starlight/options.js';

/** The name of the integration, as Astro lists it. */
export const INTEGRATION = 'masthead-astro';

export interface Settings {
  /** Address of Masthead; `undefined` where the site gave none. */
  url?: string | undefined;
  /** What becomes of members' documents in this site. */
  content?: ContentOptions | undefined;
  /** Members' documents on Starlight; `false` leaves Starlight alone. */
  starlight?: StarlightOptions | false | undefined;
  /** Where a collection's documents have their pages in this site, and what Masthead takes for that; `undefined` where it isn't known. */
  leading?: ((collection: string) => Leading | undefined) | undefined;
}

/** What a live loader is told of the site, which has no configuration when it answers a visitor. */
export interface LiveSite {
  url?: string | undefined;
  content?: ContentOptions | undefined;
  hasStarlight?: boolean;
  /** Where scripts are that pages load. */
  islands?: Partial<Record<'videos' | 'diagrams', string>>;
}

/** The name that Vite writes it in place of, in the loader's code. */
export const LIVE_SITE = '__MASTHEAD_SITE__';

/** The hook by which the integration tells. Astro keeps the hooks of an integration as they are, and nothing else of it. */
export const SETTINGS = 'masthead:settings';

/** What the site said; nothing where it doesn't have the integration. */
export function settingsOf({ integrations }: Partial<Pick<AstroConfig, 'integrations'>>): Settings {
  const hooks = integrations?.find(({ name }) => name === INTEGRATION)?.hooks as Record<string, (() => Settings) | undefined> | undefined;
  return hooks?.[SETTINGS]?.() ?? {};
}
