// Writes parts of the account into a page, as elements or, for a build, as HTML.

import { make } from '../history/make.js';

/** @typedef {import('./markup.js').Part} Part */

/** Attributes that name ids or classes. */
const PREFIXED = ['id', 'for', 'class', 'aria-labelledby', 'aria-describedby'];
/** Elements that nothing stands in. */
const VOID = ['input'];

/** @param {Part[1]} attributes @param {string} prefix @returns {Record<string, string | number | boolean>} */
const named = (attributes, prefix) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      PREFIXED.includes(name)
        ? String(value)
            .split(' ')
            .map((one) => prefix + one)
            .join(' ')
        : value,
    ]),
  );

/**
 * @param {Part} part
 * @param {string} prefix of ids and classes
 * @returns {HTMLElement}
 */
export function elementOf([tag, attributes, ...children], prefix) {
  const within = children.flatMap((child) => [elementOf(child, prefix), ' ']).slice(0, -1);
  return make(/** @type {keyof HTMLElementTagNameMap} */ (tag), named(attributes, prefix), ...within);
}

/**
 * The same as HTML. What stands in it comes from this package alone.
 *
 * @param {Part} part
 * @param {string} prefix
 * @returns {string}
 */
export function htmlOf([tag, attributes, ...children], prefix) {
  const written = Object.entries(named(attributes, prefix)).flatMap(([name, value]) => (value === false ? [] : [value === true ? ` ${name}` : ` ${name}="${value}"`]));
  const opened = `<${tag}${written.join('')}>`;
  return VOID.includes(tag) ? opened : `${opened}${children.map((child) => htmlOf(child, prefix)).join(' ')}</${tag}>`;
}
