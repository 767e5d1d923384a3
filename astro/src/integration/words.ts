// The words of the package's pages, for a build that makes pages in several languages side by side.

import { offeredFor, sentencesOf } from '../speaking.js';

/** Says a sentence by its key, with its values; a `count` chooses the plural. */
export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** The words in the language of a page (BCP 47); in English where there is no table of it. */
export async function wordsIn(lang: string | undefined): Promise<Words> {
  const code = offeredFor(lang);
  const sentences = await sentencesOf(code);
  const numbers = new Intl.NumberFormat(code);
  const plurals = new Intl.PluralRules(code);
  return (key, values = {}) => {
    const count = values['count'];
    const sentence = (typeof count === 'number' ? (sentences[`${key}_${plurals.select(count)}`] ?? sentences[`${key}_other`]) : undefined) ?? sentences[key] ?? key;
    return sentence.replace(/\{\{(\w+)\}\}/g, (mark: string, name: string) => {
      const value = values[name];
      return value === undefined ? mark : typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}

/** A day, as the language writes it. */
export const dayIn = (lang: string | undefined, date: Date): string => new Intl.DateTimeFormat(offeredFor(lang), { dateStyle: 'long', timeZone: 'UTC' }).format(date);
