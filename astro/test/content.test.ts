// What becomes of members' documents beyond their Markdown, by the loader itself.

import { satteri } from '@astrojs/markdown-satteri';
import { unified } from '@astrojs/markdown-remark';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import masthead from '../src/index.js';
import type { ContentOptions } from '../src/content.js';
import { expressiveCode } from '../src/html/allowances.js';
import { policyWith } from '../src/html/policy.js';
import { wallOf, wallWith } from '../src/html/wall.js';
import { drawersFor, islandPlugins } from '../src/integration/islands.js';
import { videoOf } from '../src/islands/videos.js';
import { mastheadLiveLoader } from '../src/live.js';
import { mastheadLoader } from '../src/loader.js';
import { callouts, pictures, taskLabels } from '../src/markdown.js';
import { math } from '../src/transforms/math.js';
import { Drawer } from '../src/transforms/draw.js';
import { installed } from '../src/transforms/diagrams.js';
import { drawingOf } from '../src/transforms/drawing.js';
import { contentFor } from '../src/transforms/index.js';
import { edgesOf, isDrawable } from '../src/transforms/mermaid.js';
import { lighter } from '../src/transforms/lighter.js';
import { parserOf } from '../src/transforms/renderer.js';
import { site } from './support/context.js';
import { MERMAID, TEX } from './support/formulas.js';
import { file, publishing, serve } from './support/server.js';

const INTEGRATION = masthead();
const STARLIGHT = { name: '@astrojs/starlight', hooks: {} };
const PICTURE = `https://club.example/files/jo/${'0'.repeat(32)}-1920x1080.webp`;

afterEach(() => void vi.restoreAllMocks());

interface Options {
  content?: ContentOptions;
  features?: string[];
  integrations?: object[];
  processor?: unknown;
  frontmatter?: string;
  markdown?: object;
  root?: URL;
}

/** What the loader puts into the store for a body, and what it says. */
async function loaded(body: string, { content, features = [], integrations = [], processor = satteri(), frontmatter = '', markdown = {}, root = new URL('../', import.meta.url) }: Options = {}) {
  const text = file('jo', { body, frontmatter }).replace('  readingMinutes: 1\n', `  readingMinutes: 1\n  features: [${features.join(', ')}]\n`);
  await using server = await serve(publishing(new Map([['jo', text]])));
  const { context, entries, log } = await site({ markdown });
  Object.assign(context.config, { integrations, markdown: { processor, ...markdown }, root, image: {} });
  await mastheadLoader({ url: server.url, content }).load(context);
  return { html: entries.get('jo').rendered.html as string, entry: entries.get('jo'), log, context };
}

const htmlOf = async (body: string, options?: Options) => (await loaded(body, options)).html;
const tight = (html: string) => html.replace(/\s*\n\s*/g, '');

test('callouts, boxes of tasks and sizes of pictures need no plugin, and with the plugins it is the same', async () => {
  const body = `> [!tip]- A title\n> Text.\n\n- [x] a\n- [ ] b\n\n![x](${PICTURE})\n\n![y](${PICTURE})`;
  const html = await htmlOf(body);
  expect(tight(html)).toContain('<details class="callout" data-callout="tip"><summary class="callout-title">A title</summary><div class="callout-content"><p>Text.</p></div></details>');
  expect(html).toContain('aria-label="done"');
  expect(html).toContain('width="1920" height="1080"');
  expect(html).toContain('loading="eager"');
  const plugins = { hastPlugins: [callouts(), taskLabels(), pictures()] };
  expect(await htmlOf(body, { markdown: plugins })).toBe(html);
});

test('each part is switched off by the integration, and by the loader before it', async () => {
  const body = `> [!tip] x\n> y\n\n- [x] a\n\n![x](${PICTURE})\n\nhttps://vimeo.com/123456\n\n| a |\n|---|\n| b |\n\n$x$`;
  const off: ContentOptions = { callouts: false, tasks: false, pictures: false, videos: false, tables: false, math: false, footnotes: false, diagrams: false };
  const plain = await htmlOf(body, { content: off, features: ['math'] });
  for (const made of ['callout', 'aria-label', 'width=', 'masthead-', '<math']) expect(plain).not.toContain(made);
  expect(await htmlOf(body, { integrations: [masthead({ content: off })], features: ['math'] })).toBe(plain);
  const some = await htmlOf(body, { integrations: [masthead({ content: off })], content: { tables: true }, features: ['math'] });
  expect(some).toContain('masthead-table');
  expect(some).not.toContain('masthead-video');
});

test('other settings have a document made anew', async () => {
  const one = await loaded('x');
  const other = await loaded('x', { content: { tables: false } });
  expect(one.entry.digest).not.toBe(other.entry.digest);
  expect((await loaded('x')).entry.digest.replace(/:\d+/, '')).toBe(one.entry.digest.replace(/:\d+/, ''));
});

test('in Starlight callouts are its asides, nested and folded ones too', async () => {
  const html = tight(await htmlOf('> [!WARNING] Mind *this*\n> Text.\n>\n> > [!bug]-\n> > x\n\n> [!whatever]\n> y', { integrations: [STARLIGHT] }));
  expect(html).toMatch(/^<aside aria-label="Mind this" class="starlight-aside starlight-aside--caution"><p class="starlight-aside__title" aria-hidden="true"><svg viewBox="0 0 24 24" width="16" height="16" fill="currentColor" aria-hidden="true" class="starlight-aside__icon"><path /);
  expect(html).toContain('<details class="starlight-aside starlight-aside--danger"><summary class="starlight-aside__title"><svg');
  expect(html).toContain('starlight-aside--note');
  expect(html).not.toContain('"callout');
});

