// Sentences in the language of a document, whatever the language of the page is.

import { offeredFor } from '../speaking.js';
import english from '../tables/en.js';
import { TABLES } from '../tables/index.js';
import { loaded } from './loaded.js';
import type { Words } from './transform.js';

/** The words of a language (BCP 47); English where there is no table of it. */
export async function wordsOf(lang: unknown): Promise<Words> {
  const code = offeredFor(typeof lang === 'string' ? lang : undefined);
  const table = TABLES[code];
  const sentences = table ? (await loaded(table, `../tables/${code}.js`)).default : english;
  return (key, values = {}) => (sentences[key] ?? key).replace(/\{\{(\w+)\}\}/g, (mark, name: string) => (Object.hasOwn(values, name) ? values[name]! : mark));
}
