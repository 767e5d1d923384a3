// Callouts, `> [!note]- Title`, as Masthead publishes them: for Sätteri, which Astro 7 renders with,
// and for rehype.

import type { Element, ElementContent, Nodes, Root } from 'hast';
import { element, text } from './transforms/tree.js';
import { langOf, wordsOf, type Beside, type Words, type WordsFor } from './words.js';

// The type, whether it folds, and what follows on the line.
const MARKER = /^\[!([^\]|\n]+)\]([+-]?)[ \t]*/;

/** What a plugin of Sätteri can ask for. */
interface Surroundings {
  readonly data: object;
  parent(node: Readonly<Nodes>): Readonly<Nodes> | undefined;
}

/**
 * A plugin for Sätteri: `satteri({ hastPlugins: [callouts()] })`. `words` gives those that have no title one in the document's language, by
 * default the package's.
 */
export function callouts(words: WordsFor = wordsOf) {
  return {
    name: 'masthead-callouts',
    element: {
      filter: ['blockquote'],
      visit(node: Readonly<Element>, context: Surroundings): Element | undefined {
        // The outermost brings those in it along.
        for (let outer = context.parent(node); outer; outer = context.parent(outer)) {
          if (outer.type === 'element' && outer.tagName === 'blockquote' && markerOf(outer)) return undefined;
        }
        return calloutFrom(node as Element, words(langOf(context.data))) ?? undefined;
      },
    },
  };
}

/** The same for rehype: `unified().use(rehypeCallouts)`, or `markdown.rehypePlugins` of Astro; with words, `[rehypeCallouts, words]`. */
export function rehypeCallouts(words: WordsFor = wordsOf) {
  return (tree: Root, file?: { data: Beside }): void => {
    const said = words(langOf(file?.data));
    tree.children = tree.children.map((node) => within(node as ElementContent, said) as Root['children'][number]);
  };
}

/** The node with every callout in it made one. */
function within(node: ElementContent, words: Words): ElementContent {
  if (node.type !== 'element') return node;
  const callout = node.tagName === 'blockquote' ? calloutFrom(node, words) : null;
  return callout ?? { ...node, children: node.children.map((child) => within(child, words)) };
}

interface Marker {
  type: string;
  fold: string;
  /** The first paragraph without its marker. */
  paragraph: ElementContent[];
  /** Where that paragraph is among the quotation's children. */
  at: number;
}

/** `null` for a quotation that is no callout, such as one that has words before the marker. */
function markerOf(quote: Readonly<Element>): Marker | null {
  const at = quote.children.findIndex((child) => child.type === 'element' || isSeen(child));
  const first = quote.children[at];
  if (first?.type !== 'element' || first.tagName !== 'p') return null;
  const [start, ...others] = first.children;
  const found = start?.type === 'text' ? MARKER.exec(start.value) : null;
  if (start?.type !== 'text' || !found) return null;
  const [whole, type = '', fold = ''] = found;
  return { type, fold, paragraph: [text(start.value.slice(whole.length)), ...others], at };
}

/** `null` for a quotation that is none. Nested ones come along. */
function calloutFrom(quote: Element, words: Words): Element | null {
  const marker = markerOf(quote);
  if (!marker) return null;
  const { type, fold, paragraph, at } = marker;
  const { title, rest } = firstLine(paragraph);
  const kind = type.trim().toLowerCase();
  const named = title.some(isSeen) ? title : [text(calledBy(kind, words))];
  const content = [...(rest.length > 0 ? [element('p', {}, rest)] : []), ...quote.children.slice(at + 1)].map((child) => within(child, words));
  const properties = { className: ['callout'], dataCallout: kind };
  const body = content.some((node) => node.type === 'element' || isSeen(node)) ? [element('div', { className: ['callout-content'] }, content)] : [];
  return fold
    ? element('details', { ...properties, ...(fold === '+' ? { open: true } : {}) }, [element('summary', { className: ['callout-title'] }, named), ...body])
    : element('div', properties, [element('p', { className: ['callout-title'] }, named), ...body]);
}

/** What a reader sees without a word of text in it. */
const SEEN = new Set(['img', 'svg', 'math', 'video', 'audio']);

/** Whether a reader sees anything of a node. What is raw HTML still may be seen. */
function isSeen(node: Readonly<Nodes>): boolean {
  if (node.type === 'element' && SEEN.has(node.tagName)) return true;
  if ('children' in node) return node.children.some(isSeen);
  return 'value' in node && node.type !== 'comment' && node.value.trim() !== '';
}

/** What a callout without a title is called. An author may write any type, that of what objects have by themselves, too. */
const calledBy = (kind: string, { callouts }: Words): string => (Object.hasOwn(callouts, kind) ? callouts[kind] : undefined) ?? kind.charAt(0).toUpperCase() + kind.slice(1);

/** What stands on a paragraph's first line, and after it. */
function firstLine(nodes: ElementContent[]): { title: ElementContent[]; rest: ElementContent[] } {
  for (const [at, node] of nodes.entries()) {
    if (node.type === 'element' && node.tagName === 'br') return { title: nodes.slice(0, at), rest: trimmed(nodes.slice(at + 1)) };
    const end = node.type === 'text' ? node.value.indexOf('\n') : -1;
    if (node.type === 'text' && end >= 0) {
      return {
        title: [...nodes.slice(0, at), text(node.value.slice(0, end))],
        rest: trimmed([text(node.value.slice(end + 1)), ...nodes.slice(at + 1)]),
      };
    }
  }
  return { title: nodes, rest: [] };
}

/** Without white space at the start. */
function trimmed([first, ...others]: ElementContent[]): ElementContent[] {
  if (first?.type !== 'text') return first ? [first, ...others] : [];
  const value = first.value.trimStart();
  return value ? [text(value), ...others] : others;
}
