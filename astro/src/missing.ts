// Which of the chosen files are those that a report misses.

import { missingFiles } from './folder/belongs.js';
import { baseName, endingOf, fold } from './folder/paths.js';
import type { Readme } from './wire.js';

export interface Missing {
  /** Where the files must lie for the document to find them. */
  paths: string[];
  /** Whether there are others that the report doesn't name. */
  more: boolean;
}

/** What a document asks for and members may send. */
export function missing({ path, warnings }: Pick<Readme, 'path' | 'warnings'>): Missing {
  // Servers of before folders leave `path` out.
  const { files, more } = missingFiles(warnings, path ?? '');
  return { paths: files.map(({ path }) => path), more: files.length > 0 && more };
}

/** A chosen file, and where it is to lie. */
export interface Placed {
  file: File;
  path: string;
}

/** The chosen files that are missing, by their names; a single one is the one that is asked for, whatever its name. */
export function placed({ paths, more }: Missing, folder: string, files: readonly File[]): { taken: Placed[]; others: File[] } {
  const [only] = paths;
  if (only !== undefined && paths.length === 1 && !more && files.length === 1) return { taken: files.map((file) => ({ file, path: only })), others: [] };
  const [taken, others]: [Placed[], File[]] = [[], []];
  for (const file of files) {
    const name = fold(file.name);
    const same = paths.filter((path) => fold(baseName(path)) === name);
    // A phone makes a JPEG of a HEIC picture, and whoever exports a drawing makes a PNG.
    const asked = same.length > 0 ? same : paths.filter((path) => stem(fold(baseName(path))) === stem(name));
    if (asked.length > 0) taken.push(...asked.map((path) => ({ file, path })));
    else if (more) taken.push({ file, path: folder ? `${folder}/${file.name}` : file.name });
    else others.push(file);
  }
  return { taken, others };
}

const stem = (name: string) => name.replace(/\.[^.]*$/, '');

/** `picture`, or `file` where any of them is none. */
export function thing({ paths }: Missing): string {
  return paths.every((path) => endingOf(path) !== 'pdf') ? 'picture' : 'file';
}
