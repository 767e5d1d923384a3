// Dollars that are money, in a document with formulas: written as references, they neither begin nor end one.

import type { Nodes, Parents } from 'mdast';

/** What holds text with formulas in it. */
const BLOCKS = new Set(['heading', 'paragraph', 'tableCell']);

/** One dollar, or two that stand together. */
interface Mark {
  at: number;
  length: number;
  /** It is in no text, so that it is money. */
  isMoney?: boolean;
}

/** A dollar that no parser takes for a formula's. Behind a backslash it would still end one. */
const DOLLAR = '&#36;';

/**
 * The Markdown with a reference for each dollar that begins and ends no formula, by Pandoc's rule: no white space stands right
 * inside of the two, and no digit right behind the second. `tree` is that Markdown, read without formulas: dollars in code aren't looked at.
 */
export function withoutMoney(markdown: string, tree: Nodes): string {
  const money = blocksIn(tree).flatMap((block) => moneyAmong(dollarsIn(block, markdown), markdown));
  return money.sort((one, other) => other - one).reduce((text, at) => text.slice(0, at) + DOLLAR + text.slice(at + 1), markdown);
}

function blocksIn(node: Nodes): Nodes[] {
  if (BLOCKS.has(node.type)) return [node];
  return 'children' in node ? (node as Parents).children.flatMap(blocksIn) : [];
}

/**
 * The dollars in a block's text, in their order, but for those that have a backslash already. Where a reference would be read as it is
 * written they stay: in addresses that stand for themselves, and in labels that a definition has as well.
 */
function dollarsIn(node: Nodes, markdown: string): Mark[] {
  const { start, end } = node.position ?? {};
  if (start?.offset === undefined || end?.offset === undefined) return [];
  const from = start.offset;
  if (node.type === 'text') return marksIn(markdown, from, end.offset);
  if (node.type === 'image') {
    const alt = markdown.slice(from, end.offset).lastIndexOf('](');
    // In code a reference would be read as it is written, too.
    if (markdown.slice(from, from + alt).includes('`')) return [];
    return marksIn(markdown, from, from + alt).flatMap(each).map((at) => ({ at, length: 1, isMoney: true }));
  }
  if ((node.type === 'link' && markdown[from] !== '[') || (node.type === 'linkReference' && node.referenceType !== 'full')) return [];
  return 'children' in node ? (node as Parents).children.flatMap((child) => dollarsIn(child, markdown)) : [];
}

function marksIn(markdown: string, from: number, to: number): Mark[] {
  return [...markdown.slice(from, to).matchAll(/\\[^]|(\$+)/g)].flatMap(({ 1: dollars, index }) => (dollars ? [{ at: from + index, length: dollars.length }] : []));
}

/** Where each of the dollars that stand together is. */
const each = ({ at, length }: Mark): number[] => Array.from({ length }, (_, beside) => at + beside);

/** Whether something stands behind them on their line. */
const hasWordsBehind = ({ at, length }: Mark, markdown: string): boolean => /^[^\S\r\n]*\S/.test(markdown.slice(at + length, at + length + 1_000));

function moneyAmong(all: readonly Mark[], markdown: string): number[] {
  const money = all.filter(({ isMoney }) => isMoney).map(({ at }) => at);
  const dollars = all.filter(({ isMoney }) => !isMoney);
  for (let next = 0; next < dollars.length; next += 1) {
    const mark = dollars[next]!;
    if (mark.length > 1) {
      // Two dollars begin what two dollars end, and those in between are none of ours.
      const end = dollars.findIndex(({ length }, at) => at > next && length === mark.length);
      if (end > 0) next = end;
      // Without an end in the block, and with words behind them, they are text: at the beginning of a line a parser would drop these words, and
      // take all that follows for the formula.
      else if (hasWordsBehind(mark, markdown)) money.push(...each(mark));
      continue;
    }
    const end = dollars[next + 1];
    if (end?.length === 1 && /\S/.test(markdown[mark.at + 1] ?? ' ') && /\S/.test(markdown[end.at - 1] ?? ' ') && !/\d/.test(markdown[end.at + 1] ?? '')) next += 1;
    else money.push(mark.at);
  }
  return money;
}
