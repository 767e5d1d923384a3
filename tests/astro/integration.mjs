// `masthead()` in sites that have much of their own: another base and no slashes, an account page, a layout, redirects and a
// policy; a server with its languages in folders; and a Masthead that is away, of another kind, or hostile.
//
// MASTHEAD_URL is a running Masthead, CHROMIUM the browser.

import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { equal, eventually, launch, ok, watched } from '../browser/harness.mjs';
import { credentials, member, publish } from './members.mjs';
import { astro, build, dist, files, folder, ORIGIN } from './site.mjs';

const { MASTHEAD_URL } = process.env;
const COLLECTION = `import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';
export const collections = { members: defineCollection({ loader: mastheadLoader() }) };
`;
const config = (rest) => `import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import masthead from 'masthead-astro';
export default defineConfig({ ${rest} });
`;

/** A site of starters/steps with these files as well. */
async function site(name, own) {
  await cp(join(import.meta.dirname, 'starters/steps'), folder(name), { recursive: true });
  for (const [path, text] of Object.entries({ 'src/content.config.ts': COLLECTION, ...own })) {
    await mkdir(dirname(join(folder(name), path)), { recursive: true });
    await writeFile(join(folder(name), path), text);
  }
}
const read = (name, path) => readFile(join(dist(name), path), 'utf8');

async function step(name, action) {
  const started = performance.now();
  await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

const writer = await member('office', 'Olive Office');
await publish(writer, 'README.md', '# Olive\n\nMy handle is an address of the site. See [my boat](boat.md).\n');
await publish(writer, 'boat.md', '# A boat\n\nWords.\n');
await publish(writer, 'ship.md', '# A ship\n\nWords.\n');
await writer.renameReadme('ship', 'yacht');
await writer.watchReport('yacht');
const listed = async () => (await fetch(`${MASTHEAD_URL}/api/content`)).json();
await eventually(async () => (await listed()).moved.some(({ from }) => from === 'office/ship'), 'the list says where the document is');

await step('a base, no slashes, a layout, an account page, redirects and a policy of the site’s own', async () => {
  await site('integration-own', {
    'src/pages/account/index.astro': '<html lang="en"><head><title>x</title></head><body><h1>Our own account page</h1></body></html>',
    'src/layouts/Ours.astro': `---\nconst { title, frontmatter } = Astro.props;\n---\n<html lang="en"><head><meta charset="utf-8" /><title>{title}</title></head><body data-title={frontmatter.title}><slot /></body></html>\n`,
    'astro.config.mjs': config(`site: '${ORIGIN}', base: '/x', trailingSlash: 'never', redirects: { '/join': '/elsewhere' },
      security: { csp: { directives: ["default-src 'self'", "img-src 'self'", "form-action 'none'"] } },
      integrations: [masthead({ url: '${MASTHEAD_URL}', layout: './src/layouts/Ours.astro', office: true, write: '/desk/write/' }), masthead({ account: '/second/' })],`),
  });
  // Said in the configuration, it comes before the environment, for the components, too.
  const { output } = await build('integration-own', { MASTHEAD_URL: 'http://127.0.0.1:9', PUBLIC_MASTHEAD_URL: 'http://127.0.0.1:9' });
  const lines = output.split('\n').filter((line) => line.includes('[masthead-astro]')).map((line) => line.replace(/^.*\[masthead-astro\] /, ''));
  equal(lines.slice(1), [
    '/account/ is the site’s own (pages/account/index.astro), so the package adds no page there.',
    '/join/ is the site’s own (redirects), so the package adds no page there.',
    'masthead() stands twice in the configuration: the first one counts.',
  ], 'what the site is told');
  const port = new URL(MASTHEAD_URL).port;
  ok(new RegExp(`^(.+, )?Masthead \\d+\\.\\d+\\.\\d+ at http://[^ ]*:${port}, \\d+ documents\\b`).test(lines[0]), `one line tells what was found: ${lines[0]}`);
  ok((await read('integration-own', 'account/index.html')).includes('Our own account page'), 'the account page is the site’s');
  ok(!(await files(dist('integration-own'))).some((name) => name.startsWith('second')), 'the second integration adds nothing');
  ok((await read('integration-own', 'join/index.html')).includes('url=/elsewhere'), 'the redirect is the site’s');
  ok((await read('integration-own', 'members/office/ship/index.html')).includes('url=/x/members/office/yacht"'), 'a former address leads on');
  const own = await read('integration-own', 'members/office/index.html');
  ok(own.includes('<a href="/x/members/office/boat">') && own.includes('data-title="Olive"'), 'links have the base and no slash, and the layout is the site’s');
  const office = await read('integration-own', 'office/index.html');
  ok(office.includes(`data-url="${MASTHEAD_URL}"`), 'components call the server that the configuration names');
  const [, policy] = /http-equiv="content-security-policy" content="([^"]*)"/i.exec(office) ?? [];
  ok(policy?.includes(`connect-src 'self' ${MASTHEAD_URL}`) && policy.includes("form-action 'self'") && /img-src 'self' blob: data: http/.test(policy), `the policy lets components work: ${policy}`);

  // In a browser: signing in and a preview, with no word of the policy.
  const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
  const page = await watched(browser);
  await page.context().route(`${ORIGIN}/**`, async (route) => {
    const path = new URL(route.request().url()).pathname.replace(/^\/x\/?/, '');
    const isFile = /\.[a-z]+$/.test(path);
    const type = { js: 'text/javascript', css: 'text/css' }[path.split('.').at(-1)] ?? 'text/html; charset=utf-8';
    await route.fulfill({ status: 200, contentType: type, body: await readFile(join(dist('integration-own'), isFile ? path : join(path, 'index.html'))) });
  });
  await page.goto(`${ORIGIN}/x/desk/write`);
  const { email, password } = credentials('office');
  await page.locator('masthead-login input[name=email]').fill(email);
  await page.locator('masthead-login input[name=password]').fill(password);
  await page.locator('masthead-login button[type=submit]').first().click();
  await page.locator('masthead-login [data-sign-out]').waitFor();
  await page.locator('a[href="#/write"]').first().click();
  await page.locator('masthead-readme-editor textarea, masthead-readme-editor .cm-content').first().waitFor();
  equal(page.complaints.filter((complaint) => !complaint.includes('favicon') && !/status of 404/.test(complaint)), [], 'the console');
  await browser.close();
});

