// What is read off plain HTML is what the long way gives, to the letter and to the node: held against it over hostile documents, over
// pieces in whatever order, and over trees that are plain but for a slip.

import { createSatteriMarkdownProcessor } from '@astrojs/markdown-satteri';
import { createMarkdownProcessor } from '@astrojs/markdown-remark';
import type { Root } from 'hast';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { allowancesOf, assetsOf } from '../src/html/allowances.js';
import { parse, write } from '../src/html/parse.js';
import { plainReader, writePlainly } from '../src/html/plain.js';
import { policyWith, type Policy } from '../src/html/policy.js';
import { judgeOf, settlerOf, wallOf } from '../src/html/wall.js';
import { math } from '../src/transforms/math.js';
import { tables } from '../src/transforms/tables.js';
import { documents, random } from './support/hostile.js';

const EVERYTHING = { attributes: { '*': ['data-x'] }, classes: { '*': ['*'] }, styles: { '*': ['color'] } };
const CODE = { integrations: [{ name: 'astro-expressive-code', hooks: {} }] } as never;
const POLICIES: Record<string, Policy> = {
  'the table': policyWith([]),
  'a site’s colours of code': policyWith(allowancesOf({ markdown: { shikiConfig: { theme: 'github-dark' } } as never })),
  'what a site and transforms add': policyWith([...allowancesOf(CODE), math.allowance!, tables.allowance!, EVERYTHING], { assets: assetsOf(CODE), drawings: true }),
};

/** How much was plain, and what was read otherwise than by the long way. */
function held(all: Iterable<string>, policy: Policy): { plain: number; wrong: string[] } {
  const [read, settle] = [plainReader(judgeOf(policy)), settlerOf(policy)];
  const wrong: string[] = [];
  let plain = 0;
  for (const html of all) {
    const found = read(html);
    if (!found) continue;
    plain += 1;
    const { html: written, tree } = settle(html);
    if (found.html !== written) wrong.push(`${JSON.stringify(html)} became ${JSON.stringify(found.html)} instead of ${JSON.stringify(written)}`);
    else if (JSON.stringify(found.tree.children) !== JSON.stringify(tree.children)) wrong.push(`${JSON.stringify(html)} has another tree`);
    if (read(html, false)?.html !== found.html) wrong.push(`${JSON.stringify(html)} is another without its tree`);
    // What a transform changes is written for the next wall.
    if (writePlainly(tree) !== write(tree)) wrong.push(`${JSON.stringify(html)} is written as ${JSON.stringify(writePlainly(tree))}`);
  }
  return { plain, wrong: wrong.slice(0, 5) };
}

const rendered: string[] = [];
for (const processor of [await createSatteriMarkdownProcessor({}), await createMarkdownProcessor({})]) {
  for (const { body } of documents()) {
    // Astro's own plugins stumble over addresses.
    const made = await processor.render(body).catch((error: unknown) => (error instanceof URIError ? undefined : Promise.reject(error)));
    if (made) rendered.push(made.code);
  }
}

test.each(Object.entries(POLICIES))('hostile documents are read as by the long way: %s', (_name, policy) => {
  const { plain, wrong } = held(rendered, policy);
  expect(wrong).toEqual([]);
  // Otherwise they would show nothing.
  expect(plain).toBeGreaterThan(20);
}, 240_000);

test('pieces in whatever order are read as by the long way', () => {
  const { plain, wrong } = held([...random(20_000, 20261202)].map((html) => html.replace(/ src=x onerror=globalThis.ran=1/g, '')), POLICIES['the table']!);
  expect(wrong).toEqual([]);
  expect(plain).toBeGreaterThan(30);
}, 240_000);

