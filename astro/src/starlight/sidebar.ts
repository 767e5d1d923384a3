// The sidebar of a page: the site's own as it is, members' documents in a group behind it, and what comes before and after a page.

import { collatorOf, type Badge, type Document, type Member } from './documents.js';

export interface Link {
  type: 'link';
  label: string;
  href: string;
  isCurrent: boolean;
  badge: Badge | undefined;
  attrs: Record<string, string>;
}

export interface Group {
  type: 'group';
  label: string;
  entries: (Link | Group)[];
  collapsed: boolean;
  badge: Badge | undefined;
}

export type Row = Link | Group;

/** What is linked on either side of a page. */
export interface Neighbours {
  prev: Link | undefined;
  next: Link | undefined;
}

/** How one page sees the members' documents. */
export interface View {
  /** The page's document; `undefined` on the site's own pages. */
  current: Document | undefined;
  /** The address of a document in the page's language. */
  href: (document: Document) => string;
  /** The page's language. */
  lang: string | undefined;
  label: string;
  group: 'member' | 'flat';
  /** `null`: as many rows decide. */
  collapsed: boolean | null;
}

/** As many documents are listed on every page. Beyond, other members are links to their own page, or pages grow by all documents. */
const MOST_LISTED = 500;
/** As many rows stay open. */
const MOST_OPEN = 12;

/** The group of members' documents; `undefined` where there is nothing to list. */
export function groupOf(members: readonly Member[], view: View): Group | undefined {
  const isAll = members.reduce((sum, { page, documents }) => sum + documents.length + (page ? 1 : 0), 0) <= MOST_LISTED;
  const link = linkOf(view);
  const { compare } = collatorOf(view.lang);
  const flat = () => members.flatMap(({ page, documents }) => [...(page ? [page] : []), ...(isAll ? documents : [])]).sort((a, b) => a.order - b.order || compare(a.title, b.title)).map((one) => link(one));
  const entries = view.group === 'flat' ? flat() : members.flatMap((member) => rowOf(member, view, isAll || member.handle === view.current?.handle));
  if (entries.length === 0) return undefined;
  return { type: 'group', label: view.label, entries, collapsed: view.collapsed ?? entries.length > MOST_OPEN, badge: undefined };
}

/** A member's row: a group, or a link where there is one page to lead to. */
function rowOf({ name, page, documents }: Member, view: View, isOpen: boolean): Row[] {
  const link = linkOf(view);
  const all = page ? [page, ...documents] : documents;
  const [first] = all;
  if (!first) return [];
  if (all.length === 1) return [link(first, page ? name : undefined)];
  if (!isOpen) return [link(first, name)];
  return [{ type: 'group', label: name, entries: all.map((one) => link(one)), collapsed: true, badge: undefined }];
}

function linkOf({ current, href, lang }: View): (document: Document, label?: string) => Link {
  return (document, label) => ({
    type: 'link',
    label: label ?? document.title,
    href: href(document),
    isCurrent: document.id === current?.id,
    badge: document.badge,
    // So that it is read aloud, and written, as what it is.
    attrs: document.lang !== undefined && label === undefined && document.lang.split('-')[0] !== lang?.split('-')[0] ? { lang: document.lang, dir: 'auto' } : {},
  });
}

/** Addresses of all links, at any depth. */
export function links(rows: readonly Row[]): Link[] {
  return rows.flatMap((row) => (row.type === 'link' ? [row] : links(row.entries)));
}

/** The rows without links to these addresses, and without groups that hold nothing else. */
export function without(rows: readonly Row[], hrefs: ReadonlySet<string>): Row[] {
  return rows.flatMap((row): Row[] => {
    if (row.type === 'link') return hrefs.has(row.href) ? [] : [row];
    const entries = without(row.entries, hrefs);
    return entries.length > 0 || row.entries.length === 0 ? [{ ...row, entries }] : [];
  });
}

/**
 * What comes before and after a page among these links. The page's own frontmatter has the last word, as Starlight reads it: `false` for
 * none, a text for another label, a map for another label or address.
 */
export function neighboursOf(among: readonly Link[], { prev, next }: { prev?: unknown; next?: unknown }, isOn: boolean): Neighbours {
  const at = among.findIndex(({ isCurrent }) => isCurrent);
  return { prev: neighbour(among[at - 1], prev, isOn), next: neighbour(at < 0 ? undefined : among[at + 1], next, isOn) };
}

function neighbour(link: Link | undefined, wish: unknown, isOn: boolean): Link | undefined {
  if (wish === false) return undefined;
  if (wish === true) return link;
  if (typeof wish === 'string' && link) return { ...link, label: wish };
  if (typeof wish === 'object' && wish !== null) {
    const { link: href, label } = wish as { link?: string; label?: string };
    if (link) return { ...link, label: label ?? link.label, href: href ?? link.href, attrs: {} };
    if (href !== undefined && label !== undefined) return { type: 'link', label, href, isCurrent: false, badge: undefined, attrs: {} };
  }
  return isOn ? link : undefined;
}
