// Redirects from addresses that documents had, for `astro.config.mjs`: Astro writes them for static and server output.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { movedFrom, readManifest, type Moved } from './manifest.js';
import { baseUrl, count, type MastheadOptions } from './options.js';

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
}

const DEFAULT_ATTEMPTS = 4;

/**
 * What Astro's option `redirects` takes: from where documents were to where they are. The environment's MASTHEAD_URL counts;
 * `.env` isn't read, as Astro reads none for its configuration. While the server is away those of the last build count: others would be
 * another configuration, for which Astro clears what its loaders have, and then there were no entries, either.
 */
export async function redirects(options: RedirectOptions = {}): Promise<Record<string, string>> {
  const { base = '/', filter } = options;
  const path = typeof base === 'string' ? (id: string) => `${base.replace(/\/*$/, '')}/${id}/` : base;
  const moved = await read(options);
  const wanted = moved.filter(({ to }) => filter?.(to) ?? true);
  return Object.fromEntries(wanted.map(({ from, to }) => [path(from), path(to)]));
}

async function read({ url: wanted, attempts, cacheDir = './node_modules/.astro' }: RedirectOptions): Promise<Moved[]> {
  const url = baseUrl(wanted, process.env);
  const file = join(cacheDir, 'masthead-redirects.json');
  try {
    const { moved } = await readManifest(url, count(attempts, DEFAULT_ATTEMPTS), []);
    await keep(file, { url: url.href, moved });
    return moved;
  } catch (error) {
    const kept = await lookUp(file);
    const instead = kept?.url === url.href ? kept.moved : undefined;
    console.warn(`masthead: ${instead ? 'redirects from addresses that documents had are those of the last build' : 'documents that got another address are not redirected in this build'}: ${sentence(error)}`);
    return instead ?? [];
  }
}

async function keep(file: string, kept: Kept): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(kept));
  } catch (error) {
    console.warn(`masthead: redirects can't be kept for a build without the server: ${sentence(error)}`);
  }
}

/** What was kept; nothing where there is no such file, or another program's. */
async function lookUp(file: string): Promise<Kept | undefined> {
  try {
    const { url, moved } = JSON.parse(await readFile(file, 'utf8')) as Record<keyof Kept, unknown>;
    return typeof url === 'string' ? { url, moved: movedFrom(moved) } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') console.warn(`masthead: ${file} can't be read: ${sentence(error)}`);
    return undefined;
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
