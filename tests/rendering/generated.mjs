// Generated documents: lines of block marks, inline marks and what must not act, converted, rendered
// by every program that a site may use, and read as a browser reads them. What fails is made as
// small as it gets before it is printed.
//
//   node generated.mjs BATCH [--documents N] [--seed S]
import { Verdict, apart, convert } from '../readers/documents.mjs';
import { fault } from './fault.mjs';
import { document } from './pieces.mjs';
import { pipelines } from './renderers.mjs';

const [batch, ...options] = process.argv.slice(2);
const option = (name, fallback) => (options.includes(name) ? Number(options[options.indexOf(name) + 1]) : fallback);
const count = option('--documents', 20_000);
const seed = option('--seed', 1);
/** Documents that one run of the converter gets. */
const AT_ONCE = 1000;
/** Failures of one kind that are made small and printed; the others are counted. */
const MOST_OF_A_KIND = 3;
const MOST = 40;

/** What is wrong with an answer of the converter, in order: the program and the fault, as a kind. */
function* faults({ rejected, file, stable, defect }, number = 0) {
  if (rejected !== undefined) return;
  if (!stable) yield 'converting twice is not converting once';
  if (defect !== null) yield `the converter's own check: ${defect}`;
  const { body } = apart(file);
  const judged = new Map();
  for (const { name, astro, every = 1, render } of pipelines) {
    if (number % every !== 0) continue;
    const html = rendered(name, astro, render, body);
    if (html === undefined) continue;
    const known = `${astro} ${html}`;
    if (!judged.has(known)) judged.set(known, fault(html, { relative: !astro }));
    const wrong = judged.get(known);
    if (wrong !== null) yield `${name}: ${wrong}`;
  }
}

/** Documents that a program of others could not render; where Astro's can't, no site is built. */
const givenUp = new Map();

function rendered(name, astro, render, body) {
  try {
    return render(body);
  } catch (error) {
    if (astro) throw error;
    givenUp.set(name, (givenUp.get(name) ?? 0) + 1);
    return undefined;
  }
}

const answers = (documents) => convert(batch, documents.map((pieces, id) => ({ id, text: pieces.join('') })));

/** The fewest pieces that fail alike, then the fewest characters. */
function smallest(pieces, kind) {
  let small = pieces;
  let each = false;
  for (;;) {
    const fewer = small.map((_, at) => small.toSpliced(at, 1)).filter((candidate) => candidate.length);
    const at = answers(fewer).findIndex((answer) => [...faults(answer)].includes(kind));
    if (at >= 0) {
      small = fewer[at];
    } else if (each) {
      return small.join('');
    } else {
      each = true;
      small = [...small.join('')];
    }
  }
}

const verdict = new Verdict();
const kinds = new Map();
let shown = 0;
let refused = 0;
const started = performance.now();
for (let from = 0; from < count; from += AT_ONCE) {
  const documents = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => document(seed * 1_000_003 + from + at));
  for (const [at, answer] of answers(documents).entries()) {
    if (answer.rejected !== undefined) refused += 1;
    const [kind] = faults(answer, from + at);
    verdict.check('harmless wherever it is rendered, and converted once', kind === undefined, `document ${from + at}`, () => kind);
    if (kind === undefined) continue;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (kinds.get(kind) > MOST_OF_A_KIND || shown === MOST) continue;
    shown += 1;
    const small = smallest(documents[at], kind);
    const [{ file }] = answers([[small]]);
    console.log(`${kind}\n  document ${from + at} of seed ${seed}: ${JSON.stringify(small)}\n  becomes ${JSON.stringify(apart(file).body)}`);
  }
}
for (const [kind, number] of [...kinds].sort((a, b) => b[1] - a[1])) console.log(`${String(number).padStart(6)} ${kind}`);
console.log(`${count} documents of seed ${seed} in ${((performance.now() - started) / 1000).toFixed(0)} s; ${refused} were refused`);
for (const [name, number] of givenUp) console.log(`${String(number).padStart(6)} times ${name} threw an error of its own`);
verdict.check('documents are converted', refused < count / 2, `${refused} of ${count} were refused`);
verdict.end();
