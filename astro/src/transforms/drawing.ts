// A drawing that a library made, as a copy of which every part is known: it is shown in an `<img>`, for light pages and dark ones.

import { defaultTreeAdapter, parseFragment, serialize, type DefaultTreeAdapterTypes } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const ELEMENTS = new Set(['circle', 'defs', 'ellipse', 'g', 'line', 'marker', 'path', 'polygon', 'polyline', 'rect', 'svg', 'text', 'title', 'tspan']);
const ATTRIBUTES = new Set([
  'cx', 'cy', 'd', 'dominant-baseline', 'dy', 'dx', 'fill', 'fill-opacity', 'font-family', 'font-size', 'font-style', 'font-weight', 'height', 'id', 'letter-spacing', 'marker-end', 'marker-start',
  'markerHeight', 'markerUnits', 'markerWidth', 'opacity', 'orient', 'points', 'r', 'refX', 'refY', 'rx', 'ry', 'stroke', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin',
  'stroke-opacity', 'stroke-width', 'text-anchor', 'text-decoration', 'transform', 'viewBox', 'width', 'x', 'x1', 'x2', 'y', 'y1', 'y2',
]);
/** Numbers, colours, lists of points, and what refers to a part of the drawing; no address, no string and no escape. */
const VALUE = /^[\w#%.,()\s+-]*$/;
const REFERENCE = /^url\(#[\w-]+\)$/;
/** Characters that end a document of XML. */
const NO_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const FUNCTION = /([\w-]*)\(/g;
const FUNCTIONS = new Set(['var', 'rgb', 'rgba', 'hsl', 'hsla', 'color-mix', 'translate', 'rotate', 'scale', 'matrix']);

/**
 * What the drawing's colours are made of. A drawing in an `<img>` sees the colour scheme of the place in the page that it stands in, or
 * in older browsers the reader's own.
 */
const STYLE = `
svg{color-scheme:light dark;--bg:#fff;--fg:#24292f;--line:#6e7781;--_text:var(--fg);--_text-sec:#57606a;--_text-muted:#57606a;--_text-faint:#8c959f;--_line:#6e7781;--_arrow:#57606a;--_node-fill:#f6f8fa;--_node-stroke:#8c959f;--_group-fill:#fff;--_group-hdr:#eaeef2;--_inner-stroke:#d0d7de;--_key-badge:#eaeef2}
@media(prefers-color-scheme:dark){svg{--bg:#161b22;--fg:#e6edf3;--line:#8b949e;--_text-sec:#b1bac4;--_text-muted:#b1bac4;--_text-faint:#8b949e;--_line:#8b949e;--_arrow:#b1bac4;--_node-fill:#21262d;--_node-stroke:#6e7681;--_group-fill:#161b22;--_group-hdr:#30363d;--_inner-stroke:#484f58;--_key-badge:#30363d}}
text{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
`;

export interface Drawing {
  /** For an `<img>`. */
  address: string;
  width: number;
  height: number;
  /** What is written in it, each once, in the order in which it stands there. */
  labels: string[];
}

/**
 * A copy of an SVG in which nothing is but shapes and text. Style sheets, fonts, links, pictures and scripts are none of them.
 *
 * @throws {Error} where it is no drawing
 */
export function drawingOf(svg: string): Drawing {
  const root = parseFragment(svg).childNodes.find((node): node is Element => node.nodeName === 'svg');
  if (!root) throw new Error('no drawing comes of it');
  const labels = new Set<string>();
  keep(root, labels);
  const [, , width = 0, height = 0] = (attribute(root, 'viewBox') ?? '').split(/[\s,]+/).map(Number);
  if (!(width > 0 && height > 0 && width < 20_000 && height < 20_000)) throw new Error('the drawing has no size');
  // A program of its own reads it, as XML.
  const style = defaultTreeAdapter.createElement('style', root.namespaceURI, []);
  style.childNodes = [];
  defaultTreeAdapter.insertText(style, STYLE.replaceAll('\n', ''));
  root.childNodes.unshift(style);
  root.attrs = [...root.attrs.filter(({ name }) => name !== 'xmlns'), { name: 'xmlns', value: 'http://www.w3.org/2000/svg' }];
  const fragment = defaultTreeAdapter.createDocumentFragment();
  fragment.childNodes = [root];
  const written = serialize(fragment).replaceAll('&nbsp;', '\u00a0').replace(NO_XML, '');
  return { address: `data:image/svg+xml;base64,${Buffer.from(written).toString('base64')}`, width: Math.ceil(width), height: Math.ceil(height), labels: [...labels] };
}

const attribute = (element: Element, name: string): string | undefined => element.attrs.find((one) => one.name === name)?.value;

function keep(element: Element, labels: Set<string>): void {
  element.attrs = element.attrs.filter(({ name, value, prefix }) => !prefix && ATTRIBUTES.has(name) && isKept(value));
  element.childNodes = element.childNodes.filter((child): child is Node => {
    if (child.nodeName === '#text') {
      const said = (child as DefaultTreeAdapterTypes.TextNode).value.replace(/\s+/g, ' ').trim();
      if (said && (element.tagName === 'text' || element.tagName === 'tspan')) labels.add(said);
      return true;
    }
    if (!('tagName' in child) || !ELEMENTS.has(child.tagName) || child.namespaceURI !== element.namespaceURI) return false;
    keep(child, labels);
    return true;
  });
}

function isKept(value: string): boolean {
  return REFERENCE.test(value) || (VALUE.test(value) && [...value.matchAll(FUNCTION)].every(([, name = '']) => FUNCTIONS.has(name.toLowerCase())));
}
