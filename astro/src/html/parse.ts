// HTML to a tree, as a browser's parser makes it within a page, and back.

import type { Element as HastElement, Properties, Root } from 'hast';
import { fromParse5 } from 'hast-util-from-parse5';
import { toHtml } from 'hast-util-to-html';
import { defaultTreeAdapter, html as standard, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';

type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/** Elements of one document, and those that are open at the same time: what parsing costs grows with both. */
const MAX_ELEMENTS = 1_000_000;
const MAX_OPEN = 5_000;
/** Elements in each other, as in Chromium; what is deeper stands beside each other. */
const MAX_DEPTH = 500;

/**
 * The tree of HTML that stands in a page's `<div>`. `visit` sees each element first, and may change
 * its attributes; where it answers `false` the element goes.
 *
 * @throws {Error} where the HTML has too many elements; the message is a sentence.
 */
export function parse(html: string, visit: (element: Element) => boolean = () => true): Root {
  // Without a surrounding element a cell outside of a table would stay one.
  const within = defaultTreeAdapter.createElement('div', standard.NS.HTML, []);
  const fragment = parseFragment(within, html, { scriptingEnabled: true, treeAdapter: bounded() });
  walk(fragment, visit);
  const tree = fromParse5(fragment);
  return tree.type === 'root' ? tree : { type: 'root', children: [] };
}

/** The tree as HTML. Nothing in it is written without its escapes. */
export function write(tree: Root): string {
  return toHtml(tree, { allowDangerousCharacters: false, allowDangerousHtml: false, tightAttributes: false });
}

/**
 * HTML in which void elements of a name have other properties; the rest of it is left as it is written, whatever it is a part of.
 * `change` is told the properties of each and the name of the element that it stands in, and gives `undefined` for what stays.
 *
 * @throws {Error} where the HTML has too many elements; the message is a sentence.
 */
export function replaceElements(html: string, tagName: string, change: (properties: Properties, parent: string) => Properties | undefined): string {
  const found: { element: Element; parent: string }[] = [];
  walk(parseFragment(html, { scriptingEnabled: true, sourceCodeLocationInfo: true, treeAdapter: bounded() }), (element) => {
    if (element.tagName === tagName) found.push({ element, parent: element.parentNode && 'tagName' in element.parentNode ? element.parentNode.tagName : '' });
    return true;
  });
  const places = found.flatMap(({ element, parent }) => (element.sourceCodeLocation ? [{ element, parent, at: element.sourceCodeLocation }] : []));
  let changed = '';
  let end = 0;
  for (const { element, parent, at } of places.sort((one, other) => one.at.startOffset - other.at.startOffset)) {
    const properties = change((fromParse5(element) as HastElement).properties, parent);
    if (!properties) continue;
    const tag = write({ type: 'root', children: [{ type: 'element', tagName, properties, children: [] }] });
    changed += html.slice(end, at.startOffset) + tag;
    end = at.endOffset;
  }
  return changed + html.slice(end);
}

function bounded(): typeof defaultTreeAdapter {
  let elements = 0;
  let open = 0;
  const count = (number: number, limit: number, what: string) => {
    if (number > limit) throw new Error(`its HTML has more than ${limit.toLocaleString('en')} ${what}`);
  };
  return {
    ...defaultTreeAdapter,
    createElement(...parameters) {
      count((elements += 1), MAX_ELEMENTS, 'elements');
      return defaultTreeAdapter.createElement(...parameters);
    },
    onItemPush: () => count((open += 1), MAX_OPEN, 'elements in each other'),
    onItemPop: () => void (open -= 1),
  };
}

/** Visits all elements, and brings those that are too deep up. A list and not a recursion, which would be too deep itself. */
function walk(fragment: Parent, visit: (element: Element) => boolean): void {
  const rest: { parent: Parent; depth: number }[] = [{ parent: fragment, depth: 0 }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { parent, depth } = next;
    const kept: typeof parent.childNodes = [];
    const waiting = parent.childNodes.toReversed();
    for (let child = waiting.pop(); child; child = waiting.pop()) {
      if (!('tagName' in child)) {
        kept.push(child);
        continue;
      }
      if (!visit(child)) continue;
      kept.push(child);
      if (depth + 1 >= MAX_DEPTH) {
        const below = child.childNodes.filter((node) => 'tagName' in node);
        child.childNodes = child.childNodes.filter((node) => !('tagName' in node));
        waiting.push(...below.toReversed());
      } else {
        rest.push({ parent: child, depth: depth + 1 });
      }
    }
    for (const child of kept) child.parentNode = parent;
    parent.childNodes = kept;
  }
}
