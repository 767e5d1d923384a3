// The boxes of task lists, named for those who can't see them.

import type { Element, Nodes, Root } from 'hast';
import { langOf, wordsOf, type Beside, type Words, type WordsFor } from './words.js';

const isTask = ({ tagName, properties }: Readonly<Element>): boolean =>
  tagName === 'input' && properties?.['type'] === 'checkbox' && !('ariaLabel' in properties);

const label = ({ properties }: Readonly<Element>, { done, toDo }: Words): string => (properties?.['checked'] ? done : toDo);

/** What a plugin of Sätteri can ask for. */
interface Surroundings {
  readonly data: object;
  setProperty(node: Readonly<Element>, key: string, value: unknown): void;
}

/**
 * A plugin for Sätteri: `satteri({ hastPlugins: [taskLabels()] })`. `words` says them in the document's language, by default those of the
 * package.
 */
export function taskLabels(words: WordsFor = wordsOf) {
  return {
    name: 'masthead-task-labels',
    element: {
      filter: ['input'],
      visit(node: Readonly<Element>, context: Surroundings): void {
        if (isTask(node)) context.setProperty(node, 'ariaLabel', label(node, words(langOf(context.data))));
      },
    },
  };
}

/** The same for rehype: `rehypeTaskLabels`, or `[rehypeTaskLabels, words]`. */
export function rehypeTaskLabels(words: WordsFor = wordsOf) {
  return (tree: Root, file?: { data: Beside }): void => {
    const said = words(langOf(file?.data));
    const visit = (node: Root | Nodes): void => {
      if (node.type === 'element' && isTask(node)) node.properties['ariaLabel'] = label(node, said);
      if ('children' in node) for (const child of node.children) visit(child);
    };
    visit(tree);
  };
}
