import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { markdownToHtml } from 'satteri';
import { unified } from 'unified';
import { expect, test } from 'vitest';
import { OFFERED } from '../src/languages/say.js';
import { callouts, rehypeCallouts, rehypeTaskLabels, taskLabels, wordsOf } from '../src/markdown.js';

const rehype = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeCallouts).use(rehypeStringify);
/** Line breaks between tags say nothing. */
const tight = (html: string) => html.replace(/\s*\n\s*/g, '').replace(/ open=""/g, ' open');

const CASES: [string, string, string][] = [
  ['GitHub’s own', '> [!NOTE]\n> Text *here*.\n>\n> More.', '<div class="callout" data-callout="note"><p class="callout-title">Note</p><div class="callout-content"><p>Text <em>here</em>.</p><p>More.</p></div></div>'],
  ['a title', '> [!tip] A `good` one\n> Text.', '<div class="callout" data-callout="tip"><p class="callout-title">A <code>good</code> one</p><div class="callout-content"><p>Text.</p></div></div>'],
  ['nothing but a title', '> [!info] Alone', '<div class="callout" data-callout="info"><p class="callout-title">Alone</p></div>'],
  ['folded', '> [!faq]- Why?\n> Because.', '<details class="callout" data-callout="faq"><summary class="callout-title">Why?</summary><div class="callout-content"><p>Because.</p></div></details>'],
  ['unfolded', '> [!faq]+\n> - a', '<details class="callout" data-callout="faq" open><summary class="callout-title">Faq</summary><div class="callout-content"><ul><li>a</li></ul></div></details>'],
  ['one in another', '> [!a]\n> > [!b]\n> > Text.', '<div class="callout" data-callout="a"><p class="callout-title">A</p><div class="callout-content"><div class="callout" data-callout="b"><p class="callout-title">B</p><div class="callout-content"><p>Text.</p></div></div></div></div>'],
  ['within a list', '- x\n\n  > [!a]\n  > Text.', '<ul><li><p>x</p><div class="callout" data-callout="a"><p class="callout-title">A</p><div class="callout-content"><p>Text.</p></div></div></li></ul>'],
  ['a quotation', '> Text [!note]', '<blockquote><p>Text [!note]</p></blockquote>'],
  ['a quotation with a list first', '> - [!note]', '<blockquote><ul><li>[!note]</li></ul></blockquote>'],
];

test.each(CASES)('%s, by Sätteri and by rehype', (_name, markdown, html) => {
  const { html: satteri } = markdownToHtml(markdown, { hastPlugins: [callouts()] });
  expect(tight(satteri)).toBe(html);
  expect(tight(String(rehype.processSync(markdown)))).toBe(html);
});

test('whatever the type is, it stays text', () => {
  for (const type of ['"><img src=x onerror=alert(1)>', "' onclick=alert(1) x='", '<script>']) {
    const markdown = `> [!${type.replaceAll('<', '&lt;')}]\n> Text.`;
    for (const html of [markdownToHtml(markdown, { hastPlugins: [callouts()] }).html, String(rehype.processSync(markdown))]) {
      expect(html).toContain('<div class="callout" data-callout="');
      expect(html.replace(/"[^"]*"/g, '""')).not.toMatch(/<(img|script)|<[^>]*\son/i);
    }
  }
});

test('the boxes of task lists have names, by Sätteri and by rehype', () => {
  const tasks = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeTaskLabels).use(rehypeStringify);
  for (const html of [markdownToHtml('- [x] a\n- [ ] b\n', { hastPlugins: [taskLabels()] }).html, String(tasks.processSync('- [x] a\n- [ ] b\n'))]) {
    expect([...html.matchAll(/<input[^>]*>/g)].map(([input]) => /aria-label="([^"]*)"/.exec(input)?.[1])).toEqual(['done', 'to do']);
  }
});

/** As Astro hands a document's frontmatter to plugins. */
const beside = (frontmatter: Record<string, unknown>) => ({ astro: { frontmatter } });
const NOTES = '> [!tip]\n> Text.\n\n> [!tip] Eigener\n> > [!Warning]\n> > Text.\n\n> [!oar]\n> Text.\n\n- [x] a\n- [ ] b\n';
const named = (html: string) => [...html.matchAll(/callout-title">([^<]*)|aria-label="([^"]*)"/g)].map(([, title, label]) => title ?? label);

test.each([
  ['de-CH', ['Tipp', 'Eigener', 'Warnung', 'Oar', 'erledigt', 'zu erledigen']],
  ['ja', ['ヒント', 'Eigener', '警告', 'Oar', '完了', '未完了']],
  ['pt', ['Tip', 'Eigener', 'Warning', 'Oar', 'done', 'to do']],
  [7, ['Tip', 'Eigener', 'Warning', 'Oar', 'done', 'to do']],
  [undefined, ['Tip', 'Eigener', 'Warning', 'Oar', 'done', 'to do']],
])('what is put into a document in “%s” is in its language, by Sätteri and by rehype', async (lang, expected) => {
  const data = beside({ lang });
  const { html } = await markdownToHtml(NOTES, { hastPlugins: [callouts(), taskLabels()], data: data as never });
  expect(named(html)).toEqual(expected);
  const processor = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeCallouts).use(rehypeTaskLabels).use(rehypeStringify);
  expect(named(String(await processor.process({ value: NOTES, data })))).toEqual(expected);
});

test('a site says which language its documents are in that don’t, and may have words of its own', () => {
  const words = (lang = 'fr') => ({ ...wordsOf(lang), callouts: { ...wordsOf(lang).callouts, oar: 'Aviron' } });
  const html = markdownToHtml(NOTES, { hastPlugins: [callouts(words), taskLabels(words)] }).html;
  expect(named(html)).toEqual(['Astuce', 'Eigener', 'Avertissement', 'Aviron', 'fait', 'à faire']);
  const tasks = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeCallouts, words).use(rehypeTaskLabels, words).use(rehypeStringify);
  expect(named(String(tasks.processSync(NOTES)))).toEqual(['Astuce', 'Eigener', 'Avertissement', 'Aviron', 'fait', 'à faire']);
});

test('a type that every object has by itself is a word like any other', () => {
  expect(named(markdownToHtml('> [!constructor]\n> x', { hastPlugins: [callouts()] }).html)).toEqual(['Constructor']);
});

test('each language has a word for the same, and none is empty', () => {
  const english = wordsOf('en');
  expect(Object.keys(english.callouts).length).toBeGreaterThan(20);
  for (const lang of OFFERED) {
    const { done, toDo, callouts: titles } = wordsOf(lang);
    expect(Object.keys(titles)).toEqual(Object.keys(english.callouts));
    expect([done, toDo, ...Object.values(titles)].filter((word) => word.trim() === '')).toEqual([]);
    if (lang !== 'en') expect([done, titles['warning'], titles['example']]).not.toEqual([english.done, english.callouts['warning'], english.callouts['example']]);
  }
});

test('in English a callout is called as it was before there were words', () => {
  expect(Object.entries(wordsOf('en').callouts).filter(([kind, title]) => title !== kind.charAt(0).toUpperCase() + kind.slice(1))).toEqual([]);
});
