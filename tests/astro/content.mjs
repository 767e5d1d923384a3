// What the loader makes of documents beyond their Markdown, in built sites and in Chromium: formulas, diagrams, videos, asides and
// tables, under the example's Content-Security-Policy; and what hostile documents make of it.
//
// The server is this script's own. CHROMIUM names the browser, SCREENSHOTS a folder for pictures of the pages.

import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, serialize } from 'parse5';
import sax from 'sax';
import { MERMAID, MERMAID_IN_BROWSERS, TEX } from '../../astro/test/support/formulas.ts';
import { fault } from '../../astro/test/support/scan.ts';
import { file, publishing, serve } from '../../astro/test/support/server.ts';
import { equal, eventually, launch, ok, watched } from '../browser/harness.mjs';
import { inspect } from './dist.mjs';
import { looksRight } from './looks.mjs';
import { build, dist, files, folder, ORIGIN, show } from './site.mjs';

const SITES = [
  {
    site: 'site',
    name: 'content-site',
    container: 'text',
    config: `import { defineConfig } from 'astro/config';
import masthead from 'masthead-astro';
export default defineConfig({
  site: 'http://localhost:4321',
  trailingSlash: 'always',
  integrations: [masthead()],
  markdown: { shikiConfig: { themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' }, defaultColor: 'light-dark()', wrap: false } },
  vite: { build: { assetsInlineLimit: 0 } },
});`,
  },
  { site: 'blog', name: 'content-remark', container: 'text', config: `import { unified } from '@astrojs/markdown-remark';\nimport { defineConfig } from 'astro/config';\nimport masthead from 'masthead-astro';\n// Nothing but the site's own files, and no style in an attribute, which the colours of code would be.\nexport default defineConfig({ integrations: [masthead()], markdown: { processor: unified(), syntaxHighlight: false }, security: { csp: { directives: ["default-src 'self'"] } } });` },
  {
    site: 'starlight',
    name: 'content-starlight',
    container: 'sl-markdown-content',
    config: `import starlight from '@astrojs/starlight';\nimport { defineConfig } from 'astro/config';\nimport masthead from 'masthead-astro';\nexport default defineConfig({ integrations: [starlight({ title: 'Members', pagefind: false }), masthead()] });`,
    own: (text) => /StarlightThemeProvider|sl-|starlight/i.test(text),
  },
];

const LONG = Array.from({ length: 40 }, (_, at) => `a_{${at}}`).join('+');
const EVERYTHING = `A ticket costs $5 and **not** $10, while $e^{i\\pi} + 1 = 0$ holds and $\\frac{a}{b}$ sits in a line. A faulty one: $\\foo{x}$.

$$
\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}
$$

$$
${LONG}
$$

> [!tip] A callout with *style*
> And a formula $x^2$ in it.
>
> > [!danger]- Folded
> > Watch out.

\`\`\`mermaid
graph TD
  A[A note is sent] --> B{Is it whole?}
  B -->|Yes| C[It is published]
  B -->|No| D[The report says why]
\`\`\`

\`\`\`mermaid
pie title Pets
  "Dogs" : 386
\`\`\`

[How bees fly](https://www.youtube.com/watch?v=dQw4w9WgXcQ)

https://vimeo.com/76979871

[A talk](https://framatube.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d)

| Month | Members | Documents | Pictures | Uploads by phone | Remarks of the board |
|---|--:|--:|--:|---|---|
| January | 12 | 34 | 99 | quite a few of them | none that we know of |

Text with a note.[^1]

[^1]: The note.
`;

