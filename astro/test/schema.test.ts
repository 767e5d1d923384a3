// The Zod schema against `shared/frontmatter/entry.schema.json`: both give the same verdict on every
// variation of entries that have every key.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { z } from 'astro/zod';
import { mastheadSchema } from '../src/schema.js';

const published = JSON.parse(readFileSync(new URL('../../shared/frontmatter/entry.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allowUnionTypes: true }).compile(published);

const TIME = '2025-07-10T09:30:00Z';
const derived = {
  schema: 1,
  converter: 'masthead/0.1.0',
  bodySha256: 'a'.repeat(64),
  filled: ['title'],
  warnings: ['unresolved-link'],
  words: 0,
  readingMinutes: 1,
  headings: [{ depth: 2, id: 'a', text: 'A' }],
  links: { external: ['https://a.example/'], internal: ['#a'], wiki: [{ target: 'A', heading: 'H', text: 'T', embed: false, resolved: true }] },
  tasks: { total: 2, done: 1, lastDone: '2025-07-10' },
  codeLanguages: ['js'],
  badges: [{ alt: 'build', image: 'https://a.example/b.svg', href: 'https://a.example/' }],
  callouts: [{ type: 'note', metadata: 'right', fold: '+', title: 'T', line: 1 }],
  features: ['math', 'html'],
};
const full: Record<string, unknown> = {
  title: 'T', description: 'D', slug: 'jo/trip', date: TIME, updated: TIME, author: 'Jo', authors: ['jo'],
  tags: ['a', 'b'], category: 'C', categories: ['C'], image: 'https://a.example/p.png', imageAlt: 'P', draft: false,
  lang: 'pt-BR', dir: 'ltr', license: 'MIT', aliases: ['A'],
  pubDate: TIME, pubDatetime: TIME, publishDate: TIME, published: TIME, updatedDate: TIME, modDatetime: TIME, updateDate: TIME, lastUpdated: TIME,
  excerpt: 'E', ogImage: 'data:image/png;base64,AAAA',
  head: [{ tag: 'meta', attrs: { name: 'robots', defer: true }, content: 'x' }],
  template: 'doc', hero: { title: 'H' }, sidebar: { order: 1 }, metadata: { title: 'M' }, metrics: { words: 1 }, banner: { content: 'B', more: 1 },
  prev: { link: '/a', label: 'A' }, next: 'N', prevTitle: 'P', nextTitle: 'N', editUrl: 'https://a.example/', pagefind: true, featured: false, pinned: true,
  hideEditPost: false, tableOfContents: { minHeadingLevel: 2 }, order: 1.5, canonicalURL: 'https://a.example/', timezone: 'Europe/Berlin',
  extra: { slug: 'x' }, course: 'Web 2', derived,
};
const required = Object.fromEntries(published.required.map((key: string) => [key, full[key]]));
const sparse = { ...required, derived: Object.fromEntries(published.$defs.derived.required.map((key: string) => [key, derived[key as keyof typeof derived]])) };

const VALUES: unknown[] = [
  null, true, false, 0, 1, -1, 1.5, 7, 1e9, '', ' ', 'a', 'A b', 'a\nb', 'a\rb', '2025-07-10', TIME, '2025-13-10T09:30:00Z', '2025-07-10T09:30:00+02:00', '2025-07-10T09:30:00.000Z',
  'https://a.example/x', 'http:', 'javascript:alert(1)', './a.png', '/a.png', 'data:image/svg+xml;base64,AA', 'data:image/webp;base64,AA', 'en', 'de-CH-1996', 'toolong', 'x-',
  'doc', 'splash', 'ltr', 'rtl', 'title', 'script', '+', '-', 'math', 'masthead/9', 'jo', 'jo/a/b', 'Jo', 'x'.repeat(64), 'x'.repeat(65), '😀'.repeat(64), 'a'.repeat(201), '0'.repeat(64),
  [], [''], ['a'], ['a', 'a'], ['a', 'b'], ['a\nb'], [1], [null], [[]], Array.from({ length: 51 }, (_, at) => `t${at}`), Array.from({ length: 201 }, (_, at) => `t${at}`),
  Array.from({ length: 501 }, () => ({ depth: 1, id: 'a', text: 'a' })), ['math', 'math'], ['other'],
  {}, { a: 1 }, { a: 'b' }, { content: 'x' }, { content: 1 }, { link: 'x' }, { link: 1 }, { tag: 'title' }, [{}], [{ tag: 'title' }], [{ tag: 'script' }], [{ tag: 'meta', attrs: { a: 1 } }], [{ image: 'x' }], [{ image: 'x', y: 1 }],
  [{ type: 'note', line: 0 }], [{ type: 'note', line: 1 }], [{ target: 'x', embed: true, resolved: false }], [{ target: 'x' }],
];

/** Every place in a value, as a path. */
function* places(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) for (const at of value.keys()) yield* places(value[at], [...path, at]);
  else if (value && typeof value === 'object') for (const key of Object.keys(value)) yield* places((value as any)[key], [...path, key]);
}

function changed(entry: unknown, path: (string | number)[], change: (holder: any, key: string | number) => void): any {
  const copy = structuredClone(entry);
  const holder = path.slice(0, -1).reduce((at: any, key) => at[key], copy);
  change(holder, path.at(-1)!);
  return copy;
}

/** As YAML reads them: what stands there plainly as a time is a `Date`. */
function dated(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map(dated);
  return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dated(item)])) : value;
}

