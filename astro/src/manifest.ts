// The whole list of what is published, page by page, each page asked for with its ETag.

import { beginning, tooMuch } from './bounds.js';
import { ask, Unavailable } from './http.js';
import { listingFrom, MAX_PAGE_BYTES, type ManifestEntry, type Moved } from './listing.js';

export type { ManifestEntry, Moved, Picture } from './listing.js';

/** A page as it is kept between builds. */
export interface Page {
  cursor: string | null;
  /** `null` where what is kept is no page that the server ever gave. */
  etag: string | null;
  entries: ManifestEntry[];
  /** None in a page that an earlier version of this package kept, or of a server that says none. */
  moved?: Moved[];
  next: string | null;
  /**
   * Of the first page: the token with which to ask what changed since it was read; `null` where there is none, or none that helps.
   * A page that an earlier version of this package kept doesn't say, and is asked for anew.
   */
  since?: string | null;
}

export interface Manifest {
  pages: readonly Page[];
  /** In the order of their ids. */
  entries: ManifestEntry[];
  /** Former addresses, in their order: each leads to an entry of `entries`, and is none of them. */
  moved: Moved[];
  /** Whether every page is the one that was known already. */
  unchanged: boolean;
}

/** More pages than this are taken for a server that goes round in circles. */
export const MAX_PAGES = 10_000;

/**
 * Reads the whole manifest. Pages in `known` are asked for with their ETag.
 *
 * @throws {Unavailable} where a page can't be had or is no manifest, or where there is no end of them.
 */
export async function readManifest(base: URL, attempts: number, known: readonly Page[]): Promise<Manifest> {
  const pages: Page[] = [];
  const reading = beginning();
  let unchanged = known.length > 0;
  for (let cursor: string | null = null; ; ) {
    const before = known.find((page) => page.cursor === cursor);
    const { page, text } = await readPage(base, attempts, cursor, before);
    const end = tooMuch(reading, text, MAX_PAGES);
    if (end !== null) throw new Unavailable(`${base.href}api/content ${end}`);
    unchanged &&= page === before;
    pages.push(page);
    if (page.next === null) break;
    // Cursors come in an order of their own, each behind the one before.
    if (cursor !== null && page.next <= cursor) throw new Unavailable(`${base.href}api/content goes round in circles at “${page.next}”`);
    cursor = page.next;
  }
  return manifestOf(pages, unchanged && pages.length === known.length);
}

/** What pages say together. */
export function manifestOf(pages: readonly Page[], unchanged: boolean): Manifest {
  // A server may say an entry twice, where its member got another name while the list was read.
  const entries = new Map(pages.flatMap((page) => page.entries).map((entry) => [entry.id, entry]));
  const moved = new Map(pages.flatMap((page) => page.moved ?? []).map((moved) => [moved.from, moved]));
  return {
    pages,
    entries: [...entries.values()].sort(inOrder(({ id }) => id)),
    // Leading to an entry and being none, no address goes round in circles.
    moved: [...moved.values()].filter(({ from, to }) => !entries.has(from) && entries.has(to)).sort(inOrder(({ from }) => from)),
    unchanged,
  };
}

/** The same whichever way the list came about: a configuration with other redirects, or in another order, has Astro clear its store. */
const inOrder = <Item>(key: (item: Item) => string) => (one: Item, other: Item): number => (key(one) < key(other) ? -1 : 1);

async function readPage(base: URL, attempts: number, cursor: string | null, before: Page | undefined): Promise<{ page: Page; text: string }> {
  const url = new URL('api/content', base);
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  const saysSince = cursor !== null || before?.since !== undefined;
  const etag = (saysSince ? before?.etag : null) ?? undefined;
  const answer = await ask(url, { attempts, maxBytes: MAX_PAGE_BYTES, etag });
  if (answer.status === 304 && before) return { page: before, text: '' };
  const listing = answer.status === 200 ? listingFrom(answer.text, base) : null;
  if (listing === null) {
    throw new Unavailable(`${url.href} is no list of published content (status ${answer.status}): is this the address of Masthead?`);
  }
  const { since, ...page } = listing;
  return { page: { cursor, etag: answer.etag, ...page, ...(cursor === null ? { since } : {}) }, text: answer.text };
}
