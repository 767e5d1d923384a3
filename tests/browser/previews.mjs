// Hostile documents in the frame of a preview. Two walls stand there: the HTML is made safe where it is made, and the frame runs
// nothing and loads nothing but the site's pictures. Each is tried with the other down, and with no converter before it; and both
// are taken down once, so that it is known that something would have happened.
//
//   node previews.mjs PAGES LINES FRAME
//
// PAGES is the example of shared/page, LINES the hostile lines of the converter's tests, FRAME the frame's document.
// Needs MASTHEAD_URL, MASTHEAD_PASSWORD (of the demo member) and CHROMIUM; `previews` sets them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createCanary } from 'node:net';
import { documents as hostile } from '../rendering/hostile.mjs';
import { dismiss, equal, launch, ok } from './harness.mjs';

const [pages, lines, frameFile] = process.argv.slice(2);
const { MASTHEAD_URL: SITE, MASTHEAD_PASSWORD: PASSWORD } = process.env;
const FRAME = readFileSync(frameFile, 'utf8');
/** Frames that are shown at the same time. */
const AT_ONCE = 200;
/** Safe HTML that stands in one frame: each piece is a whole tree, so that none hides the next. */
const IN_A_FRAME = 20;
/** What a frame begins with the network may come a moment after it is loaded, in milliseconds. */
const MOMENT_MS = 150;
/** Most answers of one run of the example, in bytes. */
const MOST_BYTES = 1 << 30;
/** Tells the page around the frame that a script ran; without quotes, and with one pair of parentheses in another. */
const RAN = 'parent.postMessage(1,String.fromCharCode(42))';

/** What runs somewhere tells that it did. */
const armed = hostile(lines).map(({ id, text }) => ({ id, text: text.replaceAll(/alert\((1)?\)/g, RAN) }));

const answered = spawnSync(pages, { input: armed.map((document) => JSON.stringify(document)).join('\n'), maxBuffer: MOST_BYTES, encoding: 'utf8' });
ok(answered.status === 0, `the example renders every document: ${answered.stderr} ${answered.error ?? ''}`);
const rendered = answered.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
equal(rendered.length, armed.length, 'the number of pages');
console.log(`${armed.length} hostile documents`);

// Previews of the server are these.
const post = (path, body, headers = {}) => fetch(`${SITE}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const { access_token: token } = await (await post('/api/login', { email: 'demo@example.com', password: PASSWORD })).json();
const step = Math.ceil(armed.length / 50);
for (let at = 0; at < armed.length; at += step) {
  const answer = await post('/api/preview', { text: armed[at].text, file_name: 'document.md' }, { authorization: `Bearer ${token}` });
  const { preview, message } = await answer.json();
  equal(answer.status, 200, `the answer to ${armed[at].id} (${message})`);
  equal(preview.html, rendered[at].preview, `the preview of ${armed[at].id}`);
}

// Whatever a document asks for, wherever it is, it asks here.
const asked = [];
/** Hosts that no document names: the browser's own maker is asked for updates, whatever it is told. */
const others = new Set();
const texts = rendered.map(({ raw }) => raw.toLowerCase()).join('\n');
const canary = createCanary((socket) => {
  socket.once('data', (data) => {
    // The first message of TLS names the host as well.
    const said = data.toString('latin1');
    const names = [...said.matchAll(/[a-z0-9-]+(\.[a-z0-9-]+)+/gi)].map(([name]) => name.toLowerCase()).filter((name) => /\.[a-z]{2,}$/.test(name));
    const host = data[0] === 0x16 ? names.toSorted((one, other) => other.length - one.length)[0] : /^host: ([^:\r]+)/im.exec(said)?.[1];
    if (host && !texts.includes(host)) others.add(host);
    else asked.push(data[0] === 0x16 ? `a connection by TLS to ${host}` : said.split('\r\n').slice(0, 2).join(' '));
    socket.destroy();
  });
  socket.on('error', () => {});
});
const site = createServer((request, answer) => {
  if (request.url !== '/' && request.url !== '/favicon.ico') asked.push(`${request.method} ${request.url} of the page's own site`);
  answer.setHeader('content-type', 'text/html');
  answer.end('<!doctype html><title>A page with previews</title><body>');
});
const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
const [canaryPort, sitePort] = [await listen(canary), await listen(site)];
const PAGE = `http://127.0.0.1:${sitePort}/`;

