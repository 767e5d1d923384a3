// Members' documents under the schemas of themes: for each the line of THEMES that it needs, and 300 documents, strange ones among them,
// of which every one must fit. `astro sync` loads them all.
//
//   node themes.mjs [--documents N] [--seed N]
//
// Themes that npm has are built by walk.mjs. Others come as repositories to copy, which can't be installed here: what their
// collections ask of an entry stands below, field by field, in words of our own, with where it is published.

import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { equal, ok } from '../browser/harness.mjs';
import { clubOf } from './documents.mjs';
import { astro, folder } from './site.mjs';

const { MASTHEAD } = process.env;
const { values } = parseArgs({ options: { documents: { type: 'string', default: '300' }, seed: { type: 'string', default: '2' } } });

/** What of all themes is a text, a list of texts or a switch that may be left out. */
const [TEXT, TEXTS, SWITCH] = ['z.string().optional()', 'z.array(z.string()).optional()', 'z.boolean().optional()'];

/**
 * `line` is what THEMES says, `fields` what the theme's collection of posts asks, `not` says of which titles the theme has none.
 *
 * @type {Record<string, { line: string, of: string, fields: Record<string, string>, not?: (title: string) => boolean }>}
 */
const THEMES = {
  blog: {
    line: 'blog',
    of: "Astro's blog template, github.com/withastro/astro, MIT",
    fields: { title: 'z.string()', description: 'z.string()', pubDate: 'z.coerce.date()', updatedDate: 'z.coerce.date().optional()', heroImage: 'z.optional(image())' },
  },
  astropaper: {
    line: 'astropaper',
    of: 'AstroPaper 5, github.com/satnaing/astro-paper, MIT',
    fields: {
      author: 'z.string().default("The club")', pubDatetime: 'z.date()', modDatetime: 'z.date().optional().nullable()', title: 'z.string()', featured: SWITCH, draft: SWITCH,
      tags: 'z.array(z.string()).default(["others"])', ogImage: 'image().or(z.string()).optional()', description: 'z.string()', canonicalURL: TEXT, hideEditPost: SWITCH, timezone: TEXT,
    },
  },
  cactus: {
    line: 'cactus',
    of: 'Cactus 6, github.com/chrismwilliams/astro-theme-cactus, MIT',
    fields: {
      title: 'z.string().max(60)', description: 'z.string()', coverImage: 'z.object({ alt: z.string(), src: image() }).optional()', draft: 'z.boolean().default(false)', ogImage: TEXT,
      tags: 'z.array(z.string()).default([])', publishDate: 'z.string().or(z.date())', updatedDate: TEXT, pinned: 'z.boolean().default(false)',
    },
    not: (title) => title.length > 60,
  },
  fuwari: {
    line: 'fuwari',
    of: 'Fuwari, github.com/saicaca/fuwari, MIT',
    fields: {
      title: 'z.string()', published: 'z.date()', updated: 'z.date().optional()', draft: 'z.boolean().optional().default(false)', description: 'z.string().optional().default("")', image: 'z.string().optional().default("")',
      tags: 'z.array(z.string()).optional().default([])', category: 'z.string().optional().nullable().default("")', lang: 'z.string().optional().default("")', prevTitle: 'z.string().default("")', nextTitle: 'z.string().default("")',
    },
  },
  astrowind: {
    line: 'astrowind',
    of: 'AstroWind, github.com/onwidget/astrowind, MIT',
    fields: {
      publishDate: 'z.date().optional()', updateDate: 'z.date().optional()', draft: SWITCH, title: 'z.string()', excerpt: TEXT, image: TEXT, category: TEXT, tags: TEXTS, author: TEXT,
      metadata: `z.object({ title: ${TEXT}, ignoreTitleTemplate: ${SWITCH}, canonical: z.url().optional(), robots: z.object({ index: ${SWITCH}, follow: ${SWITCH} }).optional(), description: ${TEXT} }).optional()`,
    },
  },
  nano: {
    // It has Masthead's own names for everything.
    line: 'core',
    of: 'Astro Nano, github.com/markhorn-dev/astro-nano, MIT',
    fields: { title: 'z.string()', description: 'z.string()', date: 'z.coerce.date()', draft: SWITCH },
  },
  erudite: {
    line: 'core',
    of: 'astro-erudite, github.com/jktrn/astro-erudite, MIT, with texts for authors, since each would have to be an entry of the site',
    fields: { title: 'z.string()', description: 'z.string()', date: 'z.coerce.date()', order: 'z.number().optional()', tags: TEXTS, authors: 'z.array(z.string())', image: 'image().optional()', draft: SWITCH },
  },
};