const documents = new Map();
const put = (id, body) => documents.set(id, file(id, { body, frontmatter: 'pubDate: 2025-07-10T09:30:00Z\n' }).replace('  readingMinutes: 1\n', '  readingMinutes: 1\n  features: [math]\n'));
put('ann', EVERYTHING);
put('ann/moves', 'A diagram in the first lines.\n\n```mermaid\npie title Pets\n  "Dogs" : 386\n  "Cats" : 85\n```\n\nText below it, which is on the screen as well.\n\n## And a heading\n');
put('ann/faulty', '```mermaid\npie\n  "Dogs" :\n```\n');
put('ann/plain', 'Costs `$5`, and nothing moves.');
TEX.forEach((tex, at) => put(`mallory/tex-${at}`, `$${tex}$\n\n$$\n${tex}\n$$\n\n\`\`\`math\n${tex}\n\`\`\`\n`));
[...MERMAID, ...MERMAID_IN_BROWSERS].forEach((source, at) => put(`mallory/diagram-${at}`, `\`\`\`\`mermaid\n${source}\n\`\`\`\`\n`));
[
  '<div class="masthead-video"><a href="javascript:globalThis.ran=1" data-src="https://e.example/">x</a></div>',
  '<div class="masthead-video not-content"><a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">x</a><iframe src="https://e.example/"></iframe></div>',
  '<script type="module" src="/_astro/masthead.videos.00000000.js"></script><p><a href="https://e.example/w/kkGMgK9ZtnKfYAgnEtQxbv" onclick="globalThis.ran=1" class="masthead-video">x</a></p>',
  '<math><mtext><img src=x onerror=globalThis.ran=1></mtext></math>\n\n$x$',
  '<aside class="starlight-aside" onclick="globalThis.ran=1">x</aside>\n\n> [!tip"><img src=x onerror=globalThis.ran=1>] x',
  '[<img src=x onerror=globalThis.ran=1>](https://youtu.be/dQw4w9WgXcQ)\n\n[x"><script>globalThis.ran=1</script>](https://vimeo.com/76979871)',
].forEach((body, at) => put(`mallory/by-hand-${at}`, body));

/** What the loader makes beside the table, by its names; what they hold is looked at besides. */
const elements = ['math', 'menclose', 'mfrac', 'mi', 'mmultiscripts', 'mn', 'mo', 'mover', 'mpadded', 'mphantom', 'mprescripts', 'mroot', 'mrow', 'mspace', 'msqrt', 'mstyle', 'msub', 'msubsup', 'msup', 'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover', 'semantics'];
const attributes = ['role', 'alttext', 'display', 'notation', 'linethickness', 'mathvariant', 'fence', 'form', 'largeop', 'linebreak', 'lspace', 'mathsize', 'maxsize', 'minsize', 'movablelimits', 'rspace', 'separator', 'stretchy', 'symmetric', 'accent', 'depth', 'voffset', 'displaystyle', 'mathbackground', 'scriptlevel', 'columnalign', 'rowspacing', 'type', 'mathcolor', 'mathbackground', 'data-alt', 'data-failed', 'data-source'];
const STARLIGHT = { elements: ['aside', 'svg', 'path', 'button', 'link'], attributes: ['aria-live', 'data-code', 'data-copied', 'clip-rule', 'd', 'fill', 'fill-rule', 'viewBox'] };

/** Waits until the reader's browser has drawn a page's diagrams, or given them up, and has put away what it draws with. */
async function settled(page) {
  for (const diagram of await page.locator('masthead-diagram').all()) {
    await diagram.scrollIntoViewIfNeeded();
    await diagram.locator('img, .masthead-diagram-failed').first().waitFor({ state: 'attached' });
  }
  await eventually(() => page.frames().length === 1, 'the frame that draws is put away');
}

