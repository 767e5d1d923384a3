// What changed between two versions, as rows: one for each line, with what was added and removed in it.

/**
 * @typedef {import('../wire.js').Run} Run
 * @typedef {'same' | 'added' | 'removed'} Kind
 */

/**
 * A part of a line. Of a `mark` the text stands for what can't be seen: a space, or the end of a line.
 *
 * @typedef {{ kind: Kind, text: string, mark?: true }} Piece
 */

/**
 * A line: the `number` is that of the later version, and of the older one where all of it was removed.
 *
 * @typedef {{ is: Kind | 'changed', number: number, pieces: Piece[] }} Line
 * @typedef {{ is: 'skipped', lines: number }} Skipped
 */

/** What stands for the end of a line that was added or removed by itself. */
const LINE_END = '¶';
const MARKS = new Map([[' ', '␣'], ['\t', '⇥'], ['\u{a0}', '⍽']]);
/** White space and signs without a width: the eye takes a change of them for none. */
const UNSEEN = /^[\s\p{Cf}\p{Cc}]+$/u;
/** Signs without a width within words; those that join letters and pictures show by what they join. */
const HIDDEN = /(?![\t\u200c\u200d])[\p{Cf}\p{Cc}]/gu;

/**
 * The rows of these runs, one after the other: there may be a million.
 *
 * @param {Iterable<Run>} runs
 * @returns {Generator<Line | Skipped, void>}
 */
export function* rows(runs) {
  /** @type {Piece[]} */
  let pieces = [];
  let [before, after] = [1, 1];
  for (const run of runs) {
    if ('before' in run) before = run.before;
    if ('after' in run) after = run.after;
    if (run.kind === 'skipped') {
      if (pieces.length > 0) yield* lines(pieces, before, after);
      pieces = [];
      yield { is: 'skipped', lines: run.lines };
      continue;
    }
    const { kind, text } = run;
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf('\n', at);
      const end = found < 0 ? text.length : found;
      if (end > at) pieces.push({ kind, text: text.slice(at, end) });
      at = end + 1;
      if (found < 0) break;
      if (kind !== 'same' && pieces.some((piece) => piece.kind !== kind)) pieces.push({ kind, text: LINE_END, mark: true });
      yield* lines(pieces.length > 0 ? pieces : [{ kind, text: '' }], before, after);
      pieces = [];
      if (kind !== 'added') before += 1;
      if (kind !== 'removed') after += 1;
    }
  }
  if (pieces.length > 0) yield* lines(pieces, before, after);
}

/**
 * A line, or two where one took the place of the other as a whole.
 *
 * @param {Piece[]} pieces
 * @param {number} before
 * @param {number} after
 * @returns {Generator<Line, void>}
 */
function* lines(pieces, before, after) {
  const has = (/** @type {Kind} */ kind) => pieces.some((piece) => piece.kind === kind);
  const keeps = pieces.some(({ kind, text }) => kind === 'same' && text.trim() !== '');
  const [added, removed] = [has('added'), has('removed')];
  const without = (/** @type {Kind} */ kind) => pieces.filter((piece) => piece.kind !== kind && !(piece.mark && piece.text === LINE_END)).map(seen);
  if (!added && !removed) yield { is: 'same', number: after, pieces };
  else if (keeps) yield { is: 'changed', number: after, pieces: pieces.map(seen) };
  else {
    if (removed) yield { is: 'removed', number: before, pieces: without('added') };
    if (added) yield { is: 'added', number: after, pieces: without('removed') };
  }
}

/** @param {string} sign */
const numbered = (sign) => `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * A change that nobody would see gets marks: of a sign without a width, its number in Unicode.
 *
 * @param {Piece} piece
 * @returns {Piece}
 */
function seen(piece) {
  const { kind, text } = piece;
  if (kind === 'same' || piece.mark) return piece;
  if (!UNSEEN.test(text)) return { kind, text: text.replace(HIDDEN, numbered) };
  const marked = Array.from(text, (sign) => MARKS.get(sign) ?? (/\s/.test(sign) ? '␣' : numbered(sign)));
  return { kind, text: marked.join(''), mark: true };
}

/**
 * How many places changed.
 *
 * @param {readonly Run[]} runs
 */
export function places(runs) {
  const isChange = (/** @type {Run | undefined} */ run) => run?.kind === 'added' || run?.kind === 'removed';
  return runs.filter((run, at) => isChange(run) && !isChange(runs[at - 1])).length;
}
