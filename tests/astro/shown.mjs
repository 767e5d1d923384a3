// What `masthead()` adds to a site and what it leaves alone: the store and every page when documents are renamed, pages without a member's
// document when there is a style for these, and members who don't want to be listed; and where large files are put, in the site's policy.
//
// The server is this script's own. CHROMIUM names the browser.

import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { file, json, listing, publishing, serve } from '../../astro/test/support/server.ts';
import { equal, eventually, launch, ok } from '../browser/harness.mjs';
import { astro, build, dist, files, folder, ORIGIN, show } from './site.mjs';

const UPLOADS = 'https://uploads.s3.eu-central-1.amazonaws.com';
const about = { name: 'The club', version: '0.1.0', url: ORIGIN, uploads_url: UPLOADS, public_members: false };
/** Documents with something that only the style of the package speaks of. */
const document = (id, more = {}) => file(id, { body: `> [!tip] A callout\n> of ${id}\n\nA [link](https://club.example/).`, ...more });

let published = new Map();
const moved = [];
const directory = { members: null };
const server = await serve((request, response, base) => {
  if (request.url === '/api/site') return json(response, 200, { status: 'success', site: about });
  return listing(directory, publishing(published, 100, { moved }))(request, response, base);
});
const environment = { MASTHEAD_URL: server.url };

/** A site of these files. */
async function site(name, own) {
  await rm(folder(name), { recursive: true, force: true });
  await cp(join(import.meta.dirname, 'starters/steps'), folder(name), { recursive: true });
  // Vite looks there for what it has to build with the site.
  await cp(join(import.meta.dirname, 'starters/starlight/package.json'), join(folder(name), 'package.json'));
  for (const [path, text] of Object.entries(own)) {
    await mkdir(dirname(join(folder(name), path)), { recursive: true });
    await writeFile(join(folder(name), path), text);
  }
}
const read = (name, path) => readFile(join(dist(name), path), 'utf8');
const config = (rest, more = '') => `import node from '@astrojs/node';
import sitemap from '@astrojs/sitemap';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import masthead from 'masthead-astro';
${more}export default defineConfig({ site: '${ORIGIN}', ${rest} });
`;
const collections = (...all) => `import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { mastheadLiveLoader, mastheadLoader, mastheadMembers } from 'masthead-astro';
export const collections = { ${all.join(', ')} };
`;
const page = (title, body) => `<html lang="en"><head><meta charset="utf-8" /><title>${title}</title></head><body>${body}</body></html>`;
const NOTES = `---
import { getCollection, render } from 'astro:content';
export async function getStaticPaths() {
  return (await getCollection('members')).map((entry) => ({ params: { id: entry.id }, props: { entry } }));
}
const { Content } = await render(Astro.props.entry);
---
${page('A note', '<article><Content /></article>')}`;

