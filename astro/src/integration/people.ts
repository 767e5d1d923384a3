// Members' documents as the package's pages list them, whatever schema the site has for them.

import type { Picture } from '../manifest.js';

/** An entry, as far as the pages look at it. */
export interface Entry {
  id: string;
  data: Readonly<Record<string, unknown>>;
  digest?: string | number | undefined;
}

/** A document. */
export interface Document<E extends Entry = Entry> {
  /** In the manifest: without the collection's prefix. */
  id: string;
  handle: string;
  title: string;
  description: string | undefined;
  author: string;
  lang: string | undefined;
  dir: string | undefined;
  date: Date | undefined;
  picture: Picture | null;
  entry: E;
}

/** Whoever has published something. */
export interface Person<E extends Entry = Entry> {
  handle: string;
  name: string;
  picture: Picture | null;
  /** Their own page. */
  page: Document<E> | undefined;
  /** All others, the newest first. */
  documents: Document<E>[];
}

/** How many documents the list of members shows beside these. */
export const NEWEST = 12;

/** What this package puts before the digest of an entry. */
const OURS = /^\d+ https?:/;

/** The members' documents of a collection, the newest first; entries of the site's own are left out. */
export function documentsIn<E extends Entry>(entries: readonly E[], prefix: string): Document<E>[] {
  const folder = prefix ? `${prefix}/` : '';
  const found = entries.filter(({ id, digest }) => id.startsWith(folder) && OURS.test(String(digest ?? ''))).map((entry) => documentFrom(entry, entry.id.slice(folder.length)));
  return found.sort((a, b) => (b.date?.getTime() ?? 0) - (a.date?.getTime() ?? 0) || (a.id < b.id ? -1 : 1));
}

function documentFrom<E extends Entry>(entry: E, id: string): Document<E> {
  const { data } = entry;
  const about = typeof data['masthead'] === 'object' && data['masthead'] !== null ? (data['masthead'] as { updated?: unknown; picture?: Picture | null }) : {};
  const handle = id.split('/')[0] ?? id;
  const text = (name: string) => (typeof data[name] === 'string' && data[name] !== '' ? data[name] : undefined);
  const dates = [data['updated'], data['updatedDate'], data['date'], data['pubDate'], about.updated];
  return {
    id,
    handle,
    title: text('title') ?? id,
    description: text('description'),
    author: text('author') ?? handle,
    lang: text('lang'),
    dir: text('dir'),
    date: dates.find((date) => date instanceof Date),
    picture: about.picture ?? null,
    entry,
  };
}

/** Members by their names. */
export function peopleOf<E extends Entry>(documents: readonly Document<E>[]): Person<E>[] {
  const people = new Map<string, Person<E>>();
  for (const document of documents) {
    const { handle, picture } = document;
    const person = people.get(handle) ?? { handle, name: handle, picture, page: undefined, documents: [] };
    people.set(handle, person);
    if (document.id === handle) person.page = document;
    else person.documents.push(document);
  }
  for (const person of people.values()) person.name = mostFrequent([...(person.page ? [person.page] : []), ...person.documents].map(({ author }) => author)) ?? person.handle;
  return [...people.values()].sort((a, b) => a.name.localeCompare(b.name) || (a.handle < b.handle ? -1 : 1));
}

/** The name under which most of somebody's documents go; authors may write another one. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** Where a member's page is: their own document's, or beside their documents. */
export function pathOf({ handle, page, documents: [first] }: Person): string {
  const { id, entry } = page ?? first ?? { id: handle, entry: { id: handle } };
  return entry.id.slice(0, entry.id.length - id.length) + handle;
}

/** Each document once, where several collections have it; the newest first. */
export function withoutDoubles<E extends Entry>(documents: readonly Document<E>[]): Document<E>[] {
  const once = [...new Map(documents.map((document) => [document.entry.id, document])).values()];
  return once.sort((a, b) => (b.date?.getTime() ?? 0) - (a.date?.getTime() ?? 0));
}
