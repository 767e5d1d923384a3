// The component that the package's pages stand in: the site's own, that of what the site is recognised by, or a plain one.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { hasStarlight } from './places.js';

export type Kind = 'own' | 'starlight' | 'blog' | 'plain';

/** Which component it is, and in the case of the blog template which parts it is made of. */
export interface Layout {
  kind: Kind;
  /** The module with the component. */
  module: string;
  /** The template's parts by their names. */
  parts: Readonly<Record<string, string>>;
}

const PARTS = ['BaseHead', 'Header', 'Footer'];
const packaged = (name: string): string => fileURLToPath(new URL(`../../pages/${name}.astro`, import.meta.url));

/**
 * Looks at the site.
 *
 * @throws {TypeError} where it names a layout that isn't there; the message is a sentence.
 */
export function layoutOf(site: Pick<AstroConfig, 'root' | 'srcDir' | 'integrations'>, said: string | undefined): Layout {
  if (said !== undefined) {
    const file = fileURLToPath(new URL(said.replace(/^\/+/, './'), site.root));
    if (!existsSync(file)) throw new TypeError(`masthead-astro: there is no file ${file} for \`layout: '${said}'\`, which counts from the folder of astro.config`);
    return { kind: 'own', module: file, parts: {} };
  }
  if (hasStarlight(site)) return { kind: 'starlight', module: packaged('OnStarlight'), parts: {} };
  const parts = Object.fromEntries(PARTS.map((name) => [name, fileURLToPath(new URL(`components/${name}.astro`, site.srcDir))]));
  return isBlogTemplate(parts) ? { kind: 'blog', module: packaged('OnBlog'), parts } : { kind: 'plain', module: packaged('Plain'), parts: {} };
}

/** Astro's blog template, by what its parts take: a head with title and description, and no more. */
function isBlogTemplate(parts: Readonly<Record<string, string>>): boolean {
  if (!Object.values(parts).every((file) => existsSync(file))) return false;
  const [head = '', header = '', footer = ''] = PARTS.map((name) => readFileSync(parts[name] ?? '', 'utf8'));
  const takesNothing = (source: string) => !/\bAstro\.props\b/.test(source);
  const needed = /interface Props\s*\{([\s\S]*?)\}/.exec(head)?.[1]?.match(/^\s*\w+(?=\s*:)/gm)?.map((name) => name.trim()) ?? [];
  return /<title>/.test(head) && /\bAstro\.props\b/.test(head) && needed.every((name) => name === 'title' || name === 'description') && takesNothing(header) && takesNothing(footer);
}