async function step(name, action) {
  const started = performance.now();
  await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Gives the document `from` the address `to`. */
function rename(from, to) {
  published.set(to, published.get(from));
  published.delete(from);
  moved.push({ from, to });
}

/** The style sheets that a page of a build loads or holds, as one text. */
async function stylesOf(name, path) {
  const html = await read(name, path);
  const sheets = [...html.matchAll(/<link[^>]+rel="stylesheet"[^>]*>/g)].map(([link]) => /href="([^"]+)"/.exec(link)[1]);
  const texts = await Promise.all(sheets.map((href) => read(name, href.replace(/^\//, ''))));
  return [...texts, ...[...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, text]) => text)].join('\n');
}
const OURS = /\.callout|masthead-formula/;

await step('a rename leaves the store: one file is fetched, the former address leads on, and no page of the site gives way', async () => {
  published = new Map(['jo', 'jo/trip', 'jo/boat', 'blog', 'blog/hello'].map((id) => [id, document(id)]));
  await site('shown-renames', {
    'astro.config.mjs': config(`trailingSlash: 'always', base: '/x', integrations: [masthead(), sitemap()],`),
    'src/content.config.ts': collections('members: defineCollection({ loader: mastheadLoader() })'),
    'src/pages/[...id].astro': NOTES,
    'src/pages/index.astro': page('Home', '<h1>Home</h1>'),
    // What the site has at an address is known to nobody before its pages are made.
    'src/pages/blog/[slug].astro': `---\nexport const getStaticPaths = () => ['hello', 'world'].map((slug) => ({ params: { slug } }));\n---\n${page('Of the site', '<h1>The site’s own post</h1>')}`,
    'public/jo/boat/index.html': page('Of the site', '<h1>The site’s own file</h1>'),
  });
  published.delete('blog/hello');
  const first = await build('shown-renames', environment);
  ok(/ 4 entries, 4 fetched, 0 removed/.test(first.output), `the first build fetches all: ${first.output}`);
  published.set('blog/hello', document('blog/hello'));
  for (const [from, to] of [['jo/trip', 'jo/journey'], ['jo/boat', 'jo/ship'], ['blog/hello', 'blog/moved']]) rename(from, to);
  server.requests.length = 0;
  const second = await build('shown-renames', environment);
  ok(!/Clearing content store|Astro config changed/.test(second.output), `the store stays: ${second.output}`);
  equal(server.requests.filter((request) => request.includes('/content/')).sort(), ['GET /content/blog/moved.md', 'GET /content/jo/journey.md', 'GET /content/jo/ship.md'], 'the files that the build after three renames fetches');
  rename('jo/ship', 'jo/yacht');
  moved[1].to = 'jo/yacht';
  server.requests.length = 0;
  const third = await build('shown-renames', environment);
  ok(/ 5 entries, 1 fetched, 1 removed/.test(third.output), `one rename has one file fetched: ${third.output}`);
  equal(server.requests.filter((request) => request.includes('/content/')), ['GET /content/jo/yacht.md'], 'the file that is fetched');

  const former = await read('shown-renames', 'jo/trip/index.html');
  ok(former.includes('<meta http-equiv="refresh" content="0;url=/x/jo/journey/">') && former.includes(`<link rel="canonical" href="${ORIGIN}/x/jo/journey/">`) && former.includes('<meta name="robots" content="noindex">'), `a former address leads on: ${former}`);
  ok((await read('shown-renames', 'jo/ship/index.html')).includes('url=/x/jo/yacht/'), 'and so does the one between');
  ok((await read('shown-renames', 'jo/boat/index.html')).includes('The site’s own file'), 'a file of the site stays');
  ok((await read('shown-renames', 'blog/hello/index.html')).includes('The site’s own post'), 'a page of the site stays');
  const listed = await read('shown-renames', 'sitemap-0.xml');
  ok(listed.includes('/x/jo/journey/') && !listed.includes('/x/jo/trip/') && !listed.includes('/x/jo/ship/'), 'the sitemap has documents where they are');

  await site('shown-renames-off', {
    'astro.config.mjs': config('integrations: [masthead({ redirects: false })],'),
    'src/content.config.ts': collections('members: defineCollection({ loader: mastheadLoader() })'),
  });
  await build('shown-renames-off', environment);
  equal((await files(dist('shown-renames-off'))).filter((name) => /trip/.test(name)), [], 'pages for former addresses where the site wants none');
});

await step('in astro dev a former address leads on as well', async () => {
  const port = await freePort();
  const dev = astro('shown-renames', ['dev', '--port', String(port)], environment);
  let output = '';
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (text) => (output += text));
  try {
    const ask = (path) => fetch(`http://localhost:${port}/x${path}`, { redirect: 'manual' });
    await eventually(() => ask('/').then(({ ok }) => ok, () => false), `astro dev starts: ${output}`);
    const former = await ask('/jo/trip/');
    equal([former.status, former.headers.get('location')], [302, '/x/jo/journey/'], 'where a former address leads');
    equal([(await ask('/jo/journey/')).status, (await ask('/jo/nothing/')).status], [200, 404], 'the document, and what there never was');
    ok((await (await ask('/blog/hello/')).text()).includes('The site’s own post'), 'a page of the site stays');
  } finally {
    dev.kill();
  }
});

await step('a server answers former addresses by 301, and leaves what pages of the site may answer', async () => {
  await site('shown-server', {
    'astro.config.mjs': config(`base: '/x', trailingSlash: 'never', adapter: node({ mode: 'standalone' }), integrations: [masthead(), sitemap()],`),
    'src/content.config.ts': collections('members: defineCollection({ loader: mastheadLoader() })'),
    // One page that is made for each visitor, in a site that is static otherwise.
    'src/pages/notes/[...id].astro': `---\nimport { getEntry, render } from 'astro:content';\nexport const prerender = false;\nconst entry = await getEntry('members', Astro.params.id ?? '');\nif (!entry) return new Response('Not here.', { status: 404 });\nconst { Content } = await render(entry);\n---\n${page('A note', '<Content />')}`,
    'src/pages/notes/blog/[slug].astro': `---\nexport const prerender = false;\n---\n${page('Of the site', '<h1>The site’s own post</h1>')}`,
  });
  await build('shown-server', environment);
  const port = await freePort();
  const own = spawn(process.execPath, [join(dist('shown-server'), 'server/entry.mjs')], { cwd: folder('shown-server'), env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) }, stdio: 'ignore' });
  try {
    const ask = async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
      return [answer.status, answer.headers.get('location'), await answer.text()];
    };
    await eventually(() => ask('/').then(() => true, () => false), 'the server starts');
    equal((await ask('/x/notes/jo/trip')).slice(0, 2), [301, '/x/notes/jo/journey'], 'a former address');
    const [status, , text] = await ask('/x/notes/blog/hello');
    ok(status === 200 && text.includes('The site’s own post'), 'a page of the site stays');
    equal([(await ask('/x/notes/jo/journey'))[0], (await ask('/x/notes/jo/nothing'))[0]], [200, 404], 'the document, and what there never was');
    ok(!(await read('shown-server', 'client/sitemap-0.xml').catch(() => '')).includes('/jo/trip'), 'the sitemap has no former address');
  } finally {
    own.kill();
  }
});

