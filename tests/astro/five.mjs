// Astro 5, as many sites have it: the blog template's shape with members' documents among its posts, a collection of their own by
// the package's schema, and a page with components.
//
// five/ holds that Astro. MASTHEAD_URL is a running Masthead with something published.

import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'parse5';
import { portrait } from '../browser/files.mjs';
import { equal, eventually, ok } from '../browser/harness.mjs';
import { member, publish, published } from './members.mjs';

const { MASTHEAD_URL } = process.env;
const FIVE = join(import.meta.dirname, 'five');
const site = join(FIVE, 'work');
const FILES = {
  'astro.config.mjs': `import mastheadAstro from 'masthead-astro';\n\nexport default { site: 'https://blog.example', integrations: [mastheadAstro()] };\n`,
  'src/content.config.ts': `import { defineCollection, z } from 'astro:content';
import { glob } from 'astro/loaders';
import { mastheadLoader } from 'masthead-astro';

const blog = defineCollection({
  loader: mastheadLoader({ beside: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx}' }), prefix: 'members' }),
  schema: ({ image }) =>
    z.object({ title: z.string(), description: z.string(), pubDate: z.coerce.date(), updatedDate: z.coerce.date().optional(), heroImage: z.optional(image()) }),
});

export const collections = { blog, members: defineCollection({ loader: mastheadLoader() }) };
`,
  'src/pages/account.astro': `---\nimport { Login, ReadmeUpload } from 'masthead-astro/components';\n---\n<html lang="en"><head><title>Account</title></head><body><Login /><ReadmeUpload /></body></html>\n`,
  'src/pages/members/[...id].astro': `---
import { getCollection, render } from 'astro:content';

export async function getStaticPaths() {
  return (await getCollection('members')).map((document) => ({ params: { id: document.id }, props: { document } }));
}
const { document } = Astro.props;
const { Content } = await render(document);
---
<html lang="en"><head><title>{document.data.title}</title></head><body><h1>{document.data.title}</h1><p>{document.data.masthead.handle}</p><Content /></body></html>
`,
  'src/assets/hero.png': portrait().buffer,
};

/** The texts of a page's elements. */
function texts(html, tag) {
  const found = [];
  const text = (node) => node.value ?? (node.childNodes ?? []).map(text).join('');
  const walk = (node) => {
    if (node.tagName === tag) found.push(text(node).trim());
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(html));
  return found;
}

await rm(site, { recursive: true, force: true });
await cp(join(import.meta.dirname, 'starters/blog'), site, { recursive: true });
for (const [path, content] of Object.entries(FILES)) {
  await mkdir(dirname(join(site, path)), { recursive: true });
  await writeFile(join(site, path), content);
}
// What is loaded only for a document that asks for it: sentences in its language.
const five = await member('five', 'Five');
await publish(five, 'Wetter.md', '---\nlang: de\n---\n# Wetter\n\nAm Abend kommt Wind auf.[^1]\n\n[^1]: Sagt der Wetterdienst.\n');
await publish(five, 'Ship.md', '# A ship\n\nWords.\n');
await five.renameReadme('ship', 'yacht');
await five.watchReport('yacht');
await eventually(async () => (await (await fetch(`${MASTHEAD_URL}/api/content`)).json()).moved.some(({ from }) => from === 'five/ship'), 'the list says where the document is');
const started = performance.now();
const child = spawn(process.execPath, [join(FIVE, 'node_modules/astro/astro.js'), 'build'], { cwd: site, env: { ...process.env, MASTHEAD_URL, NO_COLOR: '1', FORCE_COLOR: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
let output = '';
for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
const status = await new Promise((resolve) => child.on('close', resolve));
ok(status === 0, `Astro 5 builds, but ends with ${status}:\n${output.slice(-4000)}`);
equal(output.split('\n').filter((line) => line.includes('passed over')), [], 'what Astro 5 passes over');
const ids = await published();
for (const id of ids) {
  const text = await (await fetch(`${MASTHEAD_URL}/content/${id}.md`)).text();
  const title = JSON.parse(/^title: (".*")$/m.exec(text)?.[1] ?? 'null');
  for (const path of ['blog/members', 'members']) {
    const html = await readFile(join(site, 'dist', path, id, 'index.html'), 'utf8');
    equal(texts(html, 'h1')[0], title.trim(), `the heading of ${path}/${id}`);
    ok(!texts(html, 'p').some((paragraph) => paragraph.includes('bodySha256')) && !html.includes('bodySha256'), `${path}/${id} shows its text, and no frontmatter`);
  }
}
ok((await readFile(join(site, 'dist/members/five/wetter/index.html'), 'utf8')).includes('>Fußnoten<'), 'notes are titled in the language of their document');
// Where the template's blog has its posts, and where the collection of their own has its pages.
for (const place of ['blog/members', 'members']) ok((await readFile(join(site, 'dist', place, 'five/ship/index.html'), 'utf8')).includes(`url=/${place}/five/yacht/"`), `a former address leads on below /${place}/`);
ok((await readFile(join(site, 'dist/account/index.html'), 'utf8')).includes('<masthead-login'), 'components are there');
console.log(`ok    Astro 5: ${ids.length} documents in the blog template and in a collection of their own (${((performance.now() - started) / 1000).toFixed(1)} s)`);
