// Tables, each in a box that scrolls where it is wider than the page.

import type { Element, Root } from 'hast';
import { element, elementsOf, replaceEach, textOf } from './tree.js';
import type { Surroundings, Transform } from './transform.js';

/** A table of so many columns, or with a row of so many characters, may be wider than a phone. */
const WIDE = { columns: 4, characters: 40 };

export const tables: Transform = {
  name: 'tables',
  concerns: (html) => html.includes('<table'),
  allowance: { attributes: { div: ['role'] }, classes: { div: ['masthead-table'] } },
  apply: (tree: Root, { words }: Surroundings) =>
    replaceEach(tree, (node) => {
      if (node.tagName !== 'table') return undefined;
      // What scrolls is reached by the keyboard, and what doesn't is no stop on the way.
      const reached = isWide(node) ? { role: 'region', tabIndex: 0, ariaLabel: words('content.table') } : {};
      return [element('div', { className: ['masthead-table'], ...reached }, [node])];
    }),
};

function isWide(table: Element): boolean {
  return elementsOf(table).some((row) => row.tagName === 'tr' && (row.children.filter(({ type }) => type === 'element').length >= WIDE.columns || textOf(row).length > WIDE.characters));
}
