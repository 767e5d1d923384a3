// The style of what is made of members' documents: for the site's own files that show these, and for nothing else of the site.

import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { readerOf, type Collection } from './places.js';

/** What Vite calls, as far as it is needed here. */
interface Plugin {
  name: string;
  transform(code: string, id: string): { code: string; map: null } | undefined;
}

/**
 * A plugin for Vite that imports the style where a page of the site would: in the file of the documents' pages, and in any other that reads
 * such a collection and renders what it read. Astro gives a style to the pages that import it.
 */
export function styling(collections: readonly Pick<Collection, 'name' | 'file'>[], { srcDir }: Pick<AstroConfig, 'srcDir'>): Plugin {
  const slashed = (path: string) => path.replaceAll('\\', '/');
  const source = slashed(fileURLToPath(srcDir));
  const files = new Set(collections.flatMap(({ file }) => (file === undefined ? [] : [slashed(file)])));
  const readers = collections.map(({ name }) => readerOf(name));
  return {
    name: 'masthead-content-style',
    transform(code, id) {
      const shows = files.has(id) || (id.startsWith(source) && /\brender\s*\(/.test(code) && readers.some((reads) => reads.test(code)));
      return shows ? { code: `${code}\nimport 'masthead-astro/content.css';`, map: null } : undefined;
    },
  };
}
