// docs/astro.md, walked: each fenced block of it is put where it says into a site that somebody may have,
// Astro builds that site, and its pages are looked at.
//
// A block's first line names the site and the file, as in "```ts blog:src/content.config.ts". The sites
// lie in starters/: any site, one in the shape of Astro's blog template, Starlight's starter, that with a
// theme of the community, one with files of its own, one with a server. MASTHEAD_URL is a running Masthead.

import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { parse } from 'parse5';
import { portrait } from '../browser/files.mjs';
import { equal, eventually, ok } from '../browser/harness.mjs';
import { member, publish, published } from './members.mjs';
import { build, dist, folder } from './site.mjs';

const { MASTHEAD_URL } = process.env;
/** Where Masthead is in the document. */
const EXAMPLE = 'https://members.club.example';

const document = await readFile(join(import.meta.dirname, '../../docs/astro.md'), 'utf8');
const blocks = [...document.matchAll(/^```(\S*)[ \t]*(\S*)\n([\s\S]*?)^```$/gm)].map(([, language, name, text]) => ({ language, name, text, used: false }));
ok(blocks.length > 10, `docs/astro.md has blocks, but it has ${blocks.length}`);

/** A site of starters/ under a name of its own, with the document's blocks for `sites` in it. */
async function site(name, starter, sites, change = (text) => text) {
  await cp(join(import.meta.dirname, 'starters', starter), folder(name), { recursive: true });
  for (const block of blocks) {
    const [of, path] = block.name.split(':');
    if (!sites.includes(of)) continue;
    block.used = true;
    await put(name, path, change(block.text.replaceAll(EXAMPLE, MASTHEAD_URL), path));
  }
  return name;
}

async function put(name, path, content) {
  const to = join(folder(name), path);
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, content);
}

/** Without MASTHEAD_URL in the environment: where the document says `.env`, that is where it comes from. */
const made = (name, environment = {}) => build(name, { MASTHEAD_URL: undefined, ...environment });
const read = (name, path) => readFile(join(dist(name), path), 'utf8');

/** The elements of a page, each with its attributes and its text. */
function elements(html, tag) {
  const found = [];
  const text = (node) => node.value ?? (node.childNodes ?? []).map(text).join('');
  const walk = (node) => {
    if (node.tagName === tag) found.push({ ...Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])), text: text(node).trim() });
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(html));
  return found;
}
const title = (html) => elements(html, 'h1')[0]?.text;
const links = (html) => elements(html, 'a').map(({ href }) => href);

