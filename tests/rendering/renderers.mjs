// Markdown to HTML, as other programs do it.
import { HtmlRenderer, Parser } from 'commonmark';
import MarkdownIt from 'markdown-it';
import { Marked } from 'marked';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import rehypeRaw from 'rehype-raw';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { markdownToHtml } from 'satteri';
import { unified } from 'unified';

const commonmark = new Parser();
const html = new HtmlRenderer();
const remark = unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true });
const stringify = unified().use(rehypeStringify, { allowDangerousHtml: true });
const raw = unified().use(rehypeRaw);
/** The tree of the text that was asked for last: two renderers begin with it. */
let last = { text: undefined, tree: undefined };
function hast(text) {
  if (last.text !== text) last = { text, tree: remark.runSync(remark.parse(text)) };
  return last.tree;
}
const dangerous = { allowDangerousHtml: true, allowDangerousProtocol: true };
const github = { ...dangerous, extensions: [gfm()], htmlExtensions: [gfmHtml()] };
const markdownIt = new MarkdownIt({ html: true, linkify: true });
const marked = new Marked({ gfm: true });

/** `satteri` is what Astro renders with, looking for frontmatter; each gives raw HTML through. */
export const renderers = {
  satteri: (text, frontmatter = true) => markdownToHtml(text, { features: { frontmatter } }).html,
  commonmark: (text) => html.render(commonmark.parse(text)),
  remark: (text) => stringify.stringify(hast(text)),
};

/** remark with the HTML inside read as a browser would read it. */
export const remarkRaw = (text) => stringify.stringify(raw.runSync(hast(text)));

/**
 * What a site may render with; `astro` where Astro does, which looks for the files of pictures, and `every` where
 * a slow program whose grammar another has too sees one document of so many.
 */
export const pipelines = [
  { name: 'satteri', astro: true, render: renderers.satteri },
  { name: 'satteri with mathematics', astro: true, render: (text) => markdownToHtml(text, { features: { frontmatter: true, math: true } }).html },
  { name: 'remark', astro: true, render: renderers.remark },
  { name: 'remark with rehype-raw', astro: true, render: remarkRaw },
  { name: 'micromark', astro: false, render: (text) => micromark(text, dangerous) },
  { name: 'micromark with GFM', astro: false, every: 4, render: (text) => micromark(text, github) },
  { name: 'commonmark', astro: false, render: renderers.commonmark },
  { name: 'markdown-it', astro: false, render: (text) => markdownIt.render(text) },
  { name: 'marked', astro: false, render: (text) => marked.parse(text) },
];

/** The syntax tree of a document in GitHub's Markdown. */
export const tree = (text) => unified().use(remarkParse).use(remarkGfm).parse(text);
