// Each of Astro's own starters with a whole club's documents in it: 300 of them, of which 60 are as strange as members' are. Built,
// checked by `astro check`, and looked at in Chromium: what stands in the pages, what the console says, how much a page weighs, and
// whether anything in it jumps.
//
//   node starters.mjs [--documents N] [--strange N] [--seed N] [--pages N] [STARTER..]
//
// --pages is how many pages of each site Chromium opens. MASTHEAD_URL is a running Masthead.

import { AssertionError } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'parse5';
import { portrait } from '../browser/files.mjs';
import { equal, eventually, launch, ok, watched } from '../browser/harness.mjs';
import { clubOf, RARE } from './documents.mjs';
import { publishClub } from './members.mjs';
import { astro, build, dist, folder, ORIGIN, show } from './site.mjs';

const { MASTHEAD_URL } = process.env;
const number = (usual) => ({ type: 'string', default: String(usual) });
const { values, positionals } = parseArgs({ allowPositionals: true, options: { documents: number(300), strange: number(60), seed: number(1), pages: number(24) } });
const [DOCUMENTS, STRANGE, SEED, PAGES] = [values.documents, values.strange, values.seed, values.pages].map(Number);

/** Layout shifts of a page, all of them, however slowly it is scrolled. A browser sets the columns of a long table anew as its rows come. */
const MOST_SHIFT = { table: 0.25, usual: 0.1 };
const FAVICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>';
/** Of a stack that others have published in, the club's documents. */
const FILTER = '(id) => /^member-[0-9]/.test(id)';
const TSCONFIG = '{ "extends": "astro/tsconfigs/strict", "include": [".astro/types.d.ts", "**/*"], "exclude": ["dist"] }\n';
/** What the package makes of documents beyond their Markdown. */
const makes = JSON.parse(await readFile(join(import.meta.dirname, 'node_modules/masthead-astro/package.json'), 'utf8')).exports['./content.css'] !== undefined;

const DOCUMENT_PAGE = (load) => `---
${load}
---
<html lang={document.data.lang ?? 'en'}>
  <head>
    <meta charset="utf-8" />
    <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
    <meta name="viewport" content="width=device-width" />
    <title>{document.data.title}</title>
    <style>img { max-width: 100%; height: auto }</style>
  </head>
  <body>
    <main>
      <h1>{document.data.title}</h1>
      <Content />
    </main>
  </body>
</html>
`;
const STATIC = `import { getCollection, render } from 'astro:content';

export async function getStaticPaths() {
  const documents = await getCollection('members');
  return documents.map((document) => ({ params: { id: document.id }, props: { document } }));
}
const { document } = Astro.props;
const { Content } = await render(document);`;
const LIVE = `import { getLiveEntry, render } from 'astro:content';

export const prerender = false;
const { entry: document, error } = await getLiveEntry('members', { id: Astro.params.id ?? '' });
if (!document) return new Response('Not here.', { status: error?.name === 'LiveEntryNotFoundError' ? 404 : 503 });
const { Content } = await render(document);`;
const OWN = `import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';

export const collections = { members: defineCollection({ loader: mastheadLoader({ filter: ${FILTER} }) }) };
`;

