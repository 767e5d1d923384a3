// Diagrams in Mermaid's language, drawn while the site is built, or else in the reader's browser; what neither can draw stays the code that it is.

import type { Element, Root } from 'hast';
import { filesIn, hasCode, sourceOf } from './code.js';
import type { Colours, Drawer } from './draw.js';
import { drawingOf } from './drawing.js';
import { loaded } from './loaded.js';
import { isDrawable, plain, weightOf } from './mermaid.js';
import { element, elementsOf, replaceEach, text } from './tree.js';
import type { Surroundings, Transform, Words } from './transform.js';

/** Of one document. */
const MAX_DIAGRAMS = 50;
/** Of one document's diagrams, in edges: what comes later stays code. */
const MAX_WEIGHT_TOGETHER = 600;
/** Diagrams of one member that take too long or too much memory all the same; what else they have stays as it is written. */
const MAX_TOO_MUCH = 2;
/** Characters of a text alternative. */
const MAX_ALT = 300;
/** Padding keeps arrows and labels off the edges; the colours are those of drawing.ts. */
const COLOURS: Colours = { transparent: true, padding: 12 };
/** What a site is told that could show more. */
const NO_ISLAND = 'a diagram of a kind that builds don’t draw stays code: npm install mermaid, beside masthead() in astro.config.mjs, has readers’ browsers draw it';
const NEITHER = 'diagrams stay code: npm install beautiful-mermaid has builds draw them, and npm install mermaid, beside masthead() in astro.config.mjs, readers’ browsers';
const ACCESSIBLE = /^[ \t]*acc(?:Title|Descr)[ \t]*:[ \t]*(.+)$/gm;

/** `script`: the address of the island, where the site has the integration and Mermaid. */
export function diagrams(script: string | undefined): Transform {
  const library = installed();
  let drawer: Drawer | undefined;
  const tooMuch = new Map<string, number>();

  /** What the build draws of a document's blocks. */
  async function drawnOf(blocks: readonly Block[], { words, author }: Surroundings): Promise<Map<Element, Element>> {
    const made = new Map<Element, Element>();
    if (library === undefined) return made;
    // Live loaders may run where there are no threads; what can't be loaded is a transform that fails.
    const { Drawer, TooMuch } = await loaded(() => import('./draw.js'), './draw.js');
    drawer ??= new Drawer(library);
    for (const { node, source } of blocks) {
      if ((tooMuch.get(author) ?? 0) >= MAX_TOO_MUCH) break;
      try {
        made.set(node, await figureOf(source, drawer, words));
      } catch (error) {
        // A kind that isn't drawn, or a faulty one: the code says what the drawing would, and is there.
        if (error instanceof TooMuch) tooMuch.set(author, (tooMuch.get(author) ?? 0) + 1);
      }
    }
    return made;
  }

  return {
    name: 'diagrams',
    concerns: (html) => hasCode(html, 'mermaid'),
    allowance: { elements: ['masthead-diagram'], attributes: { 'masthead-diagram': ['data-alt', 'data-failed', 'data-source'] }, classes: { figure: ['masthead-diagram'] } },
    drawings: true,
    asset: script,
    settings: `${library !== undefined} ${script ?? ''}`,
    async apply(tree: Root, about: Surroundings) {
      let weight = 0;
      const blocks = blocksIn(tree)
        .slice(0, MAX_DIAGRAMS)
        .filter(({ source }) => source.trim() !== '' && isDrawable(source) && (weight += weightOf(source)) <= MAX_WEIGHT_TOGETHER);
      const made = await drawnOf(blocks, about);
      const left = new Set(blocks.map(({ node }) => node).filter((node) => !made.has(node)));
      if (left.size > 0 && !script) about.advise(library === undefined ? NEITHER : NO_ISLAND);
      replaceEach(tree, (node) => {
        const drawing = made.get(node);
        if (drawing) return [...filesIn(node), drawing];
        return left.has(node) && script ? [...filesIn(node), islandFor(node, about.words)] : undefined;
      });
      if (left.size > 0 && script) tree.children.push(element('script', { type: 'module', src: script }));
    },
  };
}

/** The address of the library; `undefined` where the site hasn't installed it. */
export function installed(): string | undefined {
  try {
    return import.meta.resolve('beautiful-mermaid');
  } catch {
    // An optional package: without it the source stays.
    return undefined;
  }
}

interface Block {
  node: Element;
  source: string;
}

/** Blocks of it, each once: that of Expressive Code has a `<pre>` in it. */
function blocksIn(tree: Root): Block[] {
  const found: Block[] = [];
  const within = new Set<Element>();
  for (const node of elementsOf(tree)) {
    const source = within.has(node) ? undefined : sourceOf(node, 'mermaid');
    if (source === undefined) continue;
    found.push({ node, source });
    for (const child of elementsOf(node)) within.add(child);
  }
  return found;
}

/** The code, in the element whose script has the reader's browser draw it. */
function islandFor(block: Element, words: Words): Element {
  replaceEach(block, ({ tagName }) => (tagName === 'link' || tagName === 'script' ? [] : undefined));
  // The script puts in what is written in the drawing.
  return element('masthead-diagram', { dataAlt: words('content.diagram'), dataSource: words('content.diagram_source'), dataFailed: words('content.diagram_failed') }, [block]);
}

/**
 * The drawing over its source.
 *
 * @throws {Error} where it can't be drawn
 */
async function figureOf(source: string, drawer: Drawer, words: Words): Promise<Element> {
  const drawing = drawingOf(await drawer.draw(plain(source), COLOURS));
  if (drawing.labels.length === 0) throw new Error('nothing is written in it');
  const said = [...source.matchAll(ACCESSIBLE)].map(([, written = '']) => written.trim());
  const contents = (said.length > 0 ? said : drawing.labels).join(', ').slice(0, MAX_ALT);
  const { address, width, height } = drawing;
  return element('figure', { className: ['masthead-diagram'] }, [
    element('img', { src: address, alt: words('content.diagram', { contents }), width, height, decoding: 'async' }),
    element('details', {}, [element('summary', {}, [text(words('content.diagram_source'))]), element('pre', {}, [element('code', {}, [text(source)])])]),
  ]);
}
