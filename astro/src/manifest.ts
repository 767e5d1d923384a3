// `GET /api/content`: what is published, page by page, each page asked for with its ETag.

import { ask, Unavailable, type Send } from './http.js';

/** Square WebP files of a member's profile picture, by edge length in pixels. */
export type Picture = Record<'96' | '256' | '512', string>;

export interface ManifestEntry {
  /** `<handle>` for a member's own page, else `<handle>/<slug>`. */
  id: string;
  /** Where the file is. */
  url: string;
  /** Changes when, and only when, the file's bytes change. */
  digest: string;
  /** When the file was last written, RFC 3339. */
  updated: string;
  /** The member's profile picture, where they have one. */
  picture: Picture | null;
}

/** An address that a document had. */
export interface Moved {
  /** An entry id that is no entry's any more. */
  from: string;
  /** The entry id of the document. */
  to: string;
}

/** A page as it is kept between builds. */
export interface Page {
  cursor: string | null;
  etag: string | null;
  entries: ManifestEntry[];
  /** None in a page that an earlier version of this package kept, or of a server that says none. */
  moved?: Moved[];
  next: string | null;
}

export interface Manifest {
  pages: Page[];
  entries: ManifestEntry[];
  /** Former addresses: each leads to an entry of `entries`, and is none of them. */
  moved: Moved[];
  /** Whether every page is the one that was known already. */
  unchanged: boolean;
}

export const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** More pages than this are taken for a server that goes round in circles. */
export const MAX_PAGES = 10_000;
/** An entry id, as far as a server has to be asked of it. */
export const ID = /^[a-z0-9-]+(\/[a-z0-9-]+)?$/;

/**
 * Reads the whole manifest. Pages in `known` are asked for with their ETag.
 *
 * @throws {Unavailable} where a page can't be had or is no manifest.
 */
export async function readManifest(base: URL, attempts: number, known: readonly Page[], send?: Send): Promise<Manifest> {
  const pages: Page[] = [];
  let unchanged = known.length > 0;
  for (let cursor: string | null = null; ; ) {
    const before = known.find((page) => page.cursor === cursor);
    const page = await readPage(base, attempts, cursor, before, send);
    unchanged &&= page === before;
    pages.push(page);
    if (page.next === null) break;
    // Entries come in the order of their ids, and so do cursors.
    if ((cursor !== null && page.next <= cursor) || pages.length >= MAX_PAGES) {
      throw new Unavailable(`${base.href}api/content goes round in circles at “${page.next}”`);
    }
    cursor = page.next;
  }
  const entries = pages.flatMap((page) => page.entries);
  const ids = new Set(entries.map(({ id }) => id));
  // So nothing goes round in circles, either.
  const moved = pages.flatMap((page) => page.moved ?? []).filter(({ from, to }) => !ids.has(from) && ids.has(to));
  return { pages, entries, moved, unchanged: unchanged && pages.length === known.length };
}

async function readPage(base: URL, attempts: number, cursor: string | null, before: Page | undefined, send: Send | undefined): Promise<Page> {
  const url = new URL('api/content', base);
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  const answer = await ask(url, { attempts, maxBytes: MAX_PAGE_BYTES, etag: before?.etag ?? undefined, send });
  if (answer.status === 304 && before) return before;
  const page = answer.status === 200 ? listingFrom(answer.text, base) : null;
  if (page === null) {
    throw new Unavailable(`${url.href} is no list of published content (status ${answer.status}): is this the address of Masthead?`);
  }
  return { cursor, etag: answer.etag, ...page };
}

/** What an answer lists; `null` for anything else. */
export function listingFrom(text: string, base: URL): Pick<Page, 'entries' | 'moved' | 'next'> | null {
  let listing: unknown;
  try {
    listing = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(listing) || listing['status'] !== 'success' || !Array.isArray(listing['entries'])) return null;
  const next = listing['cursor'] ?? null;
  if (next !== null && typeof next !== 'string') return null;
  const entries = listing['entries'].map((entry) => entryFrom(entry, base));
  return entries.includes(null) ? null : { entries: entries as ManifestEntry[], moved: movedFrom(listing['moved']), next };
}

/** What says where an address leads; anything else is passed over, since no entry hangs on it. */
export function movedFrom(value: unknown): Moved[] {
  const all: unknown[] = Array.isArray(value) ? value : [];
  return all.flatMap((one) => {
    if (!isRecord(one)) return [];
    const { from, to } = one;
    return typeof from === 'string' && ID.test(from) && typeof to === 'string' && ID.test(to) ? [{ from, to }] : [];
  });
}

function entryFrom(value: unknown, base: URL): ManifestEntry | null {
  if (!isRecord(value)) return null;
  const { id, url, digest, updated, picture } = value;
  if (typeof id !== 'string' || !ID.test(id) || typeof digest !== 'string' || typeof updated !== 'string') return null;
  const address = typeof url === 'string' ? webAddress(url, base) : null;
  return address === null ? null : { id, url: address, digest, updated, picture: pictureFrom(picture, base) };
}

/** A picture in all its sizes; `null` for anything else. */
export function pictureFrom(value: unknown, base: URL): Picture | null {
  if (!isRecord(value)) return null;
  const sizes = (['96', '256', '512'] as const).map((size) => {
    const url = value[size];
    return [size, typeof url === 'string' ? webAddress(url, base) : null] as const;
  });
  return sizes.every(([, url]) => url) ? (Object.fromEntries(sizes) as Picture) : null;
}

function webAddress(url: string, base: URL): string | null {
  const parsed = URL.parse(url, base);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
