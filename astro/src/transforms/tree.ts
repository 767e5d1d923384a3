// Trees of HTML: what is in them, and what takes its place.

import type { Element, ElementContent, Nodes, Root, RootContent, Text } from 'hast';

type Properties = Element['properties'];

export const text = (value: string): Text => ({ type: 'text', value });

export function element(tagName: string, properties: Properties, children: ElementContent[] = []): Element {
  return { type: 'element', tagName, properties, children };
}

/** All text in a node, in its order. */
export function textOf(node: Nodes): string {
  if ('children' in node) return node.children.map(textOf).join('');
  return node.type === 'text' ? node.value : '';
}

export const classesOf = ({ properties }: Readonly<Element>): readonly (string | number)[] => (Array.isArray(properties['className']) ? properties['className'] : []);

export const hasClass = (node: Readonly<Element>, name: string): boolean => classesOf(node).includes(name);

/** Every element, those that hold others first. */
export function elementsOf(node: Root | Element, found: Element[] = []): Element[] {
  for (const child of node.children) {
    if (child.type !== 'element') continue;
    found.push(child);
    elementsOf(child, found);
  }
  return found;
}

/**
 * Puts something else in the place of elements. Nothing is looked for in what was put there; `undefined` leaves an element as it is.
 */
export function replaceEach(tree: Root | Element, change: (node: Element) => ElementContent[] | undefined): void {
  const children = (tree.children as RootContent[]).flatMap((child): RootContent[] => {
    if (child.type !== 'element') return [child];
    const changed = change(child);
    if (changed) return changed;
    replaceEach(child, change);
    return [child];
  });
  tree.children = children as typeof tree.children;
}
