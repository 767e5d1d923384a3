// Diagrams in Mermaid's language, drawn while the site is built; what can't be drawn stays the code that it is.

import type { Element, Root } from 'hast';
import { filesIn, hasCode, sourceOf } from './code.js';
import type { Colours, Drawer } from './draw.js';
import { drawingOf } from './drawing.js';
import { loaded } from './loaded.js';
import { element, elementsOf, replaceEach, text } from './tree.js';
import type { Surroundings, Transform, Words } from './transform.js';

/** Of one document. */
const MAX_DIAGRAMS = 50;
/** Of one document's, in milliseconds: what comes later stays code. */
const MAX_MS_TOGETHER = 10_000;
/** Diagrams of one member that take too long; what else they have stays as it is written. */
const MAX_TOO_LONG = 2;
/** Characters of a text alternative. */
const MAX_ALT = 300;
/** Padding keeps arrows and labels off the edges; the colours are those of drawing.ts. */
const COLOURS: Colours = { transparent: true, padding: 12 };
/** Statements that mean something on a page with scripts, and directives: the library takes some of them for boxes. */
const PASSED_OVER = /^[ \t]*(?:click[ \t]+\w|callback[ \t]+\w+[ \t]+"|links?[ \t]+\w+[ \t]*:|acc(?:Title|Descr)\b|%%).*$/gm;
const FRONTMATTER = /^\s*---\r?\n[^]*?\r?\n---[ \t]*\r?\n/;
const ACCESSIBLE = /^[ \t]*acc(?:Title|Descr)[ \t]*:[ \t]*(.+)$/gm;

/** `undefined` where the site hasn't installed what draws them. */
export function diagrams(): Transform | undefined {
  const library = installed();
  if (library === undefined) return undefined;
  let drawer: Drawer | undefined;
  const tooLong = new Map<string, number>();
  return {
    name: 'diagrams',
    concerns: (html) => hasCode(html, 'mermaid'),
    allowance: { classes: { figure: ['masthead-diagram'] } },
    drawings: true,
    async apply(tree: Root, about: Surroundings) {
      const made = new Map<Element, Element>();
      const spent = { ms: 0 };
      // Live loaders may run where there are no threads; what can't be loaded is a transform that fails.
      const { Drawer, TooMuch } = await loaded(() => import('./draw.js'), './draw.js');
      drawer ??= new Drawer(library);
      for (const node of blocksIn(tree)) {
        if (made.size >= MAX_DIAGRAMS || spent.ms > MAX_MS_TOGETHER || (tooLong.get(about.author) ?? 0) >= MAX_TOO_LONG) break;
        try {
          made.set(node, await figureOf(sourceOf(node, 'mermaid') ?? '', drawer, about.words, spent));
        } catch (error) {
          // A kind that isn't drawn, or a faulty one: the code says what the drawing would, and is there.
          if (error instanceof TooMuch) tooLong.set(about.author, (tooLong.get(about.author) ?? 0) + 1);
        }
      }
      replaceEach(tree, (node) => (made.has(node) ? [...filesIn(node), made.get(node)!] : undefined));
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

/** Blocks of it, each once: that of Expressive Code has a `<pre>` in it. */
function blocksIn(tree: Root): Element[] {
  const found: Element[] = [];
  const within = new Set<Element>();
  for (const node of elementsOf(tree)) {
    if (within.has(node) || sourceOf(node, 'mermaid') === undefined) continue;
    found.push(node);
    for (const child of elementsOf(node)) within.add(child);
  }
  return found;
}

/**
 * The drawing over its source.
 *
 * @throws {Error} where it can't be drawn
 */
async function figureOf(source: string, drawer: Drawer, words: Words, spent: { ms: number }): Promise<Element> {
  const drawing = drawingOf(await drawer.draw(source.replace(FRONTMATTER, '').replace(PASSED_OVER, '').trim(), COLOURS, spent));
  if (drawing.labels.length === 0) throw new Error('nothing is written in it');
  const said = [...source.matchAll(ACCESSIBLE)].map(([, written = '']) => written.trim());
  const contents = (said.length > 0 ? said : drawing.labels).join(', ').slice(0, MAX_ALT);
  const { address, width, height } = drawing;
  return element('figure', { className: ['masthead-diagram'] }, [
    element('img', { src: address, alt: words('content.diagram', { contents }), width, height, decoding: 'async' }),
    element('details', {}, [element('summary', {}, [text(words('content.diagram_source'))]), element('pre', {}, [element('code', {}, [text(source)])])]),
  ]);
}
