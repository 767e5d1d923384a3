// What each file of a chosen folder is: a note, a picture, a document, or something that stays where it is, and why.

import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { baseName, endingOf, parsePath, pathFault } from './paths.js';

/**
 * A file of a folder, by its path from the folder's top and its size in bytes.
 *
 * @typedef {{ path: string, size: number }} Named
 */

/**
 * What is sent of a folder. `turned` is a picture of a kind that the server doesn't take: the browser makes a JPEG of
 * it, or a WebP where it is transparent, if it can read it.
 *
 * @typedef {'note' | 'picture' | 'turned' | 'document'} Kind
 */

/**
 * Why a file stays where it is. `hidden` and `system` are what nobody thinks of, and are not worth a word.
 *
 * @typedef {'hidden' | 'system' | 'path' | 'empty' | 'too-large' | 'drawing' | 'recording' | 'office' | 'archive' | 'text' | 'unknown' | 'twice'} Reason
 */

/**
 * A file that is sent under `path`, which is in NFC.
 *
 * @template {Named} File
 * @typedef {{ kind: Kind, path: string, file: File }} Taken
 */

/**
 * A file that stays where it is, with a sentence that says what to do.
 *
 * @template {Named} File
 * @typedef {{ reason: Reason, path: string, sentence: string, file: File }} Ignored
 */

/** In bytes. @typedef {{ note: number, file: number }} Limits */

/** What the server takes unless `GET /api/site` says otherwise. @type {Readonly<Limits>} */
export const LIMITS = { note: 1024 ** 2, file: 25 * 1024 ** 2 };

/**
 * Most files of a folder, whatever they are.
 */
export const MAX_ENTRIES = 20_000;

/** Folders of other people's and other programs' files, whose name doesn't begin with a dot. */
const FOREIGN = ['#recycle', '$recycle.bin', '@eadir', '__macosx', 'lost+found', 'node_modules', 'system volume information'];
/** Those of earlier versions, which Logseq keeps beside what a graph shows, within its folder of settings. */
const VERSIONS = /(?:^|\/)logseq\/(?:bak|version-files)\//i;
/** Files that systems leave behind. */
const SYSTEM = ['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r'];

/**
 * Kinds and reasons by the ending of a name.
 *
 * @type {readonly (readonly [string, Kind | Reason])[]}
 */
const ENDINGS = [
  ['md markdown mdown mkd mdx', 'note'],
  ['jpg jpeg jpe jfif png apng webp gif svg', 'picture'],
  ['heic heics heif hif avif bmp cr2 dng ico jp2 jxl nef psd tif tiff xcf', 'turned'],
  ['pdf', 'document'],
  ['drawio excalidraw svgz', 'drawing'],
  ['3gp aac avi flac m4a m4v mkv mov mp3 mp4 mpeg mpg oga ogg ogv opus wav webm wma wmv', 'recording'],
  ['doc docx key numbers odp ods odt pages ppt pptx rtf xls xlsx', 'office'],
  ['zip 7z rar gz tar tgz', 'archive'],
  ['txt text', 'text'],
];

const BY_ENDING = new Map(ENDINGS.flatMap(([endings, is]) => endings.split(' ').map((ending) => /** @type {const} */ ([ending, is]))));

/** @type {readonly string[]} */
const KINDS = ['note', 'picture', 'turned', 'document'];

/**
 * The keys of what to do about each reason.
 *
 * @type {Readonly<Record<Exclude<Reason, 'path' | 'too-large'>, string>>}
 */
const SENTENCES = {
  hidden: 'desk.ignored.hidden',
  system: 'desk.ignored.system',
  empty: 'desk.ignored.empty',
  drawing: 'desk.ignored.drawing',
  recording: 'desk.ignored.recording',
  office: 'desk.ignored.office',
  archive: 'desk.ignored.archive',
  text: 'desk.ignored.text',
  unknown: 'desk.ignored.unknown',
  twice: 'desk.ignored.twice',
};

/** Whether notes show files of a kind. @param {Kind | Reason} kind */
export const isShown = (kind) => kind === 'picture' || kind === 'turned' || kind === 'document';

