// Addresses that documents had lead on: in a static site by files that the build adds, on a server by routes, in `astro dev` where nothing else
// answers. Astro's own `redirects` are no place for them: these are part of the configuration, and a changed one clears what loaders have stored.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import type { Moved } from '../manifest.js';
import { addressOf, type Form } from './address.js';
import type { SitesPage } from './places.js';
import { localesOf } from './routes.js';

/** Where documents were, and where they are: paths from `base` on, with a slash at their beginning and none at their end. */
export type Paths = ReadonlyMap<string, string>;

/** The paths in each of the places where the site shows documents; what `isTaken` names stays the site's. */
export function pathsIn(places: readonly string[], moved: readonly Moved[], isTaken: (path: string) => boolean): Map<string, string> {
  const all = places.flatMap((place) => moved.map(({ from, to }) => [`${place}/${from}`, `${place}/${to}`] as const));
  return new Map(all.filter(([from]) => !isTaken(from)));
}

/** The places, and beside each the same one in the folders of the site's other languages, where Starlight shows what isn't translated. */
export function inAllLanguages(places: readonly string[], i18n: AstroConfig['i18n']): string[] {
  const locales = localesOf(i18n);
  const inEach = (place: string): string[] => {
    const [, first = '', ...rest] = place.split('/');
    const bare = locales.includes(first) ? rest.map((part) => `/${part}`).join('') : place;
    return [place, ...locales.map((locale) => `/${locale}${bare}`)];
  };
  return [...new Set(places.flatMap(inEach))];
}

/** Whether a path is one that routes of the site may answer: `/notes/[...id]`, as files of pages and Astro's redirects name them. */
export function matcherOf(routes: readonly string[]): (path: string) => boolean {
  const patterns = routes.map((route) => new RegExp(`^${route.replace(/\/+$/, '').split(PARAMETER).map(patternOf).join('')}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/**
 * The site's pages that Astro asks before that of all documents in a place, `/notes/[...id]`. Whether one with a part of its name in brackets has
 * a page at a path isn't known before it runs.
 */
export function pagesBefore(places: readonly string[], pages: readonly SitesPage[]): string[] {
  const below = (place: string) => pages.filter(({ route }) => route.startsWith(`${place}/`) && !/^\[\.\.\.[^\]/]+\]$/.test(route.slice(place.length + 1)));
  return places.flatMap(below).map(({ route }) => route);
}

const PARAMETER = /(\/?\[\.\.\.[^\]]+\]|\[[^\]]+\])/;
const patternOf = (part: string): string => (/^\/\[\./.test(part) ? '(?:/.*)?' : /^\[\./.test(part) ? '.*' : part.startsWith('[') ? '[^/]+' : part.replace(/[.*+?^${}()|\\]/g, '\\$&'));

/** The forms in which a build writes a page. */
const FILES = ['/index.html', '.html'];

/**
 * Adds a page that leads on for each path below the folder of a build, as Astro's own redirects have it. Where the build has a page already,
 * that stays; and a path leads only to a page that the build has.
 */
export async function addPages(folder: URL, paths: Paths, { site, ...form }: Form & Pick<AstroConfig, 'site'>): Promise<void> {
  const root = fileURLToPath(folder);
  for (const [from, to] of paths) {
    const shape = FILES.find((file) => existsSync(join(root, to + file)));
    if (shape === undefined || FILES.some((file) => existsSync(join(root, from + file)))) continue;
    const file = join(root, from + shape);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, pageTo(encodeURI(addressOf(to, form)), site), { flag: 'wx' });
  }
}

function pageTo(address: string, site: string | undefined): string {
  const [here, canonical] = [address, site === undefined ? address : new URL(address, site).href].map((text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;'));
  return `<!doctype html><meta charset="utf-8"><title>${here}</title><meta http-equiv="refresh" content="0;url=${here}"><meta name="robots" content="noindex"><link rel="canonical" href="${canonical}"><body><a href="${here}">${here}</a></body>`;
}

/** What Vite calls, as far as it is needed here: the package has no Vite of its own. */
interface Plugin {
  name: string;
  apply: 'serve';
  configureServer(server: { middlewares: { use(handler: (request: { url?: string }, response: Response, next: () => void) => void): void } }): void;
}

interface Response {
  writeHead(status: number, ...rest: unknown[]): unknown;
}

/** A plugin for Vite by which the paths lead on in `astro dev`, where the site has no page. */
export function leadingInDev(paths: Paths, form: Form): Plugin {
  const base = form.base.replace(/\/+$/, '');
  return {
    name: 'masthead-moved',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = (request.url ?? '').split('?')[0]?.replace(/\/+$/, '') ?? '';
        const to = paths.get(decoded(path.startsWith(`${base}/`) ? path.slice(base.length) : path));
        if (to !== undefined) {
          const answer = response.writeHead.bind(response);
          // Not for good: a browser would keep that for whatever runs on this port next.
          response.writeHead = (status, ...rest) => (status === 404 ? answer(302, { Location: encodeURI(addressOf(to, form)) }) : answer(status, ...rest));
        }
        next();
      });
    },
  };
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    // No address of a document.
    return path;
  }
}
