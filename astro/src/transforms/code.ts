// Blocks of code by their language, however the site's renderer has coloured them.

import type { Element, ElementContent } from 'hast';
import { classesOf, elementsOf, hasClass, textOf } from './tree.js';

/**
 * The text of a block of code in a language; `undefined` for any other element. Shiki and Expressive Code name the language on `<pre>`,
 * Prism and plain Markdown by a class.
 */
export function sourceOf(node: Element, language: string): string | undefined {
  const pre = node.tagName === 'pre' ? node : hasClass(node, 'expressive-code') ? elementsOf(node).find(({ tagName }) => tagName === 'pre') : undefined;
  if (!pre) return undefined;
  const code = pre.children.find((child): child is Element => child.type === 'element' && child.tagName === 'code');
  const named = `language-${language}`;
  // What an author wrote beside the code in a `<pre>` of HTML would be lost with it.
  if (code && pre === node && pre.children.some((child) => child !== code && child.type !== 'comment' && textOf(child).trim() !== '')) return undefined;
  if (pre.properties['dataLanguage'] !== language && !(code && classesOf(code).includes(named))) return undefined;
  // Expressive Code has an element for each line, and no line breaks.
  const lines = elementsOf(pre).filter((child) => hasClass(child, 'ec-line'));
  return lines.length > 0 ? lines.map((line) => withoutBreak(textOf(line))).join('\n') : textOf(code ?? pre);
}

/** Style sheets and scripts in a block: Expressive Code puts those of the whole page into its first one. */
export const filesIn = (block: Element): ElementContent[] => elementsOf(block).filter(({ tagName }) => tagName === 'link' || tagName === 'script');

const withoutBreak = (line: string): string => line.replace(/\n$/, '');

/** Whether HTML has code in a language. */
export const hasCode = (html: string, language: string): boolean => html.includes(`language-${language}`) || html.includes(`data-language="${language}"`);

/** A node within `<code>`, as it stands in a text. */
export const codeOf = (value: string, properties: Element['properties'] = {}): Element => ({ type: 'element', tagName: 'code', properties, children: [{ type: 'text', value }] as ElementContent[] });
