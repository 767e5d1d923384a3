// The boxes of task lists, named for those who can't see them.

import type { Element, Nodes, Root } from 'hast';

const isTask = ({ tagName, properties }: Readonly<Element>): boolean =>
  tagName === 'input' && properties?.['type'] === 'checkbox' && !('ariaLabel' in properties);

const label = ({ properties }: Readonly<Element>): string => (properties?.['checked'] ? 'done' : 'to do');

/** A plugin for Sätteri: `satteri({ hastPlugins: [taskLabels()] })`. */
export function taskLabels() {
  return {
    name: 'masthead-task-labels',
    element: {
      filter: ['input'],
      visit(node: Readonly<Element>, context: { setProperty(node: Readonly<Element>, key: string, value: unknown): void }): void {
        if (isTask(node)) context.setProperty(node, 'ariaLabel', label(node));
      },
    },
  };
}

/** The same for rehype. */
export function rehypeTaskLabels() {
  return function visit(node: Root | Nodes): void {
    if (node.type === 'element' && isTask(node)) node.properties['ariaLabel'] = label(node);
    if ('children' in node) for (const child of node.children) visit(child);
  };
}
