// The sentences that people read, by their keys, in the language that was chosen.

/**
 * A language's sentences: those of `languages/<code>.json`, in i18next's format. `{{name}}` stands for a value, and a sentence about a
 * `count` has one entry for each plural of the language (`files_one`, `files_other`).
 *
 * @typedef {Readonly<Record<string, string>>} Sentences
 */

/** @typedef {string | number} Value */

/** The languages that there is a table of. @type {readonly string[]} */
export const OFFERED = ['de', 'en', 'es', 'fr', 'ja', 'tr'];

/** @type {Sentences | undefined} */
let sentences;
let language = 'en';
let region = 'en';
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(region);

/**
 * Has everything said in `code` from now on. Dates and numbers are written as in the reader's country, where one of `wanted` names
 * one for that language: `en-GB` has other dates than `en-US`.
 *
 * @param {string} code of the language (BCP 47)
 * @param {Sentences} table
 * @param {readonly string[]} [wanted] codes, the dearest first
 */
export function speak(code, table, wanted = []) {
  sentences = table;
  language = code;
  region = wanted.find((one) => one.toLowerCase().split('-')[0] === code) ?? code;
  plurals = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(region);
}

/** The language that is spoken (BCP 47): for what the server is asked to say. */
export const spoken = () => language;

/** The spoken language as the reader's country writes it (BCP 47): for dates and numbers. */
export const locale = () => region;

/** Whether anything was chosen to be spoken yet. */
export const isSpoken = () => sentences !== undefined;

/**
 * The sentence of `key`. Values are put in as they are, numbers as the language writes them.
 *
 * @param {string} key
 * @param {Readonly<Record<string, Value>>} [values]
 * @returns {string} the key itself where there is no such sentence
 */
export const t = (key, values) => pieces(key, values).join('');

/**
 * The sentence of `key` in pieces, for values that aren't text, such as a link: each stands where the sentence has it.
 *
 * @template [T=never]
 * @param {string} key
 * @param {Readonly<Record<string, Value | T | readonly (string | T)[]>>} [values]
 * @returns {(string | T)[]}
 */
export function pieces(key, values = {}) {
  // What an object has by itself is no sentence.
  const found = (/** @type {string} */ name) => (sentences && Object.hasOwn(sentences, name) ? sentences[name] : undefined);
  const { count } = values;
  const plural = typeof count === 'number' ? (found(`${key}_${plurals.select(count)}`) ?? found(`${key}_other`)) : undefined;
  const sentence = plural ?? found(key);
  if (sentence === undefined) return [key];
  return sentence.split(/(\{\{\w+\}\})/).flatMap((part) => {
    const name = /^\{\{(\w+)\}\}$/.exec(part)?.[1];
    const value = name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return part === '' ? [] : [part];
    if (Array.isArray(value)) return value;
    return [typeof value === 'number' ? numbers.format(value) : /** @type {string | T} */ (value)];
  });
}

/**
 * Things in a row, as the language parts them.
 *
 * @template T
 * @param {readonly T[]} things
 * @returns {(T | string)[]}
 */
export const inARow = (things) => things.flatMap((thing, at) => (at === 0 ? [thing] : [t('desk.separator'), thing]));

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