const TIMES = new Set(Object.keys(published.properties).filter((key) => JSON.stringify(published.properties[key]).includes('#/$defs/time')));

test('every key of the published schema is in ours, and none else', () => {
  const ours = Object.keys(mastheadSchema.shape).filter((key) => key !== 'masthead').sort();
  expect(ours).toEqual(Object.keys(published.properties).sort());
  expect(Object.keys(full).filter((key) => !(key in published.properties))).toEqual(['course']);
  const absent = Object.keys(published.properties).filter((key) => published.properties[key] === false);
  expect(Object.keys(published.properties).filter((key) => !(key in full)).sort()).toEqual(absent.sort());
});

test('both give the same verdict on every variation', { timeout: 120_000 }, () => {
  let [taken, refused] = [0, 0];
  const judge = (entry: any, what: string) => {
    const theirs = ajv(entry);
    // Once as JSON has it, once as YAML does.
    const read = { ...entry };
    for (const key of TIMES) if (key in read) read[key] = dated(read[key]);
    for (const form of [entry, read]) {
      const ours = mastheadSchema.safeParse(form);
      if (ours.success !== theirs) {
        expect.fail(`${what}: the published schema ${theirs ? 'takes' : 'refuses'} it, ours doesn't: ${JSON.stringify(ours.error?.issues ?? ajv.errors)}`);
      }
    }
    theirs ? (taken += 1) : (refused += 1);
  };
  for (const entry of [full, sparse]) {
    judge(entry, 'unchanged');
    for (const path of places(entry)) {
      judge(changed(entry, path, (holder, key) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key])), `without ${path.join('.')}`);
      for (const value of VALUES) judge(changed(entry, path, (holder, key) => (holder[key] = value)), `${path.join('.')} = ${JSON.stringify(value)?.slice(0, 80)}`);
      judge(changed(entry, path, (holder, key) => typeof holder[key] === 'object' && holder[key] && (holder[key].more = 1)), `${path.join('.')}.more`);
    }
    for (const key of Object.keys(published.properties).filter((key) => !(key in entry))) for (const value of VALUES) judge({ ...entry, [key]: value }, `${key} = ${JSON.stringify(value)?.slice(0, 80)}`);
  }
  // As many of each kind that neither schema could pass by taking or refusing everything.
  expect(taken).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(1000);
});

test('what a page gets is ready for use', () => {
  const { data } = mastheadSchema.safeParse(sparse);
  expect(data?.date).toEqual(new Date(TIME));
  expect(data?.derived).toMatchObject({ headings: [], links: { external: [], internal: [], wiki: [] }, codeLanguages: [] });
  expect((mastheadSchema.parse(full) as Record<string, unknown>)['course']).toBe('Web 2');
});

test('a site adds its own keys', () => {
  const own = mastheadSchema.extend({ course: z.string() });
  expect(own.parse(full).course).toBe('Web 2');
  expect(own.safeParse(sparse).success).toBe(false);
});