await step('Starlight: former addresses lead on in every language, and the style is on pages of members’ documents alone', async () => {
  await site('shown-starlight', {
    'astro.config.mjs': config(`integrations: [starlight({ title: 'Docs', pagefind: false, defaultLocale: 'root', locales: { root: { label: 'English', lang: 'en' }, de: { label: 'Deutsch', lang: 'de' } } }), masthead()],`),
    'src/content.config.ts': collections(`docs: defineCollection({ loader: mastheadLoader({ beside: docsLoader(), prefix: 'members' }), schema: docsSchema() })`),
    'src/content/docs/guide.md': '---\ntitle: A guide\n---\n\n- a\n  - b\n    - c\n      - d\n        - e\n\nWords.\n',
    'src/content/docs/members/jo/trip.md': '---\ntitle: Of the site\n---\n\nWords.\n',
  });
  await rm(join(folder('shown-starlight'), 'src/pages'), { recursive: true });
  await build('shown-starlight', environment);
  for (const locale of ['', 'de/']) {
    ok((await read('shown-starlight', `${locale}members/jo/ship/index.html`)).includes(`url=/${locale}members/jo/yacht/"`), `a former address leads on below /${locale}`);
    ok((await read('shown-starlight', `${locale}members/jo/trip/index.html`)).includes('Of the site'), `a document of the site stays below /${locale}`);
  }
  ok(OURS.test(await stylesOf('shown-starlight', 'members/jo/journey/index.html')), 'a member’s document has the style');
  for (const path of ['guide/index.html', 'members/jo/trip/index.html', 'account/index.html']) ok(!OURS.test(await stylesOf('shown-starlight', path)), `${path} has no style for members’ documents`);

  // What is drawn, too: the document's first line is where it would be without a style sheet before it.
  const browser = await launch();
  const shown = await browser.newPage();
  await show(shown.context(), 'shown-starlight');
  await shown.goto(`${ORIGIN}/members/jo/journey/`);
  const drawn = await shown.evaluate(() => {
    const content = globalThis.document.querySelector('.sl-markdown-content');
    const byline = content.querySelector('.byline');
    return [[...globalThis.document.styleSheets].some(({ href }) => href?.includes('masthead.content')), byline.getBoundingClientRect().top - content.getBoundingClientRect().top];
  });
  await browser.close();
  equal(drawn, [true, 0], 'whether the style counts, and how far down the text begins');
});

