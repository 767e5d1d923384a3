// What of a document's Markdown would cost a build minutes or gigabytes, known before it is rendered.

import type { Nodes, Parents } from 'mdast';

/** In characters: what is shorter costs little, whatever stands in it. */
const SMALL = 50_000;
/** Code in one document that gets colours, in characters: each becomes some 15 of HTML, and 200,000 take a second on a machine of 2024. */
const MAX_COLOURED = 200_000;
/** What a block costs beside its text. */
const PER_BLOCK = 200;
/** Cells that nobody wrote: parsers fill up a row that is shorter than its table's head. A mebibyte of such rows became five gigabytes. */
const MAX_FILLED = 300_000;
/** The line under a table's head. */
const UNDER_HEAD = /^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\r?$/;
/** Not coloured by the time that a page is made of them. */
const DRAWN = new Set(['math', 'mermaid']);
const FENCE = /^(`{3,}|~{3,})[^\n]*/;

type Parser = (markdown: string) => Nodes;

export interface Lighter {
  markdown: string;
  /** How many blocks of code have no language any more. */
  plain: number;
}

/**
 * The Markdown, whose last blocks of code have no language where there is so much code that colours would cost too much. `load` gives the
 * parser; `undefined` where there is none, and all of it stays.
 *
 * @throws {Error} where its tables have too many cells; the message is a sentence.
 */
export async function lighter(markdown: string, load: () => Promise<Parser | undefined>): Promise<Lighter> {
  if (markdown.length <= SMALL) return { markdown, plain: 0 };
  if (filledIn(markdown) > MAX_FILLED) throw new Error(`its tables have more than ${MAX_FILLED.toLocaleString('en')} cells that nobody wrote, in rows that are shorter than the head`);
  // Only what has much code is parsed for it.
  const parse = markdown.length > MAX_COLOURED || markdown.split('\n```').length > MAX_COLOURED / PER_BLOCK ? await load() : undefined;
  if (!parse) return { markdown, plain: 0 };
  let coloured = 0;
  let written = '';
  let end = 0;
  let plain = 0;
  for (const { lang, value, at } of blocksIn(parse(markdown))) {
    if (DRAWN.has(lang) || (coloured += value.length + PER_BLOCK) <= MAX_COLOURED) continue;
    const [line = '', fence = ''] = FENCE.exec(markdown.slice(at, at + 10_000)) ?? [];
    if (fence === '') continue;
    written += markdown.slice(end, at) + fence;
    end = at + line.length;
    plain += 1;
  }
  return { markdown: written + markdown.slice(end), plain };
}

/** How many cells parsers add to tables, at most. */
function filledIn(markdown: string): number {
  let cells = 0;
  let columns = 0;
  for (const line of markdown.split('\n')) {
    if (/^[ \t>]*\r?$/.test(line)) columns = 0;
    else if (line.includes('|') && line.length < 100_000 && UNDER_HEAD.test(line)) columns = Math.max(columns, line.split('|').length);
    else cells += Math.max(0, columns - line.split('|').length);
  }
  return cells;
}

/** Blocks of code that name a language, in their order. */
function blocksIn(node: Nodes): { lang: string; value: string; at: number }[] {
  if (node.type === 'code') return node.lang && node.position?.start.offset !== undefined ? [{ lang: node.lang, value: node.value, at: node.position.start.offset }] : [];
  return 'children' in node ? (node as Parents).children.flatMap(blocksIn) : [];
}
