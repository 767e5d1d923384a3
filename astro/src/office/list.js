// The text of a list of members: what a spreadsheet saves is read, and what it can't be is said.

import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';

/** As large as the server takes it, in bytes. */
export const MAX_LIST_BYTES = 1024 * 1024;

/** How files begin that spreadsheets save as their own: ZIP archives, and those of before 2007. */
const SPREADSHEETS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
];
/** Byte order marks of UTF-16, in which some programs save text. */
const UTF_16 = /** @type {const} */ ([
  [0xff, 0xfe, 'utf-16le'],
  [0xfe, 0xff, 'utf-16be'],
]);

/**
 * The text of a file.
 *
 * @param {Blob} file
 * @returns {Promise<string>}
 * @throws a sentence that says what to do, where it isn't text or too large
 */
export async function listText(file) {
  if (file.size > MAX_LIST_BYTES) throw new Error(t('roster.list_too_large', { limit: size(MAX_LIST_BYTES) }));
  const bytes = await file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    // A folder that was dropped, or a file that isn't there any more.
    (cause) => Promise.reject(new Error(t('desk.file_gone'), { cause })),
  );
  const begins = (/** @type {readonly number[]} */ signs) => signs.every((sign, at) => bytes[at] === sign);
  if (SPREADSHEETS.some(begins)) throw new Error(t('roster.list_spreadsheet'));
  const encoding = UTF_16.find(([first, second]) => begins([first, second]))?.[2] ?? 'utf-8';
  let text;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(t('roster.list_encoding'));
  }
  if (text.trim() === '') throw new Error(t('roster.list_empty'));
  return text;
}
