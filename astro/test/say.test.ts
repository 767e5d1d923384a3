import { afterEach, expect, test } from 'vitest';

import { choose, speak, spoken, t } from '../src/languages/say.js';

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
