// The wall of the npm package by itself: documents as no converter would let them through, built by
// `astro build` under the example site, the blog template on both of Astro's renderers, and Starlight,
// and every page that comes out read as a browser reads it.
//
// The server is this script's own: the documents that it publishes were written by nobody's converter.

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, serialize } from 'parse5';
import { MARKUP } from '../../astro/test/support/hostile.ts';
import { fault } from '../../astro/test/support/scan.ts';
import { file, publishing, serve } from '../../astro/test/support/server.ts';
import { portrait } from '../browser/files.mjs';
import { equal, ok } from '../browser/harness.mjs';
import { PLACES } from '../rendering/places.mjs';
import { inspect } from './dist.mjs';
import { build, dist, folder } from './site.mjs';

/** What the loader makes of every document beside the table. */
const MADE = { attributes: ['role'] };
/** Where a document's text stands in a page, and what the loader and the site's own renderer write there beside the table. */
const SITES = [
  { site: 'site', collection: 'documents', container: 'text', allowed: MADE },
  { site: 'blog', collection: 'blog', container: 'text', allowed: MADE },
  { site: 'blog', renderer: 'remark', collection: 'blog', container: 'text', allowed: MADE },
  {
    site: 'starlight',
    collection: 'docs',
    container: 'sl-markdown-content',
    // The author's line, which the site puts first.
    line: 'byline',
    // Expressive Code's, whose style sheets and scripts are files of the site, and Starlight's asides with their signs.
    allowed: {
      elements: ['button', 'link', 'script', 'aside', 'svg', 'path'],
      attributes: [...MADE.attributes, 'aria-live', 'data-code', 'data-copied', 'type', 'clip-rule', 'd', 'fill', 'fill-rule', 'viewBox'],
      foreign: true,
    },
  },
];

/** A picture of the building machine, and what stands in a variable of its environment. */
const PICTURE = 'secret-of-the-machine.png';
const VARIABLE = { name: 'RAW_SECRET', value: randomBytes(16).toString('hex') };
const outside = join(tmpdir(), `masthead-raw-${process.pid}`);

const PICTURES = ['', './', '../', '../../', '../../../', '../../../../', '../../../../../', `${outside}/`, `file://${outside}/`, `/@fs${outside}/`, '/src/', '~/', '@/', 'public/']
  .map((where) => `![x](${where}${PICTURE}) ![x][r] <img src="${where}${PICTURE}" srcset="${where}${PICTURE} 2x">\n\n[r]: ${where}${PICTURE}`)
  .concat([
    '![x](/etc/passwd) ![x](../../../../../../../../etc/passwd) ![x](file:///etc/passwd) <img src="/etc/passwd"> [x](file:///etc/hostname)',
    `<img __ASTRO_IMAGE_='{"src":"../../${PICTURE}","alt":"x"}'> <img src="__ASTRO_IMAGE_../../${PICTURE}"> ![x](__ASTRO_IMAGE_../../${PICTURE})`,
    `\`__ASTRO_IMAGE_="../../${PICTURE}"\` __astro_import_meta_env__.${VARIABLE.name} \`import.meta.env.${VARIABLE.name}\` {process.env.${VARIABLE.name}} \${process.env.${VARIABLE.name}}`,
    // Which Astro would ask for its size.
    '![x](https://pictures.invalid/nowhere.png) <img src="https://pictures.invalid/nowhere.png" inferSize>',
  ]);

/** What runs, leads away or is no part of the text. */
const ACTS = '<script>globalThis.ran=1</script><img src=x onerror=globalThis.ran=1><iframe src="https://e.example/"></iframe><style>*{display:none}</style>';
const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`).join('\n')}`;

