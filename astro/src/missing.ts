// The pictures and other files that a report says are missing, and which of the chosen ones are they.

import { references, wantedPath } from './folder/belongs.js';
import { baseName, endingOf, fold } from './folder/paths.js';
import { kindOf } from './folder/sort.js';
import type { Readme } from './wire.js';

const CODES = ['missing-asset', 'relative-link'];
/** A report names the first alone where there are more than five; its hint begins with their number. */
const OF_MANY = /^\d+ places/;

export interface Missing {
  /** Where the files must lie for the document to find them. */
  paths: string[];
  /** Whether there are others that the report doesn't name. */
  more: boolean;
}

/** What a document asks for and members may send. */
export function missing({ path: folder, warnings }: Pick<Readme, 'path' | 'warnings'>): Missing {
  const told = warnings.filter(({ code }) => CODES.includes(code));
  const paths = new Set<string>();
  for (const { text } of told) {
    const [destination = text] = text.includes('[[') || text.includes('](') ? references(text) : [];
    const path = wantedPath(folder ?? '', destination);
    if (['picture', 'turned', 'document'].includes(kindOf(path))) paths.add(path);
  }
  return { paths: [...paths], more: paths.size > 0 && told.some(({ hint }) => OF_MANY.test(hint)) };
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
    const asked = paths.filter((path) => fold(baseName(path)) === fold(file.name));
    if (asked.length > 0) taken.push(...asked.map((path) => ({ file, path })));
    else if (more) taken.push({ file, path: folder ? `${folder}/${file.name}` : file.name });
    else others.push(file);
  }
  return { taken, others };
}

/** `picture`, or `file` where any of them is none. */
export function thing({ paths }: Missing): string {
  return paths.every((path) => endingOf(path) !== 'pdf') ? 'picture' : 'file';
}
