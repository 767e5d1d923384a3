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
const { isFirst } = await import('../src/once.js');
const { messagesScript, withSentences } = await import('../src/rendering.js');
const { offeredFor, speakAs, takeMessages } = await import('../src/speaking.js');

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
    '<button type="submit" data-t="desk.delete">L&#246;schen &amp; &lt;weg></button><p data-t-title="desk.delete" title="L&#246;schen &amp; &lt;weg>"></p>',
  );
});

test('what is rendered is read the same on a page that doesn’t say its encoding', async () => {
  const messages = { 'desk.delete': '削除 “a” 🎈\u007f\n' };
  const html = await withSentences('<b data-t="desk.delete"></b>', 'de', messages);
  expect(html).toBe('<b data-t="desk.delete">&#21066;&#38500; &#8220;a&#8221; &#127880;&#127;&#10;</b>');
  const script = messagesScript({ ...messages, 'club.x': '</script><!--' });
  expect(script).toMatch(/^[\x20-\x7e]+$/);
  expect(script.match(/<\/?script/g)).toEqual(['<script', '</script']);
  expect(JSON.parse(script.replace(/<[^>]*>/g, ''))).toEqual({ ...messages, 'club.x': '</script><!--' });
});

/** A page on which components have left the site's own sentences. */
const page = (...messages: object[]) => ({ querySelectorAll: () => messages.map((one) => ({ textContent: JSON.stringify(one) })) }) as unknown as ParentNode;

test('the site’s own sentences come before the package’s, until another page is shown', async () => {
  expect(takeMessages(page({ 'desk.delete': 'Weg damit' }, { 'club.ahoy': 'Ahoi, {{name}}!' }))).toBe(true);
  await speakAs('de');
  expect([t('desk.delete'), t('desk.publish'), t('club.ahoy', { name: 'Jo' })]).toEqual(['Weg damit', 'Veröffentlichen', 'Ahoi, Jo!']);
  expect(speakAs('de')).toBe(undefined);
  expect(takeMessages(page())).toBe(false);
  await speakAs('de');
  expect([t('desk.delete'), t('club.ahoy')]).toEqual(['Löschen & <weg>', 'club.ahoy']);
});

test('a language that the package doesn’t have is one that the site brings, with English for the rest', async () => {
  const polish = { 'desk.publish': 'Opublikuj', 'report.warnings_few': '{{count}} ostrzeżenia', 'report.warnings_other': '{{count}} ostrzeżeń' };
  expect([offeredFor('pl'), offeredFor('pl', {}), offeredFor('pl-PL', polish), offeredFor('x_y', polish), offeredFor('de', polish), offeredFor('en-GB', polish)]).toEqual(['en', 'en', 'pl-PL', 'en', 'de', 'en']);
  takeMessages(page(polish));
  speakAs('pl');
  expect([spoken(), t('desk.publish'), t('report.warnings', { count: 3 }), t('desk.keep')]).toEqual(['pl', 'Opublikuj', '3 ostrzeżenia', 'Keep it']);
  takeMessages(page());
  speakAs('en');
  expect([spoken(), t('desk.publish')]).toEqual(['en', 'Publish']);
});

test('a page is sent its sentences once', () => {
  const [one, other, sentences] = [{}, {}, {}];
  expect([isFirst(one, sentences), isFirst(one, sentences), isFirst(other, sentences), isFirst(one, {})]).toEqual([true, false, true, true]);
});

test('what carries the keys of somebody else stays as it is', async () => {
  const foreign = '<b data-t="app.title"></b><i data-t-title="app.hint"></i><u data-t="toString"></u>';
  expect(await withSentences(foreign, 'de')).toBe(foreign);
});