const NAMES = (
  'a abbr audio b blockquote button center code dd del details div dl dt em figcaption figure h1 h2 h3 i ins kbd li mark ol p picture pre q rp rt ruby s samp section small span strike strong sub summary sup ' +
  'table tbody td tfoot th thead tr tt ul var video br hr img input source aside select option svg math mi script style title textarea nobr font form body caption col'
).split(' ');
const VOID = new Set(['br', 'hr', 'img', 'input', 'source', 'col']);
const CHILDREN: Record<string, string[]> = { ul: ['li'], ol: ['li'], dl: ['dt', 'dd'], table: ['thead', 'tbody', 'tfoot'], thead: ['tr'], tbody: ['tr'], tfoot: ['tr'], tr: ['td', 'th'] };
const TEXTS = [
  'x', ' ', '\n', '\n\n', '\t', '&#x26;', '&#x3C;b>', '&amp;', '&lt;', '&gt;', '&quot;', '&#39;', '&', '&copy;', '&#10;', '&#x0;', '&#128;', '&notit;', '&ampx', '\0', '\r', '\f', '\u00a0', '\ufeff', '\ud800', '\u{1f600}', '\u2028', '>', ']]>', '<', '</', '<!', '<?x>',
  '<!-- x -->', '"', "'", '`', '=', '__ASTRO_x', 'é',
];
const ATTRIBUTES = [
  'title="x"', 'title=""', 'title', 'title="a &amp; b &#x22; &#x27; &#x60;"', 'title="a > b"', 'title="<b>"', 'title=\'x\'', 'title=x', 'TITLE="x"', 'title="&copy;"', 'title="&copy"', 'title="\n"', 'title="x" title="y"', 'class="line"', 'class="  a \n callout "', 'class=""',
  'class="language-js"', 'style="color:red"', 'style=" color : red;position:fixed"', 'style="text-align:left"', 'style="color:url(x)"', 'href="https://e.example/"', 'href="/a?b=c&#x26;d=e"', 'href="#x"', 'href="javascript:x"', 'href=" https://e.example"', 'href="ht\ntps://e.example"',
  'href="java\tscript:x"', 'href="a:b"', 'href="https://["', 'href=""', 'src="https://e.example/x.png"', 'src="x.png"', 'src="data:image/png;base64,AA=="', 'src="data:image/svg+xml;base64,AA=="', 'srcset="https://e.example/x.png 2x"', 'srcset="x 1x, https://e.example/a,b.png 2x"', 'width="10"',
  'width="010"', 'width="1e3"', 'width="x"', 'width=""', 'width="0x10"', 'width=" 5 "', 'start="3"', 'start="-0"', 'colspan="2"', 'rowspan="99999999999999999999"', 'checked', 'checked=""', 'checked="checked"', 'checked="x"', 'disabled', 'type="checkbox"', 'type="CHECKBOX"', 'type="text"', 'open', 'open=""',
  'open="OPEN"', 'id="x"', 'id="cookie"', 'id="user-content-fn-1"', 'name="x"', 'target="_blank"', 'target="_self"', 'rel="nofollow"', 'rel="opener"', 'onclick="x"', 'data-x="1"', 'data-language="js"', 'data-footnotes', 'data-footnotes=""', 'aria-label="x"', 'aria-hidden="true"', 'aria-hidden', 'tabindex="0"', 'lang="de"', 'headers="a  b"',
  'accept="a, b"', 'coords="1,2"', 'loading="lazy"', 'decoding="async"', 'itemscope', 'itemprop="a b"', 'accesskey="a b"', 'hidden', 'download="x"', 'is="x"', 'slot="x"', 'xlink:href="x"', 'xmlns="x"', '__proto__="x"', 'constructor="x"', 'prefix', 'role="region"', 'align="left"', 'datetime="2026"', 'cite="https://e.example/"',
  'cite="x:y"', 'poster="https://e.example/x.png"', 'controls', 'muted=""', 'span="2"', 'size="3"', 'sizes="100vw"', 'dir="rtl"', 'value="1"', 'reversed', 'nowrap', 'multiple', 'selected', 'abbr="x"', 'scope="row"', 'char="x"', 'color="red"', 'border="0"', 'method="x"', 'charset="x"', 'accept-charset="a b"',
];

