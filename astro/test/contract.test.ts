// What README.md tells sites of the components, held against the components: what a site builds upon stays, and what there is stands there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accountParts } from '../src/account/markup.js';
import { htmlOf } from '../src/account/write.js';
import { modules, ROOT } from './support/sources.js';

const read = (path: string): string => readFileSync(join(ROOT, 'astro', path), 'utf8');
const readme = read('README.md');
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const sorted = (all: Iterable<string>): string[] => [...new Set(all)].sort();

/** The rows of the table of components. */
const ROWS = [...readme.matchAll(/^\| `<(\w+) \/>` \|(.*)\|$/gm)].map(([, name = '', cells = '']) => {
  const [properties = '', events = '', slots = '', classes = ''] = cells.split('|');
  return { name, properties: codes(properties), events: events.split(';').flatMap((event) => codes(event.split(':')[0] ?? '')), slots: codes(slots), classes: codes(classes) };
});

/** What all have. */
const PROPERTIES = ['url', 'storage', 'lang', 'messages', 'class'];
const SLOTS = ['before', 'after'];

/** The module of a component's element, by what it is defined as. */
const index = read('src/elements/index.ts');
function elementOf(template: string): string {
  const tag = /<Root tag="([^"]+)"/.exec(template)?.[1] ?? '';
  const name = new RegExp(`define\\('${tag}', (\\w+)\\)`).exec(index)?.[1];
  const module = new RegExp(`import \\{ ${name} \\} from '\\./(\\w+)\\.js'`).exec(index)?.[1];
  return read(`src/elements/${module}.ts`);
}

/** All the markup that the package writes, by a build or in the browser. */
const written = [...modules.map(({ text }) => text), ...accountParts({ tag: 'h3' }).map((part) => htmlOf(part, 'mh-')), ...ROWS.map(({ name }) => read(`components/${name}.astro`)), read('components/SignedOut.astro'), read('components/Root.astro')].join('\n');
// Of a report's classes each of its two places has its own prefix.
const hasClass = (name: string): boolean => new RegExp(`\\b${name}(?![\\w-])|\\$\\{prefix\\}${name.replace(/^mh-/, '')}(?![\\w-])`).test(written);

test('the table has every component, and no other', () => {
  const exported = [...read('components/index.js').matchAll(/as (\w+) \}/g)].map(([, name = '']) => name);
  expect(sorted(ROWS.map(({ name }) => name))).toEqual(sorted(exported));
  expect(exported.length).toBeGreaterThan(10);
  expect(read('components/index.d.ts')).toBe(read('components/index.js'));
});

test.each(ROWS)('<$name /> has the properties, events, slots and classes that it is said to have', ({ name, properties, events, slots, classes }) => {
  const [, frontmatter = '', template = ''] = read(`components/${name}.astro`).split(/^---$/m);
  const declared = [.../interface Props \{([^]*?)^\}/m.exec(frontmatter)![1]!.matchAll(/^ {2}(\w+)\??:/gm)].map(([, property = '']) => property);
  expect(sorted(declared)).toEqual(sorted([...properties, ...PROPERTIES, ...(name === 'Login' ? [] : ['login'])]));

  const told = [...elementOf(template).matchAll(/this\.tell\('([a-z-]+)'/g)].map(([, event = '']) => event);
  expect(sorted(events)).toEqual(sorted(told));

  const filled = [...template.matchAll(/<slot name="([a-z-]+)"/g)].map(([, slot = '']) => slot);
  expect(sorted(filled)).toEqual(sorted([...slots, ...SLOTS]));

  expect(classes.filter((one) => !hasClass(one))).toEqual([]);
});

test('the names that are said to stay are there', () => {
  const table = /^\| Name \| Is \|\n([^]*?)\n\n/m.exec(readme)![1]!;
  const names = table.split('\n').flatMap((row) => codes(row.split('|')[1] ?? ''));
  const classes = names.flatMap((name) => /^\.(mh-[a-z-]+)/.exec(name)?.[1] ?? []);
  expect(classes.length).toBeGreaterThan(12);
  expect(classes.filter((one) => !hasClass(one))).toEqual([]);
  expect(names.filter((name) => name.startsWith('[data-session')).map((name) => written.includes(name.slice(1, -1)))).toEqual([true, true]);
});

test('every colour that a site may set is named, and no other', () => {
  const variables = (text: string) => sorted([...text.matchAll(/--masthead-[a-z-]+/g)].map(([name]) => name));
  expect(variables(readme)).toEqual(variables(read('components/masthead.css') + read('components/callouts.css')));
});

test('what a build and the page write of the account is the same markup', () => {
  const html = accountParts({ tag: 'h2' }).map((part) => htmlOf(part, '')).join('');
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const named = [...html.matchAll(/\s(?:for|aria-labelledby|aria-describedby)="([^"]+)"/g)].flatMap(([, of = '']) => of.split(' '));
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  // Every field has a name that is read, and a place where it says what is wrong.
  for (const [input] of html.matchAll(/<input [^>]*required[^>]*>/g)) expect(input).toMatch(/ id="[^"]+"[^>]* aria-describedby="[^"]*-error"/);
  const prefixed = accountParts({ tag: 'h3', isUnderHeading: true }).map((part) => htmlOf(part, 'mh-')).join('');
  expect([...prefixed.matchAll(/\s(?:id|class|for|aria-labelledby|aria-describedby)="([^"]+)"/g)].flatMap(([, of = '']) => of.split(' ')).filter((one) => !one.startsWith('mh-'))).toEqual([]);
  expect(prefixed).not.toContain('account-heading');
});