await step('a server with its languages in folders, and documents at its root', async () => {
  await site('integration-server', {
    'astro.config.mjs': config(`output: 'server', adapter: node({ mode: 'standalone' }),
      i18n: { defaultLocale: 'de', locales: ['de', 'en'], routing: { prefixDefaultLocale: true } },
      integrations: [masthead({ members: '/', office: true })],`),
  });
  await build('integration-server');
  const port = await freePort();
  const server = spawn(process.execPath, [join(dist('integration-server'), 'server/entry.mjs')], { cwd: folder('integration-server'), env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) }, stdio: 'ignore' });
  try {
    const ask = (path) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    await eventually(() => ask('/').then(() => true, () => false), 'the server starts');
    for (const [path, status, wanted] of [['/de/account/', 200, 'masthead-login'], ['/de/office/', 200, 'masthead-review'], ['/de/office/boat/', 200, 'A boat'], ['/de/office/ship/', 301, ''], ['/de/nobody/', 404, '']]) {
      const answer = await ask(path);
      equal(answer.status, status, `the status of ${path}`);
      ok((await answer.text()).includes(wanted), `${path} has ${wanted}`);
    }
    equal((await ask('/de/office/ship/')).headers.get('location'), '/de/office/yacht/', 'where a former address leads');
    ok((await (await ask('/de/account/')).text()).includes('<html lang="de"'), 'the words are German');
  } finally {
    server.kill();
  }
});

/** A port that nobody listens at. */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Masthead at another address, which can be taken away. */
async function elsewhere() {
  const own = new URL(MASTHEAD_URL);
  const server = createServer(async (request, response) => {
    const headers = request.headers.origin ? { origin: request.headers.origin } : {};
    const answer = await fetch(MASTHEAD_URL + request.url, { headers });
    const text = (await answer.text()).replace(new RegExp(`http://(localhost|127\\.0\\.0\\.1):${own.port}`, 'g'), `http://${request.headers.host}`);
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'text/plain' }).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())) };
}

