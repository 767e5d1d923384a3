// A file's frontmatter while it is rendered: the renderer of Astro 5 takes it for text.

import type { LoaderContext } from 'astro/loaders';
import { blockOf } from './document.js';
import { processorOf } from './transforms/renderer.js';

/** The context, whose `renderMarkdown` reads frontmatter as that of Astro 6 and 7 does. */
export async function readingFrontmatter(context: LoaderContext): Promise<LoaderContext> {
  // Astro 7, whose renderer need not be made for that: documents are handed to one of their own.
  if (processorOf(context.config)) return context;
  const { metadata } = await context.renderMarkdown('---\nprobe: 1\n---\n');
  if ((metadata?.frontmatter as Record<string, unknown> | undefined)?.['probe'] !== undefined) return context;
  return {
    ...context,
    async renderMarkdown(content, options) {
      const { data, body } = blockOf(content);
      const rendered = await context.renderMarkdown(body, options);
      return { ...rendered, metadata: { ...rendered.metadata, frontmatter: data ?? {} } };
    },
  };
}
