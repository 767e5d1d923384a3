import { afterEach, expect, test } from 'vitest';

import { size, when } from '../src/languages/amounts.js';
import { choose, inARow, locale, pieces, speak, spoken, t } from '../src/languages/say.js';
import { withSentences } from '../src/rendering.js';

afterEach(() => speak('en', {}));

test('a sentence is found by its key, with its values', () => {
  speak('en', { greeting: 'Hello {{name}}, {{name}}!' });
  expect(t('greeting', { name: '$& {{name}}' })).toBe('Hello $& {{name}}, $& {{name}}!');
  expect(spoken()).toBe('en');
});

test('numbers choose their plural and are written as the language does', () => {
  speak('de', { files_one: '{{count}} Datei', files_other: '{{count}} Dateien' });
  expect(t('files', { count: 1 })).toBe('1 Datei');
  expect(t('files', { count: 1234 })).toBe('1.234 Dateien');
});

test('a plural that a language has no sentence for takes the last one', () => {
  speak('fr', { files_one: '{{count}} fichier', files_other: '{{count}} fichiers' });
  expect(t('files', { count: 1_000_000 })).toMatch(/fichiers$/);
});

test('what has no sentence shows its key, and a value that is missing its mark', () => {
  speak('en', { greeting: 'Hello {{name}}' });
  expect(t('nowhere')).toBe('nowhere');
  expect(t('greeting')).toBe('Hello {{name}}');
});

test('the first wanted language that is offered is chosen', () => {
  expect(choose(['de-AT', 'en'], ['en', 'de'])).toBe('de');
  expect(choose(['PT-BR', 'ja'], ['en', 'ja'])).toBe('ja');
  expect(choose([], ['en', 'de'])).toBe('en');
  expect(choose(['x'], ['en', 'de'])).toBe('en');
});

test('what is no text stands where the sentence has it, and a row where its language parts it', () => {
  const [arm, eye] = [{ page: 'arm' }, { page: 'eye' }];
  speak('ja', { 'desk.separator': '、', shown: '{{pages}} にあります' });
  expect(pieces<object>('shown', { pages: inARow<object>([arm, eye]) })).toEqual([arm, '、', eye, ' にあります']);
});

test('what every object has is no sentence and no value', () => {
  speak('en', { greeting: 'Hello {{toString}}' });
  expect([t('constructor'), t('__proto__'), t('greeting')]).toEqual(['constructor', '__proto__', 'Hello {{toString}}']);
});

test('dates and sizes are written as in the reader’s country, of the language that is spoken', () => {
  const table = { 'desk.kib': '{{amount}} KiB' };
  speak('de', table, ['en-US', 'de-CH']);
  expect([locale(), size(1_000_000), when('2026-01-31T12:00:00Z', 'date')]).toEqual(['de-CH', '976.6 KiB', '31.01.2026']);
  speak('de', table, ['en-US']);
  expect([locale(), size(1_000_000)]).toEqual(['de', '976,6 KiB']);
});

test('markup is filled with the sentences whose keys it carries', async () => {
  const html = '<p class="a" data-t="desk.password"></p><img data-t-alt="desk.picture_yours"><b data-t="no.such"></b><i data-t="desk.delete">Mine</i>';
  expect(await withSentences(html, 'en')).toBe(
    '<p class="a" data-t="desk.password">Password</p><img data-t-alt="desk.picture_yours" alt="Your profile picture"><b data-t="no.such"></b><i data-t="desk.delete">Mine</i>',
  );
});
