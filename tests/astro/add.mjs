// `npx astro add masthead-astro` in two sites that somebody may have, with the package as npm would have it: after that and one line in
// src/content.config.ts members' documents have their pages, and a member signs in, uploads a note, and finds it in the next build.
//
//   node add.mjs TARBALL
//
// MASTHEAD_URL is a running Masthead, CHROMIUM the browser.

import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { portrait } from '../browser/files.mjs';
import { equal, eventually, launch, ok, step, watched } from '../browser/harness.mjs';
import { registry } from './registry.mjs';
import { credentials, member, publish } from './members.mjs';
import { build, dist, folder, ORIGIN, show } from './site.mjs';

const [tarball] = process.argv.slice(2);
const { MASTHEAD_URL } = process.env;
const HERE = import.meta.dirname;
/** A machine that runs builds beside this is slow. */
const PATIENCE_MS = 240_000;
const npm = await registry(tarball);
const read = (name, path) => readFile(join(dist(name), path), 'utf8');

/** A site of starters/ with what it depends on, as its author has installed it. */
async function site(name, starter) {
  const to = folder(name);
  await cp(join(HERE, 'starters', starter), to, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await cp(join(HERE, file), join(to, file));
  // Hard links: npm puts new files in the place of old ones, and writes into none.
  const copied = spawnSync('cp', ['-al', join(HERE, 'node_modules'), join(to, 'node_modules')], { encoding: 'utf8' });
  ok(copied.status === 0, `the dependencies of ${name} are there: ${copied.stderr}`);
  spawnSync('rm', ['-rf', ...['masthead-astro', '.astro', '.vite'].map((one) => join(to, 'node_modules', one))]);
  await writeFile(join(to, '.npmrc'), `registry=${npm.url}\nstrict-peer-deps=true\naudit=false\nfund=false\nprefer-offline=true\n`);
  await writeFile(join(to, '.env'), `MASTHEAD_URL=${MASTHEAD_URL}\n`);
}

/** What its author types, and the one line. */
async function add(name, line) {
  // Not waited for by this thread, which answers as the registry.
  const added = spawn('npx', ['astro', 'add', 'masthead-astro', '--yes'], { cwd: folder(name), env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', CI: '1' }, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let said = '';
  for (const stream of [added.stdout, added.stderr]) stream.on('data', (text) => (said += text));
  const status = await new Promise((resolve) => added.on('close', resolve));
  // Its spinner writes one line over and over.
  said = said.split(/[\r\n]|\x1b\[1G/).filter((line) => !/[◐◒◓◑]/.test(line)).join('\n');
  ok(status === 0 && !/ERESOLVE|npm (error|warn)/i.test(said), `astro add goes through without a word of npm (${status}): ${said.slice(-4000)}`);
  ok((await readFile(join(folder(name), 'astro.config.mjs'), 'utf8')).includes('masthead()'), 'the integration stands in the configuration');
  const { dependencies } = JSON.parse(await readFile(join(folder(name), 'package.json'), 'utf8'));
  ok(Object.keys(dependencies).includes('masthead-astro'), 'the package is a dependency');
  const config = join(folder(name), 'src/content.config.ts');
  await writeFile(config, line(await readFile(config, 'utf8')));
}

const made = (name) => build(name, { MASTHEAD_URL: undefined });
const IMPORT = `import { mastheadLoader } from 'masthead-astro';\n`;

/** As the template has it. */
const BLOG = `import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';

const blog = defineCollection({
  loader: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx}' }),
  schema: ({ image }) =>
    z.object({
      title: z.string(),
      description: z.string(),
      pubDate: z.coerce.date(),
      updatedDate: z.coerce.date().optional(),
      heroImage: z.optional(image()),
    }),
});

export const collections = { blog };
`;

const writer = await member('yara', 'Yara');
await publish(writer, 'knots.md', '# Knots\n\nHow to tie them, and [more](more.md).\n');
await publish(writer, 'more.md', '# More knots\n\nWords.\n');

const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);

/** Signs in on the account page, uploads a note, and finds it in the next build. */
async function journey(name, note) {
  const page = await watched(browser, { viewport: { width: 375, height: 800 } });
  await show(page.context(), name);
  await step(page, `${name}: a member signs in at /account/ and uploads a note`, async () => {
    await page.goto(`${ORIGIN}/account/`);
    const { email, password } = credentials('yara');
    await page.locator('masthead-login input[name=email]').fill(email);
    await page.locator('masthead-login input[name=password]').fill(password);
    await page.locator('masthead-login button[type=submit]').first().click();
    await page.locator('masthead-login [data-sign-out]').waitFor();
    await page.locator('masthead-readme-upload input[type=file]').first().setInputFiles({ name: `${note}.md`, mimeType: 'text/markdown', buffer: Buffer.from(`# A note for ${name}\n\nWords.\n`) });
    await page.locator('masthead-readme-upload > form button[type=submit]').click();
    await page.locator('masthead-publish-report').getByText('Published').first().waitFor();
    equal(await page.evaluate(() => document.documentElement.scrollWidth), 375, 'the width of the page on a phone');
  });
  await eventually(async () => (await fetch(`${MASTHEAD_URL}/content/yara/${note}.md`)).ok, 'the note is published');
  await made(name);
  await step(page, `${name}: the next build has its page`, async () => {
    await page.goto(`${ORIGIN}/members/yara/${note}/`);
    await page.getByRole('heading', { level: 1, name: `A note for ${name}` }).waitFor();
    equal(await page.locator('link[href*="googleapis"], script[src^="http"]').count(), 0, 'what is fetched from elsewhere');
  });
  await page.context().close();
}

/** Links between documents lead to their pages, whatever LINK_BASE is. */
async function linksLead(name) {
  ok((await read(name, 'members/yara/knots/index.html')).includes('<a href="/members/yara/more/"'), `links of ${name} lead to /members/`);
}

// Astro's blog template: its posts, its head and its header stay, and the members' pages stand in them.
await site('add-blog', 'blog');
await writeFile(join(folder('add-blog'), 'src/content.config.ts'), BLOG);
await mkdir(join(folder('add-blog'), 'src/assets'));
await writeFile(join(folder('add-blog'), 'src/assets/hero.png'), portrait().buffer);
await add('add-blog', (text) => IMPORT + text.replace('collections = { blog }', 'collections = { blog, members: defineCollection({ loader: mastheadLoader() }) }'));
await made('add-blog');
const document = await read('add-blog', 'members/yara/knots/index.html');
ok(document.includes('A blog') && document.includes('All rights reserved') && (document.match(/<main/g) ?? []).length === 1, 'a document stands between the template’s header and footer');
equal((await read('add-blog', 'blog/index.html')).match(/href="\/blog\/[^"]+\/"/g)?.length, 2, 'the template’s own list has its posts');
await linksLead('add-blog');
await journey('add-blog', 'from-the-blog');
console.log('ok    astro add in the blog template');

// Starlight: its docs stay, and the account page is one of its pages.
await site('add-starlight', 'starlight');
await writeFile(join(folder('add-starlight'), 'astro.config.mjs'), `import starlight from '@astrojs/starlight';\nimport { defineConfig } from 'astro/config';\n\nexport default defineConfig({\n  integrations: [starlight({ title: 'Our docs' })],\n});\n`);
await writeFile(join(folder('add-starlight'), 'src/content.config.ts'), `import { docsLoader } from '@astrojs/starlight/loaders';\nimport { docsSchema } from '@astrojs/starlight/schema';\nimport { defineCollection } from 'astro:content';\n\nexport const collections = {\n  docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }),\n};\n`);
await mkdir(join(folder('add-starlight'), 'public'));
await writeFile(join(folder('add-starlight'), 'public/favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
await add('add-starlight', (text) => IMPORT + text.replace('loader: docsLoader()', "loader: mastheadLoader({ beside: docsLoader(), prefix: 'members' })"));
await made('add-starlight');
const account = await read('add-starlight', 'account/index.html');
ok(account.includes('masthead-login') && account.includes('sidebar'), 'the account page has Starlight’s sidebar');
ok(!(await read('add-starlight', 'members/yara/knots/index.html')).includes('mp-document'), 'documents have Starlight’s own pages');
await linksLead('add-starlight');
await journey('add-starlight', 'from-starlight');
console.log('ok    astro add in Starlight');

await browser.close();
npm.close();