/** Lines of frontmatter, beside those that every document has. */
const FRONTMATTER = [
  `head: [{tag: script, content: "globalThis.ran=1"}]`,
  `head: [{tag: style, content: "*{display:none}"}, {tag: base, attrs: {href: "https://e.example/"}}]`,
  `head: [{tag: link, attrs: {rel: stylesheet, href: "https://e.example/x.css"}}, {tag: noscript, content: "<p>x</p>"}, {tag: template, content: "<p>x</p>"}]`,
  `head: [{tag: meta, attrs: {http-equiv: refresh, content: "0;url=https://e.example/"}}]`,
  `head: [{tag: meta, attrs: {name: x, content: y, onload: "globalThis.ran=1"}}, {tag: title, content: "</title>${ACTS.replaceAll('"', '\\"')}"}]`,
  `banner: {content: ${JSON.stringify(ACTS)}}`,
  `template: splash\nhero: {title: ${JSON.stringify(ACTS)}, tagline: ${JSON.stringify(ACTS)}}`,
  `template: splash\nhero: {image: {html: ${JSON.stringify(ACTS)}}}`,
  `template: splash\nhero: {image: {file: "../../../${PICTURE}"}}`,
  `template: splash\nhero: {actions: [{text: x, link: "javascript:globalThis.ran=1"}]}`,
  `template: splash\nhero: {actions: [{text: x, link: /x/, attrs: {onclick: "globalThis.ran=1", target: _top}}]}`,
  `template: splash\nhero: {actions: [{text: x, link: /x/, icon: ${JSON.stringify(`<svg onload="globalThis.ran=1">${ACTS}</svg>`)}}]}`,
  `sidebar: {label: ${JSON.stringify(ACTS)}, badge: ${JSON.stringify(ACTS)}, attrs: {onclick: "globalThis.ran=1", style: "position:fixed;inset:0"}}`,
  `sidebar: {badge: {text: x, class: "fixed inset-0"}}`,
  `prev: {link: "javascript:globalThis.ran=1", label: ${JSON.stringify(ACTS)}}\nnext: {link: "data:text/html,x", label: x}`,
  `editUrl: "javascript:globalThis.ran=1"`,
  `heroImage: "../../../${PICTURE}"\nimage: "../../../${PICTURE}"\ncover: "./${PICTURE}"`,
  `heroImage: "${outside}/${PICTURE}"`,
  `heroImage: "__ASTRO_IMAGE_../../../${PICTURE}"`,
  `heroImage: https://pictures.invalid/nowhere.png`,
  `heroImage: "data:image/svg+xml,<svg onload=globalThis.ran=1>"`,
  `tags: [${JSON.stringify(ACTS)}, "../../x", "%E0%A4%A"]\nauthors: [${JSON.stringify(ACTS)}]\nlicense: ${JSON.stringify(ACTS)}`,
  `lang: "\\"><script>globalThis.ran=1</script>"\ndir: "ltr onload=globalThis.ran=1"`,
  `layout: ../../../../etc/passwd\npermalink: /\nid: index`,
  `__proto__: {head: [{tag: script, content: "globalThis.ran=1"}]}\nconstructor: x\nprototype: y`,
  `masthead: {handle: ../x, url: "javascript:globalThis.ran=1", picture: {96: "javascript:x", 256: "javascript:x", 512: "javascript:x"}}`,
  `secret: "__astro_import_meta_env__.${VARIABLE.name} __VITE_ASSET__x__ __ASTRO_ASSET_IMAGE__x__"\n"__ASTRO_IMAGE_../../${PICTURE}": 1`,
  `tableOfContents: {minHeadingLevel: 5, maxHeadingLevel: 1}`,
  bomb,
  'title: twice',
  'a: !!js/function "function () { return 1 }"\nb: !!python/object/apply:os.system ["id"]',
  'a: "never closed',
];

/** As harmless documents are, with all that a page can have around its text. */
const CONTROLS = {
  ann: { frontmatter: 'tags: [one, two]\n', body: 'Only a text.' },
  'ann/long': {
    frontmatter: `tags: [one]\nlicense: MIT\nlastUpdated: 2025-07-10T09:30:00Z\nupdatedDate: 2025-07-10T09:30:00Z\nupdated: 2025-07-10T09:30:00Z\n`,
    body: `${[1, 2, 3, 4, 5, 6, 2, 3, 4, 2].map((depth, at) => `${'#'.repeat(depth)} Heading ${at}`).join('\n\nText.\n\n')}\n\n- [ ] task\n\n> [!tip] x\n> y\n\n\`\`\`js\nlet x = 1;\n\`\`\`\n\ntext[^1]\n\n[^1]: note\n\n| a | b |\n|---|---|\n| c | d |`,
  },
  'ann/links': { frontmatter: '', body: 'A [link](/ann/).\n\n## One\n\n### Two' },
  'ann/splash': { frontmatter: 'template: splash\nhero: {title: A, tagline: b, actions: [{text: x, link: /ann/}]}\nbanner: {content: x}\n', body: 'x' },
  'ann/splash-again': { frontmatter: 'template: splash\nhero: {}\n', body: '## x' },
  'ann/splash-alone': { frontmatter: 'template: splash\n', body: 'x' },
  'ann/pages': { frontmatter: 'prev: {link: /ann/, label: x}\nnext: {link: /ann/, label: y}\nsidebar: {badge: x, label: y}\nhead: [{tag: meta, attrs: {name: a, content: b}}]\n', body: 'x' },
};

const documents = new Map();
const put = (id, { title, frontmatter = '', body }) => documents.set(id, file(id, { title, frontmatter: `pubDate: 2025-07-10T09:30:00Z\n${frontmatter}`, body }));
for (const [id, control] of Object.entries(CONTROLS)) put(id, control);
MARKUP.forEach((markup, at) => {
  // Each by itself, and in two of the places in which renderers read it differently.
  for (const to of new Set([0, at % PLACES.length, (at * 9 + 5) % PLACES.length])) put(`mallory/markup-${at}-in-${to}`, { body: `${PLACES[to](markup)}\n` });
});
PICTURES.forEach((body, at) => put(`mallory/picture-${at}`, { body }));
FRONTMATTER.forEach((frontmatter, at) => put(`mallory/frontmatter-${at}`, { frontmatter: `${frontmatter}\n`, body: 'x' }));
put('mallory', { title: ACTS.replaceAll('"', "'"), body: 'x' });

