// A note or a file of a folder on its way: made ready once, and sent the way that fits it, unless the server has it so.

import { t } from '../languages/say.js';
import { addressOf, freeAddress, hasFile, hasNote, mayReplace, sha256 } from './changed.js';
import { MAX_FORM_BYTES, prepared } from './scale.js';

/** How often a note is sent to another address, where two have its own. */
const ROUNDS = 5;
/** What browsers say of a file that isn't there as it was chosen. */
const GONE = ['NotFoundError', 'NotReadableError'];

/**
 * The ways of a file to the server: a form, and for what is larger an address of the store.
 *
 * @template Sent
 * @typedef {{ form: (bytes: Blob) => Promise<Sent>, put: (bytes: Blob, type: string) => Promise<Sent> }} Ways
 */

/**
 * What the member said where a note would take another document's place: a slug to send it to, or that it may `replace` it.
 *
 * @typedef {{ slug?: string, replace?: boolean }} Answer
 */

/**
 * Sends a picture or document to its path.
 *
 * @template Sent
 * @param {Blob} file
 * @param {string} path in NFC
 * @param {readonly import('./changed.js').KnownFile[]} known the member's files on the server
 * @param {Ways<Sent>} ways
 * @param {AbortSignal | null} [signal]
 * @returns {Promise<Sent | undefined>} nothing where one of `known` is what would be sent
 * @throws {import('./scale.js').Unfit}
 */
export async function sendFile(file, path, known, { form, put }, signal) {
  const { bytes, type } = await prepared(file);
  signal?.throwIfAborted();
  if (known.length > 0 && hasFile(known, path, await sha256(bytes))) return undefined;
  return bytes.size <= MAX_FORM_BYTES ? form(bytes) : put(bytes, type);
}

/**
 * Sends a note of a folder. One whose address is another's gets one of its own.
 *
 * @template {{ slug: string }} Sent
 * @param {Blob} file
 * @param {string} path in NFC
 * @param {{ known: readonly import('./changed.js').KnownNote[], taken: Set<string>, answer?: Answer | undefined }} desk the
 *   member's documents on the server, and all slugs that are taken, to which is added what the note gets
 * @param {(to: { slug: string | undefined, replace: 'any' | 'same_title' }) => Promise<Sent>} upload
 * @returns {Promise<Sent | undefined>} nothing where one of `known` is this note
 */
export async function sendNote(file, path, { known, taken, answer = {} }, upload) {
  if (hasNote(known, path, await sha256(file))) return undefined;
  let slug = answer.slug ?? addressOf(known, path);
  const replace = answer.replace || mayReplace(known, path) ? 'any' : 'same_title';
  for (let round = 1; ; round += 1) {
    try {
      const sent = await upload({ slug, replace });
      taken.add(sent.slug);
      return sent;
    } catch (error) {
      const isTaken = /** @type {{ code?: unknown }} */ (error).code === 'conflict';
      const free = isTaken && round < ROUNDS ? freeAddress(path, taken) : undefined;
      if (free === undefined) throw error;
      taken.add(free);
      slug = free;
    }
  }
}

/**
 * What is done with a file that was chosen a while ago; says so where it isn't there any more.
 *
 * @template Done
 * @param {() => Promise<Done>} action
 * @returns {Promise<Done>}
 */
export async function whileThere(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error && GONE.includes(error.name))) throw error;
    throw new Error(t('desk.file_gone'), { cause: error });
  }
}

/**
 * What is asked before a note takes the place of a document of another title.
 *
 * @param {{ slug: string, title: string }} replaces
 * @param {{ slug: string, title: string }} instead
 * @returns {string}
 */
export const otherTitleText = ({ slug: place, title: old }, { slug, title }) =>
  place === 'readme' ? t('desk.other_title_own', { title, old, slug }) : t('desk.other_title_text', { title, old, place, slug });
