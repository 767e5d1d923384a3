// What both loaders are told, and what they assume.

import type { ContentOptions } from './content.js';
import type { Environment } from './environment.js';
import type { Allowance } from './html/policy.js';
import { Unavailable } from './http.js';

export interface MastheadOptions {
  /**
   * Address of Masthead: of `masthead dev`, or of the deployed site.
   *
   * @default the variable MASTHEAD_URL of the environment or, in a build, of `.env`; else http://localhost:3000
   */
  url?: string | undefined;
  /**
   * Which entries to take.
   *
   * @default all
   */
  filter?: ((id: string) => boolean) | undefined;
  /**
   * How many files are fetched side by side.
   *
   * @default 8
   */
  concurrency?: number | undefined;
  /**
   * How often an address is asked before it counts as unreachable.
   *
   * @default 4
   */
  attempts?: number | undefined;
  /**
   * What may stand in members' HTML beside the table of the package: for plugins and elements of the
   * site's own. `katex` of `masthead-astro/markdown` is one such.
   *
   * @default nothing
   */
  allow?: readonly Allowance[] | undefined;
  /**
   * What becomes of members' documents beyond their Markdown: callouts, formulas, diagrams, videos, sizes of pictures.
   *
   * @default what `masthead()` was told, and all of it where nothing was said
   */
  content?: ContentOptions | undefined;
}

const DEFAULT_URL = 'http://localhost:3000';

/**
 * The address with a slash at its end, so that paths can be put behind it.
 *
 * @throws {TypeError} where it is none.
 */
export function baseUrl(url: string | undefined, variables: Environment): URL {
  const given = url || variables['MASTHEAD_URL'] || DEFAULT_URL;
  const base = URL.parse(given.endsWith('/') ? given : `${given}/`);
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new TypeError(`masthead-astro: “${given}” is no address of a Masthead server; set MASTHEAD_URL to one such as ${DEFAULT_URL}`);
  }
  return base;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Whether an address is of that server. This machine has three names. */
export function isOf(url: URL, base: URL): boolean {
  if (url.origin === base.origin) return true;
  return url.protocol === base.protocol && url.port === base.port && LOOPBACK.test(url.hostname) && LOOPBACK.test(base.hostname);
}

/** The origin of an address of the web, whose host is a name or a number and no pattern. */
export function originOf(address: string): string | undefined {
  const url = URL.parse(address);
  return url && /^https?:$/.test(url.protocol) && /^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(url.hostname) ? url.origin : undefined;
}

/**
 * Where the file of an entry lies.
 *
 * @throws {Unavailable} where that is another server: a list of what is published sends nobody elsewhere.
 */
export function fileOf({ url }: { url: string }, base: URL): URL {
  const address = new URL(url);
  if (!isOf(address, base)) throw new Unavailable(`its file lies at ${address.origin}, and not at ${base.origin}; if both are Masthead, set MASTHEAD_URL to the first`);
  return address;
}

/** A whole number of at least one. */
export function count(value: number | undefined, otherwise: number): number {
  return Math.max(1, Math.trunc(value ?? otherwise) || 1);
}

/** Runs `task` over `items`, at most `limit` at a time. */
export async function inParallel<T>(items: readonly T[], limit: number, task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
