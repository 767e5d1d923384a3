// Which language the package speaks: English unless an element of the page is in another one that there is a table of, or that the site
// brings; and the sentences that the site has said in its own words.

import { choose, isSpoken, speak, spoken, type Sentences } from './languages/say.js';
import { TABLES } from './tables/index.js';
import english from './tables/en.js';

/** The site's own sentences, as the page that is shown has them. */
let own: Sentences = {};
/** What they were read from. */
let ownText = '';
/** Whether they changed since something was last chosen to be spoken. */
let isChanged = false;

/** What the reader's browser names: of a language that is spoken, the country that dates and numbers are written for. */
const wanted = (): readonly string[] => (typeof navigator === 'undefined' ? [] : (navigator.languages ?? []));

/** Speaks English, unless something is spoken already. */
export function speakEnglish(): void {
  if (!isSpoken()) speak('en', { ...english, ...own }, wanted());
}

/**
 * The language for a text in `lang` (BCP 47): one of those offered, or that itself where the site brings sentences for it; else English.
 */
export function offeredFor(lang: string | undefined, messages: Sentences = own): string {
  const code = choose(lang ? [lang] : [], ['en', ...Object.keys(TABLES)]);
  const isOffered = code !== 'en' || !lang || lang.toLowerCase().split('-')[0] === 'en';
  return isOffered || Object.keys(messages).length === 0 || !isTag(lang) ? code : lang;
}

function isTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length > 0;
  } catch {
    // Something else that stands in the attribute.
    return false;
  }
}

/**
 * The sentences of a language: English where it isn't offered.
 *
 * @throws whatever the import of its module does
 */
export async function sentencesOf(code: string): Promise<Sentences> {
  return (await TABLES[code]?.())?.default ?? english;
}

/** Takes the site's own sentences out of the page, where `messages` of its components put them; tells whether there are any. */
export function takeMessages(page: ParentNode): boolean {
  const texts = [...page.querySelectorAll('script[data-masthead-messages]')].map(({ textContent }) => textContent ?? '{}');
  const text = texts.join('\n');
  if (text !== ownText) {
    own = Object.assign({}, ...texts.map((one) => JSON.parse(one) as Sentences));
    ownText = text;
    isChanged = true;
  }
  return texts.length > 0;
}

/**
 * Speaks the language of an element. All elements of a page speak one: that of the one that came last.
 *
 * @returns a promise only where the sentences have to be fetched first
 */
export function speakAs(lang: string | undefined): Promise<void> | undefined {
  const code = offeredFor(lang);
  if (isSpoken() && spoken() === code && !isChanged) return undefined;
  isChanged = false;
  if (!(code in TABLES)) {
    speak(code, { ...english, ...own }, wanted());
    return undefined;
  }
  return sentencesOf(code).then(
    (sentences) => speak(code, { ...sentences, ...own }, wanted()),
    (error) => {
      speakEnglish();
      console.warn(`masthead: the sentences in “${code}” can't be loaded, so English is spoken: ${error}`);
    },
  );
}
