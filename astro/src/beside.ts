// One collection, two sources: the members' entries, and those of the site's own loader.

import type { LoaderContext } from 'astro/loaders';

type Store = LoaderContext['store'];

/** What a digest of this package begins with; with an address behind a number those of its first versions. */
const DIGEST = /^(?:masthead |\d+ https?:)/;

/** Whether a digest is that of an entry that this package has made. */
export function isOurs(digest: string | number | undefined): boolean {
  return DIGEST.test(String(digest ?? ''));
}

/** Whether this package has put an entry into the store. */
export function isMembers(store: Store, id: string): boolean {
  return isOurs(store.get(id)?.digest);
}

/** Whether there is an entry that this package has not put there. */
export function isSitesOwn(store: Store, id: string): boolean {
  return store.has(id) && !isMembers(store, id);
}

/** Ids of the members' entries. */
export function membersIn(store: Store): string[] {
  return store.keys().filter((id) => isMembers(store, id));
}

/**
 * The store as the site's own loader sees it: without the members' entries, since such loaders remove
 * whatever they didn't bring. What it sets under the id of a member's entry takes that one's place.
 */
export function withoutMembers(store: Store): Store {
  const isOwn = (id: string) => isSitesOwn(store, id);
  const ids = () => store.keys().filter(isOwn);
  return {
    // Astro's own loaders call more than the type has.
    ...store,
    has: isOwn,
    get: (id) => (isOwn(id) ? store.get(id) : undefined),
    keys: ids,
    values: () => store.values().filter(({ id }) => isOwn(id)),
    entries: () => store.entries().filter(([id]) => isOwn(id)),
    delete: (id) => {
      if (isOwn(id)) store.delete(id);
    },
    clear: () => {
      for (const id of ids()) store.delete(id);
    },
  };
}

/**
 * The folder of the site below which members' entries stand, with a slash at its end; empty for none.
 *
 * @throws {TypeError} where that can't be part of an address.
 */
export function folderOf(prefix: string | undefined): string {
  const name = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  if (name === '') return '';
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(name)) throw new TypeError(`masthead-astro: “${prefix}” is no prefix; it has small letters, digits and hyphens, such as “members”`);
  return `${name}/`;
}