/** Whether a reason is not worth a word. @param {Kind | Reason} reason */
export const isSilent = (reason) => reason === 'hidden' || reason === 'system';

/**
 * What the file at `path` is, by its name alone.
 *
 * @param {string} path from the folder's top
 * @returns {Kind | Reason}
 */
export function kindOf(path) {
  const names = path.split('/');
  if (names.includes('.') || names.includes('..')) return 'path';
  if (names.some((name) => name.startsWith('.'))) return 'hidden';
  const folded = names.map((name) => name.toLowerCase());
  const own = folded.pop() ?? '';
  if (folded.some((name) => FOREIGN.includes(name)) || SYSTEM.includes(own) || VERSIONS.test(path)) return 'system';
  const is = BY_ENDING.get(endingOf(path)) ?? 'unknown';
  if (KINDS.includes(is) && parsePath(path).fault) return 'path';
  return is;
}

/**
 * Sorts the files of a folder: what is sent, notes behind everything else, and what isn't. Of two files with one path the
 * first counts.
 *
 * @template {Named} File
 * @param {readonly File[]} files
 * @param {Readonly<Limits>} [limits]
 * @returns {{ taken: Taken<File>[], ignored: Ignored<File>[] }}
 */
export function sort(files, limits = LIMITS) {
  /** @type {Taken<File>[]} */
  const taken = [];
  /** @type {Ignored<File>[]} */
  const ignored = [];
  const seen = new Set();
  for (const file of files) {
    const is = kindOf(file.path);
    const parsed = parsePath(file.path);
    const path = parsed.path ?? file.path;
    /** @param {Reason} reason @param {string} sentence */
    const leave = (reason, sentence) => ignored.push({ reason, path, sentence, file });
    if (is === 'path' || is === 'too-large') {
      leave('path', pathFault(parsed.fault ?? 'climbs'));
    } else if (is !== 'note' && is !== 'picture' && is !== 'turned' && is !== 'document') {
      leave(is, t(SENTENCES[is]));
    } else if (file.size === 0) {
      leave('empty', t(SENTENCES.empty));
    } else if (seen.has(path)) {
      leave('twice', t(SENTENCES.twice));
    } else {
      const limit = is === 'note' ? limits.note : is === 'document' ? limits.file : Infinity;
      if (file.size > limit) {
        leave('too-large', t('desk.ignored.too_large', { limit: size(limit) }));
      } else {
        seen.add(path);
        taken.push({ kind: is, path, file });
      }
    }
  }
  const depth = (/** @type {string} */ path) => path.split('/').length;
  const last = (/** @type {Taken<File>} */ { kind }) => Number(kind === 'note');
  taken.sort((one, other) => last(one) - last(other) || depth(one.path) - depth(other.path) || compare(one.path, other.path));
  return { taken, ignored };
}

/**
 * Files with their paths from within the folder that all of them lie in, where there is one: of a folder as browsers name
 * it, and of an archive of one folder. What is hidden or a system's doesn't count, and loses no name.
 *
 * @template {Named} File
 * @param {readonly File[]} files
 * @returns {File[]}
 */
export function withoutTop(files) {
  const tops = new Set();
  for (const { path } of files) {
    const is = kindOf(path);
    if (is === 'hidden' || is === 'system') continue;
    const slash = path.indexOf('/');
    // A file at the top is in no folder.
    tops.add(slash < 0 ? '' : path.slice(0, slash + 1));
  }
  const [top = ''] = tops;
  if (tops.size !== 1 || top === '') return [...files];
  return files.map((file) => (file.path.startsWith(top) ? { ...file, path: file.path.slice(top.length) } : file));
}

/**
 * Whether a note is the page of the folder that it lies in; at the top, the member's own.
 *
 * @param {string} path
 */
export const isOwnPage = (path) => /^(?:readme|index)$/i.test(baseName(path).replace(/\.[^.]*$/, ''));

/** By code points, as every program orders them. @param {string} one @param {string} other */
const compare = (one, other) => (one < other ? -1 : Number(one > other));
