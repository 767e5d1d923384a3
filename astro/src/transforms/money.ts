// Dollars that are money, in a document with formulas: a backslash keeps them out.

import type { Nodes, Parents } from 'mdast';

/** What holds text with formulas in it. */
const BLOCKS = new Set(['heading', 'paragraph', 'tableCell']);

/** One dollar, or two that stand together. */
interface Mark {
  at: number;
  length: number;
}

/**
 * The Markdown with a backslash before each dollar that begins and ends no formula, by Pandoc's rule: no white space stands right
 * inside of the two, and no digit right behind the second. `tree` is that Markdown, read without formulas: dollars in code aren't looked at.
 */
export function withoutMoney(markdown: string, tree: Nodes): string {
  const money = blocksIn(tree).flatMap((block) => moneyAmong(dollarsIn(block, markdown), markdown));
  return money.sort((one, other) => other - one).reduce((text, at) => `${text.slice(0, at)}\\${text.slice(at)}`, markdown);
}

function blocksIn(node: Nodes): Nodes[] {
  if (BLOCKS.has(node.type)) return [node];
  return 'children' in node ? (node as Parents).children.flatMap(blocksIn) : [];
}

/** The dollars in a block's text, in their order, but for those that have a backslash already. */
function dollarsIn(node: Nodes, markdown: string): Mark[] {
  if ('children' in node) return (node as Parents).children.flatMap((child) => dollarsIn(child, markdown));
  const { start, end } = node.position ?? {};
  if (node.type !== 'text' || start?.offset === undefined || end?.offset === undefined) return [];
  const from = start.offset;
  return [...markdown.slice(from, end.offset).matchAll(/\\[^]|(\$+)/g)].flatMap(({ 1: dollars, index }) => (dollars ? [{ at: from + index, length: dollars.length }] : []));
}

function moneyAmong(dollars: readonly Mark[], markdown: string): number[] {
  const money: number[] = [];
  for (let next = 0; next < dollars.length; next += 1) {
    const mark = dollars[next]!;
    if (mark.length > 1) {
      // Two dollars begin what two dollars end, and those in between are none of ours. Without an end they are text.
      const end = dollars.findIndex(({ length }, at) => at > next && length === mark.length);
      if (end > 0) next = end;
      continue;
    }
    const end = dollars[next + 1];
    if (end?.length === 1 && /\S/.test(markdown[mark.at + 1] ?? ' ') && /\S/.test(markdown[end.at - 1] ?? ' ') && !/\d/.test(markdown[end.at + 1] ?? '')) next += 1;
    else money.push(mark.at);
  }
  return money;
}
