// What is hostile in HTML, read as a browser reads it, inside a page.
import { parse } from 'parse5';

// hast-util-sanitize's list for GitHub, and what the specification of the converter adds.
const ELEMENTS = new Set(`a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li ol p picture pre q rp rt ruby s samp section
  source span strike strong sub summary sup table tbody td tfoot th thead tr tt ul var abbr mark figure figcaption center audio video small`.split(/\s+/));
const ADDRESSES = new Set(['href', 'src', 'poster', 'cite', 'action', 'formaction', 'data', 'background', 'longdesc', 'ping', 'xlink:href', 'manifest', 'lowsrc', 'dynsrc', 'usemap', 'profile', 'classid', 'codebase', 'archive', 'icon']);
const SCHEMES = new Set(['http:', 'https:', 'ftp:', 'geo:', 'irc:', 'ircs:', 'magnet:', 'mailto:', 'matrix:', 'news:', 'sftp:', 'sip:', 'sips:', 'sms:', 'smsto:', 'tel:', 'webcal:', 'webcals:', 'xmpp:']);
const SITE = 'https://site.example/page/';
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/i;

function addresses(name, value) {
  if (name === 'srcset') return value.split(/,\s+|\s+\S+,/).map((candidate) => candidate.trim().split(/\s+/)[0]).filter(Boolean);
  return ADDRESSES.has(name) ? [value] : [];
}

/**
 * What is wrong with HTML that stands in an article of a page, or null. Pictures must have whole
 * addresses unless `relative` allows others: only Astro's pipelines look for their files.
 */
export function fault(html, { relative = false } = {}) {
  const page = parse(`<!doctype html><html><head><title>t</title></head><body><div><section><details open><main><article>${html}<hr id="the-last"></article></main></details></section></div><footer id="the-end"></footer></body></html>`);
  let wrong = null;
  let footer = null;
  let last = null;
  const say = (what) => { wrong ??= what; };
  // A list and not a recursion: some documents nest a thousand elements.
  const open = [{ node: page, inside: false }];
  while (open.length) {
    const { node, inside } = open.pop();
    const name = node.nodeName;
    const id = node.attrs?.find((attribute) => attribute.name === 'id')?.value;
    if (id === 'the-end') footer ??= node;
    if (id === 'the-last') last ??= node;
    if (inside && !name.startsWith('#') && !ELEMENTS.has(name)) say(`element ${name}`);
    if (inside && node.namespaceURI && !node.namespaceURI.endsWith('/xhtml')) say(`foreign ${name}`);
    if (name === '#comment' && !/^\s*more\s*$/.test(node.data)) say('a comment');
    for (const { name: key, value } of (inside && node.attrs) || []) {
      if (/^on/i.test(key) || key === 'srcdoc') say(`${name} ${key}`);
      if (key === 'style' && !/^text-align:\s*(left|right|center);?$/.test(value)) say(`style ${value}`);
      if (name === 'input' && key === 'type' && value !== 'checkbox') say(`input ${value}`);
      for (const address of addresses(key, value)) {
        const media = name !== 'a';
        if (media && name === 'img' && PICTURE.test(address)) continue;
        const url = URL.canParse(address, SITE) ? new URL(address, SITE) : null;
        if (url && !SCHEMES.has(url.protocol)) say(`${name} ${key} ${address}`);
        if (!relative && media && key !== 'cite' && url && !URL.canParse(address) && !/^[/#]/.test(address)) say(`relative ${name} ${key} ${address}`);
      }
    }
    for (const child of node.childNodes ?? []) open.push({ node: child, inside: inside || name === 'article' });
  }
  // A page's frame that the article closed or swallowed.
  if (footer?.parentNode.nodeName !== 'body') say(`the page's footer is in ${footer?.parentNode.nodeName}`);
  if (last?.parentNode.nodeName !== 'article' || last.parentNode.parentNode.nodeName !== 'main') say(`the article's end is in ${last?.parentNode.nodeName}`);
  return wrong;
}
