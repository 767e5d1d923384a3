// What is published, from what an earlier reading kept of it and what changed since: where nothing did, one small question.

import { beginning, tooMuch } from './bounds.js';
import { ask, Unavailable, type Send } from './http.js';
import { changesFrom, ID, isRecord, isToken, MAX_PAGE_BYTES, movedFrom, type Changes, type ManifestEntry } from './listing.js';
import { manifestOf, readManifest, type Manifest, type Page } from './manifest.js';

/** What is kept of a list from one reading to the next. Nobody changes what is in it. */
export interface Kept {
  pages: readonly Page[];
  /** Characters of all changes that were told since the whole list was read. */
  told: number;
}

/** A list, and what to keep of it: `kept` of the call where there is nothing new to keep. */
export interface Current extends Manifest {
  kept: Kept;
  /** The ids of entries that are told of as changed; `null` where the whole list was read, which says of none. */
  changed: ReadonlySet<string> | null;
}

export const NOTHING_KEPT: Kept = { pages: [], told: 0 };

/** Where more changed than this many answers tell, the whole list tells it sooner. */
const MAX_ANSWERS = 1000;
/** Characters of changes after which the whole list is read anew, so that what is kept doesn't grow. */
const MAX_TOLD = 32 * 1024 * 1024;
/** A question that the whole list answers as well isn't asked often. */
const MAX_ATTEMPTS = 2;

/**
 * Reads what is published: of a server that knows what changed since `kept` this alone, of another one the whole list. A fault in
 * what it says of changes costs the whole list, and is told to `warn`.
 *
 * @throws {Unavailable} where neither can be had.
 */
export async function readCurrent(base: URL, attempts: number, kept: Kept, warn: (message: string) => void, send?: Send): Promise<Current> {
  const token = kept.pages[0]?.since;
  const told = isToken(token) ? await readChanges(base, Math.min(attempts, MAX_ATTEMPTS), kept, token, send) : null;
  if (told !== null && typeof told !== 'string') return told;
  // What was kept beside a token that is of no use any more may be no page that there ever was.
  const manifest = await readManifest(base, attempts, isToken(token) ? [] : kept.pages, send);
  if (told !== null) {
    warn(`${told}; the whole list is read in its place`);
    // It is asked for changes again once the list is another one.
    manifest.pages[0]!.since = null;
  }
  return { ...manifest, kept: manifest.unchanged ? kept : { pages: manifest.pages, told: 0 }, changed: null };
}

/** What is published by now; `null` where only the whole list can tell, and a sentence where something is wrong with the answers. */
async function readChanges(base: URL, attempts: number, kept: Kept, from: string, send: Send | undefined): Promise<Current | string | null> {
  const url = new URL('api/content', base);
  const address = url.href;
  const spent = beginning();
  const all: Changes[] = [];
  for (let token = from; ; ) {
    url.searchParams.set('since', token);
    let answer;
    try {
      answer = await ask(url, { attempts, maxBytes: MAX_PAGE_BYTES, answers: [400], send });
    } catch (error) {
      if (error instanceof Unavailable) return `what changed can't be had: ${error.message}`;
      throw error;
    }
    // The token is of no use to that server, or never was.
    if (answer.status !== 200) return null;
    const end = tooMuch(spent, answer.text, MAX_ANSWERS);
    if (end !== null) return `what changed ${end} of ${address}`;
    const changes = changesFrom(answer.text, base);
    if (changes === null) return `what ${address} says of changes can't be read`;
    if (changes.since === null) return null;
    if (changes.more && changes.since === token) return `what changed goes round in circles at ${address}`;
    if (changes.entries.length + changes.gone.length + changes.moved.length > 0) all.push(changes);
    token = changes.since;
    if (!changes.more) return currentOf(kept, all, token, spent.text);
  }
}

/** What was kept with all that changed; `null` where that is so much that the whole list is less. */
function currentOf(kept: Kept, all: readonly Changes[], since: string, text: number): Current | null {
  const [first, ...others] = kept.pages;
  if (all.length === 0) {
    const isSame = first!.since === since;
    const pages = isSame ? kept.pages : [{ ...first!, since }, ...others];
    return { ...manifestOf(pages, true), kept: isSame ? kept : { ...kept, pages }, changed: new Set() };
  }
  const told = kept.told + text;
  if (told > MAX_TOLD) return null;
  const pages = [{ cursor: null, etag: null, ...withChanges(kept.pages, all), next: null, since }];
  const changed = new Set(all.flatMap(({ entries }) => entries.map(({ id }) => id)));
  return { ...manifestOf(pages, false), kept: { pages, told }, changed };
}

/** Every answer says how things are by then, so that one that tells the same again does no harm. */
function withChanges(pages: readonly Page[], all: readonly Changes[]): Pick<Required<Page>, 'entries' | 'moved'> {
  const entries = new Map(pages.flatMap((page) => page.entries).map((entry) => [entry.id, entry]));
  // Those that lead to no entry stay: their document may come back, and only that is told then.
  const leading = new Map(pages.flatMap((page) => page.moved ?? []).map((moved) => [moved.from, moved]));
  for (const changes of all) {
    for (const id of changes.gone) {
      entries.delete(id);
      leading.delete(id);
    }
    for (const entry of changes.entries) entries.set(entry.id, entry);
    for (const moved of changes.moved) leading.set(moved.from, moved);
  }
  return { entries: [...entries.values()], moved: [...leading.values()] };
}

/** What was kept, as it was written down; nothing where that is damaged. */
export function keptFrom(value: unknown): Kept {
  if (!isRecord(value) || !Array.isArray(value['pages']) || !value['pages'].every(isPage)) return NOTHING_KEPT;
  const pages: Page[] = value['pages'];
  // A page that is missing takes its entries from the site, since nobody says again that they are there.
  const isWhole = pages.every(({ cursor }, at) => cursor === (at === 0 ? null : pages[at - 1]!.next)) && !pages.at(-1)?.next;
  const { told = 0 } = value;
  return isWhole && typeof told === 'number' ? { pages, told } : NOTHING_KEPT;
}

function isPage(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { cursor, etag, next, entries, moved, since } = value;
  const isText = [cursor, etag, next].every((it) => it === null || typeof it === 'string');
  return isText && (since === undefined || since === null || isToken(since)) && Array.isArray(entries) && entries.every(isEntry) && (moved === undefined || (Array.isArray(moved) && movedFrom(moved).length === moved.length));
}

function isEntry(value: unknown): value is ManifestEntry {
  if (!isRecord(value)) return false;
  const { id, url, digest, updated, picture } = value;
  const isText = [url, digest, updated].every((it) => typeof it === 'string');
  return isText && typeof id === 'string' && ID.test(id) && /^https?:/.test(url as string) && (picture === null || isRecord(picture));
}
