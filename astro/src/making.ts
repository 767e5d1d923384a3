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
import { parserOf, rendererWithFormulas, type Renderer } from './transforms/renderer.js';

/** What HTML is made by, and what is made of it. */
export interface Making {
  wall: Wall;
  content: Content;
  /** Reads formulas; `undefined` where the site's own renderer is to be used. */
  formulas: () => Promise<Renderer | undefined>;
}

/** What the site's configuration and the loader's options make of a document. */
export function makingOf({ config, logger }: LoaderContext, options: Pick<MastheadOptions, 'allow' | 'content'>): Making {
  const allowances = [...allowancesOf(config), ...(options.allow ?? [])];
  const assets = assetsOf(config);
  const content = contentOf(options.content, settingsOf(config).content);
  let renderer: Promise<Renderer | undefined> | undefined;
  return {
    wall: wallOf(policyWith(allowances, { assets })),
    content: contentFor({ content, allowances, assets, hasStarlight: hasStarlight(config), islands: islandAddresses(config), advise: (advice) => logger.info(advice) }),
    formulas: async () => {
      if (content.math === false) return undefined;
      renderer ??= rendererWithFormulas(config).catch((error) => {
        logger.warn(`formulas stay as they are written: ${error instanceof Error ? error.message : error}`);
        return undefined;
      });
      return renderer;
    },
  };
}

/**
 * What the site's renderer makes of a file, with its frontmatter, which plugins of the site may want. `warn` is told what it makes less of.
 *
 * @throws {Error} where it would cost the build too much; the message is a sentence.
 */
export async function htmlOf(context: LoaderContext, text: string, document: Document, { formulas }: Making, warn: (message: string) => void): Promise<{ html: string; metadata?: Record<string, unknown> | undefined }> {
  const { markdown, plain } = await lighter(document.body, () => parserOf(context.config.root));
  if (plain > 0) warn(`${plain} of its blocks of code have no colours: it has more code than a build can colour`);
  const renderer = hasFormulas(document) ? await formulas() : undefined;
  if (!renderer) return context.renderMarkdown(plain > 0 ? text.slice(0, text.lastIndexOf(document.body)) + markdown : text);
  const { code, metadata } = await renderer.render(markdown, { frontmatter: document.data });
  return { html: code, metadata };
}
