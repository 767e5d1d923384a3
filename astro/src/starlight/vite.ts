// What Vite is told: what the site said, and the middleware among those of Starlight.

import type { AstroConfig } from 'astro';
import { TABLES } from '../tables/index.js';
import english from '../tables/en.js';
import { styleAddress } from '../integration/islands.js';
import type { StarlightOptions, Told } from './options.js';

/** The middleware, as the site imports it. */
export const MIDDLEWARE = 'masthead-astro/starlight/middleware';
/** The module of Starlight that lists a site's route middleware, and what it looks like. */
const LIST = '\0virtual:starlight/route-middleware';
const LIST_SHAPE = /export const routeMiddleware = \[/;
const OPTIONS = 'virtual:masthead-astro/starlight';

/** A plugin of Vite, as far as it is one here: the type of Astro's own Vite differs between its versions. */
export interface VitePlugin {
  name: string;
  enforce?: 'pre';
  resolveId?: (id: string) => string | undefined;
  load?: (id: string) => Promise<string> | undefined;
  transform?: (code: string, id: string) => { code: string; map: null } | undefined;
  buildEnd?: (this: { environment?: { name: string }; getModuleIds: () => Iterable<string> }, error?: Error) => void;
}

type Site = Pick<AstroConfig, 'base' | 'build' | 'trailingSlash' | 'integrations'>;

/** Hands the middleware what the site said. Of two, the one `from` Starlight's own list of plugins counts. */
export function optionsModule(options: StarlightOptions, site: Site, from: 'starlight' | 'masthead'): VitePlugin {
  return {
    name: `masthead-astro:starlight-options-of-${from}`,
    ...(from === 'starlight' ? { enforce: 'pre' } : {}),
    resolveId: (id) => (id === OPTIONS ? `\0${OPTIONS}?${from}` : undefined),
    load: (id) => (id === `\0${OPTIONS}?${from}` ? toldOf(options, site).then((told) => `export default ${JSON.stringify(told)};`) : undefined),
  };
}

async function toldOf({ label, group, collapsed, byline, editor }: StarlightOptions, site: Site): Promise<Told> {
  const { base, build, trailingSlash } = site;
  const labels = typeof label === 'string' ? { '': label } : { ...(await ownLabels()), ...label };
  return { labels, group: group ?? 'member', collapsed: collapsed ?? null, byline: byline ?? true, style: styleAddress(site) ?? null, editor: editor || null, base, format: build.format, trailingSlash };
}

/** What the group is called, in each language that the package has. */
async function ownLabels(): Promise<Record<string, string>> {
  const tables = await Promise.all(Object.entries(TABLES).map(async ([code, load]) => [code, (await load()).default] as const));
  const said = [['en', english] as const, ...tables].map(([code, table]) => [code, table['roster.heading'] ?? '']);
  return { ...Object.fromEntries(said), '': english['roster.heading'] ?? '' };
}

/** Puts the middleware into Starlight's list, unless the site has it there. `warn` is told where there is no such list. */
export function listed(warn: (sentence: string) => void): VitePlugin {
  let isSeen = false;
  const foreign = () => warn("Starlight isn't as this package knows it, so its sidebar lacks the members' group: add `plugins: [starlightMasthead()]` of masthead-astro/starlight to starlight({ … }).");
  return {
    name: 'masthead-astro:starlight',
    transform(code, id) {
      if (id !== LIST) return undefined;
      isSeen = true;
      if (code.includes(`"${MIDDLEWARE}"`)) return undefined;
      if (!LIST_SHAPE.test(code)) return void foreign();
      // First, so that the site's own middleware has the last word.
      return { code: `${code}\nimport { onRequest as masthead } from "${MIDDLEWARE}";\nrouteMiddleware.unshift(masthead);`, map: null };
    },
    buildEnd(error) {
      if (error || isSeen || this.environment?.name === 'client') return;
      for (const id of this.getModuleIds()) {
        if (!/@astrojs\/starlight\/.*\/routes\//.test(id)) continue;
        isSeen = true;
        return foreign();
      }
    },
  };
}
