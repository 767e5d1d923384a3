// What both loaders are told, and what they assume.

export interface MastheadOptions {
  /**
   * Address of Masthead: of `masthead dev`, or of the deployed site.
   *
   * @default the environment variable MASTHEAD_URL, else http://localhost:3000
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
}

const DEFAULT_URL = 'http://localhost:3000';

/**
 * The address with a slash at its end, so that paths can be put behind it.
 *
 * @throws {TypeError} where it is none.
 */
export function baseUrl(url: string | undefined): URL {
  const given = url || process.env['MASTHEAD_URL'] || DEFAULT_URL;
  const base = URL.parse(given.endsWith('/') ? given : `${given}/`);
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new TypeError(`masthead-astro: “${given}” is no address of a Masthead server; set MASTHEAD_URL to one such as ${DEFAULT_URL}`);
  }
  return base;
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
