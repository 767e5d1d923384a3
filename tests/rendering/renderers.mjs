// Markdown to HTML, as three other programs do it.
import { HtmlRenderer, Parser } from 'commonmark';
import rehypeRaw from 'rehype-raw';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { markdownToHtml } from 'satteri';
import { unified } from 'unified';

const commonmark = new Parser();
const html = new HtmlRenderer();
const remark = unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypeStringify, { allowDangerousHtml: true });
const raw = unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypeRaw).use(rehypeStringify);

/** `satteri` is what Astro renders with, looking for frontmatter; each gives raw HTML through. */
export const renderers = {
  satteri: (text, frontmatter = true) => markdownToHtml(text, { features: { frontmatter } }).html,
  commonmark: (text) => html.render(commonmark.parse(text)),
  remark: (text) => String(remark.processSync(text)),
};

/** remark with the HTML inside read as a browser would read it. */
export const remarkRaw = (text) => String(raw.processSync(text));

/** The syntax tree of a document in GitHub's Markdown. */
export const tree = (text) => unified().use(remarkParse).use(remarkGfm).parse(text);
