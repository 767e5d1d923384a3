// Redirects from addresses that documents had, for `astro.config.mjs`: Astro writes them for static and server output.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { movedFrom, type Moved } from './listing.js';
import { baseUrl, count, originOf, type MastheadOptions } from './options.js';
import { keptFrom, NOTHING_KEPT, readCurrent, type Kept as KeptList } from './since.js';

export interface RedirectOptions extends Pick<MastheadOptions, 'url' | 'filter' | 'attempts'> {
  /**
   * The path under which the site shows entries, as Masthead's `LINK_BASE` has it; or where it shows the entry with an id.
   *
   * @default '/'
   */
  base?: string | ((id: string) => string) | undefined;
  /**
   * Where what was read is kept for a build that doesn't reach the server; the `cacheDir` of Astro's configuration, if that has one.
   *
   * @default './node_modules/.astro'
   */
  cacheDir?: string | undefined;
}

/** What a build read, and where. */
interface Kept {
  url: string;
  moved: Moved[];
  /** Where members' pictures are. */
  pictures: string[];
  /** What the club is called; empty where nobody said. */
  name: string;
  /** The list that this is of, so that the next build asks for what changed. */
  list: KeptList;
}

/** What is published, as far as a site's configuration hangs on it. */
export interface Listing extends Omit<Kept, 'url' | 'list'> {
  /** How many documents there are; `undefined` while the server is away. */
  documents: number | undefined;
}

const DEFAULT_ATTEMPTS = 4;
/** A server that names more hosts than this isn't believed. */
const MAX_HOSTS = 4;

/**
 * What Astro's option `redirects` takes: from where documents were to where they are. The environment's MASTHEAD_URL counts;
 * `.env` isn't read, as Astro reads none for its configuration. While the server is away those of the last build count: others would be
 * another configuration, for which Astro clears what its loaders have, and then there were no entries, either.
 */
export async function redirects(options: RedirectOptions = {}): Promise<Record<string, string>> {
  const { base = '/', filter, url, attempts, cacheDir = './node_modules/.astro' } = options;
  const path = typeof base === 'string' ? (id: string) => `${base.replace(/\/*$/, '')}/${id}/` : base;
  const { moved } = await listing(baseUrl(url, process.env), cacheDir, { attempts, warn: (message) => console.warn(`masthead: ${message}`) });
  const wanted = moved.filter(({ to }) => filter?.(to) ?? true);
  return Object.fromEntries(wanted.map(({ from, to }) => [path(from), path(to)]));
}

/** Reads the list of what is published, and keeps of it what a configuration needs; while the server is away, what was kept. */
export async function listing(url: URL, cacheDir: string, { attempts, name, warn }: { attempts?: number | undefined; name?: string | undefined; warn: (message: string) => void }): Promise<Listing> {
  const file = join(cacheDir, 'masthead-redirects.json');
  const before = await lookUp(file, warn);
  const known = before?.url === url.href ? before : undefined;
  try {
    const { moved, entries, kept: list } = await readCurrent(url, count(attempts, DEFAULT_ATTEMPTS), known?.list ?? NOTHING_KEPT, warn);
    const pictures = hostsOf(entries.flatMap(({ url: file, picture }) => [file, ...Object.values(picture ?? {})]));
    const kept = { moved, pictures, name: name ?? '' };
    await keep(file, { url: url.href, ...kept, list }, warn);
    return { ...kept, documents: entries.length };
  } catch (error) {
    warn(`${known ? 'redirects from addresses that documents had are those of the last build' : 'documents that got another address are not redirected in this build'}: ${sentence(error)}`);
    return { moved: known?.moved ?? [], pictures: known?.pictures ?? [], name: known?.name ?? '', documents: undefined };
  }
}

/** The origins of addresses. */
function hostsOf(addresses: readonly unknown[]): string[] {
  const found = new Set(addresses.flatMap((address) => (typeof address === 'string' ? (originOf(address) ?? []) : [])));
  return found.size > MAX_HOSTS ? [] : [...found].sort();
}

async function keep(file: string, kept: Kept, warn: (message: string) => void): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(kept));
  } catch (error) {
    warn(`redirects can't be kept for a build without the server: ${sentence(error)}`);
  }
}

/** What was kept; nothing where there is no such file, or another program's. */
async function lookUp(file: string, warn: (message: string) => void): Promise<Kept | undefined> {
  try {
    const { url, moved, pictures, name, list } = JSON.parse(await readFile(file, 'utf8')) as Record<keyof Kept, unknown>;
    return typeof url === 'string' ? { url, moved: movedFrom(moved), pictures: Array.isArray(pictures) ? hostsOf(pictures) : [], name: typeof name === 'string' ? name : '', list: keptFrom(list) } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') warn(`${file} can't be read: ${sentence(error)}`);
    return undefined;
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
