// Which pages the integration adds to a site, and which it leaves to the site.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import type { Name, Wanted } from './options.js';
import { hasStarlight, type Collection, type SitesPage } from './places.js';

type Site = Pick<AstroConfig, 'srcDir' | 'publicDir' | 'redirects' | 'i18n' | 'integrations'>;

/** What is added. */
export interface Plan {
  /** Each page that there is, whoever has it, by its path from `base` on. */
  at: Partial<Record<Name, string>>;
  /** What Astro is told: the pattern of a route, and which of the package's pages it shows. */
  routes: { pattern: string; page: Name }[];
  /** Collections whose documents the package shows. */
  shown: Collection[];
  /** Whether the list of members is the package's, too. */
  list: boolean;
  /** What the site is told, each a sentence. */
  told: string[];
}

const ENTRIES = ['md', 'mdx', 'mdoc', 'markdown', 'json', 'yaml'];

/** The pages for a site that has these pages and collections of its own. */
export function plan(wanted: readonly Wanted[], site: Site, pages: readonly SitesPage[], collections: readonly Collection[]): Plan {
  const result: Plan = { at: {}, routes: [], shown: [], list: false, told: [] };
  const locale = prefixOf(site.i18n);
  for (const { name, path: bare, said } of wanted) {
    const path = locale + bare;
    const own = whoHas(path, site, pages);
    if (name !== 'members') {
      result.at[name] = path;
      if (own === undefined) result.routes.push({ pattern: path, page: name });
      else result.told.push(`${path}/ is the site’s own (${own}), so the package adds no page there`);
      continue;
    }
    const shown = collections.filter(({ pages, live }) => pages === undefined && !live);
    // Pages of their own, or nothing to show.
    if (shown.length === 0 && !(said && collections.length === 0)) {
      if (said && collections.some(({ pages }) => pages !== undefined)) result.told.push(`members’ documents have pages in this site already, so the package adds none at ${path}/`);
      continue;
    }
    const below = pages.find(({ route }) => route.startsWith(`${path}/[`) || (path === '' && route.startsWith('/[')));
    result.at.members = path;
    if (below) {
      result.told.push(`${path}/ is the site’s own (${nameOf(below.file, site)}), so the package adds no pages of documents there`);
      continue;
    }
    result.shown = shown.length > 0 ? shown : [{ name: 'members', prefix: '', pages: undefined, live: false }];
    // A site whose documents lie at its root has its own first page there.
    result.list = bare !== '' && own === undefined;
    if (own !== undefined) result.told.push(`${path}/ is the site’s own (${own}), so the package adds no list of members there`);
    result.routes.push({ pattern: `${path}/[...id]`, page: 'members' });
  }
  return result;
}

/** The file or setting of the site that answers at a path. */
function whoHas(path: string, site: Site, pages: readonly SitesPage[]): string | undefined {
  const page = pages.find(({ route }) => route === path);
  if (page) return nameOf(page.file, site);
  if (Object.keys(site.redirects).some((from) => from.replace(/\/+$/, '') === path)) return 'redirects';
  const inPublic = path === '' ? [] : [`.${path}/index.html`, `.${path}.html`].filter((name) => existsSync(fileURLToPath(new URL(name, site.publicDir))));
  if (inPublic[0]) return `public/${inPublic[0].slice(2)}`;
  if (!hasStarlight(site)) return undefined;
  const docs = ENTRIES.flatMap((extension) => [`content/docs${path}.${extension}`, `content/docs${path}/index.${extension}`]);
  return docs.find((name) => existsSync(fileURLToPath(new URL(name, site.srcDir))));
}

const nameOf = (file: string, { srcDir }: Pick<Site, 'srcDir'>): string => file.slice(fileURLToPath(srcDir).length).replaceAll('\\', '/');

/** The folder of the default language, for sites that have each language in one. */
function prefixOf(i18n: Site['i18n']): string {
  if (!i18n || typeof i18n.routing !== 'object' || !i18n.routing.prefixDefaultLocale) return '';
  const { defaultLocale, locales } = i18n;
  const found = locales.find((one) => (typeof one === 'string' ? one === defaultLocale : one.path === defaultLocale || (one.codes as string[]).includes(defaultLocale)));
  return `/${typeof found === 'object' ? found.path : defaultLocale}`;
}

/** The folders of the site's languages. */
export const localesOf = (i18n: Site['i18n']): string[] => i18n?.locales.map((one) => (typeof one === 'string' ? one : one.path)) ?? [];
