import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { markdownToHtml } from 'satteri';
import { unified } from 'unified';
import { expect, test } from 'vitest';
import { callouts, rehypeCallouts, rehypeTaskLabels, taskLabels } from '../src/markdown.js';

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
