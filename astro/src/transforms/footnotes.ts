// The heading of footnotes and the names of the ways back, in the document's language.

import type { Root } from 'hast';
import { elementsOf, text, textOf } from './tree.js';
import type { Surroundings, Transform } from './transform.js';

/** As remark and Sätteri write them where a site says nothing else. */
const HEADING = 'Footnotes';
const BACK = /^Back to reference (\S+)$/;

export const footnotes: Transform = {
  name: 'footnotes',
  concerns: (html) => html.includes('data-footnotes'),
  apply(tree: Root, { words }: Surroundings) {
    for (const section of elementsOf(tree)) {
      if (section.tagName !== 'section' || !('dataFootnotes' in section.properties)) continue;
      for (const node of elementsOf(section)) {
        if (/^h[1-6]$/.test(node.tagName) && textOf(node) === HEADING) node.children = [text(words('content.footnotes'))];
        const number = BACK.exec(String(node.properties['ariaLabel'] ?? ''))?.[1];
        if (node.tagName === 'a' && number) node.properties['ariaLabel'] = words('content.footnote_back', { number });
      }
    }
  },
};
