// What the server has already, told by digests, and the address of a note where its own is another's.

import { baseName, folderOf } from './paths.js';
import { isOwnPage } from './sort.js';

/** How many numbers are tried behind a name. */
const MAX_NUMBER = 99;
/** Longest address that is made here, in characters: shorter than the server's, which may add to it. */
const MAX_ADDRESS = 70;

/**
 * The SHA-256 of what would be sent, in hexadecimal. Nothing where the page came over a line that isn't safe: browsers
 * have no digests there, and everything is sent again.
 *
 * @param {Blob} bytes
 * @returns {Promise<string | undefined>}
 */
export async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return undefined;
  const digest = await subtle.digest('SHA-256', await bytes.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A file of `GET /api/files`, as far as it matters here.
 *
 * @typedef {{ path: string, state: string, sha256?: string | null | undefined }} KnownFile
 */

/**
 * A document of `GET /api/readmes`, as far as it matters here.
 *
 * @typedef {{ slug: string, file_name: string | null, path?: string | undefined, sha256?: string | null | undefined }} KnownNote
 */

/**
 * Whether a file is there as it would be sent, and wasn't rejected.
 *
 * @param {readonly KnownFile[]} known
 * @param {string} path in NFC
 * @param {string | undefined} digest
 */
export const hasFile = (known, path, digest) =>
  digest !== undefined && known.some((file) => file.path === path && file.state !== 'rejected' && file.sha256 === digest);

/**
 * The documents that a note may be the new version of: of the same folder and name. There are several where the member
 * kept both of two, such as the READMEs of two projects.
 *
 * @template {KnownNote} Known
 * @param {readonly Known[]} known
 * @param {string} path of the note, in NFC
 * @returns {Known[]}
 */
export function knownNotes(known, path) {
  const [folder, name] = [folderOf(path), baseName(path)];
  return known.filter((note) => note.file_name?.normalize('NFC') === name && (note.path ?? '').normalize('NFC') === folder);
}

/**
 * Whether a note is there as it would be sent.
 *
 * @param {readonly KnownNote[]} known
 * @param {string} path
 * @param {string | undefined} digest
 */
export const hasNote = (known, path, digest) => digest !== undefined && knownNotes(known, path).some(({ sha256 }) => sha256 === digest);

/**
 * Whether a note may take the place of a document of another title without a question. In a folder a file of the same name
 * is the same document with a new title; at the top it may be the README of another project.
 *
 * @param {readonly KnownNote[]} known
 * @param {string} path
 */
export const mayReplace = (known, path) => folderOf(path) !== '' && knownNotes(known, path).length === 1;

/**
 * The slug that a note is sent to: that of the one document that it is the new version of, and else none, so that the
 * server makes it. The member's own page has no slug that can be named.
 *
 * @param {readonly KnownNote[]} known
 * @param {string} path
 * @returns {string | undefined}
 */
export function addressOf(known, path) {
  const [one, other] = knownNotes(known, path);
  return one && !other && one.slug !== 'readme' ? one.slug : undefined;
}

/**
 * A free address for a note whose own is another document's (`conflict`): one with the names of its folders, else one with
 * a number. Made of `a-z0-9-`, and begun by a letter, so that the server takes it as it is.
 *
 * @param {string} path
 * @param {ReadonlySet<string>} taken the slugs of all documents
 * @returns {string | undefined} nothing where too many are taken
 */
export function freeAddress(path, taken) {
  const folders = folderOf(path).split('/').filter(Boolean);
  const called = isOwnPage(path) ? (folders.pop() ?? 'note') : baseName(path).replace(/\.[^.]*$/, '');
  const withFolders = folders.map((_, from) => [...folders.slice(folders.length - 1 - from), called].join(' '));
  const numbered = Array.from({ length: MAX_NUMBER - 1 }, (_, index) => `${called} ${index + 2}`);
  return [...withFolders, ...numbered].map(address).find((slug) => slug !== undefined && !taken.has(slug));
}

/** @param {string} name @returns {string | undefined} */
function address(name) {
  // The server drops the id that an export put behind a name.
  const called = name.replace(/[ -]?[\da-f]{32}$/i, '');
  const plain = called.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replaceAll('ß', 'ss');
  const words = plain.match(/[a-z\d]+/g) ?? [];
  // One word alone may be one that sites keep for themselves.
  if (words.length < 2) return undefined;
  const slug = words.join('-').slice(-MAX_ADDRESS).replace(/^-/, '');
  // A date in front would be dropped, too.
  return /^\d/.test(slug) ? `note-${slug}` : slug;
}
