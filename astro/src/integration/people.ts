// Members and their documents as the package's pages list them, whatever schemas the site has for them.

import { isOurs } from '../beside.js';
import { grouped } from '../grouped.js';
import { isRecord, type Picture } from '../listing.js';

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

/** A member, as the pages show them. */
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


/** The members' documents of a collection, the newest first; entries of the site's own are left out. */
export function documentsIn<E extends Entry>(entries: readonly E[], prefix: string): Document<E>[] {
  const folder = prefix ? `${prefix}/` : '';
  const found = entries.filter(({ id, digest }) => id.startsWith(folder) && isOurs(digest)).map((entry) => documentFrom(entry, entry.id.slice(folder.length)));
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

/**
 * Members by their names: those of the site's collection of members, `mastheadMembers()`, and nobody else; where it has none, whoever has
 * published something, by the name that this gives them.
 */
export function peopleOf<E extends Entry>(documents: readonly Document<E>[], members?: readonly Entry[]): Person<E>[] {
  const by = grouped(documents, ({ handle }) => handle);
  const people = members ? members.map((member) => personFrom(member, by.get(member.id) ?? [])) : [...by].map(([handle, own]) => authorOf(handle, own));
  return people.sort((a, b) => a.name.localeCompare(b.name) || (a.handle < b.handle ? -1 : 1));
}

function personFrom<E extends Entry>({ id: handle, data: { name, picture } }: Entry, own: readonly Document<E>[]): Person<E> {
  return { handle, name: typeof name === 'string' && name !== '' ? name : handle, picture: isPicture(picture) ? picture : null, ...apart(handle, own) };
}

/** The site's own schema may have made something else of it. */
const isPicture = (value: unknown): value is Picture => isRecord(value) && ['96', '256', '512'].every((size) => typeof value[size] === 'string');

/** As `mastheadMembers()` names whoever is known by documents alone: by their own page, or else by the first of them in the order of ids. */
function authorOf<E extends Entry>(handle: string, own: readonly Document<E>[]): Person<E> {
  const { author, picture } = own.reduce((first, other) => (other.id < first.id ? other : first));
  return { handle, name: author, picture, ...apart(handle, own) };
}

function apart<E extends Entry>(handle: string, own: readonly Document<E>[]): Pick<Person<E>, 'page' | 'documents'> {
  return { page: own.find(({ id }) => id === handle), documents: own.filter(({ id }) => id !== handle) };
}

/** Where a member's page is: their own document's, or beside their documents; of a member without any, in the folder of documents. */
export function pathOf({ handle, page, documents: [first] }: Person, prefix: string): string {
  const one = page ?? first;
  return one ? one.entry.id.slice(0, one.entry.id.length - one.id.length) + handle : [prefix, handle].filter(Boolean).join('/');
}

/** Each document once, where several collections have it; the newest first. */
export function withoutDoubles<E extends Entry>(documents: readonly Document<E>[]): Document<E>[] {
  const once = [...new Map(documents.map((document) => [document.entry.id, document])).values()];
  return once.sort((a, b) => (b.date?.getTime() ?? 0) - (a.date?.getTime() ?? 0));
}
