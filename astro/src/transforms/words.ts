// Sentences in the language of a document, whatever the language of the page is.

import { offeredFor, sentencesOf } from '../speaking.js';
import type { Words } from './transform.js';

/** The words of a language (BCP 47); English where there is no table of it. */
export async function wordsOf(lang: unknown): Promise<Words> {
  const sentences = await sentencesOf(offeredFor(typeof lang === 'string' ? lang : undefined));
  return (key, values = {}) => (sentences[key] ?? key).replace(/\{\{(\w+)\}\}/g, (mark, name: string) => (Object.hasOwn(values, name) ? values[name]! : mark));
}