/** HTML as renderers write it, with a slip now and then. `care`: of a hundred choices, how many are right. */
function* trees(count: number, seed: number, care: number): Generator<string> {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  const of = <Item>(list: readonly Item[]): Item => list[below(list.length)]!;
  const isRight = () => below(100) < care;
  const simple = ['p', 'div', 'ul', 'table', 'b', 'a', 'span', 'h2', 'blockquote', 'pre', 'code', 'dl', 'em', 'img', 'br', 'input', 'details', 'section', 'button'];
  const attributes = (name: string): string => {
    const likely: Record<string, string[]> = { a: ['href="https://e.example/"', 'href="#x"'], img: ['src="https://e.example/x.png"', 'width="10"'], input: ['type="checkbox" disabled'], td: ['style="text-align:left"'], span: ['class="line"'] };
    const chosen = new Set(Array.from({ length: below(3) }, () => (isRight() ? of(likely[name] ?? ['title="x"', 'title="x" class="a"', 'id="x"', '']) : of(ATTRIBUTES))));
    return [...chosen].filter((one) => one !== '').map((one) => ` ${one}`).join('');
  };
  const text = () => (isRight() ? of(['x', ' ', '\n', 'a &#x26; b', '&lt;', 'é']) : of(TEXTS));
  const node = (depth: number, among: string[]): string => {
    if (among === simple && below(3) === 0) return text();
    const name = isRight() ? of(among) : of(NAMES);
    const start = `<${name}${attributes(name)}${VOID.has(name) && below(4) === 0 ? of([' /', '/']) : !isRight() && below(8) === 0 ? '/' : ''}>`;
    if (VOID.has(name) && isRight()) return start;
    const own = CHILDREN[name];
    const children = depth > 6 ? text() : Array.from({ length: below(4) }, () => (own && isRight() ? of(['', '\n']) + node(depth + 1, own) : node(depth + 1, name === 'p' || name === 'h2' ? ['b', 'a', 'em', 'code', 'img', 'br', 'span'] : simple))).join('');
    const end = isRight() ? `</${name}>` : of([`</${of(NAMES)}>`, '', `</${name} >`, `</${name.toUpperCase()}>`, `</${name}></${name}>`]);
    return start + (own && !isRight() ? text() : '') + children + end;
  };
  for (let made = 0; made < count; made += 1) yield Array.from({ length: 1 + below(4) }, () => node(0, simple)).join('');
}

test.each([
  [100, 0],
  [99, 1],
  [97, 2],
  [90, 3],
  [70, 4],
])('trees of which %i of a hundred choices are right are read as by the long way', (care, seed) => {
  for (const [name, policy] of Object.entries(POLICIES)) {
    const { plain, wrong } = held(trees(3_000, 20261202 + seed, care), policy);
    expect(wrong, name).toEqual([]);
    expect(plain, name).toBeGreaterThan(care > 90 ? 500 : 50);
  }
}, 240_000);

test('each attribute on each element is read as by the long way', () => {
  const all = NAMES.flatMap((name) => ATTRIBUTES.map((attribute) => `<${name} ${attribute}>${VOID.has(name) ? '' : `x</${name}>`}`));
  const within = all.flatMap((html) => [html, `<table><tbody><tr>${html}</tr></tbody></table>`, `<ul>${html}</ul>`, `<p>${html}</p>`]);
  for (const [name, policy] of Object.entries(POLICIES)) {
    const { plain, wrong } = held(within, policy);
    expect(wrong, name).toEqual([]);
    expect(plain, name).toBeGreaterThan(3_000);
  }
}, 240_000);

test('each element in each other, in each third, is read as by the long way', () => {
  const inside = (outer: string, html: string) => `<${outer}>${html}${VOID.has(outer) ? '' : `</${outer}>`}`;
  const read = plainReader(judgeOf(POLICIES['the table']!));
  const pairs = NAMES.flatMap((outer) => NAMES.map((inner) => [outer, inside(outer, inside(inner, 'x'))] as const));
  // All of three would be half a million: those whose pairs are plain already, and a share of the others.
  const three = pairs.flatMap(([, pair], at) => NAMES.filter((_, to) => (at + to) % 11 === 0).map((outer) => inside(outer, pair)));
  const among = ['b', 'table', 'ul', 'p', 'a'].flatMap((name) => pairs.map(([, pair]) => `${inside(name, `y${pair}`)}z`));
  const { plain, wrong } = held([...pairs.map(([, pair]) => pair), ...three, ...among], POLICIES['what a site and transforms add']!);
  expect(wrong).toEqual([]);
  expect(plain).toBeGreaterThan(1_000);
  expect(read('<p><b>x</b></p>')).toBeDefined();
}, 240_000);

