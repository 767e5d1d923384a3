// What changed between two versions, to be read.

import { t } from '../languages/say.js';
import { make } from './make.js';
import { places, rows } from './rows.js';

/**
 * @typedef {import('../wire.js').Changes} Changes
 * @typedef {import('./rows.js').Line} Line
 */

/** So many rows are drawn before somebody asks for more: a browser takes seconds for a hundred thousand. */
const DRAWN_AT_ONCE = 400;
/** Not by colour alone: what became of a line has a sign for the eye and a sentence for the ear. */
const LINES = {
  same: { sign: '', sentence: 'history.line_same' },
  added: { sign: '+', sentence: 'history.line_added' },
  removed: { sign: '−', sentence: 'history.line_removed' },
  changed: { sign: '±', sentence: 'history.line_changed' },
};
/** So do its words. */
const WORDS = /** @type {const} */ ({
  added: { tag: 'ins', begins: 'history.ear_added' },
  removed: { tag: 'del', begins: 'history.ear_removed' },
});
const COARSE = { lines: 'history.by_lines', whole: 'history.by_whole' };

/**
 * @param {Changes} changes
 * @returns {{ element: HTMLElement, summary: string }} the summary is for the ear
 */
export function drawn(changes) {
  const { before, runs, cut } = changes;
  const count = places(runs);
  const summary = before === null ? t('history.first') : count === 0 ? t('history.no_change') : t('history.places', { count });
  const table = make('div', { class: 'mh-lines' });
  const more = make('button', { type: 'button', class: 'mh-quiet', hidden: true }, t('history.more_lines'));
  const all = rows(runs);
  const draw = () => {
    const begins = table.childElementCount;
    let isOver = false;
    while (!isOver && table.childElementCount < begins + DRAWN_AT_ONCE) {
      const { value, done } = all.next();
      isOver = done === true;
      if (value) table.append(value.is === 'skipped' ? make('p', { class: 'mh-skipped' }, t('history.skipped', { count: value.lines })) : line(value));
    }
    more.hidden = isOver;
    return begins;
  };
  draw();
  more.addEventListener('click', () => {
    const next = table.children[draw()];
    // The button may be gone, and what it brought is what is read next.
    if (next instanceof HTMLElement) {
      next.tabIndex = -1;
      next.focus();
    }
  });
  const notes = notesOn(changes).map((text) => make('p', { class: 'mh-hint' }, text));
  const end = cut && make('p', { class: 'mh-hint' }, t('history.cut'));
  return { element: make('div', { class: 'mh-changes' }, make('p', { class: 'mh-summary' }, summary), ...notes, count > 0 && table, count > 0 && more, end), summary };
}

/**
 * What no line shows, and how finely they were compared.
 *
 * @param {Changes} changes
 * @returns {string[]}
 */
function notesOn({ before, after, detail }) {
  const notes = [];
  if (before && before.encoding !== after.encoding) notes.push(t('history.encoding'));
  if (before && before.line_ends !== after.line_ends && before.line_ends !== 'none' && after.line_ends !== 'none') notes.push(t('history.line_ends'));
  if (detail !== 'words') notes.push(t(COARSE[detail]));
  return notes;
}

/** @param {Line} line */
function line({ is, number, pieces }) {
  const words = pieces.map(({ kind, text }) => {
    if (kind === 'same') return text;
    const { tag, begins } = WORDS[kind];
    return make(tag, {}, hidden(t(begins)), text, hidden(t('history.ear_end')));
  });
  const { sign, sentence } = LINES[is];
  return make(
    'div',
    { class: 'mh-line', 'data-is': is },
    make('span', { class: 'mh-number', 'aria-hidden': 'true' }, String(number)),
    make('span', { class: 'mh-sign', 'aria-hidden': 'true' }, sign),
    hidden(t(sentence, { number })),
    make('div', { class: 'mh-words', dir: 'auto' }, ...words),
  );
}

/**
 * For the ear alone.
 *
 * @param {string} text
 */
const hidden = (text) => make('span', { class: 'mh-heard' }, ` ${text} `);
