// The third wall, in a browser: the example's Content-Security-Policy on the pages that `raw.mjs` has
// built. Nothing in them asks for what the policy forbids; and what is planted into a page, as if both
// other walls had let it through, does nothing.
//
// CHROMIUM names the browser.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equal, eventually, launch, ok, watched } from '../browser/harness.mjs';
import { ORIGIN, dist, files, show } from './site.mjs';

const SITE = 'raw-site';
const PAGE = '/ann/long/';
const ELSEWHERE = 'https://elsewhere.invalid';
const REFRESH = `<meta http-equiv="refresh" content="0;url=${ELSEWHERE}/led-away">`;

const document = (await readFile(join(import.meta.dirname, '../../docs/astro.md'), 'utf8')).replace(/\s+/g, ' ');
/** What docs/astro.md says that hosts send with pages that hold members' texts. */
const [, HEADER] = /Content-Security-Policy: (sandbox [^`]*?; frame-ancestors 'none')/.exec(document) ?? [];
ok(HEADER, 'docs/astro.md names the header');

/** What is planted, the directive that forbids it, and whether it did something all the same. */
const PLANTED = [
  ['<script>globalThis.ran = 1</script>', 'script-src-elem'],
  [`<script src="${ELSEWHERE}/x.js"></script>`, 'script-src-elem'],
  ['<img src="data:image/png;base64,x" onerror="globalThis.ran = 1">', 'script-src-attr'],
  ['<svg onload="globalThis.ran = 1"></svg>', 'script-src-attr'],
  ['<style>h1 { display: none }</style>', 'style-src-elem'],
  [`<link rel="stylesheet" href="${ELSEWHERE}/x.css">`, 'style-src-elem'],
  [`<iframe src="${ELSEWHERE}/framed"></iframe>`, 'frame-src'],
  [`<object data="${ELSEWHERE}/framed"></object>`, 'object-src'],
  [`<embed src="${ELSEWHERE}/framed">`, 'object-src'],
  [`<base href="${ELSEWHERE}/">`, 'base-uri'],
  [`<form action="${ELSEWHERE}/sent"><button id="planted">x</button></form>`, 'form-action'],
  ['<a id="planted" href="javascript:globalThis.ran = 1">x</a>', 'script-src-elem'],
];

const browser = await launch();
const page = await watched(browser);
const asked = [];
let planted = '';
let headers = {};
await page.context().route('**/*', (route) => {
  asked.push(route.request().url());
  return route.abort();
});
await show(page.context(), SITE);
await page.context().route(`${ORIGIN}${PAGE}`, async (route) => {
  const html = await readFile(join(dist(SITE), PAGE, 'index.html'), 'utf8');
  await route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', headers, body: html.replace('<div class="text">', `$&${planted}`) });
});

const forbidden = () => page.complaints.filter((complaint) => complaint.startsWith('policy: ')).map((complaint) => complaint.split(' ')[1]);
const did = () => page.evaluate(() => ({ ran: 'ran' in globalThis, hidden: getComputedStyle(document.querySelector('h1')).display === 'none', base: document.baseURI, here: location.href }));

async function open(path) {
  page.complaints.length = 0;
  asked.length = 0;
  await page.goto(ORIGIN + path, { waitUntil: 'load' });
}

try {
  await open(PAGE);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  ok(document.includes(` ${policy} `), `docs/astro.md has the policy of the example, which is ${policy}`);

  const paths = (await files(dist(SITE))).filter((name) => name.endsWith('index.html')).map((name) => `/${name.replace(/index\.html$/, '')}`);
  ok(paths.length > 200, `there are pages of hostile documents, but there are ${paths.length}`);
  for (const path of paths) {
    await open(path);
    equal(forbidden(), [], `what ${path} asks for and the policy forbids`);
    equal(page.complaints.filter((complaint) => complaint.startsWith('exception: ')), [], `exceptions in ${path}`);
    equal([await page.evaluate(() => 'ran' in globalThis), page.frames().length, page.url()], [false, 1, ORIGIN + path], `whether anything ran in ${path}, its frames and its address`);
  }
  console.log(`ok    ${paths.length} pages ask for nothing that the policy forbids`);

  for (const [html, directive] of PLANTED) {
    planted = html;
    await open(PAGE);
    if (html.includes('id="planted"')) await page.locator('#planted').click({ noWaitAfter: true });
    await eventually(() => forbidden().includes(directive), `${directive} forbids ${html}; it was ${forbidden()}`);
    equal(await did(), { ran: false, hidden: false, base: ORIGIN + PAGE, here: ORIGIN + PAGE }, `what ${html} did`);
    equal(asked, [], `what was asked for by ${html}`);
  }
  console.log(`ok    ${PLANTED.length} planted scripts, styles, frames, forms and bases do nothing`);

  planted = REFRESH;
  await open(PAGE).catch(() => {});
  await eventually(() => asked.includes(`${ELSEWHERE}/led-away`), 'a refresh leads away where no header says sandbox, which is what docs/astro.md says');
  headers = { 'Content-Security-Policy': HEADER };
  // The other page is on its way to an address that doesn't answer.
  const sandboxed = await page.context().newPage();
  await page.close();
  asked.length = 0;
  await sandboxed.goto(ORIGIN + PAGE);
  // A refresh after no time begins with the load event.
  await sandboxed.waitForTimeout(1000);
  equal([asked, sandboxed.url()], [[], ORIGIN + PAGE], 'what a refresh asks for under the header of docs/astro.md, and where it leads');
  console.log('ok    a refresh is stopped by the header that docs/astro.md names');
} finally {
  await browser.close();
}
