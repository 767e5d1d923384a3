// One picture or document on its way: made ready once, and sent the way that fits it, unless the server has it so.

import { hasFile, sha256 } from './changed.js';
import { MAX_FORM_BYTES, prepared } from './scale.js';

/**
 * The ways to the server: a form, and for what is larger an address of the store.
 *
 * @template Sent
 * @typedef {{ form: (bytes: Blob) => Promise<Sent>, put: (bytes: Blob, type: string) => Promise<Sent> }} Ways
 */

/**
 * Sends a file to its path.
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
