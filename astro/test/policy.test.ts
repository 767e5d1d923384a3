// The converter's policy and the table of this package name the same elements, attributes and
// identifiers: two walls, one promise. What the table has beside the converter's is what renderers and
// plugins write, under `rendered`, each with its reason.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import table from '../src/html/policy.json' with { type: 'json' };

const converter = readFileSync(new URL('../../shared/frontmatter/src/body/policy.rs', import.meta.url), 'utf8');

/** What stands between two pieces of the converter's source. */
function between(start: string, end: string): string {
  const from = converter.indexOf(start);
  const to = converter.indexOf(end, from);
  expect([from >= 0, to > from], `policy.rs has “${start}” and then “${end}”`).toEqual([true, true]);
  return converter.slice(from + start.length, to);
}

const named = (source: string) => [...source.matchAll(/"([^"]*)"/g)].map(([, name]) => name!).sort();
const sorted = (names: readonly string[]) => [...names].sort();

test('the converter and the table allow the same elements', () => {
  expect(named(between('match name {', '=> Element::Allowed'))).toEqual(sorted(table.elements));
  expect(named(between('=> Element::Allowed,', '=> Element::Removed'))).toEqual(sorted(table.removedWithContent));
});

test('the converter and the table allow the same attributes', () => {
  expect(named(between('fn is_allowed_anywhere', '\n}'))).toEqual(sorted(table.attributes.plain['*']));
  // The arms of the `match` over an element's own attributes: ("a" | "b", "c" | "d") => what.
  const arms = [...between('match (element, attribute.name.as_ref()) {', '(_, "class")').matchAll(/\(([^()]*),([^()]*)\)(?=[\s|]*(?:\||=>))/g)].flatMap(([, elements = '', names = '']) =>
    named(names).flatMap((name) => (elements.includes('_') ? ['*'] : named(elements)).map((element) => `${element} ${name}`)),
  );
  const { plain, class: _classes, ...kinds } = table.attributes;
  const own = [...Object.entries(plain).filter(([element]) => element !== '*'), ...Object.values(kinds).flatMap((kind) => Object.entries(kind))];
  expect(arms.sort()).toEqual(own.flatMap(([element, names]) => (names as string[]).map((name) => `${element} ${name}`)).sort());
});

test('the converter and the table refuse the same identifiers', () => {
  expect(named(between('fn is_property', '\n}'))).toEqual(sorted(table.refusedIdentifiers));
});

test('what renderers add has its reason', () => {
  for (const { why } of table.rendered) expect(why.length).toBeGreaterThan(5);
});
