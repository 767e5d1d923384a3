// One page's route data on Starlight, with members' documents in it.

import { documentOf, membersOf, type Document, type Entry, type Member } from './documents.js';
import type { Told } from './options.js';
import { addressOf, idIn, pageOf, type StarlightConfig } from './places.js';
import { groupOf, links, neighboursOf, without, type Neighbours, type Row } from './sidebar.js';

/** Route data of Starlight, as far as it is read or changed here. */
export interface Route {
  id: string;
  locale: string | undefined;
  lang: string;
  entry: Entry;
  entryMeta: { lang: string; dir: 'ltr' | 'rtl'; locale: string | undefined };
  sidebar: Row[];
  pagination: Neighbours;
  lastUpdated: Date | undefined;
  editUrl: URL | undefined;
  Content?: unknown;
  /** For the component that stands in for `Content`. */
  masthead?: Shown;
}

/** What a document's page has beside its text: its style, and its author. */
export interface Shown {
  Content: unknown;
  /** The address of a style sheet. */
  style: string | null;
  /** Whether the author is shown. */
  byline: boolean;
  name: string;
  /** The author's own page, where they have one and this isn't it. */
  page: string | undefined;
  picture: Document['picture'];
  published: Date | undefined;
}

/** All members' documents of the collection. */
export interface Collected {
  documents: ReadonlyMap<string, Document>;
  /** By locale, made once for all pages of it. */
  seen: Map<string | undefined, Seen>;
}

/** The documents as one language's pages have them. */
interface Seen {
  /** Addresses of all that have a page there. */
  hrefs: ReadonlySet<string>;
  /** Those that a sidebar lists, in the order of that language. */
  members: Member[];
}

export function collected(entries: readonly Entry[]): Collected {
  const found = entries.flatMap((entry) => documentOf(entry) ?? []);
  return { documents: new Map(found.map((one) => [one.id, one])), seen: new Map() };
}

/** Puts members' documents into a page's route data. A site without any is left as it is. `byline` stands in for the document's `Content`. */
export function apply(route: Route, { documents, seen }: Collected, { told, config, site, byline }: { told: Told; config: StarlightConfig; site: URL; byline: unknown }): void {
  if (documents.size === 0) return;
  const { locale, lang } = route;
  const isOn = config.pagination !== false;
  const idOf = ({ id }: Document) => idIn(locale, id, config);
  const href = (document: Document) => addressOf(idOf(document) ?? document.id, told);
  const see = (): Seen => {
    const there = [...documents.values()].filter((one) => idOf(one) !== undefined);
    return { hrefs: new Set(there.map(href)), members: membersOf(there.filter(({ isHidden }) => !isHidden), lang) };
  };
  const { hrefs, members } = seen.get(locale) ?? see();
  if (!seen.has(locale)) seen.set(locale, { hrefs, members });
  const current = documents.get(route.entry.id);

  const own = config.sidebar === undefined ? without(route.sidebar, hrefs) : route.sidebar;
  if (config.sidebar === undefined && !current) route.pagination = neighboursOf(links(own), route.entry.data, isOn);
  const inSidebar = new Set(links(own).map((link) => link.href));
  const isListed = members.length > 0 && members.every(({ page, documents }) => (page ? [page, ...documents] : documents).every((one) => inSidebar.has(href(one))));
  const group = isListed ? undefined : groupOf(members, { current, href, lang, label: told.labels[lang] ?? told.labels[lang.split('-')[0] ?? ''] ?? told.labels[''] ?? 'Members', group: told.group, collapsed: told.collapsed });
  route.sidebar = group ? [...own, group] : own;

  if (!current) return;
  const member = members.find(({ handle }) => handle === current.handle);
  // From one member's document to the next of the same member, and to nobody else's.
  const alone = member ? groupOf([member], { current, href, lang, label: '', group: 'member', collapsed: false }) : undefined;
  route.pagination = neighboursOf(alone ? links([alone]) : [], route.entry.data, isOn);
  if (route.entry.data.lastUpdated !== false) route.lastUpdated ??= current.updated ?? current.published;
  // The site's own address for edits leads to its repository, which doesn't have the file.
  if (typeof route.entry.data.editUrl !== 'string') route.editUrl = route.entry.data.editUrl === false ? undefined : editUrlOf(current, told, site);
  if (current.lang !== undefined) route.entryMeta = { ...route.entryMeta, lang: current.lang, dir: current.dir ?? 'ltr' };
  const hasByline = told.byline && !route.entry.data.hero;
  if (route.Content !== undefined && (hasByline || told.style !== null)) {
    const page = member?.page;
    route.masthead = { Content: route.Content, style: told.style, byline: hasByline, name: current.author, page: page && page.id !== current.id && current.author === member.name ? href(page) : undefined, picture: current.picture, published: current.published };
    route.Content = byline;
  }
}

/** An address that is written as a path, wherever the site is shown: a preview leads to its own pages. */
class OwnPage extends URL {
  override toString(): string {
    return this.pathname + this.search + this.hash;
  }
}

function editUrlOf({ slug }: Document, { editor, base }: Told, site: URL): URL | undefined {
  if (editor === null) return undefined;
  const address = new OwnPage(pageOf(editor, base), site);
  address.hash = `#/edit/${slug ?? 'readme'}`;
  return address.origin === site.origin ? address : new URL(address.href);
}
