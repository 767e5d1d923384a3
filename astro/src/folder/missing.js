// What a report misses, and which of the chosen files that is.

import { isFile, wantedPath } from './belongs.js';
import { baseName, endingOf, fold } from './paths.js';
import { isShown, kindOf } from './sort.js';

/** What a report quotes of a text, in characters, and how many others it quotes at once. */
const MAX_QUOTED = 80;
const MAX_ALSO = 50;

/**
 * Where files must lie for a document to find them; `more` says that the report names only some: then any file may be one
 * of them, and is found by its name.
 *
 * @typedef {{ paths: string[], more: boolean }} Missing
 */

/**
 * What a document asks for and members may send.
 *
 * @param {{ path?: string | undefined, warnings: readonly { code: string, text: string, hint: string, also?: readonly string[] }[] }} report of a
 *   document in the folder `path`
 * @returns {Missing}
 */
export function missing({ path: folder = '', warnings }) {
  const paths = new Set();
  let more = false;
  for (const { code, text: first, hint, also } of warnings) {
    // A link to a PDF that isn't there is one of those that lead nowhere.
    if (code !== 'missing-asset' && code !== 'relative-link') continue;
    // Servers of before told the first of many places alone.
    const isCut = also ? also.length >= MAX_ALSO : /^\d+ places\b/.test(hint);
    for (const text of [first, ...(also ?? [])]) {
      const destination = (/\[\[([^\]|#]+)/.exec(text)?.[1] ?? text).trim();
      if (code === 'relative-link' && !isFile(destination)) continue;
      more ||= isCut || [...text].length >= MAX_QUOTED;
      if (isFile(destination)) paths.add(wantedPath(folder, destination));
    }
  }
  return { paths: [...paths], more: paths.size > 0 && more };
}

/**
 * The chosen files that are missing, each with the path where it is to lie, by their names; a single one is the one that is
 * asked for, whatever its name.
 *
 * @template {{ name: string }} Chosen
 * @param {Missing} missing
 * @param {string} folder of the document
 * @param {readonly Chosen[]} files
 * @returns {{ taken: { file: Chosen, path: string }[], others: Chosen[] }}
 */
export function placed({ paths, more }, folder, files) {
  const [only] = paths;
  if (only !== undefined && paths.length === 1 && !more && files.length === 1) return { taken: files.map((file) => ({ file, path: only })), others: [] };
  /** @type {ReturnType<typeof placed<Chosen>>} */
  const { taken, others } = { taken: [], others: [] };
  for (const file of files) {
    const name = fold(file.name);
    const same = paths.filter((path) => fold(baseName(path)) === name);
    // A phone makes a JPEG of a HEIC picture, and whoever exports a drawing makes a PNG.
    const asked = same.length > 0 ? same : paths.filter((path) => stem(fold(baseName(path))) === stem(name));
    if (asked.length > 0) taken.push(...asked.map((path) => ({ file, path })));
    else if (more && isShown(kindOf(file.name))) taken.push({ file, path: folder ? `${folder}/${file.name}` : file.name });
    else others.push(file);
  }
  return { taken, others };
}

/** @param {string} name */
const stem = (name) => name.replace(/\.[^.]*$/, '');

/** Whether all that is missing are pictures. @param {Missing} missing */
export const arePictures = ({ paths }) => paths.every((path) => endingOf(path) !== 'pdf');
