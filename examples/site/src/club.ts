// What the pages know of the club: its name, its documents, its members.

import { getCollection, type CollectionEntry } from 'astro:content';

export const NAME = 'The Tidewater Club';
export const MOTTO = 'Notes from the workshop, the library and the boat shed';

export type Document = CollectionEntry<'documents'>;

export interface Member {
  handle: string;
  name: string;
  picture: Record<'96' | '256' | '512', string> | null;
  /** The member's own page, where there is one. */
  page: Document | undefined;
  documents: Document[];
}

/** All documents, the newest first. */
export async function documents(): Promise<Document[]> {
  const all = await getCollection('documents');
  return all.sort((a, b) => dateOf(b).getTime() - dateOf(a).getTime() || a.id.localeCompare(b.id));
}

export const dateOf = ({ data }: Document): Date => data.updated ?? data.date;
export const handleOf = ({ id }: Document): string => id.split('/')[0]!;
export const addressOf = ({ id }: { id: string }): string => `/${id}/`;
export const tagAddress = (tag: string): string => `/club/tags/${tagId(tag)}/`;

/** A tag may be any text, with a slash or a percent sign in it. */
export function tagId(tag: string): string {
  const words = tag.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('-') || 'other';
}

/** Everybody who has published something, by name. */
export async function members(): Promise<Member[]> {
  const found = new Map<string, Member>();
  for (const document of await documents()) {
    const handle = handleOf(document);
    const member = found.get(handle) ?? { handle, name: handle, picture: document.data.masthead?.picture ?? null, page: undefined, documents: [] };
    found.set(handle, member);
    if (document.id === handle) member.page = document;
    else member.documents.push(document);
  }
  for (const member of found.values()) {
    // The name under which most of their documents go; authors may write another one.
    const names = [member.page, ...member.documents].flatMap((document) => document?.data.author ?? []);
    member.name = mostFrequent(names) ?? member.handle;
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Tags by their address, each with its usual spelling, the most used first. */
export async function tags(): Promise<{ id: string; name: string; documents: Document[] }[]> {
  const found = new Map<string, { id: string; name: string; documents: Document[] }>();
  for (const document of await documents()) {
    for (const name of document.data.tags ?? []) {
      const id = tagId(name);
      const tag = found.get(id) ?? { id, name, documents: [] };
      if (!tag.documents.includes(document)) tag.documents.push(document);
      found.set(id, tag);
    }
  }
  return [...found.values()].sort((a, b) => b.documents.length - a.documents.length || a.id.localeCompare(b.id));
}

/** The documents that link to this one. */
export function linkingTo(document: Document, all: Document[]): Document[] {
  const address = addressOf(document);
  return all.filter((other) => other.id !== document.id && other.data.derived.links.internal.some((link) => pathOf(link) === address));
}

function pathOf(link: string): string {
  const path = link.split(/[?#]/)[0] ?? '';
  return path.endsWith('/') ? path : `${path}/`;
}

function mostFrequent(names: string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
