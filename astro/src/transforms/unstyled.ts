// What Temml says by styles, said by attributes of MathML and by classes of content.css: policies of sites forbid styles in attributes.

import type { Element, ElementContent } from 'hast';
import { classesOf, element } from './tree.js';

/** Declarations that have a class. */
const CLASSES: Readonly<Record<string, string>> = {
  'border:1px solid': 'masthead-ruled',
  'font-style:italic': 'masthead-italic',
  'font-weight:bold': 'masthead-bold',
  'padding:0': 'masthead-close',
  'padding:0.3em': 'masthead-box',
  'padding:3pt': 'masthead-boxed',
  'padding:0.5ex 0.1em 0 0': 'masthead-struck-letter',
  'padding-right:0.2em': 'masthead-struck',
  'text-align:left': 'tml-left',
  'width:7.5%': 'masthead-share-7',
  'width:50%': 'masthead-share-50',
  'width:100%': 'masthead-share-100',
  ...Object.fromEntries(
    ['bottom', 'left', 'right', 'top'].flatMap((side) => [
      [`border-${side}:0.06em solid`, `masthead-${side}-solid`],
      [`border-${side}:0.06em dashed`, `masthead-${side}-dashed`],
      [`border-${side}:0.15em double`, `masthead-${side}-double`],
    ]),
  ),
};

/** Lengths of any size are sums of these shares of an em or ex: each has a class, and a length has as many as it needs. */
const PARTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const PARTS_IN_ONE = 72;
/** Units in em, at the size that a formula has in a text of 16 pixels. */
const EM: Readonly<Record<string, number>> = { em: 1, ex: 0.5, pt: 0.077, px: 0.058, mm: 0.219, cm: 2.19, in: 5.56, pc: 0.926 };
const LENGTH = /^(-?\d*\.?\d+)(em|ex|pt|px|mm|cm|in|pc)?$/;

/** The same element without styles, or an element around it. */
export function unstyled(node: Element): Element {
  const declarations = String(node.properties['style'] ?? '').split(';').map((declaration) => declaration.trim()).filter(Boolean);
  delete node.properties['style'];
  const classes = new Set(classesOf(node).map(String));
  const spaces: Record<'padding-left' | 'padding-right', ElementContent[]> = { 'padding-left': [], 'padding-right': [] };
  let frame: string | undefined;
  for (const declaration of declarations) {
    const [property = '', ...others] = declaration.split(':');
    const value = others.join(':').trim();
    const known = CLASSES[`${property}:${value}`];
    const [, number = '', unit = 'em'] = LENGTH.exec(value) ?? [];
    if (known) classes.add(known);
    else if (property === 'color') node.properties['mathcolor'] = value;
    else if (property === 'border') frame = value.split(' ').at(-1);
    // A cell begins and ends with a space in place of its padding, of whatever length.
    else if (property === 'padding-left' || property === 'padding-right') {
      classes.add(property === 'padding-left' ? 'masthead-start' : 'masthead-end');
      if (Number(number) > 0) spaces[property] = [element('mspace', { width: value })];
    } else if (property === 'margin-left') long(classes, 'masthead-back', -Number(number) * (EM[unit] ?? 1));
    else if (property === 'padding-top' || property === 'padding-bottom') long(classes, 'masthead-row', Number(number));
    else if (property === 'padding') {
      const [top = 0, , bottom = 0] = value.split(' ').map((side) => lengthOf(side));
      long(classes, top > 0 ? 'masthead-raised' : 'masthead-lowered', top || bottom);
    }
  }
  if (classes.size > 0) node.properties['className'] = [...classes];
  node.children = [...spaces['padding-left'], ...node.children, ...spaces['padding-right']];
  // A frame of another colour is what shows of a box behind the box.
  return frame === undefined ? node : element('mrow', { className: ['masthead-frame'], mathbackground: frame }, [node]);
}

function lengthOf(value: string): number {
  const [, number = '0', unit = 'em'] = LENGTH.exec(value) ?? [];
  return Number(number) * (EM[unit] ?? 1);
}

/** Gives an element the classes of a length, in em or ex. */
function long(classes: Set<string>, name: string, length: number): void {
  const parts = Math.round(Math.max(0, length) * PARTS_IN_ONE);
  for (const one of [name, 'masthead-long', ...PARTS.filter((part) => parts & part).map((part) => `masthead-part-${part}`)]) classes.add(one);
}
