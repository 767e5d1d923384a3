// What an answer of `GET /api/content` says: nothing in it is believed before it was looked at.

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

/** A page of the list. */
export interface Listing {
  entries: ManifestEntry[];
  moved: Moved[];
  next: string | null;
  /** The token with which to ask what changed since this page was read; `null` where the server has none. */
  since: string | null;
}

/** What changed since a token. */
export interface Changes {
  /** Entries that are new, or not as they were. */
  entries: ManifestEntry[];
  /** Entry ids that are no entry's any more, and former addresses that lead nowhere any more. */
  gone: string[];
  moved: Moved[];
  /** The token of all that this answer and those before it told; `null` where only the whole list can tell. */
  since: string | null;
  /** Whether more changed than this answer tells. */
  more: boolean;
}

/** The most bytes that an answer has, and more than a thousand entries take. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** An entry id, as far as a server has to be asked of it. */
export const ID = /^[a-z0-9-]+(\/[a-z0-9-]+)?$/;
/** A token, which is sent back in an address. */
const TOKEN = /^[A-Za-z0-9._~-]{1,1024}$/;

/** What a page of the list says; `null` for anything else. */
export function listingFrom(text: string, base: URL): Listing | null {
  const listing = successFrom(text);
  const entries = entriesFrom(listing?.['entries'], base);
  const next = listing?.['cursor'] ?? null;
  if (!listing || !entries || (next !== null && typeof next !== 'string')) return null;
  return { entries, moved: movedFrom(listing['moved']), next, since: isToken(listing['since']) ? listing['since'] : null };
}

/** What an answer says of changes; `null` for anything else. An older server passes over the question, and its page has no token. */
export function changesFrom(text: string, base: URL): Changes | null {
  const answer = successFrom(text);
  if (!answer) return null;
  const { gone, since = null, more } = answer;
  if (since === null) return { entries: [], gone: [], moved: [], since, more: false };
  const entries = entriesFrom(answer['entries'], base);
  const isSound = isToken(since) && typeof more === 'boolean' && Array.isArray(gone) && gone.every((id) => typeof id === 'string' && ID.test(id));
  return entries && isSound ? { entries, gone, moved: movedFrom(answer['moved']), since, more } : null;
}

/** The members of an answer that tells of success. */
function successFrom(text: string): Record<string, unknown> | null {
  try {
    const answer: unknown = JSON.parse(text);
    return isRecord(answer) && answer['status'] === 'success' ? answer : null;
  } catch {
    return null;
  }
}

export const isToken = (value: unknown): value is string => typeof value === 'string' && TOKEN.test(value);

function entriesFrom(value: unknown, base: URL): ManifestEntry[] | null {
  if (!Array.isArray(value)) return null;
  const entries = value.map((entry) => entryFrom(entry, base));
  return entries.includes(null) ? null : (entries as ManifestEntry[]);
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
