// What the pages know of the club: its name, its documents, its members.

import { getCollection, type CollectionEntry } from 'astro:content';
import site from './site.json';

export const NAME = site.name;
export const MOTTO = site.motto;

export type Document = CollectionEntry<'documents'>;

export interface Member {
  handle: string;
  name: string;
  picture: Record<'96' | '256' | '512', string> | null;
  /** Whether the club's list of members has them; who asked to stay out of it has documents all the same. */
  isListed: boolean;
  /** The member's own page, where they have written one. */
  page: Document | undefined;
  /** All others, the newest first. */
  documents: Document[];
}

export interface Tag {
  id: string;
  name: string;
  documents: Document[];
}

/** As many documents are offered at the end of another. */
const MAX_RELATED = 3;

/** All documents, the newest first. */
export async function documents(): Promise<Document[]> {
  const all = await getCollection('documents');
  return all.sort((a, b) => dateOf(b).getTime() - dateOf(a).getTime() || a.id.localeCompare(b.id));
}

export const dateOf = ({ data }: Document): Date => data.updated ?? data.date;
export const handleOf = ({ id }: { id: string }): string => id.split('/')[0]!;
export const addressOf = ({ id }: { id: string }): string => `/${id}/`;
export const memberAddress = (handle: string): string => `/${handle}/`;
export const tagAddress = (tag: string): string => `/club/tags/${tagId(tag)}/`;

/** A tag may be any text, with a slash or a percent sign in it. */
export function tagId(tag: string): string {
  const words = tag.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('-') || 'other';
}

/** A document's description; nothing where it would only say the title again. */
export function teaserOf({ data }: Document): string | undefined {
  return data.description && data.description !== data.title ? data.description : undefined;
}

/** Everybody who is on the club's list of members, and whoever else has published something, by name. */
export async function membersOf(all: Document[]): Promise<Member[]> {
  const found = new Map<string, Member>();
  for (const { data } of await getCollection('members')) {
    found.set(data.handle, { ...data, isListed: true, page: undefined, documents: [] });
  }
  for (const document of all) {
    const handle = handleOf(document);
    const member = found.get(handle) ?? { handle, name: handle, picture: document.data.masthead?.picture ?? null, isListed: false, page: undefined, documents: [] };
    found.set(handle, member);
    if (document.id === handle) member.page = document;
    else member.documents.push(document);
  }
  for (const member of found.values()) {
    if (member.isListed) continue;
    // The name under which most of their documents go; authors may write another one.
    const names = [member.page, ...member.documents].flatMap((document) => document?.data.author ?? []);
    member.name = mostFrequent(names) ?? member.handle;
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Tags by their address, each with its usual spelling, the most used first. */
export function tagsOf(all: Document[]): Tag[] {
  const found = new Map<string, Tag>();
  for (const document of all) {
    for (const name of document.data.tags ?? []) {
      const id = tagId(name);
      const tag = found.get(id) ?? { id, name, documents: [] };
      if (tag.documents.at(-1) !== document) tag.documents.push(document);
      found.set(id, tag);
    }
  }
  return [...found.values()].sort((a, b) => b.documents.length - a.documents.length || a.id.localeCompare(b.id));
}

/** By the id of each document, those that link to it. */
export function backlinksOf(all: Document[]): Map<string, Document[]> {
  const found = new Map<string, Document[]>();
  for (const document of all) {
    const targets = new Set(document.data.derived.links.internal.map(idOf));
    targets.delete(document.id);
    for (const id of targets) {
      const linking = found.get(id);
      if (linking) linking.push(document);
      else found.set(id, [document]);
    }
  }
  return found;
}

/** Documents on the same subjects, but for those `named` elsewhere: those with the most tags in common, and rare tags count most. */
export function related(document: Document, tags: Map<string, Tag>, named: Document[]): Document[] {
  const scores = new Map<Document, number>();
  for (const id of new Set((document.data.tags ?? []).map(tagId))) {
    const others = tags.get(id)?.documents ?? [];
    for (const other of others) scores.set(other, (scores.get(other) ?? 0) + 1 / others.length);
  }
  for (const other of [document, ...named]) scores.delete(other);
  // A sort keeps the order of what is equal, and that is by date.
  return [...scores].sort((a, b) => b[1] - a[1]).slice(0, MAX_RELATED).map(([other]) => other);
}

/** The id of the document that an address within the site leads to. */
function idOf(link: string): string {
  return (link.split(/[?#]/)[0] ?? '').replace(/^\/+|\/+$/g, '');
}

function mostFrequent(names: string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
