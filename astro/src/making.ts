// What makes HTML of a member's document in a build: the site's renderer, the wall, and what the document becomes beyond Markdown.

import type { LoaderContext } from 'astro/loaders';
import { contentOf } from './content.js';
import { hasFormulas, type Document } from './document.js';
import { allowancesOf, assetsOf } from './html/allowances.js';
import { policyWith } from './html/policy.js';
import { wallOf, type Wall } from './html/wall.js';
import { islandAddresses } from './integration/islands.js';
import { hasStarlight } from './integration/places.js';
import type { MastheadOptions } from './options.js';
import { settingsOf } from './settings.js';
import { contentFor, type Content } from './transforms/index.js';
import { lighter } from './transforms/lighter.js';
import { parserOf, rendererOf, rendererWithFormulas, type Renderer } from './transforms/renderer.js';

/** What HTML is made by, and what is made of it. */
export interface Making {
  wall: Wall;
  content: Content;
  /** Reads a document, its formulas with `math`; `undefined` where Astro's own way is to be used. */
  renderer: (reads: { math: boolean }) => Promise<Renderer | undefined>;
}

/** What the site's configuration and the loader's options make of a document. */
export function makingOf({ config, logger }: LoaderContext, options: Pick<MastheadOptions, 'allow' | 'content'>): Making {
  const allowances = [...allowancesOf(config), ...(options.allow ?? [])];
  const assets = assetsOf(config);
  const content = contentOf(options.content, settingsOf(config).content);
  let own: Promise<Renderer | undefined> | undefined;
  let withFormulas: Promise<Renderer | undefined> | undefined;
  const readingFormulas = () =>
    (withFormulas ??= rendererWithFormulas(config).catch((error) => {
      logger.warn(`formulas stay as they are written: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }));
  return {
    wall: wallOf(policyWith(allowances, { assets })),
    content: contentFor({ content, allowances, assets, hasStarlight: hasStarlight(config), islands: islandAddresses(config), advise: (advice) => logger.info(advice) }),
    renderer: async ({ math }) => (math && content.math !== false ? await readingFormulas() : undefined) ?? (own ??= rendererOf(config)),
  };
}

/**
 * What the site's renderer makes of a file, with its frontmatter, which plugins of the site may want. `warn` is told what it makes less of.
 *
 * @throws {Error} where it would cost the build too much; the message is a sentence.
 */
export async function htmlOf(context: LoaderContext, text: string, document: Document, making: Making, warn: (message: string) => void): Promise<{ html: string; metadata?: Record<string, unknown> | undefined }> {
  const { markdown, plain } = await lighter(document.body, () => parserOf(context.config.root));
  if (plain > 0) warn(`${plain} of its blocks of code have no colours: it has more code than a build can colour`);
  const renderer = await making.renderer({ math: hasFormulas(document) });
  if (!renderer) return context.renderMarkdown(plain > 0 ? text.slice(0, text.lastIndexOf(document.body)) + markdown : text);
  // Behind an empty line, as Astro does it: a text that begins with a line `---` would be taken for frontmatter once more. The site's
  // plugins may write into what they are handed, which is therefore no part of the entry's data.
  const { code, metadata } = await renderer.render(`\n${markdown}`, { frontmatter: structuredClone(document.frontmatter) });
  return { html: code, metadata };
}
