// The sentences that people read, by their keys, in the language that was chosen.

/**
 * A language's sentences: those of `languages/<code>.json`, in i18next's format. `{{name}}` stands for a value, and a sentence about a
 * `count` has one entry for each plural of the language (`files_one`, `files_other`).
 *
 * @typedef {Readonly<Record<string, string>>} Sentences
 */

/** @type {Sentences} */
let sentences = {};
let language = 'en';
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(language);

/**
 * Has everything said in `code` from now on.
 *
 * @param {string} code of the language (BCP 47)
 * @param {Sentences} table
 */
export function speak(code, table) {
  sentences = table;
  language = code;
  plurals = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(code);
}

/** The language that is spoken (BCP 47): for dates, and for what the server is asked to say. */
export const spoken = () => language;

/**
 * The sentence of `key`. Values are put in as they are, numbers as the language writes them.
 *
 * @param {string} key
 * @param {Readonly<Record<string, string | number>>} [values]
 * @returns {string} the key itself where there is no such sentence
 */
export function t(key, values = {}) {
  const { count } = values;
  const plural = typeof count === 'number' ? (sentences[`${key}_${plurals.select(count)}`] ?? sentences[`${key}_other`]) : undefined;
  const sentence = plural ?? sentences[key];
  if (sentence === undefined) return key;
  return sentence.replace(/\{\{(\w+)\}\}/g, (mark, name) => {
    const value = values[name];
    return value === undefined ? mark : typeof value === 'number' ? numbers.format(value) : value;
  });
}

/**
 * The first of the `wanted` languages that is offered, by its code or by what stands before the first hyphen of it.
 *
 * @param {readonly string[]} wanted codes, the dearest first
 * @param {readonly string[]} offered
 * @returns {string} `en` where none of them is
 */
export function choose(wanted, offered) {
  for (const code of wanted.map((one) => one.toLowerCase())) {
    const found = offered.find((one) => one === code) ?? offered.find((one) => one === code.split('-')[0]);
    if (found) return found;
  }
  return 'en';
}
