// Where a document of the collection stands in the site: in which language, and at which address.

import type { Told } from './options.js';

/** What Starlight's own configuration says, as far as it is read here. */
export interface StarlightConfig {
  /** `undefined` where Starlight makes the sidebar of the files. */
  sidebar?: readonly unknown[] | undefined;
  pagination?: boolean | undefined;
  /** `undefined` where the site has one language. */
  locales?: Readonly<Record<string, unknown>> | undefined;
  defaultLocale?: { locale?: string | undefined; lang?: string | undefined } | undefined;
}

/**
 * The id under which an entry has its page in a language; `undefined` where it has none. As Starlight does it: an entry of the
 * default language stands in for those that have no translation, and one of another language is there alone.
 */
export function idIn(locale: string | undefined, id: string, { locales, defaultLocale }: StarlightConfig): string | undefined {
  if (!locales) return id;
  const [first = '', ...rest] = id.split('/');
  const isNamed = first !== 'root' && Object.hasOwn(locales, first);
  const usual = defaultLocale?.locale === 'root' ? undefined : defaultLocale?.locale;
  const own = isNamed ? first : undefined;
  if (own === locale) return id;
  // Without a folder of its language an entry belongs to the root's, or to the default one's alone where there is no root.
  if (!isNamed && usual !== undefined) return locale === usual && !locales['root'] ? id : undefined;
  if (own !== usual) return undefined;
  const bare = isNamed ? rest.join('/') : id;
  return locale === undefined ? bare : `${locale}/${bare}`;
}

/** The address of a page of the site, written as the site writes them. */
export function addressOf(id: string, { base, format, trailingSlash }: Pick<Told, 'base' | 'format' | 'trailingSlash'>): string {
  const path = `${base.replace(/\/$/, '')}/${id}`;
  if (format === 'file') return `${path}.html`;
  return trailingSlash === 'never' ? path : `${path}/`;
}

/** A page that the site names by its path, below the site's base; a whole address stays as it is. */
export function pageOf(path: string, base: string): string {
  return /^https?:/.test(path) ? path : `${base.replace(/\/$/, '')}/${path.replace(/^\/+/, '')}`;
}
