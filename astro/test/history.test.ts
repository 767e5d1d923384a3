import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import english from '../../languages/en.json' with { type: 'json' };
import { KEPT_DAYS, keptUntil } from '../src/history/keep.js';
import { fileName } from '../src/history/name.js';
import { places, rows } from '../src/history/rows.js';
import { day, isTold, moment, whyNotBack } from '../src/history/say.js';
import { speak } from '../src/languages/say.js';
import { MastheadError, type Run } from '../src/wire.js';

beforeEach(() => speak('en', english));
afterEach(() => speak('en', {}));

/** Rows as `number sign text`, with `[+…]` and `[-…]` in lines that changed. */
function told(runs: Run[]): string[] {
  const signs = { same: ' ', added: '+', removed: '-', changed: '±' };
  return [...rows(runs)].map((row) => {
    if (row.is === 'skipped') return `~${row.lines}`;
    const words = row.pieces.map(({ kind, text }) => (row.is !== 'changed' || kind === 'same' ? text : `[${kind === 'added' ? '+' : '-'}${text}]`));
    return `${row.number}${signs[row.is]}${words.join('')}`;
  });
}

describe('rows', () => {
  test('a line that changed in a few words is one row, with the number it has now', () => {
    const runs: Run[] = [
      { kind: 'skipped', before: 1, after: 1, lines: 16 },
      { kind: 'same', before: 17, after: 17, text: 'One.\nWe went to ' },
      { kind: 'removed', before: 18, text: 'Rome' },
      { kind: 'added', after: 18, text: 'Naples' },
      { kind: 'same', before: 18, after: 18, text: ' by train.\nLast.' },
    ];
    expect(told(runs)).toEqual(['~16', '17 One.', '18±We went to [-Rome][+Naples] by train.', '19 Last.']);
    expect(places(runs)).toBe(1);
  });

  test('a line in the place of another one is two rows, each with its own number', () => {
    const runs: Run[] = [
      { kind: 'added', after: 1, text: 'New.\n' },
      { kind: 'same', before: 1, after: 2, text: 'Stays.\n  ' },
      { kind: 'removed', before: 2, text: 'old' },
      { kind: 'added', after: 3, text: 'other' },
      { kind: 'same', before: 2, after: 3, text: '\n' },
      { kind: 'removed', before: 3, text: 'Gone.\n\nGone, too.\n' },
    ];
    expect(told(runs)).toEqual(['1+New.', '2 Stays.', '2-  old', '3+  other', '3-Gone.', '4-', '5-Gone, too.']);
    expect(places(runs)).toBe(3);
  });

  test('lines that were joined or parted show where', () => {
    expect(told([
      { kind: 'same', before: 1, after: 1, text: 'one' },
      { kind: 'removed', before: 1, text: '\n' },
      { kind: 'added', after: 1, text: ' ' },
      { kind: 'same', before: 2, after: 1, text: 'two\n' },
    ])).toEqual(['1±one[-¶]', '1±[+␣]two']);
    expect(told([{ kind: 'same', before: 1, after: 1, text: 'end' }, { kind: 'added', after: 1, text: '\n' }])).toEqual(['1±end[+¶]']);
  });

  test('what nobody would see is shown by marks, and its number in Unicode', () => {
    const seen = (text: string) => told([{ kind: 'same', before: 1, after: 1, text: 'a' }, { kind: 'added', after: 1, text }, { kind: 'same', before: 1, after: 1, text: 'b' }])[0];
    expect(seen('  \t')).toBe('1±a[+␣␣⇥]b');
    expect(seen('\u{200b}\u{202e}')).toBe('1±a[+U+200BU+202E]b');
    expect(seen('\0')).toBe('1±a[+U+0000]b');
    expect(seen('x ')).toBe('1±a[+x ]b');
    expect(seen('x\u{200b}y\u{ad}')).toBe('1±a[+xU+200ByU+00AD]b');
    expect(seen('👩\u{200d}👧')).toBe('1±a[+👩\u{200d}👧]b');
  });

  test('empty lines and empty texts are rows, or none', () => {
    expect(told([])).toEqual([]);
    expect(told([{ kind: 'added', after: 1, text: '\n\na' }])).toEqual(['1+', '2+', '3+a']);
    expect(told([{ kind: 'same', before: 1, after: 1, text: '\n' }])).toEqual(['1 ']);
  });

  test('a million rows are made one by one', () => {
    const all = rows([{ kind: 'added', after: 1, text: '\n'.repeat(1_000_000) }]);
    const begun = performance.now();
    for (let at = 1; at <= 400; at += 1) expect(all.next().value).toMatchObject({ is: 'added', number: at });
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

test('a file has the name that its header gives, in Unicode where it can', () => {
  for (const [header, name] of [
    ['attachment; filename="README.md"', 'README.md'],
    [`attachment; filename="Gr__e __.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC.md`, 'Größe 日本.md'],
    [`attachment; filename="plain.md"; filename*=UTF-8''%FF`, 'plain.md'],
    ['attachment', 'trip.md'],
    ['attachment; filename=""', 'trip.md'],
    [null, 'trip.md'],
  ] as const) {
    expect(fileName(header, 'trip.md')).toBe(name);
  }
});

test('times are written as the language does, and an odd one as it came', () => {
  expect(day('2026-05-03T12:00:00Z')).toBe('May 3, 2026');
  expect(moment('2026-05-03T12:00:00Z')).toMatch(/^May 3, 2026 at \d+:\d\d:\d\d/);
  expect(moment('yesterday')).toBe('yesterday');
  speak('de', {});
  expect(moment('2026-05-03T12:00:00Z')).toMatch(/^3\. Mai 2026 um \d\d:\d\d:\d\d$/);
});

test('what is deleted can come back for ninety days, over the change of the clocks as well', () => {
  const until = keptUntil(new Date('2026-02-01T12:00:00Z'));
  expect(until).toBe('2026-05-02T12:00:00.000Z');
  expect(KEPT_DAYS).toBe(90);
});

test('why a version does not come back says what to do', () => {
  expect(whyNotBack(new MastheadError('conflict', 409, 'server’s words'), 'trip')).toBe('Another document has the address “trip” by now. Delete that one first, or download this one and publish it under another name.');
  expect(whyNotBack(new MastheadError('not_found', 404, '-'), 'trip')).toBe('This version is no longer kept.');
  expect(whyNotBack(new MastheadError('quota_exceeded', 409, 'You have 1,000 READMEs.'), 'trip')).toBe('You have 1,000 READMEs.');
  expect(isTold(new MastheadError('invalid_token', 401, '-'))).toBe(true);
  expect(isTold(new DOMException('-', 'AbortError'))).toBe(true);
  expect(isTold(new MastheadError('unavailable', 503, '-'))).toBe(false);
});
