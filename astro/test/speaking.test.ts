// Languages that there is a table of, and one that can't be loaded.

import { expect, test, vi } from 'vitest';
// They were loaded before, with the tables that there are.
vi.resetModules();
vi.doMock('../src/tables/index.js', () => ({
  TABLES: {
    de: async () => ({ default: { 'desk.delete': 'Löschen & <weg>', 'desk.publish': 'Veröffentlichen' } }),
    fr: async () => {
      throw new Error('no line');
    },
  },
}));
const { locale, spoken, t } = await import('../src/languages/say.js');
const { withSentences } = await import('../src/rendering.js');
const { offeredFor, speakAs } = await import('../src/speaking.js');

test('a language is loaded where an element is in it, and English again where the next one is', async () => {
  vi.stubGlobal('navigator', { languages: ['en-GB', 'de-CH'] });
  expect(speakAs('en')).toBe(undefined);
  await speakAs('de-AT');
  expect([spoken(), locale(), t('desk.publish')]).toEqual(['de', 'de-CH', 'Veröffentlichen']);
  expect(speakAs('de')).toBe(undefined);
  expect(speakAs('pt')).toBe(undefined);
  expect([spoken(), locale(), t('desk.publish')]).toEqual(['en', 'en-GB', 'Publish']);
  vi.unstubAllGlobals();
});

test('a language that can’t be loaded gives English, and says so to developers', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await speakAs('fr');
  expect([spoken(), t('desk.publish')]).toEqual(['en', 'Publish']);
  expect(warned.mock.calls.flat()).toEqual([expect.stringContaining('“fr” can\'t be loaded')]);
  warned.mockRestore();
});

test('components are rendered in the language of the page, as text', async () => {
  expect([offeredFor('de-CH'), offeredFor('pt'), offeredFor(undefined)]).toEqual(['de', 'en', 'en']);
  expect(await withSentences('<button type="submit" data-t="desk.delete"></button><p data-t-title="desk.delete"></p>', 'de')).toBe(
    '<button type="submit" data-t="desk.delete">Löschen &amp; &lt;weg></button><p data-t-title="desk.delete" title="Löschen &amp; &lt;weg>"></p>',
  );
});

test('what carries the keys of somebody else stays as it is', async () => {
  const foreign = '<b data-t="app.title"></b><i data-t-title="app.hint"></i><u data-t="toString"></u>';
  expect(await withSentences(foreign, 'de')).toBe(foreign);
});
