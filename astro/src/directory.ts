// `GET /api/members/public`: the members whom everybody may see, page by page, each page asked for with its ETag.

import { ask, Unavailable } from './http.js';
import { isRecord, MAX_PAGE_BYTES, pictureFrom, type Picture } from './listing.js';
import { MAX_PAGES } from './manifest.js';

/** A member, as everybody may see them. */
export interface Listed {
  handle: string;
  name: string;
  picture: Picture | null;
  /** Changes when something of it does. */
  digest: string;
}

/** A page as it is kept between builds. */
export interface DirectoryPage {
  cursor: string | null;
  etag: string | null;
  members: Listed[];
  next: string | null;
}

export interface Directory {
  pages: DirectoryPage[];
  /** Everybody in it; `null` where the site has no directory, or the server is an older one. */
  members: Listed[] | null;
}

const HANDLE = /^[a-z0-9-]{1,80}$/;
/** An older server takes the address for that of a member, who can't be asked for. */
const NO_SUCH_ROUTE = [405];

/**
 * Reads the whole directory. Pages in `known` are asked for with their ETag.
 *
 * @throws {Unavailable} where a page can't be had or is no directory.
 */
export async function readDirectory(base: URL, attempts: number, known: readonly DirectoryPage[]): Promise<Directory> {
  const pages: DirectoryPage[] = [];
  for (let cursor: string | null = null; ; ) {
    const before = known.find((page) => page.cursor === cursor);
    const page = await readPage(base, attempts, cursor, before);
    if (page === null) return { pages: [], members: null };
    pages.push(page);
    if (page.next === null) break;
    if ((cursor !== null && page.next <= cursor) || pages.length >= MAX_PAGES) {
      throw new Unavailable(`${base.href}api/members/public goes round in circles at “${page.next}”`);
    }
    cursor = page.next;
  }
  return { pages, members: pages.flatMap((page) => page.members) };
}

/** One page; `null` where there is no directory. */
async function readPage(base: URL, attempts: number, cursor: string | null, before: DirectoryPage | undefined): Promise<DirectoryPage | null> {
  const url = new URL('api/members/public', base);
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  const answer = await ask(url, { attempts, maxBytes: MAX_PAGE_BYTES, etag: before?.etag ?? undefined, answers: NO_SUCH_ROUTE });
  if (answer.status === 304 && before) return before;
  if (answer.status === 404 || NO_SUCH_ROUTE.includes(answer.status)) return null;
  const page = answer.status === 200 ? parse(answer.text, base) : undefined;
  if (page === undefined) throw new Unavailable(`${url.href} is no list of members (status ${answer.status}): is this the address of Masthead?`);
  return page && { cursor, etag: answer.etag, ...page };
}

/** `undefined` for what is no directory, `null` where the site has none. */
function parse(text: string, base: URL): Pick<DirectoryPage, 'members' | 'next'> | null | undefined {
  let listing: unknown;
  try {
    listing = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(listing) || listing['status'] !== 'success' || !Array.isArray(listing['members'])) return undefined;
  if (listing['public'] === false) return null;
  const next = listing['cursor'] ?? null;
  if (next !== null && typeof next !== 'string') return undefined;
  const members = listing['members'].map((member) => listedFrom(member, base));
  return members.includes(null) ? undefined : { members: members as Listed[], next };
}

function listedFrom(value: unknown, base: URL): Listed | null {
  if (!isRecord(value)) return null;
  const { handle, name, picture, digest } = value;
  if (typeof handle !== 'string' || !HANDLE.test(handle) || typeof name !== 'string' || typeof digest !== 'string') return null;
  return { handle, name, picture: pictureFrom(picture, base), digest };
}
