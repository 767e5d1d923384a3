// The converter's policy and the table of this package name the same elements, attributes and
// identifiers: two walls, one promise. What the table has beside the converter's is what renderers and
// plugins write, under `rendered`, each with its reason.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import table from '../src/html/policy.json' with { type: 'json' };

// A backslash at the end of a line goes on with the text on the next one.
const converter = readFileSync(new URL('../../shared/frontmatter/src/body/policy.rs', import.meta.url), 'utf8').replace(/\\\n\s*/g, '');

const words = (text: string) => text.split(' ').sort();

/** What stands between two pieces of the converter's source. */
function between(start: string, end: string): string {
  const from = converter.indexOf(start);
  const to = converter.indexOf(end, from);
  expect([from >= 0, to > from], `policy.rs has “${start}” and then “${end}”`).toEqual([true, true]);
  return converter.slice(from + start.length, to);
}

/** What the converter calls the kinds of the table's attributes. */
const KINDS = { PLAIN: 'plain', LINK: 'link', IMAGE: 'image', MEDIA: 'media', IMAGE_SET: 'imageSet', IDENTIFIER: 'identifier', CLASS: 'class', TARGET: 'target', RELATION: 'rel' };

/** The attributes in a piece of the converter's source, each with its kind: ("a b", KIND). */
const attributes = (source: string) =>
  [...source.matchAll(/\(\s*"([^"]*)",\s*([A-Z_]+),?\s*\)/g)].flatMap(([, names = '', kind = '']) => words(names).map((name) => ({ name, kind: KINDS[kind as keyof typeof KINDS] })));

/** The rows of the converter's table. */
const rules = [...converter.matchAll(/Rule \{\s*names: "([^"]*)",([^}]*)\}/g)].map(([, names = '', rest = '']) => ({
  names: words(names),
  element: /Element::(\w+)/.exec(rest)?.[1] ?? 'Allowed',
  within: [...(/within: &\[([^\]]+)\]/.exec(rest)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, name]) => name),
  attributes: attributes(rest),
  hasOthers: !rest.includes('has_others: false'),
}));

const named = (which: (rule: (typeof rules)[number]) => boolean) => rules.filter(which).flatMap(({ names }) => names).sort();
const sorted = (names: readonly string[]) => [...names].sort();

test('the converter and the table allow the same elements', () => {
  expect(named(({ element }) => element === 'Allowed')).toEqual(sorted(table.elements));
  expect(named(({ element }) => element === 'Removed')).toEqual(sorted(table.removedWithContent));
  const within = rules.filter(({ within }) => within.length).flatMap(({ names, within }) => names.map((name) => [name, within]));
  expect(Object.fromEntries(within)).toEqual(table.onlyWithin);
});

test('the converter and the table allow the same attributes', () => {
  const own = rules.flatMap(({ names, attributes }) => names.flatMap((element) => attributes.map(({ name, kind }) => `${kind} ${element} ${name}`)));
  const ofAll = attributes(between('const OF_ALL', '];')).map(({ name, kind }) => `${kind} * ${name}`);
  const listed = Object.entries(table.attributes).flatMap(([kind, lists]) =>
    Object.entries(lists as Record<string, string[]>).flatMap(([element, names]) => names.map((name) => `${kind} ${element} ${name}`)),
  );
  expect([...own, ...ofAll].sort()).toEqual(listed.sort());
  expect(named(({ hasOthers }) => !hasOthers)).toEqual(sorted(table.noOthers));
});

test('the converter and the table refuse the same identifiers', () => {
  expect(words(between('const PROPERTIES: &str = "', '";'))).toEqual(sorted(table.refusedIdentifiers));
});

test('what renderers add has its reason', () => {
  for (const { why } of table.rendered) expect(why.length).toBeGreaterThan(5);
});
