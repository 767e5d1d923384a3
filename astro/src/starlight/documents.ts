// Members' documents in the `docs` collection: which those are, whose, and what a sidebar says of each.

import { grouped } from '../grouped.js';
import type { Picture } from '../manifest.js';

/** An entry of the collection, as far as it is read here. Schemas of docs keep none of the loader's own data. */
export interface Entry {
  id: string;
  data: {
    title?: string;
    sidebar?: { order?: number | undefined; label?: string | undefined; hidden?: boolean | undefined; badge?: unknown } | undefined;
    lastUpdated?: unknown;
    editUrl?: unknown;
    prev?: unknown;
    next?: unknown;
    hero?: unknown;
  };
  rendered?: { metadata?: Record<string, unknown> | undefined } | undefined;
}

/** A member's document. */
export interface Document {
  /** The entry's id in the collection. */
  id: string;
  handle: string;
  /** `undefined` for the member's own page. */
  slug: string | undefined;
  title: string;
  author: string;
  /** BCP 47, where it is known. */
  lang: string | undefined;
  dir: 'ltr' | 'rtl' | undefined;
  published: Date | undefined;
  updated: Date | undefined;
  picture: Picture | null;
  order: number;
  isHidden: boolean;
  badge: Badge | undefined;
}

/** As Starlight draws it. */
export interface Badge {
  text: string;
  variant: string;
  class?: string | undefined;
}

/** A member with what they published. */
export interface Member {
  handle: string;
  name: string;
  /** The member's own page. */
  page: Document | undefined;
  /** All others, in the order of a sidebar. */
  documents: Document[];
}

/** The member's document that an entry is; `undefined` for the site's own. */
export function documentOf({ id, data, rendered }: Entry): Document | undefined {
  const about = mapOf(rendered?.metadata?.['masthead']);
  const of = about?.['id'];
  if (typeof of !== 'string') return undefined;
  const [handle = of, slug] = of.split('/');
  const frontmatter = mapOf(rendered?.metadata?.['frontmatter']) ?? {};
  const author = textOf(frontmatter['author']);
  const sidebar = data.sidebar ?? {};
  return {
    id,
    handle,
    slug,
    title: textOf(sidebar.label) ?? textOf(data.title) ?? id,
    author: author ?? handle,
    lang: languageOf(frontmatter['lang']),
    dir: frontmatter['dir'] === 'rtl' ? 'rtl' : frontmatter['dir'] === 'ltr' ? 'ltr' : undefined,
    published: dateOf(frontmatter['date']),
    updated: dateOf(frontmatter['updated']),
    picture: (about?.['picture'] ?? null) as Picture | null,
    order: sidebar.order ?? Number.MAX_VALUE,
    isHidden: sidebar.hidden === true,
    badge: badgeOf(sidebar.badge),
  };
}

/** The members of these documents, by their names as a reader of that language looks them up. */
export function membersOf(documents: readonly Document[], lang: string | undefined): Member[] {
  const { compare } = collatorOf(lang);
  const byHandle = grouped(documents, ({ handle }) => handle);
  const members = Array.from(byHandle, ([handle, of]): Member => ({
    handle,
    name: nameOf(of),
    page: of.find(({ slug }) => slug === undefined),
    documents: of.filter(({ slug }) => slug !== undefined).sort((a, b) => a.order - b.order || compare(a.title, b.title) || compare(a.id, b.id)),
  }));
  return members.sort((a, b) => compare(a.name, b.name) || compare(a.handle, b.handle));
}

/** In the language's order, numbers by their value. */
export function collatorOf(lang: string | undefined): Intl.Collator {
  try {
    return new Intl.Collator(lang, { numeric: true });
  } catch {
    // No language tag: the machine's own order would differ from build to build.
    return new Intl.Collator('en', { numeric: true });
  }
}

/** The name under which most of a member's documents stand: one may be signed by several. */
function nameOf(documents: readonly Document[]): string {
  const counts = grouped(documents, ({ author }) => author);
  return [...counts].reduce((most, one) => (one[1].length > most[1].length ? one : most))[0];
}

function badgeOf(badge: unknown): Badge | undefined {
  if (typeof badge === 'string') return { text: badge, variant: 'default' };
  const { text, variant } = mapOf(badge) ?? {};
  return typeof text === 'string' ? { text, variant: textOf(variant) ?? 'default' } : undefined;
}

function languageOf(lang: unknown): string | undefined {
  try {
    return typeof lang === 'string' ? Intl.getCanonicalLocales(lang)[0] : undefined;
  } catch {
    // No language tag.
    return undefined;
  }
}

function dateOf(value: unknown): Date | undefined {
  const date = typeof value === 'string' || value instanceof Date ? new Date(value) : undefined;
  return date && !Number.isNaN(date.valueOf()) ? date : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function mapOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