/** Every element of a page but those of its text: where it is, what attributes it has, and what its script or style says. */
function around(page, { container, line }) {
  const found = new Set();
  const texts = [];
  const rest = [{ node: page, path: '' }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { node, path } = next;
    for (const child of [...(node.childNodes ?? []), ...(node.content?.childNodes ?? [])]) {
      if (!child.tagName) continue;
      const here = `${path}>${child.tagName}`;
      const classes = child.attrs.find(({ name }) => name === 'class')?.value.split(' ') ?? [];
      if (classes.includes(container)) {
        const first = line && child.childNodes.find(({ tagName }) => tagName);
        if (first?.attrs.some(({ name, value }) => name === 'class' && value.split(' ').includes(line))) {
          child.childNodes.splice(child.childNodes.indexOf(first), 1);
          rest.push({ node: { childNodes: [first] }, path: here });
        }
        texts.push(child);
        found.add(`${here}, the text`);
        continue;
      }
      const says = ['script', 'style'].includes(child.tagName) ? ` ${child.childNodes.map(({ value }) => value).join('')}` : '';
      found.add(`${here} ${child.attrs.map(({ name }) => name).sort().join(' ')}${says}`);
      rest.push({ node: child, path: here });
    }
  }
  return { found, texts };
}

/** Style sheets and scripts that a text asks for, by all their attributes. */
function assetsOf(node) {
  return (node.childNodes ?? []).flatMap((child) => [...(['link', 'script'].includes(child.tagName) ? [JSON.stringify(child.attrs)] : []), ...assetsOf(child)]);
}

async function pageOf(name, id) {
  return parse(await readFile(join(dist(name), id, 'index.html'), 'utf8'));
}

async function prepare({ site, renderer, collection }) {
  const name = `raw-${renderer ?? site}`;
  await cp(folder(site), folder(name), { recursive: true });
  // Wherever a document's path may lead to.
  for (const where of ['..', '.', 'src', 'src/content', `src/content/${collection}`, `src/content/${collection}/mallory`]) {
    const to = join(folder(name), where, PICTURE);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, portrait().buffer);
  }
  return name;
}

await mkdir(outside, { recursive: true });
process.on('exit', () => rmSync(outside, { recursive: true }));
await writeFile(join(outside, PICTURE), portrait().buffer);

// What is looked for is found, where it is.
for (const html of ['<script>x</script>', '<p onclick="x">x</p>', '<a href="java&#10;script:x">x</a>', '<form></form>', '<iframe></iframe>', '</article></main>x', '<style>x</style>', '<svg></svg>', '<ul><li>x', '<dl><dd>x']) {
  ok(fault(html) !== null, `${html} is a fault`);
}

const server = await serve(publishing(documents));
for (const each of SITES) {
  const started = performance.now();
  const name = await prepare(each);
  const { output } = await build(name, { MASTHEAD_URL: server.url, RENDERER: each.renderer ?? '', [VARIABLE.name]: VARIABLE.value });
  const passed = new Set([...output.matchAll(/“([^”]+)” is passed over/g)].map(([, id]) => id));
  equal([...passed].filter((id) => !id.startsWith('mallory/frontmatter-')), [], `documents passed over, but for their frontmatter, in ${name}:\n${output.slice(-3000)}`);
  const ids = [...documents.keys()].filter((id) => !passed.has(id));

  const harmless = new Set();
  const assets = new Set();
  for (const id of Object.keys(CONTROLS)) {
    const { found, texts } = around(await pageOf(name, id), each);
    equal(texts.length, 1, `texts of ${id} in ${name}`);
    for (const element of found) harmless.add(element);
    for (const asset of assetsOf(texts[0])) assets.add(asset);
  }
  const findings = [];
  for (const id of ids) {
    const { found, texts } = around(await pageOf(name, id), each);
    for (const element of found) if (!harmless.has(element)) findings.push(`${id} has ${element}`);
    if (texts.length !== 1) findings.push(`${id} has ${texts.length} texts`);
    for (const text of texts) {
      const wrong = fault(serialize(text), each.allowed);
      if (wrong) findings.push(`${id}: ${wrong} in its text`);
      for (const asset of assetsOf(text)) if (!assets.has(asset)) findings.push(`${id} asks for ${asset}`);
      if (each.site === 'blog' && text.childNodes.findLast(({ tagName }) => tagName)?.attrs[0]?.value !== 'end') findings.push(`${id}: what stands after the text is within it`);
    }
  }
  equal(findings.slice(0, 20), [], `what must not be in ${name}`);
  const { pages } = await inspect(name, ids, { own: (text) => [...harmless].some((element) => element.endsWith(` ${text}`)), secrets: [VARIABLE.value] });
  console.log(`ok    ${name}: nothing runs, nothing leaves its text, nothing of the machine is there (${((performance.now() - started) / 1000).toFixed(1)} s): ${ids.length} documents, ${passed.size} passed over, ${pages} pages`);
}
await server[Symbol.asyncDispose]();