/** How each starter becomes a site with members: what is written into it, and below which path documents stand. */
const STARTERS = {
  minimal: {
    files: {
      'astro.config.mjs': `import mastheadAstro from 'masthead-astro';\n\nexport default { integrations: [mastheadAstro()] };\n`,
      'src/content.config.ts': OWN,
      'src/pages/[...id].astro': DOCUMENT_PAGE(STATIC),
    },
    path: '',
    // The page itself is counted with neither; a style sheet of the package may be.
    budget: { requests: 2, bytes: 12_000, scripts: 0 },
  },
  blog: {
    files: {
      'astro.config.mjs': `import mastheadAstro from 'masthead-astro';\n\nexport default { site: 'https://blog.example', integrations: [mastheadAstro()] };\n`,
      'src/content.config.ts': `import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';
import { mastheadLoader } from 'masthead-astro';

const blog = defineCollection({
  loader: mastheadLoader({ beside: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx}' }), prefix: 'members', filter: ${FILTER} }),
  schema: ({ image }) =>
    z.object({ title: z.string(), description: z.string(), pubDate: z.coerce.date(), updatedDate: z.coerce.date().optional(), heroImage: z.optional(image()) }),
});

export const collections = { blog };
`,
    },
    path: 'blog/members/',
    budget: { requests: 3, bytes: 20_000, scripts: 0 },
    more: feed,
  },
  starlight: {
    files: {
      'astro.config.mjs': `import starlight from '@astrojs/starlight';
import mastheadAstro from 'masthead-astro';

export default { site: 'https://docs.example', integrations: [starlight({ title: 'Our docs' }), mastheadAstro()] };
`,
      'src/content.config.ts': `import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';

export const collections = {
  docs: defineCollection({ loader: mastheadLoader({ beside: docsLoader(), prefix: 'members', filter: ${FILTER} }), schema: docsSchema() }),
};
`,
    },
    path: 'members/',
    // Starlight's own box moves once what stands behind it in the page has come, on every page of every site.
    moves: '<div class="right-sidebar',
    // Starlight's own: its style, search, theme and menu, and Expressive Code's.
    budget: { requests: 16, bytes: 200_000, scripts: Infinity },
    more: docs,
  },
  live: {
    files: {
      'src/live.config.ts': `import { defineLiveCollection } from 'astro:content';
import { mastheadLiveLoader } from 'masthead-astro';

export const collections = { members: defineLiveCollection({ loader: mastheadLiveLoader({ url: import.meta.env.MASTHEAD_URL, filter: ${FILTER} }) }) };
`,
      'src/env.d.ts': '/// <reference types="astro/client" />\n',
      'src/pages/[...id].astro': DOCUMENT_PAGE(LIVE),
      '.env': `MASTHEAD_URL=${MASTHEAD_URL}\n`,
    },
    path: '',
    budget: { requests: 2, bytes: 12_000, scripts: 0 },
    isServed: true,
  },
};

/** Runs one named step; one that fails is told, and the others go on. */
async function step(name, action) {
  const started = performance.now();
  try {
    const figures = await action();
    console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)${figures ? `: ${figures}` : ''}`);
  } catch (error) {
    console.error(`FAIL  ${name}\n\n${error instanceof AssertionError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

async function make(starter) {
  const name = `starter-${starter}`;
  await rm(folder(name), { recursive: true, force: true });
  await cp(join(import.meta.dirname, 'starters', starter), folder(name), { recursive: true });
  const files = { 'public/favicon.svg': FAVICON, 'tsconfig.json': TSCONFIG, 'src/assets/hero.png': portrait().buffer, ...STARTERS[starter].files };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder(name), path)), { recursive: true });
    await writeFile(join(folder(name), path), text);
  }
  return name;
}

/** A text as a reader sees it. */
const plain = (text) => text.replace(/\s+/g, ' ').trim();

function elements(html, tag) {
  const found = [];
  const text = (node) => node.value ?? (node.childNodes ?? []).map(text).join('');
  const walk = (node) => {
    if (node.tagName === tag) found.push({ ...Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])), text: text(node) });
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(html));
  return found;
}

/** What must stand in a document's page, by its kind. `html` is the whole page. */
function look({ kind, id, said }, html) {
  equal(plain(elements(html, 'h1')[0]?.text ?? ''), plain(said), `the heading of ${id}`);
  ok(!/<script>globalThis\.ran|onerror=|onclick=|<iframe/.test(html), `nothing of ${id} runs`);
  if (kind === 'table') equal(elements(html, 'tr').length, 201, `rows of ${id}`);
  if (kind === 'list') ok(elements(html, 'li').some(({ text }) => plain(text) === 'level 39'), `${id} has its innermost item`);
  if (kind === 'html') ok(elements(html, 'details').length > 0 && elements(html, 'kbd').length > 0, `${id} keeps what may stand in a page`);
  if (kind === 'large') ok(html.length > 1_000_000, `${id} is there to its end`);
  if (!makes) return;
  if (kind === 'math') ok(elements(html, 'math').length >= 3, `${id} has its formulas`);
  if (kind === 'callouts') ok(elements(html, 'aside').length + elements(html, 'div').filter((element) => 'data-callout' in element).length >= 7 && !html.includes('[!tip]'), `${id} has its callouts`);
  if (kind === 'mermaid') ok(html.includes('flowchart') || html.includes('<svg') || html.includes('data:image/svg'), `${id} has its diagram, or its source`);
  if (kind === 'pictures') {
    const shown = elements(html, 'img').filter(({ alt }) => alt?.startsWith('Chart'));
    equal(shown.filter(({ width, height, srcset }) => /^\d+$/.test(width) && /^\d+$/.test(height) && srcset).length, 24, `pictures of ${id} that say their size`);
  }
}

/** Of each strange kind one, and ordinary ones. */
function sample() {
  const kinds = [...new Map(documents.map((document) => [document.kind, document])).values()];
  const ordinary = documents.filter(({ kind }) => kind === 'note');
  const rest = Math.max(0, PAGES - kinds.length);
  return [...kinds, ...Array.from({ length: rest }, (_, at) => ordinary[Math.floor((at * ordinary.length) / rest)])];
}

