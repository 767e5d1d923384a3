// The wall for sites that load members' files themselves, with `glob()` or from a CMS: for Sätteri,
// which Astro 7 renders with, and for rehype.

import type { Nodes, Root } from 'hast';
import { toHtml } from 'hast-util-to-html';
import type { Allowance } from './policy.js';
import { wallWith } from './wall.js';

/** What a plugin of Sätteri can do to a document. */
interface Document {
  replaceNode(node: Readonly<Root>, replacement: Root): void;
}

/**
 * A plugin for Sätteri, as the last one: `satteri({ hastPlugins: [callouts(), htmlWall()] })`. Give it
 * what your other plugins make that the table doesn't have.
 */
export function htmlWall(...allowances: readonly Allowance[]) {
  const wall = wallWith(...allowances);
  return {
    name: 'masthead-html-wall',
    before(root: Readonly<Root>, context: Document): void {
      context.replaceNode(root, wall.tree(asWritten(root as Root)));
    },
  };
}

/** The same for rehype: `unified().use(rehypeHtmlWall)`, or `rehypePlugins: [rehypeHtmlWall]` in Astro. */
export function rehypeHtmlWall(...allowances: readonly (Allowance | undefined)[]) {
  // unified calls a plugin without options with one that is undefined.
  const wall = wallWith(...allowances.filter((allowance) => allowance !== undefined));
  return (tree: Root): Root => wall.tree(asWritten(tree));
}

/** The tree as a page would have it: its raw HTML is read there together with what stands around it. */
function asWritten(tree: Nodes): string {
  return toHtml(tree, { allowDangerousHtml: true });
}
