// What the site's own schema says of an entry that it can't take, as its author is told.

import type { ManifestEntry } from './manifest.js';

/** An entry that the site refused. */
export interface Refusal {
  id: string;
  digest: string;
  /** One line, such as `course: Invalid option`. */
  reason: string;
}

/** As long as the server takes it, in bytes. */
const MAX_REASON_BYTES = 500;
/** How Astro names what a schema refused. Any other error may say what is none of the author's business. */
const BY_SCHEMA = 'InvalidContentEntryDataError';
/** Absolute paths of the building machine, and addresses of its files. An address of the web has something other than a space before its slash. */
const PATHS = /(?<![\w:/.])(?:file:\/\/\S+|[A-Za-z]:[\\/][^\s"'`”’)]+|\/(?:[^\s"'`”’)/]+\/)*[^\s"'`”’)/]+\/?)/g;

/** What a schema said against an entry; `undefined` where the error is another one. */
export function refusal({ id, digest }: ManifestEntry, error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || error.name !== BY_SCHEMA) return undefined;
  // Behind the first line, which names the collection, each of what is wrong begins with its key between asterisks.
  const issues = error.message.split(/\n {2}(?=\*\*)/).slice(1).map(plain);
  return issues.length > 0 ? { id, digest, reason: cut(issues.join('; ')) } : undefined;
}

/** One issue in one line of text: Astro's own messages say the key once more. */
function plain(issue: string): string {
  return issue
    .replaceAll('**', '')
    .replace(PATHS, '…')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .replace(/^([^\s:]+: )\1/, '$1');
}

/** The text, no longer than the server takes it. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_REASON_BYTES) return text;
  let kept = '';
  for (const letter of text) {
    if (Buffer.byteLength(kept + letter) > MAX_REASON_BYTES - Buffer.byteLength('…')) break;
    kept += letter;
  }
  return `${kept}…`;
}
