// Callouts as Starlight's asides, by the markup that Starlight itself writes.

import type { Element, ElementContent, Root } from 'hast';
import { element, elementsOf, hasClass, replaceEach, textOf } from './tree.js';
import type { Transform } from './transform.js';

type Variant = 'note' | 'tip' | 'caution' | 'danger';

/** Types of Obsidian and GitHub, by the four that Starlight has. What isn't named is a note. */
const VARIANTS: Readonly<Record<string, Variant>> = {
  attention: 'caution',
  bug: 'danger',
  caution: 'caution',
  check: 'tip',
  danger: 'danger',
  done: 'tip',
  error: 'danger',
  fail: 'danger',
  failure: 'danger',
  hint: 'tip',
  important: 'tip',
  missing: 'danger',
  success: 'tip',
  tip: 'tip',
  warning: 'caution',
};

/** Starlight's own icons of the four (MIT). */
const ICONS: Readonly<Record<Variant, readonly string[]>> = {
  note: [
    'M12 11a1 1 0 0 0-1 1v4a1 1 0 0 0 2 0v-4a1 1 0 0 0-1-1Zm.38-3.92a1 1 0 0 0-.76 0 1 1 0 0 0-.33.21 1.15 1.15 0 0 0-.21.33 1 1 0 0 0 .21 1.09c.097.088.209.16.33.21A1 1 0 0 0 13 8a1.05 1.05 0 0 0-.29-.71 1 1 0 0 0-.33-.21ZM12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 18a8 8 0 1 1 0-16.001A8 8 0 0 1 12 20Z',
  ],
  tip: [
    'M1.44 8.855v-.001l3.527-3.516c.34-.344.802-.541 1.285-.548h6.649l.947-.947c3.07-3.07 6.207-3.072 7.62-2.868a1.821 1.821 0 0 1 1.557 1.557c.204 1.413.203 4.55-2.868 7.62l-.946.946v6.649a1.845 1.845 0 0 1-.549 1.286l-3.516 3.528a1.844 1.844 0 0 1-3.11-.944l-.858-4.275-4.52-4.52-2.31-.463-1.964-.394A1.847 1.847 0 0 1 .98 10.693a1.843 1.843 0 0 1 .46-1.838Zm5.379 2.017-3.873-.776L6.32 6.733h4.638l-4.14 4.14Zm8.403-5.655c2.459-2.46 4.856-2.463 5.89-2.33.134 1.035.13 3.432-2.329 5.891l-6.71 6.71-3.561-3.56 6.71-6.711Zm-1.318 15.837-.776-3.873 4.14-4.14v4.639l-3.364 3.374Z',
    'M9.318 18.345a.972.972 0 0 0-1.86-.561c-.482 1.435-1.687 2.204-2.934 2.619a8.22 8.22 0 0 1-1.23.302c.062-.365.157-.79.303-1.229.415-1.247 1.184-2.452 2.62-2.935a.971.971 0 1 0-.62-1.842c-.12.04-.236.084-.35.13-2.02.828-3.012 2.588-3.493 4.033a10.383 10.383 0 0 0-.51 2.845l-.001.016v.063c0 .536.434.972.97.972H2.24a7.21 7.21 0 0 0 .878-.065c.527-.063 1.248-.19 2.02-.447 1.445-.48 3.205-1.472 4.033-3.494a5.828 5.828 0 0 0 .147-.407Z',
  ],
  caution: [
    'M12 16a1 1 0 1 0 0 2 1 1 0 0 0 0-2Zm10.67 1.47-8.05-14a3 3 0 0 0-5.24 0l-8 14A3 3 0 0 0 3.94 22h16.12a3 3 0 0 0 2.61-4.53Zm-1.73 2a1 1 0 0 1-.88.51H3.94a1 1 0 0 1-.88-.51 1 1 0 0 1 0-1l8-14a1 1 0 0 1 1.78 0l8.05 14a1 1 0 0 1 .05 1.02v-.02ZM12 8a1 1 0 0 0-1 1v4a1 1 0 0 0 2 0V9a1 1 0 0 0-1-1Z',
  ],
  danger: [
    'M12 7a1 1 0 0 0-1 1v4a1 1 0 0 0 2 0V8a1 1 0 0 0-1-1Zm0 8a1 1 0 1 0 0 2 1 1 0 0 0 0-2Zm9.71-7.44-5.27-5.27a1.05 1.05 0 0 0-.71-.29H8.27a1.05 1.05 0 0 0-.71.29L2.29 7.56a1.05 1.05 0 0 0-.29.71v7.46c.004.265.107.518.29.71l5.27 5.27c.192.183.445.286.71.29h7.46a1.05 1.05 0 0 0 .71-.29l5.27-5.27a1.05 1.05 0 0 0 .29-.71V8.27a1.05 1.05 0 0 0-.29-.71ZM20 15.31 15.31 20H8.69L4 15.31V8.69L8.69 4h6.62L20 8.69v6.62Z',
  ],
};

