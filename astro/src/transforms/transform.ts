// What each transform is: a look, what it makes, and what of that the wall lets through.

import type { Root } from 'hast';
import type { Allowance } from '../html/policy.js';

/** Says the sentence of a key in the document's language. */
export type Words = (key: string, values?: Readonly<Record<string, string>>) => string;

/** What a transform is told of the document. */
export interface Surroundings {
  words: Words;
  /** Its language (BCP 47), if it says one. */
  lang: string | undefined;
  /** Who wrote it: what one member's documents may cost is counted together. */
  author: string;
}

export interface Transform {
  /** What it makes, in a word, for messages. */
  name: string;
  /** Whether HTML may have something for it. It costs little: a document without is parsed no further. */
  concerns(html: string): boolean;
  /** What it makes beside the table. No member's own HTML has that: the wall was there first. */
  allowance?: Allowance;
  /** What the address of the script begins with that it writes. */
  asset?: string | undefined;
  /** Whether it writes images whose address is a drawing. */
  drawings?: boolean;
  /** Changes the tree. What it throws leaves the document as it was. */
  apply(tree: Root, about: Surroundings): void | Promise<void>;
}