test.each([
  ['Sätteri', satteri()],
  ['unified', unified()],
])('formulas are set by %s, and dollars that are money stay', async (_name, processor) => {
  const html = await htmlOf('It costs $5 and **not** $10, `$5` or $ x $, but $\\frac{a}{b}$ holds.\n\n$$\na^2\n$$\n\n```math\nc\n```', { processor, features: ['math'] });
  expect(html).toContain('It costs $5 and <strong>not</strong> $10, <code>$5</code> or $ x $, but <span class="masthead-formula not-content"><math alttext="\\frac{a}{b}"><mfrac><mi>a</mi><mi>b</mi></mfrac></math></span> holds.');
  expect(html.match(/<div class="masthead-formula not-content"><math display="block"/g)).toHaveLength(2);
  expect(html).not.toContain('<pre');
});

test('without formulas a document keeps its dollars, and so do the site’s own', async () => {
  const { html, context } = await loaded('It costs $5 or $x$.', { features: [] });
  expect(html).toContain('<p>It costs $5 or $x$.</p>');
  await loaded('$x$', { features: ['math'] });
  expect((await context.renderMarkdown('$x$')).html).toContain('$x$');
});

const BEGINNINGS = ['---\nx: 1\n---\n\nText.', '+++\nx = 1\n+++\n\nText.', '---\n\nText.\n\n---', '***\nText.'];
const plainly = (html: string) => tight(html.replace(/<[^>]*>/g, ' '));

test.each([
  ['Sätteri', satteri()],
  ['unified', unified()],
])('a text that begins like frontmatter is text, with formulas and without, by %s', async (_name, processor) => {
  for (const body of BEGINNINGS) {
    for (const features of [[], ['math']]) {
      const html = await htmlOf(body, { processor, features });
      expect([body, features, plainly(html)]).toEqual([body, features, expect.stringMatching(/Text\./)]);
      if (body.includes('1')) expect([body, features, html]).toEqual([body, features, expect.stringMatching(/x(:| =) 1/)]);
    }
  }
});

test('plugins of the site are told the frontmatter, and what they write into it is theirs', async () => {
  const seen: unknown[] = [];
  const reading = {
    name: 'reading',
    paragraph(_node: unknown, context: { data: { astro: { frontmatter: Record<string, unknown> } } }) {
      const { frontmatter } = context.data.astro;
      seen.push([frontmatter['lang'], frontmatter['title'], 'masthead' in frontmatter]);
      frontmatter['minutes'] = '__ASTRO_IMAGE_x';
      (frontmatter['own'] as Record<string, unknown>)['more'] = '__ASTRO_IMAGE_x';
    },
  };
  for (const features of [[], ['math']]) {
    const { entry } = await loaded('x', { processor: satteri({ mdastPlugins: [reading as never] }), features, frontmatter: 'lang: de\ntags: [a, b]\nown: {a: 1}\n' });
    expect(seen.splice(0)).toEqual([['de', 'jo', false]]);
    expect([entry.data.minutes, entry.data.own]).toEqual([undefined, { a: 1 }]);
    expect(entry.rendered.metadata.frontmatter).toMatchObject({ lang: 'de', title: 'jo', minutes: '_\u2060_ASTRO_IMAGE_x', own: { a: 1, more: '_\u2060_ASTRO_IMAGE_x' } });
    // What Astro writes once is the same object.
    expect(entry.rendered.metadata.frontmatter.tags).toBe(entry.data.tags);
  }
});

test.each([
  ['Sätteri', satteri()],
  ['unified', unified()],
])('no word is lost to what only begins like a formula, a callout or an address, by %s', async (_name, processor) => {
  expect(await htmlOf('Cash is $$ here: $5 and $6 end', { processor, features: ['math'] })).toContain('<p>Cash is $$ here: $5 and $6 end</p>');
  expect(await htmlOf('$$x$$ is $5 and $6', { processor, features: ['math'] })).toMatch(/<math.*<\/span> is \$5 and \$6<\/p>/);
  const quoted = await htmlOf('> [!note] One\n\n<blockquote>\nwords\n\n[!note] Two\n\ntext\n</blockquote>', { processor });
  expect(plainly(quoted)).toMatch(/One.*words.*\[!note\] Two.*text/);
  expect(await htmlOf('[www.the words](https://vimeo.com/123456)', { processor })).toContain('>www.the words</span>');
  expect(await htmlOf('<https://vimeo.com/123456>', { processor })).toContain('>Play the video</span>');
  expect(await htmlOf('[![The race](https://club.example/x.png)](https://vimeo.com/123456)', { processor })).toContain('>The race</span>');
  expect(plainly(await htmlOf('<blockquote><p>[!note] Title</p>Words outside</blockquote>', { processor }))).toMatch(/Title.*Words outside/);

  for (const starlight of [false, true]) {
    const pictured = await htmlOf('> [!note] ![A map](https://c.example/x.png)\n> text\n\n> [!tip] **[a link](/u)**\n> text', { processor, integrations: starlight ? [STARLIGHT] : [] });
    expect(pictured).toContain('alt="A map"');
    // What is hidden from screen readers holds nothing that isn't in the box's name.
    for (const hidden of pictured.match(/<p class="starlight-aside__title" aria-hidden="true">.*?<\/p>/g) ?? []) expect(hidden).not.toMatch(/<(?:img|a)\b/);
  }

  const options = { processor, features: ['math'] };
  expect(await htmlOf('See https://a.example/$x now, and <https://b.example/$y> for $5', options)).toBe(await htmlOf('See https://a.example/$x now, and <https://b.example/$y> for \\$5', { processor }));
  expect(await htmlOf('$a ![Only $5](https://c.example/x.png)\ncosts $6.', options)).toContain('$a <img src="https://c.example/x.png" alt="Only $5">\ncosts $6.');
  expect(tight(await htmlOf('$$ is the sign\n\nText behind.', options))).toBe('<p>$$ is the sign</p><p>Text behind.</p>');
  expect(await htmlOf('$$\na\n\nb\n$$', options)).toMatch(/^\s*<div.*<math display="block"/);
  expect(plainly(await htmlOf('<pre>Hello <code class="language-math">x</code> world</pre>', { processor }))).toMatch(/Hello.*x.*world/);
  expect(await htmlOf('![In `$5`](https://c.example/x.png) for $6.', options)).toContain('<img src="https://c.example/x.png" alt="In $5"> for $6.');
  expect(await htmlOf('[![a $5](https://c.example/x.png) $6](/u)', options)).toContain('<a href="/u"><img src="https://c.example/x.png" alt="a $5"> $6</a>');
  expect(await htmlOf('[a $5 b] costs $6\n\n[a $5 b]: /u', options)).toContain('<a href="/u">a $5 b</a> costs $6');
  expect(plainly(await htmlOf('Text[^n$] $6\n\n[^n$]: note', options))).toMatch(/Text.*\$6.*note/);
});

