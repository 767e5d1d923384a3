// The wall by itself: the converter is taken away, and what renderers make of hostile documents is
// read as a browser reads it.

import { createMarkdownProcessor } from '@astrojs/markdown-remark';
import { createSatteriMarkdownProcessor } from '@astrojs/markdown-satteri';
import rehypeKatex from 'rehype-katex';
import remarkMath from 'remark-math';
import { markdownToHtml } from 'satteri';
import { expect, test } from 'vitest';
import { allowancesOf, assetsOf, katex } from '../src/html/allowances.js';
import { policyWith } from '../src/html/policy.js';
import { wallOf, wallWith } from '../src/html/wall.js';
import { htmlWall, rehypeHtmlWall } from '../src/markdown.js';
import { documents, random } from './support/hostile.js';
import { fault } from './support/scan.js';

const wall = wallWith();
const image = { domains: ['e.example'] };
const satteri = await createSatteriMarkdownProcessor({ image });
const remark = await createMarkdownProcessor({ image });
const PROCESSORS = { 'Sätteri': satteri, 'remark and rehype': remark };

/** What comes of documents that are no hostile ones' fault: `decodeURI` in Astro's own plugins. */
async function rendered(render: () => Promise<{ code: string }>): Promise<string> {
  try {
    return (await render()).code;
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}

test('the check finds what is hostile', () => {
  for (const html of ['<script>', '<p onclick="x">', '<a href="java&#10;script:x">', '<form>', '<iframe>', '</article></main>x', '<p style="position:fixed">', '<img src="../x.png">', '<svg>', '<!--', '<textarea>', '<a rel=opener>', '<a target=_blank>', '<p data-x>', '<p id=cookie>', '<base>', '<meta>']) {
    expect(fault(html), html).not.toBe(null);
  }
});

test.each(Object.entries(PROCESSORS))('nothing hostile gets through where %s renders', async (_name, processor) => {
  const wrong: string[] = [];
  let hostile = 0;
  for (const { name, body } of documents()) {
    const html = await rendered(() => processor.render(body));
    if (fault(html) !== null) hostile += 1;
    const out = wall.html(html);
    const found = fault(out);
    if (found) wrong.push(`${name}: ${found} in ${out.slice(0, 300)}`);
    // A browser's parser gives what was judged, and judging again changes nothing.
    if (wall.html(out) !== out) wrong.push(`${name}: another at the second time: ${out.slice(0, 300)}`);
    if (/__(ASTRO|astro|VITE)_|@@ASTRO|\$\$server|!~\{/.test(out)) wrong.push(`${name}: a mark in ${out.slice(0, 300)}`);
  }
  expect(wrong).toEqual([]);
  // Otherwise the documents would show nothing.
  expect(hostile).toBeGreaterThan(500);
}, 120_000);

test('whatever order the pieces of HTML come in, what comes out is harmless and stays as it is', () => {
  const wrong: string[] = [];
  for (const html of random(5000, 20251129)) {
    const out = wall.html(html);
    const found = fault(out) ?? (wall.html(out) === out ? null : 'another at the second time');
    if (found) wrong.push(`${found}: ${JSON.stringify(html)} became ${JSON.stringify(out)}`);
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('nothing hostile gets through the plugins, in Sätteri and in rehype', async () => {
  const one = await createSatteriMarkdownProcessor({ image, hastPlugins: [htmlWall()] });
  const other = await createMarkdownProcessor({ image, rehypePlugins: [rehypeHtmlWall] });
  const wrong: string[] = [];
  for (const { name, body } of documents()) {
    for (const [by, processor] of Object.entries({ one, other })) {
      // Images that the site has Astro fetch are the site's own affair there.
      const html = (await rendered(() => processor.render(body))).replaceAll(/ __ASTRO_IMAGE_="[^"]*"/g, '');
      const found = fault(html);
      if (found) wrong.push(`${by}: ${name}: ${found} in ${html.slice(0, 300)}`);
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

const KEPT = `# Überschrift & *Text*

text[^1] ~~del~~ <https://e.example/> <kbd>Ctrl</kbd> H<sub>2</sub>O <mark>m</mark> <abbr title="x">a</abbr>

- [x] a
- [ ] b

| a | b |
|:--|--:|
| 1 | 2 |

\`\`\`js
const a = "x" // c
\`\`\`

![a](https://p.example/a.png 'T') <img src="https://p.example/b,c.png" srcset="https://p.example/b.png 1x, https://p.example/c.png 2x" width="10" alt="">

<details open><summary>s</summary>

inner

</details>

<p align="center"><a href="#x" id="x">x</a></p>

3) z

[^1]: note **b**
`;

/** A tree without what serialisers write in more than one way. */
const plain = (html: string) => html.replaceAll(/<!--[^]*?-->/g, '').replaceAll('=""', '').replaceAll(/\s*\/?>/g, '>').replaceAll(/: /g, ':').replaceAll(/; /g, ';').replaceAll(/;"/g, '"').replaceAll('&#x26;', '&amp;').trim();

test.each(Object.entries(PROCESSORS))('what a site’s pages need stays as %s writes it', async (_name, processor) => {
  const { code } = await processor.render(KEPT);
  const own = wallWith(...allowancesOf({ markdown: { shikiConfig: { theme: 'github-dark' } } as never }));
  expect(plain(own.html(code))).toBe(plain(code).replace(/ rel="[^"]*"/g, ''));
});

test('code in two themes, wrapped and with light-dark(), keeps its colours, and Prism its classes', async () => {
  const shikiConfig = { themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' }, defaultColor: 'light-dark()' as never, wrap: true };
  const own = wallWith(...allowancesOf({ markdown: { shikiConfig } as never }));
  for (const config of [shikiConfig, { ...shikiConfig, defaultColor: false as const }, { theme: 'css-variables' as const }]) {
    const { code } = await (await createSatteriMarkdownProcessor({ shikiConfig: config as never })).render('```js\nconst a = "x"; // c\n```\n\n```md\n**b** *i*\n```');
    const classes = config === shikiConfig ? own : wallWith(...allowancesOf({ markdown: { shikiConfig: config } as never }));
    expect(plain(classes.html(code))).toBe(plain(code));
  }
  const { code } = await (await createSatteriMarkdownProcessor({ syntaxHighlight: 'prism' })).render('```js\nfunction a() { return `x${1}` /* c */; }\n```');
  expect(plain(wallWith(...allowancesOf({ markdown: { syntaxHighlight: 'prism' } as never })).html(code))).toBe(plain(code));
});

test('formulas of KaTeX are set where the site allows them, and hostile ones are still harmless', async () => {
  const processor = await createMarkdownProcessor({ remarkPlugins: [remarkMath], rehypePlugins: [rehypeKatex] });
  const own = wallWith(katex);
  const { code } = await processor.render('$\\frac{a}{b}^2$\n\n$$\n\\begin{pmatrix} 1 & 2 \\\\ \\sqrt{x} & \\vec{v} \\end{pmatrix} \\color{red} y\n$$');
  expect(code).toContain('<math');
  expect(plain(own.html(code)).replaceAll(/\s+/g, ' ')).toBe(plain(code).replaceAll(/\s+/g, ' '));
  expect(wall.html(code)).not.toContain('<math');
  const wrong: string[] = [];
  for (const { name, body } of documents()) {
    const out = own.html(await rendered(() => processor.render(body)));
    const found = fault(out, { elements: [...katex.elements!], attributes: Object.values(katex.attributes!).flat() });
    if (found) wrong.push(`${name}: ${found} in ${out.slice(0, 300)}`);
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('code of Expressive Code keeps its frame and the site’s own files, and no other script comes with them', () => {
  const config = { integrations: [{ name: 'astro-expressive-code', hooks: {} }], base: '/docs' } as never;
  const own = wallOf(policyWith(allowancesOf(config), { assets: assetsOf(config) }));
  const files = '<link rel="stylesheet" href="/docs/_astro/ec.abcde.css"><script type="module" src="/docs/_astro/ec.fghij.js"></script>';
  const frame = '<figure class="frame has-title"><figcaption class="header"><span class="title">a.js</span></figcaption><pre data-language="js"><code><div class="ec-line"><div class="code"><span style="--0:#fb99a3;--1:#982934">const</span></div></div></code></pre><div class="copy"><button title="Copy" data-copied="Copied!" data-code="const"><div></div></button></div></figure>';
  const block = `<div class="expressive-code">${files}${frame}</div>`;
  expect(own.html(block)).toBe(block);
  const other = [
    '<script type="module" src="/docs/_astro/ec.abcde.js">globalThis.ran = 1</script>',
    '<script type="module">globalThis.ran = 1</script><script src="/docs/_astro/ec.abcde.js"></script>',
    '<script type="module" src="https://e.example/docs/_astro/ec.abcde.js"></script><script type="module" src="/docs/_astro/ec.a/../../../x.js"></script>',
    '<script type="module" src="/docs/_astro/ec.abcde.js" onload="globalThis.ran = 1"></script>',
    '<link rel="import" href="/docs/_astro/ec.abcde.css"><link rel="stylesheet" href="//e.example/ec.abcde.css"><style>*{}</style>',
    '<svg><script type="module" src="/docs/_astro/ec.abcde.js"></script></svg><math><link rel="stylesheet" href="/docs/_astro/ec.abcde.css"></math>',
  ].map((html) => own.html(html));
  expect(other).toEqual(['<script type="module" src="/docs/_astro/ec.abcde.js"></script>', '', '', '<script type="module" src="/docs/_astro/ec.abcde.js"></script>', '', '']);
  expect(wallWith().html(files)).toBe('');
});

test.each([
  [{ elements: ['script'] }, '“script”'],
  [{ elements: ['foreignobject'] }, '“foreignobject”'],
  [{ elements: ['iframe'] }, '“iframe”'],
  [{ elements: ['Style'] }, '“Style”'],
  [{ attributes: { '*': ['onclick'] } }, '“onclick”'],
  [{ attributes: { span: ['srcDoc'] } }, '“srcDoc”'],
])('a site can’t allow %j', (allowance, named) => {
  expect(() => wallWith(allowance)).toThrow(named);
});

test('a site’s own element and attribute pass, with nothing else on them', () => {
  const own = wallWith({ elements: ['club-map'], attributes: { 'club-map': ['data-place'] }, classes: { 'club-map': ['wide'], '*': ['note-*'] } });
  expect(own.html('<club-map data-place="a" onclick="x" class="wide fixed note-1">x</club-map>')).toBe('<club-map data-place="a" class="wide note-1">x</club-map>');
  expect(wall.html('<club-map data-place="a">x</club-map>')).toBe('x');
});

test('the first line of preformatted text may be empty', () => {
  expect(wall.html('<pre>\n\nx</pre>')).toBe('<pre>\n\nx</pre>');
  expect(wall.html('<pre>\nx</pre>')).toBe('<pre>x</pre>');
});

test('nesting, misnesting and many elements end in a page or in a sentence', () => {
  expect(fault(wall.html(`${'<blockquote>'.repeat(2000)}x`))).toBe(null);
  expect(fault(wall.html(`${'<b><i>'.repeat(500)}x<p>${'</b></i>'.repeat(500)}`))).toBe(null);
  expect(() => wall.html('<div>'.repeat(300_000))).toThrow('elements in each other');
  const paragraphs = `<p>${Array.from({ length: 2000 }, (_, at) => `<b title=${at}>`).join('')}</p>${'<p>x'.repeat(20_000)}`;
  expect(() => wall.html(paragraphs)).toThrow(/more than [0-9,]+ elements/);
}, 60_000);

test('markdownToHtml of Sätteri takes the plugin as Astro does', () => {
  const { html } = markdownToHtml('<b>a\n\n**c** <script>x</script> <a href="https://e.example/" target="_blank" rel="opener">d</a>\n', { hastPlugins: [htmlWall()] });
  expect(fault(html)).toBe(null);
  expect(html).toContain('<strong>c</strong>');
  expect(html).toContain('rel="noopener"');
});
