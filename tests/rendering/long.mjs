// Long documents of one piece, converted and rendered by what Astro renders with: none may keep a build for long.
//
//   node long.mjs BATCH [--each N]
//
// Every N-th piece is tried, by default each fifteenth.
import { Verdict, apart, convert } from '../readers/documents.mjs';
import { all } from './pieces.mjs';
import { pipelines } from './renderers.mjs';

const [batch, ...options] = process.argv.slice(2);
const each = options[0] === '--each' ? Number(options[1]) : 15;
/** Bytes of a document. What takes the square of them takes 600 times as long for the largest that a member may send. */
const BYTES = 40_000;
/** Most processor time, in milliseconds: some seven times what the slowest of all took when this was written. */
const LIMIT = 15_000;

/** How pieces follow one another. */
const shapes = {
  'side by side': (piece) => piece,
  'between words': (piece) => `${piece} a `,
  'a line each': (piece) => `${piece}a\n`,
  'a paragraph each': (piece) => `${piece}a\n\n`,
  'an item each': (piece) => `- ${piece}\n`,
};

/** The processor's time, in milliseconds. */
function time(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const verdict = new Verdict();
for (const piece of all.filter((_, at) => at % each === 0)) {
  for (const [shape, unit] of Object.entries(shapes)) {
    const what = `${JSON.stringify(piece)}, ${shape}`;
    const one = unit(piece);
    const started = performance.now();
    const [answer] = convert(batch, [{ id: 0, text: one.repeat(Math.ceil(BYTES / one.length)) }]);
    // Of another process the clock tells more than there is, on a machine with other work.
    verdict.check('converted', performance.now() - started < LIMIT, what);
    if (answer.rejected !== undefined) continue;
    verdict.check('stable', answer.stable, what);
    const { body } = apart(answer.file);
    for (const { name, render } of pipelines.filter(({ astro }) => astro)) {
      let problem;
      const spent = time(() => {
        try {
          render(body);
        } catch (error) {
          problem = error.message;
        }
      });
      problem ??= spent < LIMIT ? undefined : `${Math.round(spent)} ms`;
      verdict.check(name, problem === undefined, what, () => problem);
    }
  }
}
verdict.end();
