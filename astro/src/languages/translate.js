// Markup that carries keys in the place of sentences: `data-t` for an element's text, `data-t-alt` and others for attributes.

import { t } from './say.js';

/** What assistive technology and browsers read out of attributes. */
const ATTRIBUTES = ['aria-label', 'alt', 'title', 'placeholder'];

/**
 * Says everything below `root` that carries a key.
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const element of root.querySelectorAll('[data-t]')) {
    element.textContent = t(element.getAttribute('data-t') ?? '');
  }
  for (const name of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-t-${name}`) ?? ''));
    }
  }
}
