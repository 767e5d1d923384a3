// One formula of TeX as MathML, which browsers set by themselves: no script, no style sheet and no font is fetched.

import type { Element, Root } from 'hast';
import { parse } from '../html/parse.js';
import type { Allowance } from '../html/policy.js';
import { loaded } from './loaded.js';
import { elementsOf } from './tree.js';
import { unstyled } from './unstyled.js';

/** In characters: a page full of TeX. */
const MAX_SOURCE = 4_000;
/** Characters of MathML for one formula: a macro makes much of little. */
const MAX_MATHML = 50_000;
/** And for all formulas of a document: what comes later stays as it is written. */
const MAX_MATHML_TOGETHER = 1_000_000;
const MAX_EXPANSIONS = 500;
/** Of rules and of every distance, in the em of the formula: nothing is drawn far away from it. */
const MAX_EM = 20;
/** Units of lengths in em, about: for a limit. */
const EM: Readonly<Record<string, number>> = { em: 1, ex: 0.5, pt: 0.1, px: 1 / 16, cm: 2.8, mm: 0.28, in: 7.2, pc: 1.2, '%': 0 };
const LENGTH = /(-?\d*\.?\d+)(em|ex|pt|px|cm|mm|in|pc|%)(?![\w])/g;
const LENGTHS = ['depth', 'height', 'linethickness', 'lspace', 'mathsize', 'maxsize', 'minsize', 'rowspacing', 'rspace', 'style', 'voffset', 'width'];

const ELEMENTS = [
  'math', 'menclose', 'mfrac', 'mi', 'mmultiscripts', 'mn', 'mo', 'mover', 'mpadded', 'mphantom', 'mprescripts', 'mroot', 'mrow', 'mspace', 'msqrt', 'mstyle',
  'msub', 'msubsup', 'msup', 'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover', 'semantics',
];
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  math: ['alttext', 'display'],
  menclose: ['notation'],
  mfrac: ['linethickness'],
  mi: ['mathvariant'],
  mo: ['fence', 'form', 'largeop', 'linebreak', 'lspace', 'mathsize', 'mathvariant', 'maxsize', 'minsize', 'movablelimits', 'rspace', 'separator', 'stretchy', 'symmetric'],
  mover: ['accent'],
  mpadded: ['depth', 'height', 'lspace', 'voffset', 'width'],
  mrow: ['displaystyle', 'mathbackground', 'scriptlevel'],
  mspace: ['height', 'mathbackground', 'width'],
  mstyle: ['displaystyle', 'mathsize', 'scriptlevel'],
  mtable: ['columnalign', 'displaystyle', 'rowspacing'],
  mtext: ['displaystyle', 'mathsize', 'scriptlevel'],
  munderover: ['accent'],
};
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  math: ['tml-display'],
  menclose: ['actuarial', 'circle-pad', 'longdiv-top', 'phasor-bottom', 'tml-*'],
  mi: ['mathcal', 'mathscr'],
  mo: ['chr-*', 'tml-*'],
  mrow: ['downstrike', 'sout', 'tml-*', 'upstrike'],
  mtable: ['tml-*'],
  mtd: ['tml-*'],
  mtext: ['tml-tag'],
};

/** What Temml writes and browsers set, with what unstyled.ts makes of it; links, identifiers and styles aren't among it. */
export const mathml: Allowance = {
  elements: ELEMENTS,
  attributes: Object.fromEntries(ELEMENTS.map((name) => [name, [...(ATTRIBUTES[name] ?? []), 'mathcolor']])),
  classes: { ...Object.fromEntries(ELEMENTS.map((name) => [name, [...(CLASSES[name] ?? []), 'masthead-*']])), span: ['tml-eqn'] },
};

/** Sets the formulas of one document; loaded once there is one. */
export type Setter = (source: string, display: boolean) => Element;

export async function setter(): Promise<Setter> {
  const module = await loaded(() => import('temml'), 'temml');
  // Node's `require` gives it without a default.
  const temml = 'default' in module ? module.default : (module as typeof import('temml').default);
  let left = MAX_MATHML_TOGETHER;
  return (source, display) => {
    if (left <= 0) throw new Error('the document’s formulas become too long');
    if (source.length > MAX_SOURCE) throw new Error(`a formula has at most ${MAX_SOURCE} characters`);
    // Nothing is trusted: no address, picture, class, identifier or style of the formula's own.
    const html = temml.renderToString(source, { displayMode: display, throwOnError: true, trust: false, strict: false, maxExpand: MAX_EXPANSIONS, maxSize: [MAX_EM, MAX_EM] });
    left -= html.length;
    if (html.length > MAX_MATHML) throw new Error('the formula becomes too long');
    return settled(parse(html), source);
  };
}

/** The formula with its source as a label, in which no distance is great and no link is left. */
function settled(tree: Root, source: string): Element {
  const [math, ...others] = tree.children;
  if (math?.type !== 'element' || math.tagName !== 'math' || others.length > 0) throw new Error('no formula comes of it');
  for (const node of [math, ...elementsOf(math)]) {
    for (const name of LENGTHS) bounded(String(node.properties[name] ?? ''));
    if (node.tagName === 'a') Object.assign(node, { tagName: 'mrow', properties: {} });
  }
  // `display` among its styles is the attribute once more.
  delete math.properties['style'];
  math.properties['alttext'] = source.trim();
  return withoutStyles(math);
}

function withoutStyles(node: Element): Element {
  node.children = node.children.map((child) => (child.type === 'element' ? unstyled(withoutStyles(child)) : child));
  return node;
}

function bounded(value: string): void {
  for (const [, number, unit = ''] of value.matchAll(LENGTH)) {
    if (Math.abs(Number(number) * (EM[unit] ?? 1)) > MAX_EM) throw new Error(`nothing in a formula is larger than ${MAX_EM} em`);
  }
}