test('a processor that nobody knows is told once, and the formula stays as it is written', async () => {
  const { html, log } = await loaded('$x$', { features: ['math'], processor: { name: 'other', options: {}, createRenderer: async () => null } });
  expect(html).toContain('<p>$x$</p>');
  expect(log.filter((line) => line.startsWith('warn'))).toEqual(['warn: formulas stay as they are written: formulas are read by Sätteri and by unified, and not by the processor “other”']);
});

test('a faulty formula is its source, with the reason', async () => {
  const html = await htmlOf('$\\foo{x}$ and $\\sqrt{x}$', { features: ['math'] });
  expect(html).toContain('<code class="masthead-unset" title="Unsupported function name: \\foo at position 1: \\foo{x}">\\foo{x}</code>');
  expect(html).toContain('<msqrt>');
});

/** What no formula, diagram or box may hold, whatever was written. */
function expectHarmless(html: string, named: string) {
  const tags = html.replace(/="[^"]*"/g, (value) => (/^="\s*(javascript|data:(?!image\/svg\+xml;base64,))/i.test(value) ? value : '=""'));
  expect(tags, named).not.toMatch(/<(?:script|style|iframe|object|embed|link|form|base|meta|annotation-xml|foreignobject|image|use)\b|<[^>]*\s(?:on\w+|id|href=""[^>]*xlink|srcdoc|formaction)=|javascript:|position:|url\(|__ASTRO_|__VITE_/i);
}

test('hostile formulas are formulas or their source, and nothing else', async () => {
  for (const tex of TEX) {
    const started = performance.now();
    const html = await contentFor({ content: {}, allowances: [], assets: [] }).html(wallWith().read(`<p><code class="language-math math-inline">${tex.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</code></p>`), { lang: 'en', author: 'jo' }, (message) => expect.unreachable(message));
    expect(performance.now() - started, tex.slice(0, 40)).toBeLessThan(10_000);
    expect(html.replaceAll(/alttext="[^"]*"|title="[^"]*"/g, ''), tex).not.toContain('<img');
    expectHarmless(html.replaceAll(/<code[^>]*>[^<]*<\/code>|<mtext>[^<]*<\/mtext>/g, ''), tex.slice(0, 60));
    expect(html.length).toBeLessThan(300_000);
  }
});

test('callouts and boxes of tasks speak the language of their document', async () => {
  const html = '<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" checked disabled> Segel</li></ul><blockquote><p>[!tip]\nText.</p></blockquote>';
  const said = async (lang: unknown) => {
    const made = await contentFor({ content: {}, allowances: [], assets: [] }).html(wallWith().read(html), { lang, author: 'jo' }, (message) => expect.unreachable(message));
    return [/aria-label="([^"]*)"/, /callout-title">([^<]*)/].map((part) => part.exec(made)?.[1]);
  };
  expect(await said('de-AT')).toEqual(['erledigt', 'Tipp']);
  expect(await said(undefined)).toEqual(['done', 'Tip']);
  expect(await said(7)).toEqual(['done', 'Tip']);
});

test('what a formula is set with goes no further than the formula', async () => {
  const [first, second] = ['\\gdef\\x{1}\\x', '\\x'];
  const html = await htmlOf(`$${first}$ $${second}$`, { features: ['math'] });
  expect(html).toContain('<code class="masthead-unset"');
});

const GRAPH = 'graph TD\n  A[One] --> B{Two?}\n  B -->|yes| C(Three)';
const drawn = (html: string) => [...html.matchAll(/<img src="data:image\/svg\+xml;base64,([^"]+)"/g)].map(([, base64 = '']) => Buffer.from(base64, 'base64').toString());

test('a diagram is drawn into an image, with what it says and its source', async () => {
  for (const markdown of [{}, { syntaxHighlight: false }, { syntaxHighlight: 'prism' }]) {
    const html = await htmlOf(`\`\`\`mermaid\n${GRAPH}\n\`\`\``, { markdown });
    expect(drawn(html)).toHaveLength(1);
    expect(html).toContain('alt="Diagram: yes, One, Two?, Three"');
    expect(html).toContain(`<details><summary>The diagram as text</summary><pre><code>${GRAPH}`);
  }
  expect(await htmlOf(`\`\`\`mermaid\n${GRAPH}\n  accDescr: Wie es geht\n\`\`\``, { frontmatter: 'lang: de\n' })).toContain('alt="Diagramm: Wie es geht"');
});

test('what isn’t drawn stays the code that it is', async () => {
  for (const source of ['pie title Pets\n  "Dogs" : 3', 'gantt\n  title x', 'nothing at all', '', `graph TD\n${'A-->B\n'.repeat(5_000)}`]) {
    const html = await htmlOf(`\`\`\`mermaid\n${source}\n\`\`\``);
    expect(html).toContain('<pre');
    expect(html).not.toContain('masthead-diagram');
  }
});

