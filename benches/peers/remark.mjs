// Times remark on documents given as JSON lines: {"first", "repeated", "count", "last"}, or {"text"}.
// Answers each with the milliseconds of the fastest turn, or with "failed".
import { createInterface } from 'node:readline';
import { unified } from 'unified';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';

const parser = unified().use(remarkParse).use(remarkFrontmatter).use(remarkGfm);
for await (const line of createInterface({ input: process.stdin })) {
  const { text, first, repeated, count, last, turns } = JSON.parse(line);
  const document = text ?? first + repeated.repeat(count) + last;
  let fastest = Infinity;
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      const started = performance.now();
      parser.parse(document);
      fastest = Math.min(fastest, performance.now() - started);
    }
    console.log(fastest);
  } catch {
    // Some documents nest too deeply for its stack.
    console.log('failed');
  }
}
