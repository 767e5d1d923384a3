// Where members' documents have their pages: what the site's own files say of it before anything of the site runs.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

/** A collection of members' documents. */
export interface Collection {
  name: string;
  /** The folder of its members' entries: with `members`, an id is `members/jo/trip`. */
  prefix: string;
  /** The path below which the site shows its entries, with no slash at its end; `undefined` where no page of the site does. */
  pages: string | undefined;
  /** The site's file of those pages. */
  file?: string | undefined;
  /** Whether that file's pages are made for each visitor, whatever the rest of the site does. */
  onDemand?: boolean | undefined;
  /** Whether it is loaded for each visitor, which the package has no pages for. */
  live: boolean;
}

/** A page of the site: its route without a slash at the end, and the file. */
export interface SitesPage {
  route: string;
  file: string;
}

type Site = Pick<AstroConfig, 'root' | 'srcDir' | 'integrations'>;

const CONFIGS = ['content.config.ts', 'content.config.mts', 'content.config.mjs', 'content.config.js', 'live.config.ts', 'live.config.mjs'];
const PAGE = /\.(astro|md|mdx|markdown|mdown|mkdn|mkd|mdwn|html|js|ts|mjs)$/;
const HAS_STARLIGHT = '@astrojs/starlight';

export const hasStarlight = ({ integrations }: Partial<Pick<Site, 'integrations'>>): boolean => integrations?.some(({ name }) => name === HAS_STARLIGHT) ?? false;

/** The files that name collections, which `astro dev` looks at again when they change. */
export const configsOf = ({ srcDir }: Pick<Site, 'srcDir'>): string[] => CONFIGS.map((name) => fileURLToPath(new URL(name, srcDir))).filter((file) => existsSync(file));

/** The pages that the site has under `src/pages`. */
export function sitesPages({ srcDir }: Pick<Site, 'srcDir'>): SitesPage[] {
  const folder = fileURLToPath(new URL('pages/', srcDir));
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length).replaceAll('\\', '/');
    if (!entry.isFile() || !PAGE.test(path) || path.split('/').some((part) => /^[_.]/.test(part))) return [];
    return [{ route: `/${path.replace(PAGE, '')}`.replace(/\/index$/, ''), file }];
  });
}

/**
 * The collections that the package's loaders fill. What the configuration computes isn't found: it is read as a text, since the
 * integration has to know before Astro runs it.
 */
export function collectionsOf(site: Site, pages: readonly SitesPage[]): Collection[] {
  const sources = pages.filter(({ route }) => route.includes('[')).map((page) => ({ ...page, text: readFileSync(page.file, 'utf8') }));
  return configsOf(site).flatMap((file) => loadersIn(readFileSync(file, 'utf8'))).map((found) => ({ ...found, ...pagesOf(found.name, sources, hasStarlight(site)) }));
}

/** What a text names: `members = defineCollection({ loader: mastheadLoader({ prefix: 'members' }) })`. */
export function loadersIn(source: string): Pick<Collection, 'name' | 'prefix' | 'live'>[] {
  const text = withoutComments(source);
  return callsIn(text, /\bmasthead(?:Live)?Loader\s*\(/g).map(({ name, call, from }) => {
    const prefix = /\bprefix\s*:\s*(['"`])([a-z0-9/-]*)\1/.exec(inParentheses(text, from))?.[2] ?? '';
    return { name, prefix: prefix.replace(/^\/+|\/+$/g, ''), live: call.includes('Live') };
  });
}

/** The collection of the members themselves that the site has, of `mastheadMembers()`. */
export function peopleIn(site: Pick<Site, 'srcDir'>): string | undefined {
  return configsOf(site).flatMap((file) => callsIn(withoutComments(readFileSync(file, 'utf8')), /\bmastheadMembers\s*\(/g))[0]?.name;
}

/** Where a text calls a loader, and the collection that it does so for. */
function callsIn(text: string, loader: RegExp): { name: string; call: string; from: number }[] {
  return [...text.matchAll(loader)].flatMap(({ index, 0: call }) => {
    const name = [...text.slice(0, index).matchAll(/([\w$]+)\s*[:=]\s*define(?:Live)?Collection\s*\(/g)].at(-1)?.[1];
    return name ? [{ name: exported(text, name), call, from: index + call.length }] : [];
  });
}

/** The name under which a collection that stands in a variable is exported: `collections = { documents: members }`. */
function exported(text: string, variable: string): string {
  const all = inBraces(text, /\bcollections\s*=\s*\{/.exec(text));
  return new RegExp(`([\\w$]+)\\s*:\\s*${variable.replaceAll('$', '\\$')}\\s*(?:,|$)`).exec(all.trim())?.[1] ?? variable;
}

const inBraces = (text: string, found: RegExpExecArray | null): string => (found ? enclosed(text, found.index + found[0].length, '{', '}') : '');
const inParentheses = (text: string, from: number): string => enclosed(text, from, '(', ')');

/** What stands from `from` on until what was opened before it is closed. */
function enclosed(text: string, from: number, open: string, close: string): string {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close) depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

/** Without comments, which may name what isn't there. A `//` within an address stays. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

/** Where a page of the site shows a collection's entries: the folder of the file that reads it and has a part of its name from it. */
function pagesOf(name: string, sources: readonly (SitesPage & { text: string })[], starlight: boolean): Pick<Collection, 'pages' | 'file' | 'onDemand'> {
  const reads = readerOf(name);
  // The shortest shows the documents themselves; others are lists by tag or by year.
  const found = sources.filter(({ text }) => reads.test(text)).sort((a, b) => Number(b.route.includes('[...')) - Number(a.route.includes('[...')) || a.route.length - b.route.length)[0];
  if (!found) return { pages: starlight && name === 'docs' ? '' : undefined };
  const { route, file, text } = found;
  return { pages: route.slice(0, route.indexOf('[')).replace(/\/+$/, ''), file, onDemand: /\bexport\s+const\s+prerender\s*=\s*false\b/.test(withoutComments(text)) };
}

/** What stands in a file that reads a collection. */
export const readerOf = (name: string): RegExp => new RegExp(`\\b(?:getCollection|getEntry|getLiveCollection|getLiveEntry)\\s*\\(\\s*['"\`]${name.replaceAll('$', '\\$')}['"\`]`);