/** Opens pages as readers do, on a desk and on a phone; what weighs most and what shifts most. */
async function inChromium(browser, name, { path, budget, moves }, origin) {
  const most = { requests: 0, bytes: 0, shift: 0 };
  for (const [at, viewport] of [{ width: 1280, height: 900 }, { width: 375, height: 740 }].entries()) {
    const page = await watched(browser, { viewport });
    if (origin === ORIGIN) await show(page.context(), name);
    // A site of the internet may not ask this machine's own addresses; members' pictures are of this machine here.
    await page.route(/^http:\/\/(127\.0\.0\.1|localhost):\d+\/(files|pictures)\//, async (route) => route.fulfill({ response: await route.fetch() }));
    await page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => globalThis.shifts.push(...list.getEntries().map(({ value, sources }) => ({ value, of: sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 120)) })))).observe({ type: 'layout-shift', buffered: true });
    });
    let answers = [];
    page.on('response', (response) => answers.push(response));
    for (const document of sample().filter((_, index) => index % 2 === at || index < 4)) {
      answers = [];
      const address = `${origin}/${path}${document.id}/`;
      await page.goto(address, { waitUntil: 'load' });
      for (let screen = 0; screen < 6; screen += 1) {
        await page.mouse.wheel(0, viewport.height);
        await page.waitForTimeout(40);
      }
      await page.waitForLoadState('networkidle');
      const what = `${document.id} of ${name}, ${viewport.width} pixels wide`;
      const { shifts, ran, scripts, width } = await page.evaluate(() => ({ shifts: globalThis.shifts, ran: globalThis.ran, scripts: document.scripts.length, width: document.documentElement.scrollWidth }));
      equal(ran, undefined, `what ran in ${what}`);
      equal(page.complaints, [], `the console of ${what}`);
      const shift = shifts.filter(({ of }) => !(moves && of.some((html) => html.startsWith(moves)))).reduce((sum, { value }) => sum + value, 0);
      // Without their sizes pictures make room when they come.
      const hasPictures = document.text.includes('](img/');
      const limit = MOST_SHIFT[document.kind] ?? MOST_SHIFT.usual;
      if (makes || !hasPictures) ok(shift <= limit, `${what} shifts by ${limit} at most, but it is ${shift}: ${JSON.stringify(shifts)}`);
      const own = answers.filter((answer) => answer.url().startsWith(origin) && answer.url() !== address && !answer.url().endsWith('favicon.svg') && answer.request().resourceType() !== 'image');
      const bytes = (await Promise.all(own.map(async (answer) => (await answer.body()).length))).reduce((sum, length) => sum + length, 0);
      ok(own.length <= budget.requests, `${what} asks for ${budget.requests} files at most, but it is ${own.map((answer) => answer.url())}`);
      ok(bytes <= budget.bytes, `the files of ${what} have ${budget.bytes} bytes at most, but it is ${bytes}`);
      ok(scripts <= budget.scripts || makes && document.kind === 'mermaid', `${what} has ${budget.scripts} scripts at most, but it is ${scripts}`);
      if (makes && origin === ORIGIN && name !== 'starter-starlight') ok(width <= viewport.width || ['long'].includes(document.kind), `${what} fits, but it is ${width} pixels wide`);
      most.requests = Math.max(most.requests, own.length);
      most.bytes = Math.max(most.bytes, bytes);
      most.shift = Math.max(most.shift, shift);
    }
    await page.context().close();
  }
  return `at most ${most.requests} files of ${(most.bytes / 1000).toFixed(1)} kB, shifts of ${most.shift.toFixed(3)}`;
}

/** The blog's feed has every document. */
async function feed(name) {
  const text = await readFile(join(dist(name), 'rss.xml'), 'utf8');
  const links = new Set([...text.matchAll(/<link>(.*?)<\/link>/g)].map(([, link]) => link));
  equal(documents.filter(({ id }) => !links.has(`https://blog.example/blog/members/${id}/`)).map(({ id }) => id), [], 'documents that the feed lacks');
  const list = new Set(elements(await readFile(join(dist(name), 'blog/index.html'), 'utf8'), 'a').map(({ href }) => href));
  equal(documents.filter(({ id }) => !list.has(`/blog/members/${id}/`)).map(({ id }) => id), [], 'documents that the list lacks');
}

