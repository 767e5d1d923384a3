// What the package's pages are told: a module that Vite makes of what the integration found.

import type { Name } from './options.js';
import type { Collection } from './places.js';
import type { Form } from './address.js';
import type { Layout } from './layout.js';

/** The module that the pages read. */
export const PAGES = 'virtual:masthead-astro/pages';
/** The module with the component that they stand in. */
export const LAYOUT = 'virtual:masthead-astro/layout';
/** The modules with the parts of the blog template. */
export const PART = 'virtual:masthead-astro/part/';

/** What they read. */
export interface Told {
  /** Each page's path from `base` on. */
  at: Partial<Record<Name, string>>;
  /** How the site writes addresses. */
  form: Form;
  /** The collections whose documents are shown. */
  shown: Pick<Collection, 'name' | 'prefix'>[];
  /** The path below which documents have their pages, whoever made these. */
  documents: string;
  /** The collection of the members themselves; `undefined` where the site has none, and members are known by their documents. */
  people: string | undefined;
  /** Whether the list of members is one of the pages. */
  list: boolean;
  /** The name of the club. */
  name: string;
  /** The language of the site's own words. */
  lang: string;
  /** Where former addresses of documents lead that a server answers: addresses by the patterns of their routes. */
  moved: Readonly<Record<string, string>>;
}

interface Plugin {
  name: string;
  enforce: 'pre';
  resolveId(id: string): string | undefined;
  load(id: string): string | undefined;
}

/** A plugin for Vite that has those modules. */
export function telling(told: Told, layout: Layout): Plugin {
  const modules = new Map([
    [PAGES, Object.entries(told).map(([name, value]) => `export const ${name} = ${JSON.stringify(value) ?? 'undefined'};`).join('\n')],
    [LAYOUT, reexport(layout.module)],
    ...PARTS.map((name): [string, string] => [PART + name, layout.parts[name] ? reexport(layout.parts[name]) : 'export default undefined;']),
  ]);
  const resolved = (id: string) => `\0${id}`;
  return {
    name: 'masthead-astro',
    enforce: 'pre',
    resolveId: (id) => (modules.has(id) ? resolved(id) : undefined),
    load: (id) => (id.startsWith('\0') ? modules.get(id.slice(1)) : undefined),
  };
}

const PARTS = ['BaseHead', 'Header', 'Footer'];
const reexport = (file: string): string => `export { default } from ${JSON.stringify(file.replaceAll('\\', '/'))};`;
