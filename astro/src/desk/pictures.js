// Pictures that are put into a text: what each is called, what stands in its place while it is sent, and its way to the server.

import { sha256 } from '../folder/changed.js';
import { baseName, endingOf, fold, parsePath } from '../folder/paths.js';
import { contentType, prepared } from '../folder/scale.js';

/** As often, and as long, in milliseconds, the files are looked at until the picture is made. */
const LOOK_AGAIN_MS = 500;
const PATIENCE_MS = 60_000;
const MAX_NAME = 60;
/** As much of a file tells its kind, in bytes. */
const HEAD_BYTES = 4096;
/** What programs call a picture that has no name. */
const NAMELESS = /^(image|img|picture|pasted image|screenshot|unnamed|blob|clipboard|bild|photo)?[ _-]*(\(?\d{1,3}\)?)?$/i;
/** The ending that fits a kind. @type {Readonly<Record<string, string>>} */
const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/gif': 'gif', 'image/webp': 'webp', 'image/svg+xml': 'svg' };

/**
 * @typedef {{ path: string, state: string, sha256?: string | null | undefined, reason?: string | null | undefined }} KnownFile
 */

/**
 * The name of a picture: its own, cleaned of what a link would stumble over, or made of its description where it has none. It
 * ends as what is sent, which may be another kind than the camera's.
 *
 * @param {string} name of the file
 * @param {string} type of what is sent
 * @param {string} description
 * @param {string} instead where neither says anything
 */
export function cleanName(name, type, description, instead) {
  const ending = ENDINGS[type] ?? endingOf(name);
  const stem = baseName(name).replace(/\.[^.]*$/, '');
  const words = (/** @type {string} */ text) =>
    text
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
      .slice(0, MAX_NAME)
      .replace(/^-+|-+$/g, '');
  const called = (NAMELESS.test(stem) ? words(description) : words(stem)) || instead;
  return ending ? `${called}.${ending}` : called;
}

/**
 * A path that no file has. Files that differ in case alone would be found by the same name.
 *
 * @param {string} name
 * @param {string} folder
 * @param {Iterable<string>} taken paths
 */
export function freePath(name, folder, taken) {
  // A document finds a picture by its name in any folder: what has the same name elsewhere would stand in for it.
  const names = new Set([...taken].map((path) => fold(baseName(path))));
  const at = name.lastIndexOf('.');
  const [stem, ending] = at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at)];
  let called = name;
  for (let number = 2; names.has(fold(called)); number += 1) called = `${stem}-${number}${ending}`;
  return folder ? `${folder}/${called}` : called;
}

/**
 * What stands in the text while a picture is sent. The mark in it is found again wherever the text moves to meanwhile.
 *
 * @param {string} sentence that says so
 * @param {string} mark
 */
export const placeholder = (sentence, mark) => `![${plain(sentence)} ${mark}]()`;

/**
 * A text without the placeholders that a crash left in it: nothing is being sent for them any more.
 *
 * @param {string} text
 */
export const withoutPlaceholders = (text) => text.replace(/!\[[^\n]*? #\d+\]\(\)\n{0,2}/g, '');

/**
 * The picture in Markdown. Its destination is its name in the document's own folder.
 *
 * @param {string} description
 * @param {string} path
 */
export const shown = (description, path) => `![${plain(description)}](${baseName(path)})`;

/** A description that ends nothing: brackets and ends of lines would. @param {string} text */
const plain = (text) => text.replace(/\s+/g, ' ').trim().replace(/[\\[\]]/g, '\\$&');

/**
 * Puts pieces for pictures in where the cursor is: on a line of its own each, unless it stands in a line that is written.
 *
 * @param {{ text: string, start: number, end: number }} selected
 * @param {readonly string[]} pieces
 * @returns {import('./marks.js').Edit}
 */
export function inserted({ text, start, end }, pieces) {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const before = start > 0 && (line.trim() !== '' || text[start - 1] !== '\n') ? '\n\n' : start > 1 && text[start - 2] !== '\n' ? '\n' : '';
  const rest = text.slice(end);
  const after = rest === '' ? '\n' : rest.startsWith('\n\n') ? '' : rest.startsWith('\n') ? '\n' : '\n\n';
  const insert = `${before}${pieces.join('\n\n')}${after}`;
  const at = start + before.length + pieces.join('\n\n').length;
  return { from: start, to: end, insert, start: at, end: at };
}

/**
 * Where a placeholder is; nothing where somebody deleted it. One that goes without a picture takes the empty lines with it that
 * it brought.
 *
 * @param {string} text
 * @param {string} piece
 * @param {boolean} [goes]
 * @returns {{ from: number, to: number } | undefined}
 */
export function found(text, piece, goes = false) {
  let from = text.indexOf(piece);
  if (from < 0) return undefined;
  let to = from + piece.length;
  const isAlone = (from === 0 || text[from - 1] === '\n') && (to === text.length || text[to] === '\n');
  if (!goes || !isAlone) return { from, to };
  to += /^\n{0,2}/.exec(text.slice(to))?.[0].length ?? 0;
  // At the end of the text the lines in front of it are too many.
  if (to === text.length) from -= /\n{0,2}$/.exec(text.slice(0, from))?.[0].length ?? 0;
  return { from, to };
}

/**
 * Whether this is a picture, by what it holds or says it is.
 *
 * @param {Blob & { name?: string }} file
 */
export async function isPicture(file) {
  if (file.type.startsWith('image/')) return true;
  const { type } = contentType(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())) ?? {};
  return type?.startsWith('image/') ?? false;
}

/**
 * Sends a picture and waits until documents can show it.
 *
 * @param {{ file: File, description: string, folder: string, instead: string, also: Set<string> }} picture `also` are paths that other
 *   pictures on their way have
 * @param {object} ways
 * @param {() => Promise<readonly KnownFile[]>} ways.files
 * @param {(file: File, path: string) => Promise<unknown>} ways.upload
 * @param {string} ways.badName said where nothing is left of its name
 * @param {(reason: string | null | undefined) => string} ways.rejected
 * @param {AbortSignal} signal
 * @returns {Promise<string>} its path
 */
export async function sendPicture({ file, description, folder, instead, also }, { files, upload, badName, rejected }, signal) {
  const { bytes, type } = await prepared(file);
  const known = await files();
  signal.throwIfAborted();
  const digest = await sha256(bytes);
  // The very same picture is there already, where this document finds it.
  const same = digest && known.find((one) => one.sha256 === digest && one.state === 'ready' && !one.path.includes('/'));
  if (same && !folder) return same.path;
  const { path } = parsePath(freePath(cleanName(file.name, type || file.type, description, instead), folder, [...known.map((one) => one.path), ...also]));
  if (path === undefined) throw new Error(badName);
  also.add(path);
  try {
    await upload(new File([bytes], baseName(path), { type: type || file.type }), path);
    signal.throwIfAborted();
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const now = (await files()).find((one) => one.path === path);
      signal.throwIfAborted();
      if (now?.state === 'rejected') throw new Error(rejected(now.reason));
      if (now?.state === 'ready') return path;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    // It is stored, and documents show it as soon as it is made.
    return path;
  } finally {
    also.delete(path);
  }
}
