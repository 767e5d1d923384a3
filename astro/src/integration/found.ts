// What a command found at Masthead, said in one line.

import { fits, type Site } from './site.js';

/** What is said of. */
export interface Found {
  site: Site;
  base: URL;
  /** How many documents are published; `undefined` where the list can't be read. */
  documents: number | undefined;
  /** The package's version. */
  own: string;
  /** The site's origin, where its configuration names it. */
  origin: string | undefined;
  /** Where links between documents have to lead, where that is known. */
  pages: string | undefined;
}

/** One line; `wrong` where somebody has to do something. */
export function line({ site, base, documents, own, origin, pages }: Found): { text: string; wrong: boolean } {
  const facts = [
    `${site.name === 'Masthead' ? '' : `${site.name}, `}Masthead${site.version ? ` ${site.version}` : ''} at ${base.origin}`,
    ...(documents === undefined ? [] : [documents === 1 ? '1 document' : `${documents} documents`]),
    ...(site.review && site.review !== 'off' ? [`review: ${site.review}`] : []),
  ];
  const version = site.version === undefined ? 'fits' : fits(site.version, own);
  const wrong = [
    ...(version === 'fits' ? [] : [`it is ${version} for masthead-astro ${own}: ${version === 'too old' ? 'update Masthead' : 'update the package'}`]),
    ...(site.allows === false ? [`browsers on ${origin} may not call it: put that into its ALLOWED_ORIGINS`] : []),
    ...(site.linkBase === undefined || pages === undefined || same(site.linkBase, pages) ? [] : [`documents have their pages below ${pages} and link to each other below ${site.linkBase}: this site mends that, feeds and letters do with LINK_BASE=${pages}`]),
  ];
  return { text: [facts.join(', '), ...wrong].join('; '), wrong: wrong.length > 0 };
}

const same = (one: string, other: string): boolean => one.split('/').filter(Boolean).join('/') === other.split('/').filter(Boolean).join('/');