async function step(name, action) {
  const started = performance.now();
  await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Every published document, with its title. */
const documents = await Promise.all(
  (await published()).map(async (id) => {
    const text = await (await fetch(`${MASTHEAD_URL}/content/${id}.md`)).text();
    return { id, title: JSON.parse(/^title: (".*")$/m.exec(text)?.[1] ?? 'null') };
  }),
);
ok(documents.length >= 3 && documents.every((one) => one.title), `there are published documents, but there are ${JSON.stringify(documents)}`);

/** Whether each document has its page below `path`, with its title. */
async function eachHasItsPage(name, path = '') {
  for (const { id, title: wanted } of documents) equal(title(await read(name, `${path}${id}/index.html`)), wanted, `the heading of ${path}${id} in ${name}`);
}

await step('two steps, in any site', async () => {
  const name = await site('walk-two', 'steps', ['two']);
  await made(name);
  await eachHasItsPage(name, 'members/');
  equal(title(await read(name, 'index.html')), 'Our harbour', 'the site’s own page');
  const list = links(await read(name, 'members/index.html'));
  for (const handle of new Set(documents.map(({ id }) => id.split('/')[0]))) ok(list.includes(`/members/${handle}/`), `the list has ${handle}`);
  const account = await read(name, 'account/index.html');
  for (const tag of ['masthead-login', 'masthead-readme-upload', 'masthead-publish-report']) equal(elements(account, tag).map((element) => element['data-url']), [MASTHEAD_URL], `the server of <${tag}>`);
  equal(elements(account, 'masthead-publish-report')[0]?.['data-pages'], '/members/', 'where reports lead');
  equal(elements(await read(name, 'join/index.html'), 'masthead-join').length, 1, 'components at /join/');
  equal(elements(await read(name, 'members/index.html'), 'script'), [], 'scripts of the list');
});

await step('the integration’s options', async () => {
  const name = await site('walk-options', 'steps', ['two', 'options']);
  await made(name);
  await eachHasItsPage(name, 'people/');
  equal(elements(await read(name, 'desk/index.html'), 'masthead-readme-editor').length, 1, 'the editor at /desk/');
  const office = await read(name, 'office/index.html');
  equal([title(office), elements(office, 'masthead-members').length], ['Members and documents', 1], 'the office, in the site’s layout');
  ok(!office.includes('mp-plain'), 'the package’s own layout isn’t used');
});

await step('five steps, in any site', async () => {
  const name = await site('walk-steps', 'steps', ['steps']);
  await made(name);
  await eachHasItsPage(name);
  equal(title(await read(name, 'index.html')), 'Our harbour', 'the site’s own page');
  equal(elements(await read(name, 'mira/gripper-arm/index.html'), 'img').map(({ width, height, loading }) => [width, height, loading]), [['300', '225', 'eager'], ['240', '180', 'lazy']], 'pictures of a document');
  const account = await read(name, 'account/index.html');
  for (const tag of ['masthead-login', 'masthead-readme-upload', 'masthead-publish-report', 'masthead-profile-picture', 'masthead-account']) equal(elements(account, tag).map((element) => element['data-url']), [MASTHEAD_URL], `the server of <${tag}>`);
  ok(links(account).includes('/join/'), 'the sign-in leads to /join/');
  equal(elements(await read(name, 'join/index.html'), 'masthead-join').length, 1, 'components at /join/');
  const office = await read(name, 'office/index.html');
  for (const tag of ['masthead-review', 'masthead-members']) equal(elements(office, tag).length, 1, `<${tag}> at /office/`);
});

await step('what the site’s own plugins make is allowed', async () => {
  const name = await site('walk-allowed', 'steps', ['steps', 'allowed']);
  // A plugin as a site may have one, whose element the document's block allows; another one it doesn't.
  await put(name, 'astro.config.mjs', `import { unified } from '@astrojs/markdown-remark';
const element = (tagName, properties, children = []) => ({ type: 'element', tagName, properties, children });
const map = () => (tree) => void tree.children.push(
  element('club-map', { dataPlace: 'harbour', dataOther: 'x', className: ['wide', 'fixed'], style: 'height: 3em; position: fixed' }),
  element('club-other', {}),
  element('math', {}, [element('mi', {}, [{ type: 'text', value: 'x' }])]),
);
export default { markdown: { processor: unified({ rehypePlugins: [map] }) } };
`);
  await made(name);
  const html = await read(name, `${documents[0].id}/index.html`);
  equal(elements(html, 'club-map'), [{ 'data-place': 'harbour', class: 'wide', style: 'height: 3em', text: '' }], 'the map');
  equal([elements(html, 'club-other').length, elements(html, 'math').length, elements(html, 'mi').length], [0, 1, 1], 'other elements, and formulas');
});

await step('the blog template, with posts of its own', async () => {
  const name = await site('walk-blog', 'blog', ['blog']);
  await put(name, 'src/assets/hero.png', portrait().buffer);
  await put(name, '.env', `MASTHEAD_URL=${MASTHEAD_URL}\n`);
  await made(name);
  await eachHasItsPage(name, 'blog/members/');
  for (const [path, wanted] of [['blog/first-post', 'Our first post'], ['blog/second-post', 'Our second post'], ['about', 'About us']]) equal(title(await read(name, `${path}/index.html`)), wanted, `the heading of ${path}`);
  equal(elements(await read(name, 'blog/first-post/index.html'), 'img').map(({ src }) => /^\/_astro\/hero\..*\.webp$/.test(src)), [true], 'whether the post’s picture is shown');
  const list = links(await read(name, 'blog/index.html'));
  const feed = await read(name, 'rss.xml');
  for (const path of ['first-post', 'second-post', ...documents.map(({ id }) => `members/${id}`)]) {
    ok(list.includes(`/blog/${path}/`), `the list has ${path}`);
    ok(feed.includes(`<link>https://blog.example/blog/${path}/</link>`), `the feed has ${path}`);
  }
  // The second build has everything, and fetches nothing.
  const { output } = await made(name);
  ok(/ 0 fetched, 0 removed/.test(output), `nothing is fetched again: ${output}`);
  await eachHasItsPage(name, 'blog/members/');
});

/** Starlight's starter, walked: as it is, or with a theme. */
async function starlight(name, change, more = []) {
  await site(name, 'starlight', ['starlight', ...more], change);
  await put(name, '.env.production', `MASTHEAD_URL=${MASTHEAD_URL}\n`);
  await made(name);
  await eachHasItsPage(name, 'members/');
  for (const [path, wanted] of [['', 'Welcome to our docs'], ['guides/example/', 'An example guide'], ['reference/example/', 'An example reference']]) equal(title(await read(name, `${path}index.html`)), wanted, `the heading of /${path}`);
  equal(elements(await read(name, 'index.html'), 'em').map(({ text }) => text), ['Hoist'], 'HTML in the site’s own frontmatter');
  const page = await read(name, 'guides/example/index.html');
  const sidebar = links(page);
  for (const path of ['guides/example', 'reference/example']) ok(sidebar.includes(`/${path}/`), `the sidebar has ${path}, it has ${sidebar}`);
  for (const { id } of documents) equal(sidebar.filter((href) => href === `/members/${id}/`).length, 1, `links of the sidebar to ${id}`);
  const [first] = documents;
  ok((await read(name, `members/${first.id}/index.html`)).includes('class="byline'), `${first.id} has its author`);
  return elements(page, 'summary').map(({ text }) => text);
}

await step('Starlight’s starter, with docs of its own', async () => {
  ok((await starlight('walk-starlight')).includes('Members'), 'the sidebar has a group “Members”');
});

await step('Starlight’s starter, with its plugin and no sidebar of its own', async () => {
  const name = 'walk-plugin';
  equal((await starlight(name, undefined, ['plugin'])).filter((label) => !/reference|On this page/i.test(label)), ['guides', 'Our people'], 'groups of the sidebar');
  const own = documents.find(({ id }) => !id.includes('/'));
  equal(links(await read(name, `members/${own.id}/index.html`)).filter((href) => href.startsWith('/write/')), ['/write/#/edit/readme'], 'where “Edit page” leads');
});

await step('a theme of the community, on Starlight', async () => {
  const themed = (text, path) =>
    path === 'astro.config.mjs' ? `import theme from 'starlight-theme-rapide';\n${text.replace('starlight({', 'starlight({ plugins: [theme()],')}` : text;
  await starlight('walk-theme', themed);
  const styles = elements(await read('walk-theme', 'guides/example/index.html'), 'link').filter(({ rel }) => rel === 'stylesheet');
  const css = await Promise.all(styles.map(({ href }) => read('walk-theme', href)));
  ok(css.some((text) => text.includes('vitesse') || text.includes('--sl-rapide')), 'the theme’s styles are there');
});

await step('members as a collection', async () => {
  const name = await site('walk-people', 'steps', ['people']);
  await put(name, '.env', `MASTHEAD_URL=${MASTHEAD_URL}\n`);
  await put(name, 'src/pages/people.astro', `---
import { getCollection } from 'astro:content';
const people = await getCollection('people');
---
<ul>{people.map(({ id, data }) => <li data-handle={id} data-documents={data.documents.join(' ')}>{data.name}</li>)}</ul>
`);
  await made(name);
  const people = elements(await read(name, 'people/index.html'), 'li');
  equal(people.flatMap((one) => one['data-documents'].split(' ')).sort(), documents.map(({ id }) => id).sort(), 'what members have published');
  ok(people.every(({ text }) => text !== ''), `each has a name: ${JSON.stringify(people)}`);
});

await step('files of one’s own, behind the wall', async () => {
  const name = await site('walk-own', 'own', ['own']);
  await made(name);
  const html = await read(name, 'hostile/index.html');
  for (const tag of ['script', 'iframe']) equal(elements(html, tag), [], `<${tag}> of the note`);
  ok(!/onclick|javascript:/.test(html), `nothing in it acts: ${html}`);
  equal(elements(html, 'div').filter((element) => element['data-callout'] === 'tip').length, 1, 'callouts');
  equal(elements(html, 'input').map((element) => element['aria-label']), ['done'], 'names of boxes');
  equal(elements(html, 'img').map(({ width, height, srcset, decoding }) => [width, height, srcset?.split(', ').length, decoding]), [['1600', '900', 3, 'async']], 'pictures');
});

/** A port that nobody listens at. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

await step('no rebuild at all, with a server', async () => {
  const name = await site('walk-live', 'live', ['live']);
  await put(name, '.env', `MASTHEAD_URL=${MASTHEAD_URL}\n`);
  await made(name);
  const port = await freePort();
  const environment = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
  delete environment.MASTHEAD_URL;
  const server = spawn(process.execPath, [join(dist(name), 'server/entry.mjs')], { cwd: folder(name), env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (output += text));
  try {
    const address = `http://127.0.0.1:${port}`;
    await eventually(() => fetch(address).then(() => true, () => false), `the server starts: ${output}`);
    for (const { id, title: wanted } of documents) equal(title(await (await fetch(`${address}/${id}/`)).text()), wanted, `the heading of ${id}: ${output}`);
    equal((await fetch(`${address}/nobody/nothing/`)).status, 404, 'the status of what is not there');
  } finally {
    server.kill();
  }
});

await step('a first build without the server fails with a sentence, and one that is told to goes on', async () => {
  const away = 'http://127.0.0.1:9';
  const name = await site('walk-away', 'steps', ['steps'], (text) => text.replaceAll(MASTHEAD_URL, away));
  const failed = await build(name, { MASTHEAD_URL: undefined }, 1);
  ok(failed.output.includes(`Masthead is away: ${away}/api/content can't be read`) && failed.output.includes('no site is built without its members'), `the sentence is there: ${failed.output}`);
  await put(name, 'src/content.config.ts', (await readFile(join(folder(name), 'src/content.config.ts'), 'utf8')).replace('mastheadLoader()', 'mastheadLoader({ failWhenEmpty: false })'));
  await made(name);
  equal(title(await read(name, 'index.html')), 'Our harbour', 'the site’s own page');
});

await step('documents that moved are redirected', async () => {
  const client = await member('wanda', 'Wanda');
  await publish(client, 'Trip.md', '# A trip\n\nWords of it.\n');
  await client.renameReadme('trip', 'journey');
  await client.watchReport('journey');
  const moved = async () => (await (await fetch(`${MASTHEAD_URL}/api/content`)).json()).moved.some(({ from, to }) => from === 'wanda/trip' && to === 'wanda/journey');
  await eventually(moved, 'the list says where the document is');
  const name = await site('walk-moved', 'steps', ['steps', 'moved']);
  await build(name, { MASTHEAD_URL });
  equal(title(await read(name, 'wanda/journey/index.html')), 'A trip', 'the heading at the new address');
  const refresh = elements(await read(name, 'wanda/trip/index.html'), 'meta').find((element) => element['http-equiv'] === 'refresh');
  equal(refresh?.content, '0;url=/wanda/journey/', 'where the former address leads');
});

equal(blocks.filter(({ used }) => !used).map(({ language, name, text }) => `${language} ${name || text.split('\n')[0]}`), [], 'blocks of docs/astro.md that no site used');
