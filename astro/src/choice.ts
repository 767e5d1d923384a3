// What a member chose or dropped, as files with their paths: several files, a folder, or what an archive holds.

import { baseName, endingOf } from './folder/paths.js';
import { isSilent, kindOf, MAX_ENTRIES, withoutTop, type Reason } from './folder/sort.js';
import { readZip } from './folder/zip.js';

/** A file that was chosen, by its path from the top of what was chosen. */
export interface Chosen {
  path: string;
  /** Bytes. */
  size: number;
  /** Gives the file, unpacked. */
  open: () => Promise<File>;
}

const TOO_MANY = `These are more than ${MAX_ENTRIES.toLocaleString('en')} files. Choose a folder in it.`;

/** The files of a chooser; those of a folder's have paths. */
export function fromChooser(files: Iterable<File>): Promise<Chosen[]> {
  return unpacked([...files].map((file) => chosen(file.webkitRelativePath || file.name, file)));
}

/** What was dropped, with what lies in its folders; to be called while the event is handled, which it doesn't outlive. */
export function fromDrop({ items, files }: DataTransfer): Promise<Chosen[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...files];
  if (entries.length === 0 || entries.includes(null)) return fromChooser(plain);
  return walked(entries as FileSystemEntry[]).then(unpacked);
}

/** All files below, folder by folder; those that nobody means, such as a repository's own, aren't looked into. */
async function walked(entries: FileSystemEntry[]): Promise<Chosen[]> {
  const found: Chosen[] = [];
  const waiting = [...entries];
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    const path = entry.fullPath.replace(/^\//, '');
    if (isFile(entry)) {
      found.push(chosen(path, await new Promise<File>((resolve, reject) => entry.file(resolve, reject))));
    } else if (isFolder(entry) && !isSilent(kindOf(`${path}/x.md`) as Reason)) {
      const reader = entry.createReader();
      // A reader gives some at a time, and nothing at the end.
      for (let some = await read(reader); some.length > 0; some = await read(reader)) waiting.push(...some);
    }
    if (found.length + waiting.length > MAX_ENTRIES) throw new Error(TOO_MANY);
  }
  return found;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const read = (reader: FileSystemDirectoryReader) => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));

const chosen = (path: string, file: File): Chosen => ({ path, size: file.size, open: () => Promise.resolve(file) });

/** With what an archive holds in its place, and without the folder that everything lies in. */
async function unpacked(files: Chosen[]): Promise<Chosen[]> {
  if (files.length > MAX_ENTRIES) throw new Error(TOO_MANY);
  const all: Chosen[] = [];
  for (const file of files) {
    // An archive within a folder is none of what the member means to publish.
    if (endingOf(file.path) !== 'zip' || file.path.includes('/')) all.push(file);
    else all.push(...withoutTop((await readZip(await file.open())).map(({ path, size, open }) => ({ path, size, open: async () => new File([await open()], baseName(path)) }))));
  }
  return withoutTop(all);
}
