// `GET /api/content?id=`: one entry, without the list of all.

import { ask, Unavailable } from './http.js';
import { ID, listingFrom, MAX_PAGE_BYTES, type ManifestEntry } from './listing.js';

/** What a server said of an id. */
export interface One {
  /** The entry of that id, or the one that had the id before; `undefined` where there is none. */
  entry: ManifestEntry | undefined;
  etag: string | null;
}

/** As long as an id is, at most. */
const MAX_ID = 200;

/**
 * Asks for the entry with an id, with the ETag of what is known of it. `null`: the server is an older one, which passes over the
 * question and gives the first page of its list.
 *
 * @throws {Unavailable} where there is no usable answer.
 */
export async function readOne(base: URL, id: string, attempts: number, known: One | undefined): Promise<One | null> {
  // Ids come from the address of whoever visits.
  if (!ID.test(id) || id.length > MAX_ID) return { entry: undefined, etag: null };
  const url = new URL('api/content', base);
  url.searchParams.set('id', id);
  const answer = await ask(url, { attempts, maxBytes: MAX_PAGE_BYTES, etag: known?.etag ?? undefined });
  if (answer.status === 304 && known) return known;
  const listing = answer.status === 200 ? listingFrom(answer.text, base) : null;
  if (listing === null) throw new Unavailable(`${url.href} is no list of published content (status ${answer.status}): is this the address of Masthead?`);
  const { entries, moved, next } = listing;
  const [entry] = entries;
  const leadsThere = (to: string) => to === id || moved.some((it) => it.from === id && it.to === to);
  if (entries.length > 1 || next !== null || (entry && !leadsThere(entry.id))) return null;
  return { entry, etag: answer.etag };
}