test.each([
  ['what ends a paragraph', '<p><div>x</div></p>'],
  ['what ends a heading', '<h1><h2>x</h2></h1>'],
  ['a link in a link', '<a href="#x"><b><a href="#y">x</a></b></a>'],
  ['an item outside of a list', '<div><li>x</li></div>'],
  ['a row without a body', '<table><tr><td>x</td></tr></table>'],
  ['text in a table', '<table>x<tbody></tbody></table>'],
  ['an element that is left open', '<p>x'],
  ['an element that ends elsewhere', '<b><i>x</b></i>'],
  ['a line break that a parser drops', '<pre>\nx</pre>'],
  ['a comment', '<p>x<!-- y --></p>'],
  ['another language', '<svg></svg>'],
  ['an element that isn’t allowed', '<button>x</button>'],
  ['a character that a parser drops', '<p>\0</p>'],
  ['a line break of two characters', '<p>\r\n</p>'],
  ['a reference without its end', '<p>&amp</p>'],
  ['capital letters', '<P>x</P>'],
  ['a value without quotation marks', '<p title=x>x</p>'],
  ['an attribute twice', '<p title="x" title="y">x</p>'],
  ['an element that isn’t void and ends at once', '<p/>'],
  ['many elements in each other', '<div>'.repeat(101) + '</div>'.repeat(101)],
])('%s goes the long way', (_name, html) => {
  expect(plainReader(judgeOf(POLICIES['the table']!))(html)).toBeUndefined();
});

test('an element has properties of its own, which a transform may change', () => {
  const read = plainReader(judgeOf(POLICIES['the table']!));
  const html = '<p class="callout-title" title="x">a</p><p class="callout-title" title="x">b</p>';
  const { tree } = read(html)!;
  const [one, other] = tree.children as { properties: Record<string, any> }[];
  one!.properties['title'] = 'y';
  one!.properties['className'].push('z');
  expect(other!.properties).toEqual({ className: ['callout-title'], title: 'x' });
  expect(read(html)!.tree.children[0]).toMatchObject({ properties: { className: ['callout-title'], title: 'x' } });
});

test('a tree is written as the library writes it, whatever is in it', () => {
  const policy = POLICIES['the table']!;
  for (const html of [...rendered, ...trees(2_000, 7, 70), '<svg viewBox="0 0 1 1"><path d="x"></path></svg><math><mi>x &amp; y</mi></math><p title="&#x22;&#x27;&lt;">&lt;script>&amp;lt;</p><script>1 < 2</script>']) {
    const tree: Root = parse(html);
    expect(writePlainly(tree)).toBe(write(tree));
  }
  expect(wallOf(policy).html('<p>&lt;script></p>')).toBe('<p>&#x3C;script></p>');
});

test('a tag of many megabytes and thousands of attributes ends in HTML or in a sentence', () => {
  const wall = wallOf(POLICIES['the table']!);
  expect(wall.html(`<p ${Array.from({ length: 50_000 }, (_, at) => `data-a${at}="x"`).join(' ')}>x</p>`)).toBe('<p>x</p>');
  expect(wall.html(`<p title="${'x'.repeat(3_000_000)}">x</p>`)).toBe(`<p title="${'x'.repeat(3_000_000)}">x</p>`);
  expect(wall.html(`${'<p '.repeat(200_000)}`)).toBe('');
});

test('a tag that is kept keeps nothing of its document', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const read = plainReader(judgeOf(POLICIES['the table']!));
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 200; at += 1) expect(read(`<p title="a title of its own, ${at}">${'x'.repeat(1_000_000)}${at}</p>`)).toBeDefined();
  collect();
  expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(50);
});