const browser = await launch([`--host-resolver-rules=MAP * 127.0.0.1:${canaryPort}, EXCLUDE 127.0.0.1`, '--block-new-web-contents']);
const page = await browser.newPage();
const ran = [];
const requests = [];
page.on('dialog', (dialog) => {
  ran.push(dialog.message());
  dismiss(dialog);
});
page.on('request', (request) => {
  if (request.url() !== PAGE && !request.url().startsWith('data:') && !request.url().startsWith('about:')) requests.push(`${request.resourceType()} ${request.url()}`);
});
await page.exposeFunction('tellThatItRan', () => ran.push('a script'));
await page.addInitScript(() => {
  if (window.top === window) window.addEventListener('message', () => window.tellThatItRan());
});

/** In the page: shows documents in frames, waits for them, and says what stands in those that can be looked into. */
async function show({ sources, sandbox, moment }) {
  const found = [];
  const frames = sources.map((source) => {
    const frame = document.createElement('iframe');
    if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
    frame.srcdoc = source;
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    document.body.append(frame);
    return { frame, loaded };
  });
  // A frame that never comes to an end is waited for no longer than this.
  await Promise.all(frames.map(({ loaded }) => Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 3000))])));
  await new Promise((resolve) => setTimeout(resolve, moment));
  for (const { frame } of frames) {
    for (const element of frame.contentDocument?.body?.querySelectorAll('*') ?? []) {
      const runs = /^(script|iframe|frame|object|embed|form|base|link|meta|style|svg|math|template)$/.test(element.localName);
      const handles = [...element.attributes].some(({ name }) => name.startsWith('on') || name === 'style' || name === 'srcdoc');
      const leads = element.localName === 'a' && /^(javascript|data|vbscript|file|blob):/.test(element.href);
      if (runs || handles || leads) found.push(element.outerHTML.slice(0, 300));
    }
    frame.remove();
  }
  return found;
}

/** Shows each of the documents once, some together in a frame. Those that are the same are one. */
async function shown(name, documents, { inFrame = 1, frame, sandbox }) {
  const started = performance.now();
  const different = [...new Set(documents)];
  const distinct = Array.from({ length: Math.ceil(different.length / inFrame) }, (_, at) => frame(different.slice(at * inFrame, (at + 1) * inFrame).join('\n')));
  for (const list of [asked, ran, requests]) list.length = 0;
  const found = [];
  for (let from = 0; from < distinct.length; from += AT_ONCE) {
    await page.goto(PAGE);
    found.push(...(await page.evaluate(show, { sources: distinct.slice(from, from + AT_ONCE), sandbox, moment: MOMENT_MS })));
    ok(page.url() === PAGE, `${name}: the page stays where it is, and isn't led to ${page.url()}`);
  }
  console.log(`${name}: ${different.length} pages, ${ran.length} runs, ${asked.length} connections, ${requests.length} requests begun, ${Math.round((performance.now() - started) / 1000)} s`);
  return { found, ran: [...ran], asked: [...asked], requests: [...requests] };
}

const framed = (html) => FRAME.replaceAll('{site}', SITE).replace('{html}', () => html);
const bare = (html) => `<!doctype html><body>${html}`;
const few = (list) => JSON.stringify(list.slice(0, 5), null, 1);
function nothing(name, list) {
  ok(list.length === 0, `${name}: nothing, but there is ${few(list)}`);
}

const both = await shown('both walls', rendered.map(({ preview }) => preview), { inFrame: IN_A_FRAME, frame: framed, sandbox: '' });
nothing('what runs behind both walls', both.ran);
nothing('what is asked for behind both walls', both.asked);

const alone = await shown('the wall of HTML alone', rendered.map(({ safe }) => safe), { inFrame: IN_A_FRAME, frame: bare, sandbox: null });
nothing('what runs behind the wall of HTML alone', alone.ran);
nothing('what stands behind the wall of HTML alone', alone.found);
nothing('what is asked for that is neither picture nor sound', alone.requests.filter((request) => !/^(image|media) /.test(request)));

// Each needs a frame of its own, since raw HTML may swallow what follows: every fifth, and all of them in the full mode.
const raw = rendered.filter((_, at) => process.env.MASTHEAD_FULL || at % 5 === 0).map((document) => document.raw);
const policy = await shown("the frame's policy alone", raw, { frame: framed, sandbox: '' });
nothing("what runs behind the frame's policy alone", policy.ran);
nothing("what is asked for behind the frame's policy alone", policy.asked);

// Without either wall much happens, so that it would have been seen above.
const none = await shown('no wall', rendered.filter((_, at) => at % 20 === 0).map(({ raw }) => raw), { frame: bare, sandbox: null });
ok(none.ran.length > 20, `scripts run without walls: ${none.ran.length}`);
ok(none.asked.length > 20, `documents ask for things without walls: ${none.asked.length}`);
ok(none.found.length > 100, `much stands there without walls: ${none.found.length}`);

await browser.close();
canary.close();
site.close();
if (others.size > 0) console.log(`the browser itself asked ${[...others].join(', ')}`);
console.log('previews hold');