const name = 'themes';
await rm(folder(name), { recursive: true, force: true });

/** A document with a date: publishing has the time of the upload, and `masthead convert` has none. */
function dated(text) {
  const block = /^---\n[\s\S]*?^---\n/m.exec(text)?.[0] ?? '';
  if (/^date:/m.test(block)) return text;
  return block ? text.replace('---\n', '---\ndate: 2026-01-02T03:04:05Z\n') : `---\ndate: 2026-01-02T03:04:05Z\n---\n\n${text}`;
}

/** Documents as `THEMES=line` publishes them, in a folder; their titles by their ids. */
async function converted(line) {
  const to = join(folder(name), 'published', line);
  const titles = new Map();
  for (const [at, { handle, kind, text }] of documents.entries()) {
    const id = kind === 'page' ? handle : `${handle}/${kind}-${at}`;
    const made = spawnSync(MASTHEAD, ['convert', '--themes', line, '--handle', handle, ...(kind === 'page' ? [] : ['--slug', `${kind}-${at}`])], { input: dated(text), encoding: 'utf8', maxBuffer: 2 ** 24 });
    ok(made.status === 0, `${id} is converted: ${made.stderr}`);
    await mkdir(dirname(join(to, id)), { recursive: true });
    await writeFile(join(to, `${id}.md`), made.stdout);
    titles.set(id, JSON.parse(/^title: (".*")$/m.exec(made.stdout)?.[1] ?? 'null'));
  }
  return { to, titles };
}

const documents = clubOf({ seed: Number(values.seed), documents: Number(values.documents) });
const lines = new Map();
const servers = [];
try {
  for (const { line } of Object.values(THEMES)) {
    if (lines.has(line)) continue;
    const { to, titles } = await converted(line);
    const server = spawn(process.execPath, [join(import.meta.dirname, '../../benches/astro/masthead.mjs'), to], { stdio: ['ignore', 'pipe', 'inherit'] });
    servers.push(server);
    lines.set(line, { titles, url: await new Promise((resolve) => server.stdout.once('data', (text) => resolve(String(text).trim()))) });
  }
  const collections = Object.entries(THEMES).map(([theme, { line, of, fields }]) => {
    const schema = Object.entries(fields).map(([key, type]) => `${key}: ${type}`).join(', ');
    return `  // ${of}\n  ${theme}: defineCollection({ loader: mastheadLoader({ url: '${lines.get(line).url}' }), schema: ({ image }) => z.object({ ${schema} }) }),`;
  });
  await mkdir(join(folder(name), 'src'), { recursive: true });
  await writeFile(join(folder(name), 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder(name), 'src/content.config.ts'), `import { defineCollection } from 'astro:content';\nimport { z } from 'astro/zod';\nimport { mastheadLoader } from 'masthead-astro';\n\nexport const collections = {\n${collections.join('\n')}\n};\n`);
  const child = astro(name, ['sync']);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  ok(status === 0, `astro sync ends with 0, but it is ${status}:\n${output.slice(-4000)}`);
  const store = await readFile(join(folder(name), '.astro/data-store.json'), 'utf8').catch(() => readFile(join(folder(name), 'node_modules/.astro/data-store.json'), 'utf8'));
  for (const [theme, { line, not = () => false }] of Object.entries(THEMES)) {
    const { titles } = lines.get(line);
    const refused = [...titles].filter(([, title]) => not(title)).map(([id]) => id);
    // What a theme refuses by a rule of its own is passed over by name, and nothing else is.
    const passed = [...output.matchAll(new RegExp(`“([^”]+)” is passed over`, 'g'))].map(([, id]) => id);
    for (const id of refused) ok(passed.includes(id), `${theme} has no ${id}, whose title is “${titles.get(id)}”`);
    console.log(`ok    ${theme} (THEMES=${line}): ${titles.size - refused.length} of ${titles.size} documents fit${refused.length > 0 ? `, ${refused.length} by a rule of the theme don't` : ''}`);
  }
  const allowed = Object.values(THEMES).flatMap(({ line, not }) => (not ? [...lines.get(line).titles].filter(([, title]) => not(title)) : []));
  equal((output.match(/is passed over/g) ?? []).length, allowed.length, `entries that are passed over: ${output.split('\n').filter((text) => text.includes('passed over')).slice(0, 5).join('\n')}`);
  ok(store.length > 1000, 'the entries are stored');
} finally {
  for (const server of servers) server.kill();
}
