// What is wrong with HTML that stands in an article of a page, as a browser reads it.

import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import table from '../../src/html/policy.json' with { type: 'json' };

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

const ELEMENTS = new Set(table.elements);
const ADDRESSES = ['href', 'src', 'poster', 'cite', 'action', 'formaction', 'data', 'background', 'longdesc', 'ping', 'srcset', 'lowsrc', 'usemap'];
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:', 'irc:', 'xmpp:']);
const ATTRIBUTES = new Set([
  ...[...Object.values(table.attributes), ...table.rendered.map(({ attributes }) => attributes ?? {})].flatMap((names) => Object.values(names as Record<string, string[]>).flat()),
  'style',
]);

/** What the site allows; with `foreign` elements of another language, and with formulas styles of their own. */
interface Allowed {
  elements?: string[];
  attributes?: string[];
  foreign?: boolean;
  /** Images may be drawings that stand in their addresses. */
  drawings?: boolean;
}

/** The first thing that is wrong, or `null`. */
export function fault(html: string, { elements = [], attributes = [], foreign = elements.length > 0, drawings = false }: Allowed = {}): string | null {
  const page = parse(`<!doctype html><html><head><title>t</title></head><body><main><article>${html}<hr id="the-last"></article></main><footer id="the-end"></footer></body></html>`);
  const wrong: string[] = [];
  const ends: string[] = [];
  const open: { node: Node; inside: boolean }[] = [{ node: page, inside: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, inside } = next;
    if (inside && 'tagName' in node) wrong.push(...of(node, elements, attributes, foreign, drawings));
    if (node.nodeName === '#comment') wrong.push('a comment');
    if ('tagName' in node) {
      const id = node.attrs.find(({ name }) => name === 'id')?.value;
      if (id === 'the-end' || id === 'the-last') ends.push(`${id} in ${node.parentNode?.nodeName}`);
    }
    if ('childNodes' in node) for (const child of node.childNodes) open.push({ node: child, inside: inside || node.nodeName === 'article' });
    // Nothing outside of the article but the page's own.
    if (!inside && node.nodeName !== 'article' && 'tagName' in node && !['html', 'head', 'title', 'body', 'main', 'footer'].includes(node.nodeName)) wrong.push(`<${node.nodeName}> outside of the article`);
  }
  if (ends.sort().join() !== 'the-end in body,the-last in article') wrong.push(`the page's frame: ${ends.join()}`);
  return wrong[0] ?? null;
}

function of(node: DefaultTreeAdapterTypes.Element, elements: string[], attributes: string[], foreign: boolean, drawings: boolean): string[] {
  const wrong: string[] = [];
  if (!ELEMENTS.has(node.tagName) && !elements.includes(node.tagName)) wrong.push(`<${node.tagName}>`);
  if (!node.namespaceURI.endsWith('/xhtml') && !foreign) wrong.push(`<${node.tagName}> of another language`);
  for (const { name, value } of node.attrs) {
    if (!ATTRIBUTES.has(name) && !attributes.includes(name)) wrong.push(`${name} of <${node.tagName}>`);
    if (/^on/i.test(name)) wrong.push(`${name}="${value}"`);
    if (name === 'style' && /url|position|fixed|z-index|expression|@|\\|\/\*|["'<>]/i.test(value) && !elements.includes('math')) wrong.push(`style="${value}"`);
    if (name === 'rel' && value.split(/\s+/).some((word) => word.toLowerCase() === 'opener')) wrong.push(`rel="${value}"`);
    if (name === 'target' && value === '_blank' && !/\bnoopener\b/.test(node.attrs.find((other) => other.name === 'rel')?.value ?? '')) wrong.push('target without noopener');
    if ((name === 'id' || name === 'name') && !/^h[1-6]$/.test(node.tagName) && table.refusedIdentifiers.includes(value.toLowerCase())) wrong.push(`${name}="${value}"`);
    if (!ADDRESSES.includes(name)) continue;
    for (const address of name === 'srcset' ? value.split(/,\s+/).map((candidate) => candidate.split(/\s/)[0]!) : [value]) {
      if (node.tagName === 'img' && name === 'src' && /^data:image\/(png|jpeg|gif|webp);base64,/.test(address)) continue;
      if (drawings && node.tagName === 'img' && name === 'src' && /^data:image\/svg\+xml;base64,/.test(address)) continue;
      const url = URL.parse(address, 'https://site.example/page/');
      if (!url || !SCHEMES.has(url.protocol)) wrong.push(`${name}="${address}"`);
      if (node.tagName !== 'a' && name !== 'cite' && !URL.canParse(address) && !address.startsWith('/')) wrong.push(`relative ${name}="${address}"`);
    }
  }
  return wrong;
}