/** What is wrong with a drawing as a program reads it that runs all that is in it. */
function faultsOf(svg) {
  const found = [];
  const parser = sax.parser(true);
  const asks = (text) => /url\(\s*["']?(?!["']?#)|@import/i.test(text);
  parser.onerror = ({ message }) => found.push(message);
  parser.onopentag = ({ name, attributes }) => {
    if (/^(?:script|iframe|object|embed|image|img|link|meta|form)$/i.test(name)) found.push(`<${name}>`);
    for (const [attribute, value] of Object.entries(attributes)) if (/^on/i.test(attribute) || (/href$/.test(attribute) && !value.startsWith('#')) || asks(value)) found.push(`${attribute}="${value}"`);
  };
  parser.ontext = (text) => {
    if (parser.tag?.name === 'style' && asks(text)) found.push(`a style with ${text}`);
  };
  parser.write(svg).close();
  return found;
}

/** Elements with a class, in the order of the page. */
function withClass(node, name, found = []) {
  if (node.attrs?.find((one) => one.name === 'class')?.value.split(' ').includes(name)) found.push(node);
  for (const child of node.childNodes ?? []) withClass(child, name, found);
  return found;
}

const server = await serve(publishing(documents));
const ids = [...documents.keys()];
for (const { site, name, container, config, own } of SITES) {
  await rm(folder(name), { recursive: true, force: true });
  await cp(folder(site), folder(name), { recursive: true });
  await writeFile(join(folder(name), 'astro.config.mjs'), config);
  const { output, seconds } = await build(name, { MASTHEAD_URL: server.url });
  ok(!output.includes('passed over') && !output.includes('stay as they are written'), `nothing fails in ${name}: ${output.slice(-3000)}`);
  await inspect(name, ids, own ? { own: (text, attributes) => attributes.type === 'module' || own(text) } : {});
  const findings = [];
  for (const id of ids) {
    const html = await readFile(join(dist(name), id, 'index.html'), 'utf8');
    const [text] = withClass(parse(html), container);
    // The author's line, which Starlight's pages have first, is the site's.
    const first = text.childNodes.findIndex(({ tagName }) => tagName);
    if (withClass(text.childNodes[first] ?? text, 'byline')[0] === text.childNodes[first] && first >= 0) text.childNodes.splice(first, 1);
    const scripts = [...serialize(text).matchAll(/<script[^>]*>/g)].map(([script]) => script).filter((script) => !script.includes('/_astro/ec.'));
    const islands = [...(serialize(text).includes('<masthead-diagram ') ? ['diagrams'] : []), ...(withClass(text, 'masthead-video').length > 0 ? ['videos'] : [])];
    const named = scripts.map((script) => /^<script type="module" src="\/_astro\/masthead\.(\w+)\.[0-9a-f]{8}\.js">$/.exec(script)?.[1]);
    if (named.join() !== islands.join()) findings.push(`${id} has the scripts ${scripts}`);
    if (withClass(text, 'masthead-formula').some((formula) => / style=/.test(serialize(formula)))) findings.push(`${id} has a formula with a style`);
    const wrong = fault(serialize(text), {
      elements: [...elements, 'script', 'masthead-diagram', ...(site === 'starlight' ? STARLIGHT.elements : [])],
      attributes: [...attributes, ...(site === 'starlight' ? STARLIGHT.attributes : [])],
      foreign: true,
      drawings: true,
    });
    if (wrong) findings.push(`${id}: ${wrong}`);
    if (/style="[^"]*(?:url|position|fixed|z-index|inset|transform)/i.test(serialize(text))) findings.push(`${id} has a style that leaves its place`);
  }
  equal(findings, [], `what must not be in ${name}`);
  console.log(`ok    ${name}: ${ids.length} documents, built in ${seconds.toFixed(1)} s`);
}

// A live loader in a site with a server knows what masthead() was told, and where the islands are.
{
  const name = 'content-live';
  await rm(folder(name), { recursive: true, force: true });
  await cp(join(import.meta.dirname, 'starters/live'), folder(name), { recursive: true });
  const files = {
    'astro.config.mjs': `import node from '@astrojs/node';\nimport { defineConfig } from 'astro/config';\nimport masthead from 'masthead-astro';\nexport default defineConfig({ adapter: node({ mode: 'standalone' }), integrations: [masthead({ url: '${server.url}', content: { tables: false } })] });`,
    'src/live.config.ts': `import { defineLiveCollection } from 'astro:content';\nimport { mastheadLiveLoader } from 'masthead-astro';\nexport const collections = { members: defineLiveCollection({ loader: mastheadLiveLoader() }) };`,
    'src/pages/[...id].astro': `---\nimport { getLiveEntry, render } from 'astro:content';\nexport const prerender = false;\nconst { entry, error } = await getLiveEntry('members', { id: Astro.params.id ?? '' });\nif (!entry) return new Response(String(error), { status: 503 });\nconst { Content } = await render(entry);\n---\n<article><Content /></article>`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder(name), path)), { recursive: true });
    await writeFile(join(folder(name), path), text);
  }
  await build(name, { MASTHEAD_URL: 'http://127.0.0.1:9' });
  const address = 'http://127.0.0.1:4399';
  const environment = { ...process.env, HOST: '127.0.0.1', PORT: '4399', MASTHEAD_URL: 'http://127.0.0.1:9' };
  const site = spawn(process.execPath, [join(dist(name), 'server/entry.mjs')], { cwd: folder(name), env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [site.stdout, site.stderr]) stream.on('data', (text) => (output += text));
  try {
    await eventually(() => fetch(address).then(() => true, () => false), `the server starts: ${output}`);
    const html = await (await fetch(`${address}/ann/`)).text();
    const scripts = [...html.matchAll(/<script type="module" src="(\/_astro\/masthead\.(\w+)\.[0-9a-f]{8}\.js)">/g)];
    equal(scripts.map(([, , island]) => island), ['diagrams', 'videos'], `the islands of a live page, which says ${html.slice(0, 300)}; ${output}`);
    for (const [, script] of scripts) equal((await fetch(address + script)).status, 200, `whether ${script} is there`);
    ok(html.includes('<masthead-diagram ') && html.includes('class="masthead-video') && !html.includes('masthead-table'), 'what masthead() was told of contents counts');
  } finally {
    site.kill();
  }
  console.log('ok    a live loader has the islands of its site');
}
await server[Symbol.asyncDispose]();

