// Which language the package speaks: English unless an element of the page is in another one that there is a table of.

import { choose, isSpoken, speak, spoken, type Sentences } from './languages/say.js';
import { TABLES } from './tables/index.js';
import english from './tables/en.js';

/** What the reader's browser names: of a language that is spoken, the country that dates and numbers are written for. */
const wanted = (): readonly string[] => (typeof navigator === 'undefined' ? [] : (navigator.languages ?? []));

/** Speaks English, unless something is spoken already. */
export function speakEnglish(): void {
  if (!isSpoken()) speak('en', english, wanted());
}

/** The language of those offered for a text in `lang` (BCP 47); English where there is none. */
export const offeredFor = (lang: string | undefined): string => choose(lang ? [lang] : [], ['en', ...Object.keys(TABLES)]);

/**
 * The sentences of an offered language.
 *
 * @throws whatever the import of its module does
 */
export async function sentencesOf(code: string): Promise<Sentences> {
  return (await TABLES[code]?.())?.default ?? english;
}

/**
 * Speaks the language of an element. All elements of a page speak one: that of the one that came last.
 *
 * @returns a promise only where the sentences have to be fetched first
 */
export function speakAs(lang: string | undefined): Promise<void> | undefined {
  const code = offeredFor(lang);
  if (isSpoken() && spoken() === code) return undefined;
  if (!(code in TABLES)) {
    speak('en', english, wanted());
    return undefined;
  }
  return sentencesOf(code).then(
    (sentences) => speak(code, sentences, wanted()),
    (error) => {
      speakEnglish();
      console.warn(`masthead: the sentences in “${code}” can't be loaded, so English is spoken: ${error}`);
    },
  );
}
