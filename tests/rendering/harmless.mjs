// Nothing hostile gets through: the output, rendered as Astro does and as others do, is read as a
// browser reads it, inside a page.
import { parse } from 'parse5';
import { Verdict, apart, convert, fromCorpus } from '../readers/documents.mjs';
import { documents as hostile } from './hostile.mjs';
import { remarkRaw, renderers } from './renderers.mjs';

const [batch, lines, corpus] = process.argv.slice(2);
const verdict = new Verdict();

// hast-util-sanitize's list for GitHub, and what the specification of the converter adds.
const ELEMENTS = new Set(`a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li ol p picture pre q rp rt ruby s samp section
  source span strike strong sub summary sup table tbody td tfoot th thead tr tt ul var abbr mark figure figcaption center audio video small`.split(/\s+/));
const ADDRESSES = new Set(['href', 'src', 'poster', 'cite', 'action', 'formaction', 'data', 'background', 'longdesc', 'ping', 'xlink:href', 'manifest', 'lowsrc', 'dynsrc', 'usemap', 'profile', 'classid', 'codebase', 'archive', 'icon']);
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:', 'irc:', 'xmpp:']);
const SITE = 'https://site.example/page/';
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/i;

function addresses(name, value) {
  if (name === 'srcset') return value.split(/,\s+|\s+\S+,/).map((candidate) => candidate.trim().split(/\s+/)[0]).filter(Boolean);
  return ADDRESSES.has(name) ? [value] : [];
}

/** What is wrong with HTML that stands in an article of a page, or null. */
function fault(html) {
  const page = parse(`<!doctype html><html><head><title>t</title></head><body><main><article>${html}<hr id="the-last"></article></main><footer id="the-end"></footer></body></html>`);
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
        if (media && key !== 'cite' && url && !URL.canParse(address) && !/^[/#]/.test(address)) say(`relative ${name} ${key} ${address}`);
      }
    }
    for (const child of node.childNodes ?? []) open.push({ node: child, inside: inside || name === 'article' });
  }
  // A page's frame that the article closed or swallowed.
  if (footer?.parentNode.nodeName !== 'body') say(`the page's footer is in ${footer?.parentNode.nodeName}`);
  if (last?.parentNode.nodeName !== 'article' || last.parentNode.parentNode.nodeName !== 'main') say(`the article's end is in ${last?.parentNode.nodeName}`);
  return wrong;
}

const documents = [...hostile(lines), ...fromCorpus(corpus || undefined)];
console.log(`${documents.length} documents`);
verdict.check('at least 1,000 hostile documents', documents.length >= 1000, `${documents.length}`);
// What is looked for is found, where it is.
for (const html of ['<script>', '<p onclick="x">', '<a href="java&#10;script:x">', '<form>', '<iframe>', '</article></main>x', '<p style="position:fixed">', '<img src="../x.png">', '<svg>', '<!--', '<textarea>']) {
  verdict.check('the check finds what is hostile', fault(html) !== null, html);
}
let gaveUp = 0;
for (const [at, { id, rejected, file, stable, defect }] of convert(batch, documents).entries()) {
  if (!verdict.check('converted', rejected === undefined, id, () => rejected)) continue;
  verdict.check('converting twice is converting once', stable, id, () => JSON.stringify(documents[at].text));
  verdict.check('the converter finds nothing wrong itself', defect === null, id, () => defect);
  const { body } = apart(file);
  // Astro reads GitHub's Markdown; in one without tables and footnotes this would be another document.
  const { satteri, remark } = renderers;
  // Astro's own renderer sees every document, the slower ones every third: of 16 places each has
  // its turn.
  const slower = at % 3 === 0 ? { remark, 'remark with rehype-raw': remarkRaw } : {};
  for (const [name, render] of Object.entries({ satteri, ...slower })) {
    let html;
    try {
      html = render(body);
    } catch (error) {
      // A thousand lists in each other are too deep for remark itself; that page isn't built at all.
      if (name === 'satteri' || !(error instanceof RangeError)) throw error;
      gaveUp += 1;
      continue;
    }
    const wrong = fault(html);
    verdict.check(`${name}: harmless in a page`, wrong === null, id, () => `${wrong} in ${JSON.stringify(body.slice(0, 200))} from ${JSON.stringify((documents[at].text ?? '').slice(0, 200))}`);
  }
}
if (gaveUp) console.log(`${gaveUp} renderings were too deep for their program`);
verdict.end();