const browser = await launch();
try {
  for (const { name } of SITES) {
    const page = await watched(browser);
    const asked = [];
    let drawn = 0;
    await page.context().route('**/*', (route) => (asked.push(route.request().url()), route.abort()));
    await show(page.context(), name);
    for (const id of ids) {
      await page.goto(`${ORIGIN}/${id}/`, { waitUntil: 'load' });
      await settled(page);
      const drawings = await page.locator('masthead-diagram img').evaluateAll((images) => images.map(({ src }) => decodeURIComponent(src.slice(src.indexOf(',') + 1))));
      equal(drawings.flatMap(faultsOf), [], `what a drawing of ${id} in ${name} has`);
      drawn += drawings.length;
      equal([await page.evaluate(() => 'ran' in globalThis), page.frames().length, page.url()], [false, 1, `${ORIGIN}/${id}/`], `whether anything ran in ${id} of ${name}, its frames and its address`);
    }
    equal(asked, [], `what pages of ${name} ask of others`);
    ok(drawn > 6, `browsers draw what the build of ${name} doesn’t, but it is ${drawn}`);
    equal(page.complaints.filter((complaint) => /^(policy|exception): /.test(complaint)), [], `complaints in ${name}`);

    await page.goto(`${ORIGIN}/ann/`);
    await settled(page);
    const seen = await page.evaluate(() => {
      const box = (selector) => [...document.querySelectorAll(selector)].map((element) => ({ scrolls: element.scrollWidth > element.clientWidth, wide: element.getBoundingClientRect().right > innerWidth }));
      const images = [...document.querySelectorAll('.masthead-diagram img')].map(({ naturalWidth, complete, alt }) => complete && naturalWidth > 50 && alt.length > 20);
      return { formulas: document.querySelectorAll('math').length, images, faulty: document.querySelector('code.masthead-unset')?.title, videos: box('.masthead-video').length, tables: box('.masthead-table').length };
    });
    equal([seen.formulas, seen.images, seen.videos, seen.tables], [5, [true, true], 3, 1], `what the page of ${name} shows`);
    ok(seen.faulty?.includes('\\foo'), `the faulty formula says why, but it says ${seen.faulty}`);

    await page.setViewportSize({ width: 375, height: 740 });
    for (const [selector, what] of [['div.masthead-formula', 'formula'], ['.masthead-table', 'table']]) {
      const boxes = await page.locator(selector).evaluateAll((all) => all.map((one) => [one.scrollWidth > one.clientWidth + 1, one.getBoundingClientRect().right <= innerWidth, one.tabIndex, getComputedStyle(one).overflowX]));
      if (name === 'content-remark') continue;
      ok(boxes.some(([scrolls, fits, tabIndex]) => scrolls && fits && tabIndex === 0), `a wide ${what} of ${name} scrolls in its box, which the keyboard reaches: ${JSON.stringify(boxes)}`);
      ok(boxes.every(([, fits]) => fits), `no ${what} of ${name} is wider than a phone: ${JSON.stringify(boxes)}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    if (name !== 'content-remark') await looksRight(page, name);
    await page.context().close();
    console.log(`ok    ${name}: nothing runs, nobody is asked for anything, and what is wide scrolls`);
  }

  // Frames: by default the example's policy has none, and a click leads to the video.
  for (const [frames, label] of [['', 'a policy without frames'], [' https://www.youtube-nocookie.com', 'a policy with frames'], [null, 'no policy']]) {
    const page = await watched(browser);
    const asked = [];
    await page.context().route(/^https:/, (route) => (asked.push(route.request().url()), route.fulfill({ status: 200, contentType: 'text/html', body: '<p>a video</p>' })));
    await show(page.context(), 'content-site');
    await page.context().route(`${ORIGIN}/ann/`, async (route) => {
      const html = await readFile(join(dist('content-site'), 'ann/index.html'), 'utf8');
      const changed = frames === null ? html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '') : html.replace("frame-src 'self'", `frame-src 'self'${frames}`);
      await route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', body: changed });
    });
    await page.goto(`${ORIGIN}/ann/`);
    await page.getByRole('link', { name: /How bees fly/ }).click();
    if (frames === '') {
      await eventually(() => page.url() === 'https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'the click leads to the video');
    } else {
      const frame = page.locator('.masthead-video iframe');
      await frame.waitFor();
      const set = await frame.evaluate((element) => [element.src, element.getAttribute('sandbox'), element.referrerPolicy, element.title, document.activeElement === element]);
      equal(set, ['https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1', 'allow-scripts allow-same-origin allow-presentation allow-popups allow-popups-to-escape-sandbox', 'strict-origin', 'How bees fly Video on YouTube', true], `the frame under ${label}`);
      await eventually(() => asked.length > 0, 'the frame loads');
      equal([...new Set(asked.map((address) => new URL(address).host))], ['www.youtube-nocookie.com'], 'who is asked');
      // What no host of the site's is stays a link, and so does what a member writes by hand.
      await page.getByRole('link', { name: /A talk/ }).click();
      await eventually(() => page.url() === 'https://framatube.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d', 'a PeerTube that the site didn’t name is a link');
    }
    await page.context().close();
    console.log(`ok    a click on a video under ${label}`);
  }

  // Without scripts a box is a link.
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await plain.route(/^https:/, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>a video</p>' }));
  await show(plain, 'content-site');
  await page.goto(`${ORIGIN}/ann/`);
  await page.locator('.masthead-video > a').first().click();
  await eventually(() => page.url().startsWith('https://www.youtube.com/watch'), 'a box is a link without scripts');
  await plain.close();
  console.log('ok    without scripts a box is a link');

  // A diagram that the browser draws is on the first screen, and nothing that is there moves away.
  for (const viewport of [{ width: 1280, height: 900 }, { width: 375, height: 740 }]) {
    const page = await watched(browser, { viewport });
    await show(page.context(), 'content-site');
    await page.addInitScript(() => {
      globalThis.moved = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.moved += entry.value))).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${ORIGIN}/ann/moves/`);
    await settled(page);
    await page.waitForTimeout(300);
    const { moved, alt, summary, width } = await page.evaluate(() => {
      const image = document.querySelector('masthead-diagram img');
      return { moved: globalThis.moved, alt: image.alt, summary: document.querySelector('masthead-diagram summary').textContent, width: image.naturalWidth };
    });
    ok(moved < 0.1 && width > 100, `a page of ${viewport.width} pixels moves by less than 0.1 when its diagram comes, but it is ${moved}`);
    equal([alt.startsWith('Diagram: ') && alt.includes('Dogs'), summary], [true, 'The diagram as text'], `what is said of the drawing ${alt}`);
    await page.locator('masthead-diagram summary').click();
    ok(await page.locator('masthead-diagram details pre').isVisible(), 'the source is below the drawing');
    await page.context().close();
  }
  console.log('ok    a page keeps its place when a diagram is drawn in it');

  // Where the page's policy has no frames, or nothing comes, or the diagram is faulty, the code is there, with a sentence.
  for (const [label, path, policy, broken] of [['a policy without frames', 'ann/moves', "frame-src 'none'", false], ['no answer', 'ann/moves', "frame-src 'self'", true], ['a faulty diagram', 'ann/faulty', "frame-src 'self'", false]]) {
    const page = await watched(browser);
    await show(page.context(), 'content-site');
    await page.context().route(`${ORIGIN}/${path}/`, async (route) => {
      const html = await readFile(join(dist('content-site'), path, 'index.html'), 'utf8');
      await route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', body: html.replace("frame-src 'self'", policy) });
    });
    if (broken) await page.context().route('**/masthead.mermaid.*', (route) => route.abort());
    await page.goto(`${ORIGIN}/${path}/`);
    await settled(page);
    equal(await page.locator('masthead-diagram .masthead-diagram-failed').allInnerTexts(), ['This diagram can’t be drawn.'], `the sentence with ${label}`);
    ok(await page.locator('masthead-diagram pre').isVisible(), `the code is there with ${label}`);
    await page.context().close();
    console.log(`ok    with ${label} the code is there, and a sentence`);
  }

  // The frame's page draws for nobody where no sandbox is around it.
  {
    const page = await watched(browser);
    await show(page.context(), 'content-site');
    await page.goto(`${ORIGIN}/ann/plain/`);
    const [frame] = (await files(dist('content-site'))).filter((name) => /masthead\.diagrams\.\w+\.html$/.test(name));
    const answered = await page.evaluate(
      (address) =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => resolve(data);
          const element = document.createElement('iframe');
          element.onload = () => (element.contentWindow.postMessage('masthead-diagrams', '*', [port2]), setTimeout(() => resolve('nothing'), 1000));
          element.src = address;
          document.body.append(element);
        }),
      `/${frame}`,
    );
    equal(answered, 'nothing', 'what the frame answers without a sandbox');
    await page.context().close();
    console.log('ok    the frame draws in a sandbox alone');
  }

  // What the browser draws is dark where the page is, and drawn anew when that changes.
  {
    const page = await watched(browser, { colorScheme: 'light' });
    await show(page.context(), 'content-starlight');
    await page.goto(`${ORIGIN}/ann/moves/`);
    await settled(page);
    const source = () => page.locator('masthead-diagram img').getAttribute('src');
    const seen = [await source()];
    for (const theme of ['dark', 'light']) {
      await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
      await eventually(async () => (await source()) !== seen.at(-1), `the drawing is drawn anew for a ${theme} page`);
      seen.push(await source());
    }
    ok(seen[0] !== seen[1] && seen[0] === seen[2], 'a dark drawing is another one, and a light one the same');
    await page.context().close();
    console.log('ok    what browsers draw has the colours of the page');
  }

  // A drawing is dark where the page is dark, whatever the reader's system says.
  for (const [scheme, theme] of [['light', 'dark'], ['dark', 'light']]) {
    const page = await watched(browser, { colorScheme: scheme });
    await show(page.context(), 'content-starlight');
    await page.goto(`${ORIGIN}/ann/`);
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    const shown = await page.locator('.masthead-diagram > img').first().screenshot();
    const node = await page.evaluate(async (png) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      // Within the first box, left of its words.
      return [...context.getImageData(bitmap.width / 2, 18, 1, 1).data];
    }, shown.toString('base64'));
    ok(theme === 'dark' ? node[0] < 100 : node[0] > 180, `the drawing on a ${theme} page of a reader with a ${scheme} system is ${theme}: ${node}`);
    await page.context().close();
  }
  console.log('ok    a drawing has the colours of the page that it stands in');
} finally {
  await browser.close();
}
