// Everything at once: real documents, hostile ones and one whose pictures are missing, built under
// the example site's schema, the official blog template's and Starlight's.
//
// `run` sets the environment. CORPUS is a folder of real documents, if there is one.

import { createServer } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { equal, eventually, ok } from '../browser/harness.mjs';
import { inspect } from './dist.mjs';
import { hostile } from './hostile.mjs';
import { member, publish, published } from './members.mjs';
import { astro, build, dist } from './site.mjs';

const { CORPUS, MASTHEAD_URL } = process.env;

async function step(name, action) {
  const started = performance.now();
  const figures = await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)${figures ? `: ${figures}` : ''}`);
}

/** Stands between a build and the server, and counts the bodies that the build fetches. */
async function counting() {
  const bodies = [];
  const server = createServer(async (request, response) => {
    if (request.url.startsWith('/content/')) bodies.push(request.url);
    const headers = request.headers['if-none-match'] ? { 'If-None-Match': request.headers['if-none-match'] } : {};
    const answer = await fetch(MASTHEAD_URL + request.url, { headers });
    const text = await answer.text();
    // The manifest's addresses lead here, too.
    const here = `http://127.0.0.1:${server.address().port}`;
    const body = request.url.startsWith('/api/') ? text.replaceAll(/http:\/\/(127\.0\.0\.1|localhost):\d+(?=\/content\/)/g, here) : text;
    response.writeHead(answer.status, { ETag: answer.headers.get('etag') ?? '' }).end(answer.status === 304 ? undefined : body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { bodies, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function publishAll(client, documents) {
  const counts = { published: 0, refused: 0, draft: 0 };
  const rest = documents.values();
  const worker = async () => {
    for (const { name, bytes, slug } of rest) {
      const report = await publish(client, name, bytes, slug);
      const outcome = report === null || report.state === 'rejected' ? 'refused' : report.state;
      ok(outcome in counts, `${name} has an outcome, but it is ${outcome}`);
      counts[outcome] += 1;
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return `${counts.published} published, ${counts.refused} refused, ${counts.draft} drafts`;
}

const mallory = await member('mallory', '<b>Mallory</b>');
await step('hostile documents', () => publishAll(mallory, hostile()));
if (CORPUS) {
  const client = await member('corpus', 'A Corpus');
  const names = (await readdir(CORPUS)).sort();
  const documents = await Promise.all(names.map(async (name, at) => ({ name, bytes: await readFile(join(CORPUS, name)), slug: `d${at}` })));
  await step('real documents', () => publishAll(client, documents));
}
const ids = await published();

const moved = (await (await fetch(`${MASTHEAD_URL}/api/content`)).json()).moved.map(({ from }) => from);

const counted = await counting();
const environment = { MASTHEAD_URL: counted.url };
for (const [site, own] of [
  ['site', () => false],
  ['blog', () => false],
  // Starlight sets the theme by scripts in its pages.
  ['starlight', (text, { type }) => type === 'module' || /StarlightThemeProvider|sl-|starlight/i.test(text)],
]) {
  counted.bodies.length = 0;
  await step(`${site}: every entry has its page, and nothing runs`, async () => {
    const { output, seconds } = await build(site, environment);
    ok(!output.includes('passed over'), `no entry is passed over: ${output.split('\n').filter((line) => line.includes('passed over')).join('\n')}`);
    equal(new Set(counted.bodies).size, ids.length, 'bodies fetched');
    const { pages, bytes } = await inspect(site, ids, { own, moved });
    return `${ids.length} entries, ${pages} pages, ${(bytes / 1e6).toFixed(1)} MB, built in ${seconds.toFixed(1)} s`;
  });
}

await step('a second build with one change fetches one body', async () => {
  await publish(mallory, 'pictures.md', '# Pictures\n\nNone any more.\n');
  counted.bodies.length = 0;
  const { output, seconds } = await build('site', environment);
  equal(counted.bodies, ['/content/mallory/pictures.md'], 'bodies fetched');
  ok(/ 1 fetched, 0 removed/.test(output), `the loader says so: ${output}`);
  ok((await readFile(join(dist('site'), 'mallory/pictures/index.html'), 'utf8')).includes('None any more.'), 'the page is the new one');
  return `built in ${seconds.toFixed(1)} s`;
});
counted.close();

await step('a build without the server keeps what it has', async () => {
  const { output } = await build('site', { MASTHEAD_URL: counted.url });
  ok(output.includes(`the ${ids.length} entries of the last build stay`), `the loader says that the server is away: ${output}`);
  await inspect('site', ids, { moved });
});

await step('astro dev shows an upload, and its deletion, without a restart', async () => {
  const dev = astro('site', ['dev', '--port', '0', '--host', '127.0.0.1', '--ignore-lock'], { MASTHEAD_URL });
  let output = '';
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (text) => (output += text));
  try {
    const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    // It loads everything anew before it listens.
    await eventually(() => Boolean(address()) || dev.exitCode !== null, 'astro dev starts', 120_000);
    ok(address(), `astro dev starts: ${output}`);
    const get = async (path) => {
      // As somebody looks who reloads. Asked forty times a second, Astro may go on serving what it read in the moment before.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const answer = await fetch(address() + path);
      return { status: answer.status, text: await answer.text() };
    };
    equal((await get('/mallory/fresh/')).status, 404, 'the status before the upload');
    await publish(mallory, 'fresh.md', '# As fresh as can be\n\nText.\n');
    await eventually(async () => (await get('/mallory/fresh/')).text.includes('As fresh as can be'), 'the page appears', 60_000);
    await mallory.deleteReadme('fresh');
    await eventually(async () => (await get('/mallory/fresh/')).status === 404, 'the page goes', 60_000);
  } finally {
    dev.kill();
  }
});
