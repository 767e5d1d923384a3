import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loaded } from '../src/transforms/loaded.js';

const closed = () => Promise.reject(new Error('Vite module runner has been closed.'));

test('a module that no import reaches any more is loaded by Node', async () => {
  // A file of the package's own, and a package: as with an import, but for the default.
  const manifest = await loaded<{ name: string }>(closed, '../../package.json');
  expect(manifest.name).toBe(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).name);
  expect(await loaded<{ renderToString: unknown }>(closed, 'temml')).toHaveProperty('renderToString');
});

test('what its import gives comes first', async () => {
  expect(await loaded(async () => 1, '../../package.json')).toBe(1);
});

test('where Node hasn’t the file either, the import says what is wrong', async () => {
  await expect(loaded(closed, './nowhere.js')).rejects.toThrow('Vite module runner has been closed.');
});
