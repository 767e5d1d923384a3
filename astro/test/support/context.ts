// What Astro hands a loader, on its own renderer, with a store that can be looked into.

import { createSatteriMarkdownProcessor } from '@astrojs/markdown-satteri';
import type { DataStore, LoaderContext, MetaStore } from 'astro/loaders';
import type { ZodType } from 'astro/zod';
import { blockOf } from '../../src/document.js';
import { mastheadSchema } from '../../src/schema.js';

export interface Site {
  context: LoaderContext;
  entries: Map<string, any>;
  /** Level and text. */
  log: string[];
}

/** `markdown`: Astro's options for rendering; `watched`: as in `astro dev`; `root`: the site's folder; `isFive`: as Astro 5 renders. */
export async function site({ schema = mastheadSchema as ZodType, markdown = {}, watched = false, root = 'file:///club/site/', isFive = false } = {}): Promise<Site> {
  const processor = await createSatteriMarkdownProcessor(markdown);
  const entries = new Map<string, any>();
  const meta = new Map<string, string>();
  const log: string[] = [];
  const say = (level: string) => (text: string) => void log.push(`${level}: ${text}`);
  const store = {
    get: (id: string) => entries.get(id),
    has: (id: string) => entries.has(id),
    keys: () => [...entries.keys()],
    values: () => [...entries.values()],
    entries: () => [...entries],
    set: (entry: { id: string }) => (entries.set(entry.id, entry), true),
    delete: (id: string) => void entries.delete(id),
    clear: () => entries.clear(),
  } as unknown as DataStore;
  const context = {
    collection: 'members',
    config: { root: new URL(root), srcDir: new URL('source/', root) },
    store,
    meta: meta as unknown as MetaStore,
    logger: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    async parseData({ id, data }: { id: string; data: unknown }) {
      const parsed = schema.safeParse(data);
      if (!parsed.success) {
        // As Astro says it (InvalidContentEntryDataError).
        const issues = parsed.error.issues.map(({ path, message }) => `  **${path.join('.')}**: ${message}`);
        const error = new Error([`**members → ${id}** data does not match collection schema.\n`, ...issues, ''].join('\n'));
        error.name = 'InvalidContentEntryDataError';
        throw error;
      }
      return parsed.data;
    },
    async renderMarkdown(text: string) {
      // As Astro 6 and 7 do it. Astro 5 takes the whole text, and says nothing of the frontmatter.
      const { data: frontmatter, body } = blockOf(text);
      const { code, metadata } = isFive ? await processor.render(text) : await processor.render(body, { frontmatter: frontmatter ?? {} });
      return { html: code, metadata: { ...metadata, ...(isFive ? { frontmatter: {} } : {}), imagePaths: metadata.localImagePaths } };
    },
    // Astro's has 16 characters; here it says what it was made of.
    generateDigest: (data: string) => data,
    watcher: watched ? {} : undefined,
  } as unknown as LoaderContext;
  return { context, entries, log };
}
