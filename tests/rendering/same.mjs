// What the converter leaves alone renders as it did: the examples of the specifications given, and
// real documents.
import { readFileSync } from 'node:fs';
import { parseFragment } from 'parse5';
import { text as specification } from 'commonmark-spec';
import { Verdict, apart, convert, fromCorpus, source } from '../readers/documents.mjs';
import { renderers, tree } from './renderers.mjs';

const [batch, corpus, ...specifications] = process.argv.slice(2);
const verdict = new Verdict();

/** The Markdown of every example of a specification written as CommonMark's is. */
function examples(name, text) {
  const found = text.replaceAll('\r\n', '\n').matchAll(/^`{32} example[^\n]*\n([\s\S]*?)^\.\n[\s\S]*?^`{32}$/gm);
  return [...found].map(([, markdown], at) => ({ id: `${name} ${at + 1}`, body: markdown.replaceAll('→', '\t') }));
}

/** The rules that this text may come under; where there are none, nothing may change. */
function rules(text) {
  const found = new Set();
  const destination = (url, image) => {
    const fine = /^(https?:|mailto:|tel:|ircs?:|xmpp:|webcals?:|sms(to)?:|geo:|sips?:|s?ftp:|news:|magnet:|matrix:)/i.test(url) || (!image && url.startsWith('#'));
    if (!fine || /%(?![0-9a-f]{2})|\s/i.test(url) || /^https?:\/\/github\.com\/.*\/blob\//.test(url)) found.add('destinations');
    try {
      decodeURI(url);
    } catch {
      found.add('destinations');
    }
  };
  const walk = (node) => {
    if (node.type === 'html') found.add('html');
    if (['link', 'image', 'definition'].includes(node.type)) destination(node.url, node.type !== 'link');
    node.children?.forEach(walk);
  };
  walk(tree(text));
  if (/\[\[|%%|==|\^|\[!|(^|\s)#\w/.test(text)) found.add('obsidian');
  if (text.includes('$')) found.add('mathematics');
  if (/\r(?!\n)|\0/.test(text)) found.add('line breaks');
  // Sätteri, whose parser the converter reads with, may see HTML where remark sees none.
  if (!found.has('html') && /<[a-z/!?]/i.test(text)) found.add('angle brackets');
  return found;
}

const HIDDEN = new Set(['script', 'style', 'iframe', 'object', 'embed', 'svg', 'math', 'template', 'noscript', 'title', 'textarea', 'xmp', 'noembed', 'noframes', 'plaintext']);

/** The words that a reader sees, pictures by their alternative text. */
function words(html) {
  let text = '';
  const walk = (node) => {
    if (node.nodeName === '#text') text += node.value;
    if (node.nodeName === 'img') text += ` ${node.attrs.find(({ name }) => name === 'alt')?.value ?? ''} `;
    if (!HIDDEN.has(node.nodeName)) node.childNodes?.forEach(walk);
  };
  walk(parseFragment(html));
  // A number may have become a list's; an alert's kind is written small; a shortcode may be an emoji.
  return text.toLowerCase().replace(/:[\w+-]+:/g, ' ').match(/[\p{L}\p{N}]*\p{L}[\p{L}\p{N}]*/gu) ?? [];
}

/** The first word of `before` that is not in `after` in its turn. */
function lost(before, after) {
  let at = 0;
  for (const word of before) {
    const found = after.indexOf(word, at);
    if (found < 0) return word;
    at = found + 1;
  }
  return null;
}

/** A note with a block comment is Obsidian's, and nobody sees its comments. */
const withoutComments = (body) => (/^%%\r?$/m.test(body) ? body.replace(/^%%\r?\n[^]*?^%%$|%%.*?%%/gm, '') : body);

/** Values that stand without quotes in a tag, and hold a slash: neither remark nor Sätteri takes it for a tag, and the words of its attributes would be text. */
const withQuotes = (body) => body.replace(/<[a-z][a-z0-9]*\s[^<>\n]*>/gi, (tag) => tag.replace(/=([^\s"'<>`=]*\/[^\s"'<>`]*?)(?=\s|\/?>$)/g, '="$1"'));

const withoutLinksAndPictures = (html) => html.replace(/<img\b[^>]*?alt="([^"]*)"[^>]*>/g, '$1').replace(/<\/?a\b[^>]*>/g, '').replace(/<img\b[^>]*>/g, '').replace(/<p>\s*<\/p>\n?/g, '').trim();

const documents = [['CommonMark', specification]].concat(specifications.map((file) => [file.split('/').at(-1), readFileSync(file, 'utf8')]))
  .flatMap(([name, text]) => examples(name, text));
verdict.check('the specification has its examples', documents.length >= 600, `${documents.length}`);
for (const document of fromCorpus(corpus || undefined)) {
  // A block of the document's own and other bytes than UTF-8 are no matter of rendering.
  const text = source(document)?.replace(/^\uFEFF/, '');
  if (text && document.id.startsWith('corpus') && !/^\s*(---|\+\+\+|\{)/.test(text)) documents.push({ id: document.id, body: text });
}

// Constructed examples that don't render as before. A link that leads nowhere gives way to its
// text, and where such a text or what stands around it has marks that pair only now, or brackets
// that the two parsers read differently, they are lost. 257: the first line's indentation goes, and
// with it the distance of an indented code block from the list before it. 576 to 589: a picture's
// description keeps the emphasis that a picture wouldn't show. 609: a tag as Word has them.
const KNOWN = new Set([
  201, 257, 473, 474, 494, 518, 519, 520, 521, 534, 535, 548, 564, 571, 573, 576, 577, 585, 589, 609,
].map((number) => `CommonMark ${number}`));
const excused = new Set();

// With a title of its own, no heading is taken out of the document.
const answers = convert(batch, documents.map(({ id, body }) => ({ id, text: `---\ntitle: A title that no heading has\n---\n\n${body}` })));
const shares = new Map();
const count = (what) => shares.set(what, (shares.get(what) ?? 0) + 1);
answers.forEach(({ id, file, meta }, at) => {
  const { body } = documents[at];
  if (!file) return count('refused: too large, or no text');
  const after = apart(file).body;
  if (meta.derived.badges.length) return count('badges taken off the top');
  const applied = rules(body);
  const published = withQuotes(withoutComments(body));
  let same = true;
  for (const [name, render] of Object.entries(renderers)) {
    // Astro trims; a document that begins with indented code is then another one.
    const [one, other] = [render(body, false), render(after, true)].map((html) => html.trim());
    if (one === other) continue;
    same = false;
    if (KNOWN.has(id)) {
      excused.add(id);
      continue;
    }
    const shown = () => `${JSON.stringify(body.slice(0, 200))} was ${JSON.stringify(one.slice(0, 300))}, is ${JSON.stringify(other.slice(0, 300))}`;
    if (!verdict.check(`${name}: a change has its rule`, applied.size > 0, id, shown)) continue;
    if ([...applied].join() === 'destinations') {
      verdict.check(`${name}: only links and pictures change`, withoutLinksAndPictures(one) === withoutLinksAndPictures(other), id, shown);
    } else {
      const word = lost(words(published === body ? one : render(published, false)), words(other));
      verdict.check(`${name}: every word is still there`, word === null, id, () => `${word}: ${shown()}`);
    }
  }
  verdict.check('rendered as before, or changed by a rule', true, id);
  count(same ? (applied.size ? 'the same, with syntax that a rule looks at' : 'the same, no rule applies') : `changed: ${[...applied].sort().join(', ')}`);
});
verdict.check('what is known not to is still needed', excused.size === KNOWN.size, [...KNOWN].filter((id) => !excused.has(id)).join(', '));
for (const [what, number] of [...shares].sort((a, b) => b[1] - a[1])) console.log(`${String(number).padStart(6)} ${(100 * number / documents.length).toFixed(1)} %  ${what}`);
verdict.end();
