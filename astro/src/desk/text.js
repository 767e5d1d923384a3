// A document's bytes as the text that is edited, back again, and the places that warnings name.

/**
 * What is edited of a document: its text with `\n` between lines, and whether its file had `\r\n`.
 *
 * @typedef {{ text: string, crlf: boolean }} Edited
 */

/**
 * The text of a document's bytes: UTF-8, or UTF-16 with a byte order mark, as the server takes them.
 *
 * @param {Uint8Array} bytes
 * @returns {Edited | undefined} nothing where they are no text: what is sent back would be another file
 */
export function decoded(bytes) {
  const [first, second] = bytes;
  const code = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(code, { fatal: true }).decode(bytes);
    return { text: lines(text), crlf: text.includes('\r\n') && !/(^|[^\r])\n/.test(text) };
  } catch {
    return undefined;
  }
}

/**
 * The bytes of what was edited, in UTF-8, with the line ends that the file had.
 *
 * @param {Edited} edited
 */
export const encoded = ({ text, crlf }) => new TextEncoder().encode(crlf ? text.replaceAll('\n', '\r\n') : text);

/**
 * A text with `\n` between its lines, as text fields keep it.
 *
 * @param {string} text
 */
export const lines = (text) => text.replace(/\r\n?/g, '\n');

/**
 * Where a line and a column are in a text. Both count from 1, columns in characters as the server does: an emoji of one code
 * point is one of them, though it takes two places of a string.
 *
 * @param {string} text
 * @param {number} line
 * @param {number} column
 * @returns {number} the nearest place where there is no such line or column
 */
export function offsetAt(text, line, column) {
  let from = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', from);
    if (end < 0) return text.length;
    from = end + 1;
  }
  for (let at = 1; at < column && from < text.length && text[from] !== '\n'; at += 1) {
    from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
  }
  return from;
}

/**
 * What a warning is about, as the selection: the words it quotes where they stand there, else the rest of the line.
 *
 * @param {string} text
 * @param {{ line: number, column: number, text: string }} warning
 * @returns {[start: number, end: number]}
 */
export function placeOf(text, { line, column, text: quoted }) {
  const start = offsetAt(text, line, column);
  const next = text.indexOf('\n', start);
  const end = next < 0 ? text.length : next;
  // A warning of a link stands where the link begins, and quotes its destination.
  const at = quoted ? text.slice(start, end).indexOf(quoted) : -1;
  return at < 0 ? [start, end] : [start + at, start + at + quoted.length];
}