await step('the style is on the site’s pages with a member’s document, and on no other', async () => {
  await site('shown-style', {
    'astro.config.mjs': config('integrations: [masthead()],'),
    'src/content.config.ts': collections('members: defineCollection({ loader: mastheadLoader() })', `posts: defineCollection({ loader: glob({ base: './posts', pattern: '*.md' }) })`),
    'posts/own.md': '---\ntitle: Own\n---\n\n> [!tip] Words.\n',
    'src/pages/notes/[...id].astro': NOTES,
    'src/components/Newest.astro': `---\nimport { getEntry, render } from 'astro:content';\nconst { Content } = await render(await getEntry('members', 'jo'));\n---\n<Content />`,
    'src/pages/newest.astro': `---\nimport Newest from '../components/Newest.astro';\n---\n${page('Newest', '<Newest />')}`,
    'src/pages/list.astro': `---\nimport { getCollection } from 'astro:content';\nconst all = await getCollection('members');\n---\n${page('List', '<ul>{all.map(({ id }) => <li>{id}</li>)}</ul>')}`,
    'src/pages/posts/[id].astro': NOTES.replaceAll("'members'", "'posts'"),
    'src/pages/index.astro': page('Home', '<h1>Home</h1>'),
  });
  await build('shown-style', environment);
  const has = async (path) => OURS.test(await stylesOf('shown-style', path));
  const pages = ['notes/jo/index.html', 'newest/index.html', 'list/index.html', 'posts/own/index.html', 'index.html'];
  equal(await Promise.all(pages.map(has)), [true, true, false, false, false], `which of ${pages.join(', ')} have the style`);
});

await step('members are those of the site’s collection of them, with and without documents', async () => {
  const own = {
    'astro.config.mjs': config(`security: { csp: { directives: ["connect-src 'self'"] } }, integrations: [masthead()],`),
    'src/content.config.ts': collections('members: defineCollection({ loader: mastheadLoader() })'),
  };
  directory.members = [{ handle: 'jo', name: 'Jo of the directory' }, { handle: 'zoe', name: 'Zoë' }];
  about.public_members = true;
  await site('shown-members', own);
  const without = await build('shown-members', environment);
  ok(without.output.includes('Masthead has a list of all members, and /members/ has those who have published something; for all of them'), `the site is told: ${without.output}`);
  ok(!(await read('shown-members', 'members/index.html')).includes('Zoë'), 'without the collection, authors are the members');

  await writeFile(join(folder('shown-members'), 'src/content.config.ts'), collections('members: defineCollection({ loader: mastheadLoader() })', 'people: defineCollection({ loader: mastheadMembers() })'));
  const { output } = await build('shown-members', environment);
  ok(!output.includes('has a list of all members'), 'it isn’t told again');
  const list = await read('shown-members', 'members/index.html');
  ok(list.includes('Jo of the directory') && list.includes('<a href="/members/zoe/"'), 'the list has everybody who is in it');
  ok(!/<strong>(blog|Jo)<\/strong>/.test(list), 'and nobody who stays out of it, or another name');
  ok((await read('shown-members', 'members/zoe/index.html')).includes('Nothing is published yet.'), 'a member without documents has a page that says so');
  const journey = await read('shown-members', 'members/jo/journey/index.html');
  ok(journey.includes('href="/members/jo/"'), 'a document leads to its author');
  const unlisted = await read('shown-members', 'members/blog/moved/index.html');
  ok(unlisted.includes('A callout') && !unlisted.includes('href="/members/blog/"'), 'the document of who isn’t listed is there, and leads to no page of theirs');

  const policy = /http-equiv="content-security-policy" content="([^"]*)"/i.exec(await read('shown-members', 'account/index.html'))?.[1];
  ok(policy?.includes(`connect-src 'self' ${server.url} ${UPLOADS};`), `the policy lets browsers put large files: ${policy}`);

  // While the server is away the configuration is that of the last build, or the store would be cleared.
  await server[Symbol.asyncDispose]();
  const away = await build('shown-members', environment);
  ok(/Masthead is away/.test(away.output) && !away.output.includes('Clearing content store'), `the store stays: ${away.output}`);
  ok((await read('shown-members', 'members/index.html')).includes('Zoë'), 'the members of the last build stay');
});

/** A port that nobody listens at. */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
