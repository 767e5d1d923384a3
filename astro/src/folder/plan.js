// What becomes of a chosen folder, before anything is sent.

import { belongings } from './belongs.js';
import { isSilent, sort } from './sort.js';

/**
 * A note with the files that it shows or leads to. Each file stands with the first note that does (`own`); `others` are what
 * stands with another note or is on the server already. `missing` are destinations under which nothing is found.
 *
 * @typedef {{ path: string, own: string[], others: string[], missing: string[] }} PlannedNote
 */

/**
 * What is sent of the chosen files, notes last, and what stays where it is, and why.
 *
 * @template {import('./sort.js').Named & { open: () => Promise<Blob> }} Chosen
 * @param {readonly Chosen[]} chosen
 * @param {readonly { path: string }[]} known the member's files on the server
 * @param {import('./sort.js').Limits} [limits]
 * @returns {Promise<{ taken: import('./sort.js').Taken<Chosen>[], notes: PlannedNote[], unshown: string[], ignored: import('./sort.js').Ignored<Chosen>[] }>}
 *   `unshown` are the files that no note asks for, which members keep where there are notes, unless they say otherwise
 */
export async function planned(chosen, known, limits) {
  const { taken, ignored } = sort(chosen, limits);
  const texts = [];
  /** @type {string[]} */
  const files = [];
  for (const { kind, path, file } of taken) {
    if (kind === 'note') texts.push({ path, text: await (await file.open()).text() });
    else files.push(path);
  }
  const { notes, unshown } = belongings(texts, files, known.map(({ path }) => path));
  const left = new Set(files);
  return {
    taken,
    notes: notes.map(({ path, shows, missing }) => {
      // `delete` tells whether it was there.
      const own = shows.filter((file) => left.delete(file));
      return { path, own, others: shows.filter((file) => !own.includes(file)), missing };
    }),
    unshown,
    ignored: ignored.filter(({ reason }) => !isSilent(reason)),
  };
}
