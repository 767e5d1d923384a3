// Nothing hostile gets through: the output, rendered as Astro does and as others do, is read as a
// browser reads it, inside a page.
import { Verdict, apart, convert, fromCorpus } from '../readers/documents.mjs';
import { fault } from './fault.mjs';
import { documents as hostile } from './hostile.mjs';
import { remarkRaw, renderers } from './renderers.mjs';

const [batch, lines, corpus] = process.argv.slice(2);
const verdict = new Verdict();

const documents = [...hostile(lines), ...fromCorpus(corpus || undefined)];
console.log(`${documents.length} documents`);
verdict.check('at least 1,000 hostile documents', documents.length >= 1000, `${documents.length}`);
// What is looked for is found, where it is.
for (const html of ['<script>', '<p onclick="x">', '<a href="java&#10;script:x">', '<form>', '<iframe>', '</article></main>x', '<p style="position:fixed">', '<img src="../x.png">', '<svg>', '<!--', '<textarea>']) {
  verdict.check('the check finds what is hostile', fault(html) !== null, html);
}
let gaveUp = 0;
for (const [at, { id, rejected, file, stable, defect }] of convert(batch, documents).entries()) {
  if (!verdict.check('converted', rejected === undefined, id, () => rejected)) continue;
  verdict.check('converting twice is converting once', stable, id, () => JSON.stringify(documents[at].text));
  verdict.check('the converter finds nothing wrong itself', defect === null, id, () => defect);
  const { body } = apart(file);
  // Astro reads GitHub's Markdown; in one without tables and footnotes this would be another document.
  const { satteri, remark } = renderers;
  // Astro's own renderer sees every document, the slower ones every third: the places are no multiple of three, and each has
  // its turn.
  const slower = at % 3 === 0 ? { remark, 'remark with rehype-raw': remarkRaw } : {};
  for (const [name, render] of Object.entries({ satteri, ...slower })) {
    let html;
    try {
      html = render(body);
    } catch (error) {
      // A thousand lists in each other are too deep for remark itself; that page isn't built at all.
      if (name === 'satteri' || !(error instanceof RangeError)) throw error;
      gaveUp += 1;
      continue;
    }
    const wrong = fault(html);
    verdict.check(`${name}: harmless in a page`, wrong === null, id, () => `${wrong} in ${JSON.stringify(body.slice(0, 200))} from ${JSON.stringify((documents[at].text ?? '').slice(0, 200))}`);
  }
}
if (gaveUp) console.log(`${gaveUp} renderings were too deep for their program`);
verdict.end();
