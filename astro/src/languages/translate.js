// Markup that carries keys in the place of sentences: `data-t` for an element's text, `data-t-alt` and others for attributes.

import { t } from './say.js';

/** What assistive technology and browsers read out of attributes. */
const ATTRIBUTES = ['aria-label', 'alt', 'title', 'placeholder'];

/**
 * Says everything below `root` that carries a key. What carries one that has no sentence is somebody else's, and stays.
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  say(root, 'data-t', (element, sentence) => (element.textContent = sentence));
  for (const name of ATTRIBUTES) say(root, `data-t-${name}`, (element, sentence) => element.setAttribute(name, sentence));
}

/** @param {ParentNode} root @param {string} mark @param {(element: Element, sentence: string) => void} put */
function say(root, mark, put) {
  for (const element of root.querySelectorAll(`[${mark}]`)) {
    const key = element.getAttribute(mark) ?? '';
    const sentence = t(key);
    if (sentence !== key) put(element, sentence);
  }
}
