// The words that plugins for Markdown put into a document, in its own language.

import { choose } from './languages/say.js';
import { WORDS } from './tables/words.js';

/** What a plugin says where a document says nothing itself. */
export interface Words {
  /** How boxes of task lists are called that are ticked. */
  done: string;
  /** And those that aren't. */
  toDo: string;
  /** What callouts are called that have no title, by their type in lower case. Others show their type. */
  callouts: Readonly<Record<string, string>>;
}

/** The words for a document, by its `lang` (BCP 47), which many don't have. */
export type WordsFor = (lang: string | undefined) => Words;

const CALLOUT = 'callout.';
/** By the codes of their languages. */
const all = new Map(Object.entries(WORDS).map(([code, table]) => [code, inTable(table)]));
const codes = [...all.keys()];

function inTable(table: Readonly<Record<string, string>>): Words {
  const callouts = Object.entries(table).filter(([key]) => key.startsWith(CALLOUT));
  return { done: table['task.done'] ?? '', toDo: table['task.to_do'] ?? '', callouts: Object.fromEntries(callouts.map(([key, word]) => [key.slice(CALLOUT.length), word])) };
}

/** The package's words in a language; in English where there is no table of it. */
export const wordsOf: WordsFor = (lang) => all.get(choose(lang ? [lang] : [], codes))!;

/** What Astro keeps beside a document while it is rendered, and other renderers may. */
export interface Beside {
  astro?: { frontmatter?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** The `lang` of the document's frontmatter. */
export function langOf(beside: Readonly<Beside> | undefined): string | undefined {
  const lang = beside?.astro?.frontmatter?.['lang'];
  return typeof lang === 'string' ? lang : undefined;
}
