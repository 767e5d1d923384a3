// What somebody chose or dropped, as files with their paths: loose files, a folder, or what an archive holds.

import { t } from '../languages/say.js';
import { baseName, endingOf } from './paths.js';
import { isShown, isSilent, kindOf, MAX_ENTRIES, withoutTop } from './sort.js';
import { readZip } from './zip.js';

/** Folders within folders that are looked into. */
const MAX_DEPTH = 32;

/**
 * A file that was chosen, by its path from the top of what was chosen and its size in bytes; `open` gives it, unpacked.
 *
 * @typedef {{ path: string, size: number, open: () => Promise<File> }} Chosen
 */

/**
 * The files of a chooser; those of a folder's have paths.
 *
 * @param {Iterable<File>} files
 */
export const fromChooser = (files) => unpacked([...files].map((file) => chosen(file.webkitRelativePath || file.name, file)));

/**
 * What was dropped, with what lies in its folders; to be called while the event is handled, which it doesn't outlive.
 *
 * @param {DataTransfer} transfer
 */
export function fromDrop({ items }) {
  const dropped = [...items].flatMap((item) => {
    const entry = item.webkitGetAsEntry?.();
    return (entry?.isDirectory ? entry : item.getAsFile()) ?? [];
  });
  return walked(dropped).then(unpacked);
}

/**
 * Whether a file that is chosen alone goes by the form for one note: whatever is no picture, PDF or archive, so that the
 * server says what is wrong with it.
 *
 * @param {string} path
 */
export function isAlone(path) {
  const kind = kindOf(path);
  return !path.includes('/') && !isShown(kind) && kind !== 'archive';
}

const tooMany = () => new Error(t('desk.too_many_files', { limit: MAX_ENTRIES }));

/** @param {string} path @param {File} file @returns {Chosen} */
const chosen = (path, file) => ({ path, size: file.size, open: () => Promise.resolve(file) });

/**
 * All files below, folder by folder; those that nobody means, such as a repository's own, aren't looked into.
 *
 * @param {(FileSystemEntry | File)[]} dropped
 */
async function walked(dropped) {
  /** @type {Chosen[]} */
  const found = [];
  const waiting = [...dropped];
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
    if (entry instanceof File) {
      found.push(chosen(entry.name, entry));
      continue;
    }
    const path = entry.fullPath.replace(/^\//, '');
    if (isFile(entry)) {
      found.push(chosen(path, await /** @type {Promise<File>} */ (promised(entry.file.bind(entry)))));
    } else if (isFolder(entry) && path.split('/').length <= MAX_DEPTH && !isSilent(kindOf(`${path}/x.md`))) {
      const reader = entry.createReader();
      const read = () => /** @type {Promise<FileSystemEntry[]>} */ (promised(reader.readEntries.bind(reader)));
      // A reader gives some at a time, and nothing at the end.
      for (let some = await read(); some.length > 0; some = await read()) waiting.push(...some);
    }
    if (found.length + waiting.length > MAX_ENTRIES) throw tooMany();
  }
  return found;
}

/** @param {FileSystemEntry} entry @returns {entry is FileSystemFileEntry} */
const isFile = (entry) => entry.isFile;
/** @param {FileSystemEntry} entry @returns {entry is FileSystemDirectoryEntry} */
const isFolder = (entry) => entry.isDirectory;

/**
 * @template T
 * @param {(resolve: (value: T) => void, reject: (reason: unknown) => void) => void} start
 * @returns {Promise<T>}
 */
const promised = (start) => new Promise(start);

/**
 * With what archives hold in their place; of a folder, and of each archive, without the folder that all of it lies in.
 *
 * @param {readonly Chosen[]} files
 */
async function unpacked(files) {
  // An archive within a folder is none of what the member means to publish.
  const isArchive = (/** @type {Chosen} */ { path }) => endingOf(path) === 'zip' && !path.includes('/');
  const all = withoutTop(files.filter((file) => !isArchive(file)));
  for (const archive of files.filter(isArchive)) {
    const packed = await readZip(await archive.open());
    for (const { path, size, open } of withoutTop(packed)) {
      // Browsers tell other pictures by their content.
      const type = endingOf(path) === 'svg' ? 'image/svg+xml' : '';
      all.push({ path, size, open: async () => new File([await open()], baseName(path), { type }) });
    }
  }
  if (all.length > MAX_ENTRIES) throw tooMany();
  return all;
}