await step('a Masthead that went away leaves the site as the last build had it', async () => {
  await site('integration-away', { 'astro.config.mjs': config('integrations: [masthead()],') });
  const there = await elsewhere();
  const first = await build('integration-away', { MASTHEAD_URL: there.url });
  ok(!first.output.includes('passed over'), `everything is read: ${first.output}`);
  const before = await files(dist('integration-away'));
  await there.close();
  const { output } = await build('integration-away', { MASTHEAD_URL: there.url });
  ok(/\[masthead-astro\] Masthead is away: .*Start it, or set MASTHEAD_URL\./.test(output), `one line says it: ${output}`);
  ok(!output.includes('Clearing content store'), 'the entries of the last build stay');
  equal((await files(dist('integration-away'))).sort(), before.sort(), 'what is built');
});

await step('Astro’s toolbar tells who is signed in, and what the loader read and passed over', async () => {
  const refusing = `const schema = mastheadSchema.refine(({ title }) => title !== 'A boat', { message: '<img src=x onerror=alert(1)>' });\n`;
  await site('integration-dev', {
    'astro.config.mjs': config('integrations: [masthead()],'),
    'src/content.config.ts': COLLECTION.replace('{ mastheadLoader }', '{ mastheadLoader, mastheadSchema }').replace('export', `${refusing}export`).replace('mastheadLoader() }', 'mastheadLoader(), schema }'),
    'public/favicon.ico': '',
  });
  const port = await freePort();
  const server = astro('integration-dev', ['dev', '--port', String(port)]);
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (output += text));
  const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
  try {
    const address = `http://localhost:${port}`;
    await eventually(() => fetch(address).then(({ ok }) => ok, () => false), `astro dev starts: ${output}`);
    const page = await watched(browser, { viewport: { width: 1280, height: 900 } });
    await page.goto(`${address}/account/`);
    const { email, password } = credentials('office');
    await page.locator('masthead-login input[name=email]').fill(email);
    await page.locator('masthead-login input[name=password]').fill(password);
    await page.locator('masthead-login button[type=submit]').first().click();
    await page.locator('masthead-login [data-sign-out]').waitFor();
    await page.locator('astro-dev-toolbar button[data-app-id="masthead-astro"]').click({ force: true });
    const panel = page.locator('astro-dev-toolbar-app-canvas[data-app-id="masthead-astro"] astro-dev-toolbar-window');
    await panel.getByText('Olive Office (office) is signed in').waitFor();
    await panel.getByText(/^office\/boat: .*<img src=x onerror=alert\(1\)>/).waitFor();
    await panel.getByText(/\d+ entries, \d+ fetched, 0 removed, 1 passed over/).waitFor();
    equal([await panel.locator('img').count(), await panel.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))], [0, ['/account/', MASTHEAD_URL]], 'what the panel holds beside texts');
  } finally {
    await browser.close();
    server.kill();
  }
});

await step('a hostile Masthead writes no control character on the terminal', async () => {
  await site('integration-hostile', { 'astro.config.mjs': config('integrations: [masthead()],'), 'src/content.config.ts': COLLECTION.replace('mastheadLoader()', 'mastheadLoader({ failWhenEmpty: false, attempts: 1 })') });
  const name = '\u001b]0;owned\u0007\u001b[2J\u202eclub\r\n[ERROR] fake';
  const answer = { status: 'success', site: { name: name.repeat(20), version: '9.9\u001b[31m', review: name, link_base: `/${name}` }, entries: [], moved: [{ from: '//evil.example', to: 'jo' }], cursor: null };
  const server = createServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { output } = await build('integration-hostile', { MASTHEAD_URL: `http://127.0.0.1:${server.address().port}` });
  server.close();
  ok(output.includes('it is too new'), `the version is told: ${output}`);
  // eslint-disable-next-line no-control-regex -- these are what a terminal obeys
  ok(!/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u202e]|\u001b(?!\[\d*m)|^\[ERROR\]/m.test(output), `nothing of it is obeyed: ${JSON.stringify(output)}`);
  const list = await read('integration-hostile', 'members/index.html');
  ok(list.includes('Nothing is published yet.'), 'a site without documents says so');
});