test('hostile diagrams are shapes and words', async () => {
  let made = 0;
  for (const source of MERMAID) {
    const html = await htmlOf(`\`\`\`\`mermaid\n${source}\n\`\`\`\``);
    for (const svg of drawn(html)) {
      made += 1;
      expect(svg.replace(/<style>[^<]*<\/style>/, ''), source).not.toMatch(/<(?!\/?(?:svg|g|defs|marker|polygon|polyline|line|rect|circle|ellipse|path|text|tspan|title)\b)|<[^>]*\s(?:on\w+|href|style|class|xlink[^=]*)=|url\((?!#)|<[^>]*javascript:|@import/i);
    }
    expectHarmless(html.replaceAll(/<code[^>]*>[^]*?<\/code>|<span[^>]*>[^<]*<\/span>/g, ''), source);
  }
  expect(made).toBeGreaterThan(6);
});

test('a drawing is copied part by part', () => {
  const { address } = drawingOf('<svg viewBox="0 0 10 10" onload="x" style="background:url(x)"><style>@import url(https://e.example)</style><script>x</script><foreignObject><p>x</p></foreignObject><a href="javascript:x"><text>gone</text></a><rect fill="url(https://e.example/x)" stroke="url(#ok)" width="5"/><image href="x"/><use href="#x"/><text font-family="x;y">kept\u0001</text><!-- x --></svg>');
  const svg = Buffer.from(address.split(',')[1]!, 'base64').toString().replace(/<style>[^<]*<\/style>/, '');
  expect(svg).toBe('<svg viewBox="0 0 10 10" xmlns="http://www.w3.org/2000/svg"><rect stroke="url(#ok)" width="5"></rect><text>kept</text></svg>');
  expect(() => drawingOf('<p>x</p>')).toThrow('no drawing');
  expect(() => drawingOf('<svg viewBox="0 0 1e9 1"></svg>')).toThrow('no size');
});

test('a diagram that takes too much is given up, and the next one is drawn', async () => {
  const slow = `graph TD\n${'A & B & C & D & E & F & G & H & I & J --> A & B & C & D & E & F & G & H & I & J\n'.repeat(100)}`;
  const drawer = new Drawer(installed()!, 500);
  await expect(drawer.draw(slow, {})).rejects.toThrow(/it takes (too long|more than 256 MB)/);
  expect(await new Drawer(installed()!).draw(GRAPH, {})).toContain('<svg');
  const { html, log } = await loaded(`\`\`\`mermaid\n${slow}\n\`\`\`\n\n\`\`\`mermaid\n${GRAPH}\n\`\`\``);
  expect(drawn(html)).toHaveLength(1);
  expect(log.join()).not.toContain('npm install');
});

test('what a diagram costs is told by its text, and not by a clock', () => {
  for (const [source, edges] of [
    [GRAPH, 2],
    ['graph TD\nA -- words --> B == more ==> C -. and .-> D', 3],
    ['flowchart LR\nA & B --> C & D', 4],
    ['flowchart LR\nA --- B -.-> C ~~~ D', 3],
    ['---\ntitle: a --> b\n---\n%%{init: {}}%%\ngraph TD\nA-->B;B-->C', 2],
    ['classDiagram\nA <|-- B\nB -- C', 2],
    ['erDiagram\nA ||--o{ B : has\nB }|..|{ C : x', 1],
    ['stateDiagram-v2\n[*] --> A : x\nA --> [*]', 2],
    [`sequenceDiagram\n${'A->>B: hello\n'.repeat(300)}`, 0],
  ] as const) {
    expect(edgesOf(source), source.slice(0, 60)).toBe(edges);
    expect(isDrawable(source), source.slice(0, 60)).toBe(true);
  }
  // As many as there can be, wherever the arrow stands.
  expect(edgesOf('graph TD\nA & B & C & D -- words --> E & F & G & H')).toBeGreaterThanOrEqual(16);
  expect(edgesOf('graph TD\nA & B --> C & D --> E & F')).toBeGreaterThanOrEqual(8);
  const row = Array.from({ length: 15 }, (_, at) => `a${at}`).join(' & ');
  for (const source of [`graph TD\n${row} --> ${row}`, `graph TD\n${'A-->B\n'.repeat(201)}`, `graph TD\n${'A;'.repeat(500)}`, `graph TD\n${'A\n'.repeat(500)}`, `graph TD\nA["${'x'.repeat(2_000)}"]`, `pie\n${'"x" : 1\n'.repeat(2_900)}`]) {
    expect(isDrawable(source), source.slice(0, 60)).toBe(false);
  }
});

test('a diagram too many stays code, on whatever machine', async () => {
  const block = (at: number) => `\`\`\`mermaid\ngraph TD\n${Array.from({ length: 150 }, (_, edge) => `a${edge % 7} --> b${(edge + at) % 11}`).join('\n')}\n\`\`\`\n\n`;
  expect(drawn(await htmlOf([1, 2, 3, 4, 5].map(block).join('')))).toHaveLength(3);
});

test('a faulty diagram is told', async () => {
  const drawer = new Drawer(installed()!);
  await expect(drawer.draw('nonsense', {})).rejects.toThrow('Invalid mermaid header');
  expect(await drawer.draw(GRAPH, {})).toContain('<svg');
});

/** A site's folder that has a package of this name, whose code isn't looked at. */
async function withMermaid(): Promise<URL> {
  const root = await mkdtemp(join(tmpdir(), 'masthead-mermaid-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'node_modules/mermaid/dist'), { recursive: true });
  await writeFile(join(root, 'node_modules/mermaid/package.json'), '{"name":"mermaid","version":"12.3.0"}');
  await writeFile(join(root, 'node_modules/mermaid/dist/mermaid.min.js'), 'globalThis.mermaid = {};');
  return pathToFileURL(`${root}/`);
}

const PIE = '```mermaid\npie title Pets\n  "Dogs" : 3\n```';

test('what a build doesn’t draw is drawn by an island, where the site has Mermaid', async () => {
  const options = { integrations: [INTEGRATION], root: await withMermaid(), frontmatter: 'lang: de\n' };
  const html = await htmlOf(`${PIE}\n\n\`\`\`mermaid\n${GRAPH}\n\`\`\`\n\n${PIE}`, options);
  expect(html).toMatch(/<masthead-diagram data-alt="Diagramm: \{\{contents\}\}" data-source="Das Diagramm als Text" data-failed="Dieses Diagramm lässt sich nicht zeichnen."><pre/);
  expect(html.match(/<masthead-diagram/g)).toHaveLength(2);
  expect(drawn(html)).toHaveLength(1);
  expect(html.match(/<script type="module" src="\/_astro\/masthead\.diagrams\.[0-9a-f]{8}\.js"><\/script>/g)).toHaveLength(1);
  // Where the build draws all of it, no script is there.
  expect(await htmlOf(`\`\`\`mermaid\n${GRAPH}\n\`\`\``, options)).not.toContain('<script');
  // Nobody has it by hand, and nobody's diagram is endless.
  expect(await htmlOf('<masthead-diagram data-alt="x"><pre><code>x</code></pre></masthead-diagram>\n\nx', options)).not.toContain('masthead-diagram');
  expect(await htmlOf(`\`\`\`mermaid\npie\n${'"x" : 1\n'.repeat(600)}\n\`\`\``, options)).not.toContain('masthead-diagram');
  expect(await htmlOf(PIE, { ...options, content: { diagrams: false } })).not.toContain('masthead-diagram');
});

test('style sheets and scripts of a block of Expressive Code stay in the page when its diagram is drawn', async () => {
  const ec = '<div class="expressive-code"><link rel="stylesheet" href="/_astro/ec.x.css"><script type="module" src="/_astro/ec.x.js"></script><figure class="frame"><pre data-language="mermaid"><code><div class="ec-line"><div class="code">pie</div></div><div class="ec-line"><div class="code">"x" : 3</div></div></code></pre></figure></div>';
  const assets = ['/_astro/ec.'];
  const content = contentFor({ content: {}, allowances: [expressiveCode], assets, islands: { diagrams: '/_astro/masthead.diagrams.00000000.js' } });
  const html = await content.html(wallOf(policyWith([expressiveCode], { assets })).read(ec), { lang: 'en', author: 'jo' }, (message) => expect.unreachable(message));
  expect(html).toMatch(/^<link [^>]*><script [^>]*ec\.x\.js"><\/script><masthead-diagram [^>]*><div class="expressive-code"><figure/);
});

test('who has installed nothing that draws is told what does, once', async () => {
  const { html, log } = await loaded(`${PIE}\n\n${PIE}`, { integrations: [INTEGRATION] });
  expect(html).not.toContain('masthead-diagram');
  expect(log.filter((line) => line.includes('npm install'))).toEqual(['info: a diagram of a kind that builds don’t draw stays code: npm install mermaid, beside masthead() in astro.config.mjs, has readers’ browsers draw it']);
});

test('the frame that draws may do nothing but draw, and the site’s policy lets it', async () => {
  const root = await withMermaid();
  const emitted = new Map<string, string>();
  const emit = (config: object) => {
    emitted.clear();
    for (const plugin of islandPlugins({ integrations: [INTEGRATION], root, ...config } as never)) plugin.buildEnd?.call({ emitFile: ({ fileName, source }) => (emitted.set(fileName, source), '') });
    return [...emitted.keys()];
  };
  const names = emit({});
  expect(names.map((name) => name.replace(/[0-9a-f]{8}/, '#'))).toEqual(['_astro/masthead.videos.#.js', '_astro/masthead.diagrams.#.js', '_astro/masthead.diagrams.#.html', '_astro/masthead.drawing.#.js', '_astro/masthead.mermaid.#.js']);
  const [, script = '', frame = '', drawing = '', mermaid = ''] = names;
  expect(emitted.get(script)).toContain(`'/${frame}'`);
  expect(emitted.get(frame)).toContain(`content="default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`);
  expect([...emitted.get(frame)!.matchAll(/src="([^"]+)"/g)].map(([, src]) => src)).toEqual([`/${mermaid}`, `/${drawing}`]);
  expect(emitted.get(drawing)).toContain("securityLevel: 'strict'");
  expect(emitted.get(drawing)).not.toMatch(/^export/m);
  expect(emitted.get(mermaid)).toBe('globalThis.mermaid = {};');
  expect(drawersFor({ integrations: [INTEGRATION], root } as never)).toEqual(["'self'"]);
  expect(drawersFor({ integrations: [INTEGRATION], root, build: { assetsPrefix: 'https://cdn.example' } } as never)).toEqual(['https://cdn.example']);
  emit({ build: { assets: '_astro', assetsPrefix: 'https://cdn.example' } });
  expect([...emitted].find(([name]) => name.endsWith('.html'))![1]).toContain('script-src https://cdn.example;');
  for (const config of [{ root: new URL('../', import.meta.url) }, { integrations: [masthead({ content: { diagrams: false } })] }]) {
    expect(emit(config)).toHaveLength(1);
    expect(drawersFor({ integrations: [INTEGRATION], root, ...config } as never)).toEqual([]);
  }
});

test.each([
  ['https://www.youtube.com/watch?v=abcdefghijk&t=10s', 'https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&start=10'],
  ['https://youtu.be/abcdefghijk?t=7', 'https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&start=7'],
  ['https://m.youtube.com/shorts/abcdefghijk', 'https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1'],
  ['https://www.youtube-nocookie.com/embed/abcdefghijk', 'https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1'],
  ['https://vimeo.com/76979871', 'https://player.vimeo.com/video/76979871?autoplay=1&dnt=1'],
  ['https://player.vimeo.com/video/76979871', 'https://player.vimeo.com/video/76979871?autoplay=1&dnt=1'],
  ['https://vimeo.com/76979871/0123456789', 'https://player.vimeo.com/video/76979871?autoplay=1&dnt=1&h=0123456789'],
  ['https://video.example/w/kkGMgK9ZtnKfYAgnEtQxbv', 'https://video.example/videos/embed/kkGMgK9ZtnKfYAgnEtQxbv?autoplay=1'],
  ['https://video.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d', 'https://video.example/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?autoplay=1'],
])('%s is a video', (address, frame) => {
  expect(videoOf(address)?.frame).toBe(frame);
});

test.each([
  'javascript:globalThis.ran=1', 'data:text/html,x', 'https://youtube.com.e.example/watch?v=abcdefghijk', 'https://e.example/watch?v=abcdefghijk', 'https://www.youtube.com/watch?v=abc', 'https://www.youtube.com/watch?v=abcdefghijk/../x',
  'https://www.youtube.com/redirect?q=https://e.example', 'https://user:x@www.youtube.com/watch?v=abcdefghijk', 'https://vimeo.com/channels/x', 'https://vimeo.com/1234567890123', 'https://e.example/w/x', 'http://e.example/w/kkGMgK9ZtnKfYAgnEtQxbv',
  'https://e.example:444/w/kkGMgK9ZtnKfYAgnEtQxbv', 'https://e.example/w/kkGMgK9ZtnKfYAgnEtQxbv/../../x', '/w/kkGMgK9ZtnKfYAgnEtQxbv', '',
])('%s is none', (address) => {
  expect(videoOf(address)).toBeNull();
});

test('a link to a video that stands alone is a box; any other link stays', async () => {
  const html = await htmlOf('[Bees](https://youtu.be/abcdefghijk)\n\nhttps://vimeo.com/76979871\n\nSee [it](https://youtu.be/abcdefghijk).\n\n[a](https://youtu.be/abcdefghijk) [b](https://youtu.be/abcdefghijk)');
  expect(html).toContain('<div class="masthead-video not-content"><a href="https://www.youtube.com/watch?v=abcdefghijk"><span class="masthead-video-title">Bees</span> <span class="masthead-video-host">Video on YouTube</span></a></div>');
  expect(html).toContain('<span class="masthead-video-title">Play the video</span> <span class="masthead-video-host">Video on Vimeo</span>');
  expect(html.match(/masthead-video not-content/g)).toHaveLength(2);
  expect(html).not.toMatch(/<script|<iframe|<img/);
});

test('the island’s script is on pages with a video, where the site has the integration', async () => {
  const body = 'https://vimeo.com/76979871';
  const address = /<script type="module" src="(\/_astro\/masthead\.videos\.[0-9a-f]{8}\.js)"><\/script>$/;
  expect(await htmlOf(body, { integrations: [INTEGRATION] })).toMatch(address);
  expect(await htmlOf('No video.', { integrations: [INTEGRATION] })).not.toContain('<script');
  expect(await htmlOf(body)).not.toContain('<script');
  // Nobody has it by hand.
  const [, script] = address.exec(await htmlOf(body, { integrations: [INTEGRATION] }))!;
  expect(await htmlOf(`<script type="module" src="${script}"></script>\n\nx`, { integrations: [INTEGRATION] })).toBe('\n<p>x</p>\n');
  const emitted: { fileName: string; source: string }[] = [];
  for (const plugin of islandPlugins({ integrations: [masthead({ content: { videos: { peertube: ['video.club.example'] } } })] as never })) plugin.buildEnd?.call({ emitFile: (file) => (emitted.push(file), '') });
  expect(emitted.map(({ fileName }) => fileName)).toEqual([expect.stringMatching(/^_astro\/masthead\.videos\.[0-9a-f]{8}\.js$/)]);
  expect(emitted[0]!.source).toContain("'video.club.example'.split(' ')");
  expect(() => islandPlugins({ integrations: [masthead({ content: { videos: { peertube: ["x'+alert(1)+'"] } } })] as never })).toThrow('is no host of PeerTube');
});

test('the style on Starlight has every rule of the package’s, and no comment', () => {
  const emitted: { fileName: string; source: string }[] = [];
  for (const plugin of islandPlugins({ integrations: [INTEGRATION, STARLIGHT] } as never)) plugin.buildEnd?.call({ emitFile: (file) => (emitted.push(file), '') });
  const { source } = emitted.find(({ fileName }) => fileName.endsWith('.css'))!;
  const own = ['callouts', 'content'].map((name) => readFileSync(new URL(`../components/${name}.css`, import.meta.url), 'utf8')).join('');
  const rules = (style: string) => style.replace(/\/\*[^]*?\*\//g, '').replace(/@import[^;]*;/g, '').replace(/\s/g, '');
  expect(rules(source)).toBe(rules(own));
  expect(source).not.toMatch(/\/\*|\n|@import/);
  // What a space means something in.
  for (const part of ['border:1px solid', 'calc(var(--long) * -1em)', ':where(.masthead-formula) .tml-eqn::before', ':where(.callout-content > :first-child)']) expect(source).toContain(part);
});

test('what only the loader makes can’t be written by hand', async () => {
  const byHand = '<div class="masthead-video"><a href="javascript:x" data-src="javascript:x">x</a></div><div class="masthead-video not-content"><iframe src="https://e.example"></iframe></div>\n\n<aside class="starlight-aside starlight-aside--tip">x</aside>\n\n<math alttext="x"><mi>x</mi></math><svg><path d="M0"/></svg>\n\n<figure class="masthead-diagram"><img src="data:image/svg+xml;base64,PHN2Zy8+"></figure><div class="masthead-table" role="region">x</div><code class="masthead-unset">x</code>';
  const made = `\n\n$x$\n\n> [!tip] x\n> y\n\n\`\`\`mermaid\n${GRAPH}\n\`\`\`\n\n| a |\n|---|\n| b |\n\nhttps://vimeo.com/76979871`;
  const options = { features: ['math'], integrations: [INTEGRATION, STARLIGHT] };
  const alone = await htmlOf(`x${made}`, options);
  const both = await htmlOf(`${byHand}${made}`, options);
  for (const mark of ['masthead-video"', 'masthead-video ', 'starlight-aside ', '<math', '<svg', 'masthead-diagram', 'svg+xml', 'masthead-table', 'role=', 'masthead-unset', '<script', '<iframe', 'data-src']) {
    expect(both.split(mark).length, mark).toBe(alone.split(mark).length);
  }
});

test('tables scroll in a box, which the keyboard reaches where they are wide', async () => {
  const html = tight(await htmlOf('| a | b |\n|---|---|\n| c | d |\n\n| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |'));
  expect(html).toContain('<div class="masthead-table"><table>');
  expect(html).toContain('<div class="masthead-table" role="region" tabindex="0" aria-label="Table"><table>');
});

test('footnotes speak the document’s language', async () => {
  const html = await htmlOf('Text[^1].\n\n[^1]: Note.', { frontmatter: 'lang: de-AT\n' });
  expect(html).toContain('>Fußnoten</h2>');
  expect(html).toContain('aria-label="Zurück zur Stelle 1"');
  expect(await htmlOf('Text[^1].\n\n[^1]: Note.')).toContain('>Footnotes</h2>');
});

test('a transform that fails leaves the rest, says so, and the build goes on', async () => {
  vi.spyOn(math, 'apply').mockImplementation((tree) => {
    tree.children = [];
    throw new Error('it broke');
  });
  const { html, log } = await loaded('$x$\n\n> [!tip] x\n> y', { features: ['math'] });
  expect(html).toContain('<code class="language-math math-inline">x</code>');
  expect(html).toContain('class="callout"');
  expect(log).toContain('warn: “jo” is there, but its formulas stay as they are written: it broke');
});

test('a transform that writes what it mustn’t is stopped by the wall behind it', async () => {
  vi.spyOn(math, 'apply').mockImplementation((tree) => {
    tree.children.push({ type: 'element', tagName: 'script', properties: {}, children: [{ type: 'text', value: 'globalThis.ran = 1' }] });
    tree.children.push({ type: 'element', tagName: 'math', properties: { onclick: 'x', href: 'javascript:x' }, children: [{ type: 'element', tagName: 'annotation-xml', properties: {}, children: [] }] });
  });
  const html = await htmlOf('$x$', { features: ['math'] });
  expect(html).not.toMatch(/script|onclick|javascript|annotation/);
});

test('the live loader does the same', async () => {
  const body = `It costs $5 or $10, and $x^2$.\n\n> [!tip] x\n> y\n\nhttps://vimeo.com/76979871\n\n\`\`\`mermaid\n${GRAPH}\n\`\`\``;
  const text = file('jo', { body }).replace('  readingMinutes: 1\n', '  readingMinutes: 1\n  features: [math]\n');
  await using server = await serve(publishing(new Map([['jo', text]])));
  const one: any = await mastheadLiveLoader({ url: server.url }).loadEntry({ filter: { id: 'jo' }, collection: 'members' });
  const { html } = one.rendered;
  expect(html).toContain('It costs $5 or $10, and <span class="masthead-formula');
  for (const mark of ['class="callout"', 'masthead-video', 'masthead-diagram']) expect(html).toContain(mark);
  const off: any = await mastheadLiveLoader({ url: server.url, content: { math: false, callouts: false, videos: false, diagrams: false } }).loadEntry({ filter: { id: 'jo' }, collection: 'members' });
  expect(off.rendered.html).toContain('and $x^2$');
  expect(off.rendered.html).not.toMatch(/masthead-|class="callout/);
});

test('many formulas that macros make much of cost no more than a few', async () => {
  const much = (name: number) => `$${name} \\def\\a#1{#1#1#1#1#1#1#1#1}\\a{\\a{\\begin{matrix}a&b\\\\c&d\\end{matrix}}}$`;
  const html = await htmlOf(Array.from({ length: 1_500 }, (_, at) => much(at)).join('\n\n'), { features: ['math'] });
  expect(html.match(/<math/g)?.length).toBeGreaterThan(20);
  expect(html.length).toBeLessThan(4_000_000);
  expect(html).toContain('The document’s formulas become too long'.slice(1));
});

test('a callout of a kind that every object has a property of is a note on Starlight', async () => {
  const html = await htmlOf('> [!constructor]\n> x\n\n> [!tip]\n> y', { integrations: [STARLIGHT] });
  expect(html.match(/starlight-aside--(?:note|tip)/g)).toEqual(['starlight-aside--note', 'starlight-aside--tip']);
});

test('code beyond what a build can colour is plain, and says so', async () => {
  const line = 'const x = { a: 1, "b": [2, 3] }; // y\n';
  const body = `\`\`\`js\nlet first = 1;\n\`\`\`\n\n- in a list\n\n  ~~~~js title="x"\n  ${line}  ~~~~\n\n> \`\`\`js\n> ${line.repeat(6_000).replaceAll('\n', '\n> ')}\n> \`\`\`\n\n\`\`\`mermaid\n${GRAPH}\n\`\`\`\n\nThe end.`;
  const { html, log } = await loaded(body);
  expect(html.match(/<span style="/g)!.length).toBeLessThan(100);
  expect(html.split('const x = { a: 1, "b": [2, 3] }; // y')).toHaveLength(6_001);
  expect(html).toContain('The end.');
  expect(drawn(html)).toHaveLength(1);
  expect(log).toContain('warn: “jo” is there, but 1 of its blocks of code have no colours: it has more code than a build can colour');
  // Many small ones cost as much.
  const blocks = await lighter('```js\nlet x = 1;\n```\n\n'.repeat(10_000), () => parserOf(new URL('../', import.meta.url)));
  expect(blocks.plain).toBeGreaterThan(8_000);
  expect(blocks.markdown.split('```js')).toHaveLength(10_001 - blocks.plain);
});

test('tables that parsers would make gigabytes of are passed over before they are rendered', async () => {
  const wide = `|${' a |'.repeat(100)}\n|${'---|'.repeat(100)}\n${'|a\n'.repeat(20_000)}`;
  await using server = await serve(publishing(new Map([['jo', file('jo', { body: wide })]])));
  const { context, entries, log } = await site();
  const render = vi.spyOn(context, 'renderMarkdown');
  await mastheadLoader({ url: server.url }).load(context);
  expect([entries.size, render.mock.calls.filter(([text]) => text.includes('|a\n|a')).length]).toEqual([0, 0]);
  expect(log).toContain('warn: “jo” is passed over, it has no page: its tables have more than 300,000 cells that nobody wrote, in rows that are shorter than the head');
  const head = `|${' a |'.repeat(100)}\n|${'---|'.repeat(100)}\n`;

  await expect(lighter(head + '|a\n'.repeat(20_000), async () => undefined)).rejects.toThrow('more than 300,000 cells that nobody wrote');
  for (const long of ['| 1 | two | **3** | `4` |\n'.repeat(20_000), `${head}${`|${' 1 |'.repeat(100)}\n`.repeat(2_000)}`, `\`\`\`\n${'| a | b |\n|---|---|\n'.repeat(5_000)}\`\`\``]) {
    expect(await lighter(long, async () => undefined)).toEqual({ markdown: long, plain: 0 });
  }
});

test('a formula has no style in an attribute, which policies forbid', async () => {
  const set = async (tex: string) => /<math[^]*<\/math>/.exec(await htmlOf(`$$\n${tex}\n$$`, { features: ['math'] }))![0];
  for (const tex of ['\\begin{array}{|l|c:r|}\\hline a & b & c\\\\ \\hline\\hline\\end{array}', '\\begin{align}a&=b\\\\c&=d\\end{align}', '\\color{red}x\\frac{a}{b}', '\\TeX', '\\boxed{x}', '\\bm{x}', ...TEX]) {
    const html = await htmlOf(`$${tex}$`, { features: ['math'] });
    expect(html.replaceAll(/alttext="[^"]*"|title="[^"]*"|<code[^>]*>[^<]*<\/code>|<mtext>[^<]*<\/mtext>/g, ''), tex.slice(0, 60)).not.toMatch(/<[^>]*\sstyle=/);
  }
  expect(await set('\\textcolor{red}{x}')).toContain('mathcolor="#ff0000"');
  // A thin space to the left is 12 of 72 parts, and a cell begins with the space that was its padding.
  expect(await set('a\\!b')).toContain('<mrow class="masthead-back masthead-long masthead-part-4 masthead-part-8"></mrow>');
  expect(await set('\\begin{pmatrix}a&b\\end{pmatrix}')).toMatch(/<mtd class="masthead-start masthead-end"><mi>a<\/mi><mspace width="5\.9776pt"><\/mspace><\/mtd>/);
  expect(await set('\\begin{array}{c|c}\\hline a&b\\end{array}')).toMatch(/masthead-top-solid[^"]*masthead-right-solid/);
  expect(await set('\\fcolorbox{red}{yellow}{x}')).toMatch(/<mrow class="masthead-frame" mathbackground="#ff0000"><mrow mathbackground="#FFFF00" class="masthead-box"><mtext>/);
  // Each class that is written has a rule.
  const rules = readFileSync(new URL('../components/content.css', import.meta.url), 'utf8');
  const source = readFileSync(new URL('../src/transforms/unstyled.ts', import.meta.url), 'utf8');
  const classes = [...source.matchAll(/'(masthead-[a-z\d-]+)'/g)].map(([, name]) => name!);
  const borders = ['bottom', 'left', 'right', 'top'].flatMap((side) => ['solid', 'dashed', 'double'].map((line) => `masthead-${side}-${line}`));
  expect(classes.length).toBeGreaterThan(15);
  for (const name of [...classes, ...borders, ...Array.from({ length: 11 }, (_, at) => `masthead-part-${2 ** at}`)]) expect(rules, name).toContain(`\n  .${name} {`);
});

test('a live loader that Vite has bundled knows what masthead() was told', async () => {
  const text = file('jo', { body: '> [!tip] x\n> y\n\nhttps://vimeo.com/76979871\n\n$x^2$\n' });
  await using server = await serve(publishing(new Map([['jo', text]])));
  vi.stubGlobal('__MASTHEAD_SITE__', { url: server.url, content: { math: false }, hasStarlight: true, islands: { videos: '/_astro/masthead.videos.00000000.js' } });
  vi.resetModules();
  onTestFinished(() => void vi.unstubAllGlobals());
  const { mastheadLiveLoader: bundled } = await import('../src/live.js');
  const one: any = await bundled().loadEntry({ filter: { id: 'jo' }, collection: 'members' });
  expect(one.rendered.html).toContain('class="starlight-aside starlight-aside--tip"');
  expect(one.rendered.html).toMatch(/<script type="module" src="\/_astro\/masthead\.videos\.00000000\.js"><\/script>$/);
  expect(one.rendered.html).toContain('$x^2$');
  // What a loader was told itself comes first.
  const own: any = await bundled({ content: { videos: false } }).loadEntry({ filter: { id: 'jo' }, collection: 'members' });
  expect(own.rendered.html).not.toContain('<script');
});