export const asides: Transform = {
  name: 'asides',
  concerns: (html) => /<blockquote>\s*<p>\s*\[!/.test(html) || html.includes('data-callout='),
  allowance: {
    elements: ['aside', 'path', 'svg'],
    attributes: { path: ['clip-rule', 'd', 'fill-rule'], svg: ['aria-hidden', 'fill', 'height', 'viewBox', 'width'] },
    classes: {
      aside: ['starlight-aside', 'starlight-aside--*'],
      details: ['starlight-aside', 'starlight-aside--*'],
      div: ['starlight-aside__content'],
      p: ['starlight-aside__title'],
      summary: ['starlight-aside__title'],
      svg: ['starlight-aside__icon'],
    },
  },
  apply: asidesIn,
};

function asidesIn(tree: Root | Element): void {
  replaceEach(tree, (node) => (hasClass(node, 'callout') && 'dataCallout' in node.properties ? [asideFrom(node)] : undefined));
}

function asideFrom(callout: Element): Element {
  const type = String(callout.properties['dataCallout']);
  const variant = (Object.hasOwn(VARIANTS, type) ? VARIANTS[type] : undefined) ?? 'note';
  const classes = ['starlight-aside', `starlight-aside--${variant}`];
  const parts = callout.children.filter((child) => child.type === 'element');
  const title = parts.find((part) => hasClass(part, 'callout-title'));
  const body = element('div', { className: ['starlight-aside__content'] }, parts.find((part) => hasClass(part, 'callout-content'))?.children ?? []);
  // Callouts within it.
  asidesIn(body);
  const heading: ElementContent[] = [icon(variant), ...(title?.children ?? [])];
  if (callout.tagName === 'details') {
    const { open } = callout.properties;
    return element('details', { className: classes, ...(open ? { open } : {}) }, [element('summary', { className: ['starlight-aside__title'] }, heading), body]);
  }
  const label = title ? textOf(title).trim() : '';
  // Starlight hides the title where the box is named by it; a link or a picture in it mustn't be hidden.
  const isPlain = label !== '' && !(title && elementsOf(title).some(({ tagName }) => tagName === 'a' || tagName === 'img'));
  return element('aside', { ...(label ? { ariaLabel: label } : {}), className: classes }, [element('p', { className: ['starlight-aside__title'], ...(isPlain ? { ariaHidden: 'true' } : {}) }, heading), body]);
}

function icon(variant: Variant): Element {
  const paths = ICONS[variant].map((d) => element('path', { d, fillRule: 'evenodd', clipRule: 'evenodd' }));
  return element('svg', { viewBox: '0 0 24 24', width: 16, height: 16, fill: 'currentColor', ariaHidden: 'true', className: ['starlight-aside__icon'] }, paths);
}
