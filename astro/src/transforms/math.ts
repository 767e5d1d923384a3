// Formulas: what the parser found between dollars, and code in the language `math`.

import type { Element, ElementContent, Root } from 'hast';
import { codeOf, filesIn, hasCode, sourceOf } from './code.js';
import { mathml, setter, type Setter } from './formula.js';
import { element, hasClass, replaceEach, textOf } from './tree.js';
import type { Surroundings, Transform } from './transform.js';

/** Of one document: what comes later stays as it is written. */
const MAX_FORMULAS = 2_000;
const MAX_CHARACTERS = 200_000;
/** A formula that is longer may be wider than a phone, and is reached by the keyboard. */
const WIDE = 60;
/** Starlight spaces all that follows each other, but for what is in an element of the second class. */
const WRAPPED = ['masthead-formula', 'not-content'];
/** Temml shows where it stopped by lines under the letters. */
const UNDERLINE = /\u0332/g;

export const math: Transform = {
  name: 'formulas',
  concerns: (html) => html.includes('math-') || hasCode(html, 'math'),
  allowance: {
    ...mathml,
    attributes: { ...mathml.attributes, div: ['role'] },
    classes: { ...mathml.classes, code: ['masthead-unset'], div: WRAPPED, span: [...WRAPPED, 'tml-eqn'] },
  },
  async apply(tree: Root, about: Surroundings) {
    const set = await setter();
    let formulas = 0;
    let characters = 0;
    replaceEach(tree, (node) => {
      const inline = node.tagName === 'code' && hasClass(node, 'math-inline');
      // Sätteri and remark put formulas of their own line into `<pre>`, where some colour them.
      const display = node.tagName === 'code' && hasClass(node, 'math-display') ? textOf(node) : sourceOf(node, 'math');
      if (!inline && display === undefined) return undefined;
      const source = display ?? textOf(node);
      formulas += 1;
      characters += source.length;
      if (formulas > MAX_FORMULAS || characters > MAX_CHARACTERS) return undefined;
      return inline ? [inText(source, set)] : [...filesIn(node), onItsOwn(source, set, about)];
    });
  },
};

function inText(source: string, set: Setter): ElementContent {
  try {
    return element('span', { className: [...WRAPPED] }, [set(source, false)]);
  } catch (error) {
    return asWritten(source, error);
  }
}

function onItsOwn(source: string, set: Setter, { words }: Surroundings): Element {
  try {
    const reached = source.length > WIDE ? { role: 'group', tabIndex: 0, ariaLabel: words('content.formula') } : {};
    return element('div', { className: [...WRAPPED], ...reached }, [set(source, true)]);
  } catch (error) {
    return element('pre', {}, [asWritten(source, error)]);
  }
}

/** The source, and why it is no formula. */
function asWritten(source: string, error: unknown): Element {
  const isFaulty = error instanceof TypeError || error instanceof RangeError;
  const said = error instanceof Error && !isFaulty ? error.message : 'This can’t be set as a formula.';
  return codeOf(source, { className: ['masthead-unset'], title: said.replace(UNDERLINE, '').replace(/\s+/g, ' ').trim().slice(0, 300) });
}
