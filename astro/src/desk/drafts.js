// What is written and not sent, kept in the browser until it is: by server, member and document.
//
// In localStorage, not in the storage of the session: that one ends with its tab, and a draft is for the day on which the
// browser crashed, the phone closed the tab, or the session was over before the text was. The key has the member's handle, so
// whoever signs in after them is shown nothing of it; at the end of a session the member is asked whether drafts stay.

const PREFIX = 'masthead.draft';

/**
 * A text that isn't sent. `base` is the version that it was begun from, `null` for a new document.
 *
 * @typedef {object} Draft
 * @property {string} id of the writing: two tabs that write one document have one each
 * @property {string | null} slug
 * @property {string | null} base
 * @property {string} text
 * @property {string} title for lists
 * @property {number} at when it was kept, in milliseconds since 1970
 */

/**
 * What became of keeping: `split` says that another tab writes under the same id, so that this text went under a new one.
 *
 * @typedef {{ id: string, at: number, split: boolean }} Kept
 */

/** Why the browser keeps nothing. */
export class NotKept extends Error {
  /** @param {'full' | 'forbidden'} why @param {unknown} cause */
  constructor(why, cause) {
    super(`drafts are not kept: ${why}`, { cause });
    this.name = 'NotKept';
    this.why = why;
  }
}

export class Drafts {
  #storage;
  #owner;

  /**
   * @param {() => Storage} storage asked for each time: browsers refuse it by an exception
   * @param {string} server
   * @param {string} handle of the member
   */
  constructor(storage, server, handle) {
    this.#storage = storage;
    this.#owner = [server, handle];
  }

  /**
   * The member's drafts, the newest first: of one document (`null` for new ones), or all. What can't be read is none.
   *
   * @param {string | null} [slug]
   * @returns {Draft[]}
   */
  list(slug) {
    const [server, handle] = this.#owner;
    /** @type {Draft[]} */
    const found = [];
    try {
      const storage = this.#storage();
      for (let at = 0; at < storage.length; at += 1) {
        const key = storage.key(at) ?? '';
        const [ofServer, ofHandle] = key.startsWith(PREFIX) ? parts(key) : [];
        const draft = ofServer === server && ofHandle === handle ? draftOf(storage.getItem(key)) : undefined;
        if (draft && (slug === undefined || draft.slug === slug)) found.push(draft);
      }
    } catch (error) {
      // Keeping says so, once there is something to keep.
      if (!isRefused(error)) throw error;
    }
    return found.sort((one, other) => other.at - one.at);
  }

  /**
   * Keeps a draft. `seen` is when this tab kept it last or took it up: where it was kept by another one since, this text goes
   * under an id of its own, so that neither tab writes over the other.
   *
   * @param {Omit<Draft, 'at'>} draft
   * @param {number | undefined} seen
   * @returns {Kept}
   * @throws {NotKept}
   */
  keep(draft, seen) {
    try {
      const storage = this.#storage();
      const there = draftOf(storage.getItem(this.#key(draft)));
      const split = there !== undefined && there.at !== seen;
      const id = split ? newId() : draft.id;
      // A clock that stands still would make two writers look like one.
      const at = Math.max(Date.now(), (seen ?? 0) + 1);
      storage.setItem(this.#key({ ...draft, id }), JSON.stringify({ ...draft, id, at }));
      return { id, at, split };
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      throw new NotKept(error.name === 'QuotaExceededError' || error.name === 'NS_ERROR_DOM_QUOTA_REACHED' ? 'full' : 'forbidden', error);
    }
  }

  /** Forgets a draft. @param {Pick<Draft, 'id' | 'slug'>} draft */
  drop(draft) {
    try {
      this.#storage().removeItem(this.#key(draft));
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }

  /** @param {Pick<Draft, 'id' | 'slug'>} draft */
  #key({ slug, id }) {
    return `${PREFIX} ${JSON.stringify([...this.#owner, slug ?? '', id])}`;
  }
}

export const newId = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * How a document is opened: from what is published, with a draft at once, or with a question.
 *
 * @typedef {{ from: 'published' } | { from: 'draft', draft: Draft } | { from: 'question', drafts: Draft[] }} Opening
 */

/**
 * A reload comes back to its own text; any other draft is offered. So is one that was begun from another version than
 * the server has: it is never put over a newer one unasked.
 *
 * @param {readonly Draft[]} drafts of the document
 * @param {{ text: string, version: string | null, own: string | null }} now what the server has, and the id of the draft that
 *   this tab wrote before it was loaded anew
 * @returns {Opening}
 */
export function opening(drafts, { text, version, own }) {
  const left = drafts.filter((draft) => draft.text !== text);
  const mine = left.find(({ id }) => id === own);
  if (mine && mine.base === version) return { from: 'draft', draft: mine };
  return left.length > 0 ? { from: 'question', drafts: left } : { from: 'published' };
}

/** @param {string} key @returns {unknown[]} */
function parts(key) {
  try {
    const read = JSON.parse(key.slice(PREFIX.length + 1));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

/** @param {string | null} stored @returns {Draft | undefined} */
function draftOf(stored) {
  if (stored === null) return undefined;
  try {
    const { id, slug, base, text, title, at } = JSON.parse(stored);
    const isOne = [id, text, title].every((part) => typeof part === 'string') && typeof at === 'number' && [slug, base].every((part) => part === null || typeof part === 'string');
    return isOne ? { id, slug, base, text, title, at } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
const isRefused = (error) => error instanceof DOMException;
