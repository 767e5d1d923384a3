// Members' documents on Starlight: by its own plugin, or by the integration alone.

import type { AstroConfig, AstroIntegration, AstroIntegrationLogger } from 'astro';
import { onlyKnown } from '../known.js';
import type { StarlightOptions } from './options.js';
import { listed, MIDDLEWARE, optionsModule, type VitePlugin } from './vite.js';

export type { StarlightOptions } from './options.js';

/** The name by which Astro lists Starlight. */
const STARLIGHT = '@astrojs/starlight';

/** What Starlight hands its plugins, as far as it is used. */
interface Setup {
  addIntegration: (integration: AstroIntegration) => void;
  addRouteMiddleware: (middleware: { entrypoint: string; order?: 'pre' | 'post' | 'default' }) => void;
}

/** A plugin of Starlight. */
export interface StarlightMasthead {
  name: string;
  hooks: { 'config:setup': (setup: Setup) => void };
}

/** What an integration of Astro hands on at `astro:config:setup`. */
export interface AtSetup {
  config: AstroConfig;
  updateConfig: (config: { vite: { plugins: never[] } }) => unknown;
  logger: Pick<AstroIntegrationLogger, 'warn'>;
}

/** Starlight's plugin: `starlight({ plugins: [starlightMasthead()] })`. It counts before what `masthead()` is told about Starlight. */
export function starlightMasthead(options: StarlightOptions = {}): StarlightMasthead {
  onlyKnown('starlightMasthead', options);
  return {
    name: 'masthead-astro',
    hooks: {
      'config:setup'({ addIntegration, addRouteMiddleware }) {
        addRouteMiddleware({ entrypoint: MIDDLEWARE, order: 'pre' });
        addIntegration({
          name: 'masthead-astro/starlight',
          hooks: { 'astro:config:setup': ({ config, updateConfig }) => void updateConfig(vite(optionsModule(options, config, 'starlight'))) },
        });
      },
    },
  };
}

/**
 * What `masthead()` does at `astro:config:setup` in a site on Starlight: members' documents get their group in the sidebar, also
 * where the site doesn't name the plugin. Does nothing in other sites, and nothing where `options` is `false`.
 */
export function membersInStarlight({ config, updateConfig, logger }: AtSetup, options: StarlightOptions | false = {}): void {
  if (options === false || !config.integrations.some(({ name }) => name === STARLIGHT)) return;
  updateConfig(vite(optionsModule(options, config, 'masthead'), listed((sentence) => logger.warn(sentence))));
}

/** Astro's type of Vite's plugins is that of its own Vite, which differs between its versions. */
function vite(...plugins: VitePlugin[]): { vite: { plugins: never[] } } {
  return { vite: { plugins: plugins as unknown as never[] } };
}