/** Starlight’s sidebar has every document once, in groups that are closed, and its search finds a word that stands in one. */
async function docs(name, browser) {
  const html = await readFile(join(dist(name), 'guides/example/index.html'), 'utf8');
  const hrefs = elements(html, 'a').map(({ href }) => href).filter((href) => href?.startsWith('/members/'));
  equal([...hrefs].sort(), documents.map(({ id }) => `/members/${id}/`).sort(), 'members’ documents in the sidebar');
  const groups = elements(html, 'details').map((details) => ({ label: plain(details.text), isOpen: 'open' in details }));
  equal(groups.filter(({ label, isOpen }) => /^Member \d/.test(label) && !isOpen).length, new Set(documents.map(({ handle }) => handle)).size, 'members’ groups that are closed');
  equal(groups.filter(({ label, isOpen }) => label.startsWith('Members') && isOpen).length, 1, 'the groups of all, which is open');
  const rare = documents.find(({ text }) => text.includes(RARE));
  const page = await watched(browser, { viewport: { width: 1280, height: 900 } });
  await show(page.context(), name);
  await page.goto(`${ORIGIN}/guides/example/`);
  await page.locator('button[data-open-modal]').click();
  await page.locator('.pagefind-ui__search-input').fill(RARE);
  const found = page.locator('.pagefind-ui__result-link');
  await eventually(async () => (await found.count()) > 0, 'the search finds something');
  // A page and its sections are results of their own.
  equal([...new Set(await found.evaluateAll((all) => all.map((link) => new URL(link.href).pathname)))], [`/members/${rare.id}/`], `what the search for ${RARE} finds`);
  await page.context().close();
  const rtl = documents.find(({ kind }) => kind === 'rtl');
  const main = elements(await readFile(join(dist(name), 'members', rtl.id, 'index.html'), 'utf8'), 'main')[0];
  equal([main.lang, main.dir], ['ar', 'rtl'], `the language of ${rtl.id}`);
}

/** `astro check`, where a hint is an error as well. */
async function check(name) {
  const child = astro(name, ['check', '--minimumFailingSeverity', 'hint'], STARTERS[name.replace('starter-', '')].isServed ? { MASTHEAD_URL: undefined } : {});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  ok(status === 0, `astro check of ${name} finds nothing, but it says:\n${output.slice(-4000)}`);
}

/** The built server, on a port of its own. */
async function served(name, action) {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const free = probe.address().port;
      probe.close(() => resolve(free));
    });
  });
  const environment = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
  const server = spawn(process.execPath, [join(dist(name), 'server/entry.mjs')], { cwd: folder(name), env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (output += text));
  try {
    await eventually(() => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false), `the server starts: ${output}`);
    await action(`http://127.0.0.1:${port}`);
    ok(!output.includes('passed over'), `no entry is passed over: ${output}`);
  } finally {
    server.kill();
  }
}

let documents;
await step(`${DOCUMENTS} documents are published, ${STRANGE} of them strange`, async () => {
  const published = await publishClub(clubOf({ seed: SEED, documents: DOCUMENTS, strange: STRANGE }), portrait().buffer);
  equal(published.filter(({ id }) => id === null).map(({ name }) => name), [], 'documents that are refused');
  documents = published;
  for (const document of documents) {
    const text = await (await fetch(`${MASTHEAD_URL}/content/${document.id}.md`)).text();
    document.said = JSON.parse(/^title: (".*")$/m.exec(text)?.[1] ?? 'null');
    ok(document.said, `${document.id} has a title`);
  }
});

const browser = await launch();
try {
  for (const starter of positionals.length > 0 ? positionals : Object.keys(STARTERS)) {
    const { path, isServed, more } = STARTERS[starter];
    const name = await make(starter);
    await step(`${starter}: built, with every document in its page`, async () => {
      const { output, seconds } = await build(name, isServed ? { MASTHEAD_URL: undefined } : {});
      ok(!output.includes('passed over'), `no entry is passed over: ${output.split('\n').filter((line) => line.includes('passed over')).join('\n')}`);
      if (!isServed) for (const document of documents) look(document, await readFile(join(dist(name), path, document.id, 'index.html'), 'utf8'));
      return `built in ${seconds.toFixed(1)} s`;
    });
    await step(`${starter}: astro check finds nothing`, () => check(name));
    if (more) await step(`${starter}: lists and search`, () => more(name, browser));
    await step(`${starter}: in Chromium`, async () => {
      if (!isServed) return inChromium(browser, name, STARTERS[starter], ORIGIN);
      let figures;
      await served(name, async (origin) => {
        for (const document of sample()) look(document, await (await fetch(`${origin}/${document.id}/`)).text());
        figures = await inChromium(browser, name, STARTERS[starter], origin);
      });
      return figures;
    });
  }
} finally {
  await browser.close();
}
