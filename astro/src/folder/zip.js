// Reads a ZIP archive (APPNOTE.TXT 6.3.10) without keeping it in memory: the list of its files at once, each file when it
// is asked for. Bounded, for archives that are made to hurt.

import { t } from '../languages/say.js';

/** Most entries of an archive, folders included. */
const MAX_ENTRIES = 20_000;
/** Largest list of entries, in bytes. */
const MAX_LIST_BYTES = 8 * 1024 ** 2;
/** Most bytes of all files, unpacked. */
const MAX_BYTES = 2 * 1024 ** 3;
/** Most bytes of one file, unpacked: more than anything that is sent. */
const MAX_FILE_BYTES = 64 * 1024 ** 2;
/** A file above {@link MAX_SMALL_BYTES} that grows more often than this is no picture and no note. */
const MAX_GROWTH = 200;
const MAX_SMALL_BYTES = 1024 ** 2;
/** Longest comment that an archive may end with, in bytes, and its last record without one. */
const MAX_COMMENT_BYTES = 0xffff;
const END_BYTES = 22;
const HEAD_BYTES = 46;
const LOCAL_BYTES = 30;
/** In a 32-bit field: the number is elsewhere, since it didn't fit. */
const ELSEWHERE = 0xffffffff;

/** The upper half of code page 437, in which older programs write names. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * Why an archive, or a file in it, can't be read; `message` is a sentence for people.
 */
export class ZipError extends Error {
  /**
   * @param {'no-zip' | 'zip64' | 'too-many' | 'too-large' | 'encrypted' | 'method' | 'damaged'} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'ZipError';
    this.code = code;
  }
}

/**
 * A file of an archive. `open` unpacks it, and throws a {@link ZipError} where that can't be done.
 *
 * @typedef {{ path: string, size: number, open: () => Promise<Blob> }} Packed
 */

/**
 * The files of an archive, in its order; folders and links aren't among them.
 *
 * @param {Blob} archive
 * @returns {Promise<Packed[]>}
 * @throws {ZipError}
 */
export async function readZip(archive) {
  const { count, start, bytes } = await end(archive);
  if (count > MAX_ENTRIES) {
    throw new ZipError('too-many', t('desk.zip.over_limit', { limit: MAX_ENTRIES }));
  }
  if (bytes > MAX_LIST_BYTES || start + bytes > archive.size) throw damaged();
  const list = await view(archive.slice(start, start + bytes));
  /** @type {Packed[]} */
  const files = [];
  let at = 0;
  let [packed, unpacked] = [0, 0];
  for (let entry = 0; entry < count; entry += 1) {
    if (at + HEAD_BYTES > list.byteLength || list.getUint32(at, true) !== 0x02014b50) throw damaged();
    const head = read(list, at);
    at += head.bytes;
    if (at > list.byteLength) throw damaged();
    if (head.isFolder || head.isLink) continue;
    packed += head.packed;
    unpacked += head.unpacked;
    files.push({ path: head.path, size: head.unpacked, open: () => unpack(archive, start, head) });
  }
  // Files that share their bytes unpack to more than any disk holds.
  if (packed > archive.size) throw damaged();
  if (unpacked > MAX_BYTES) throw new ZipError('too-large', t('desk.zip.too_large', { limit: MAX_BYTES / 1024 ** 3 }));
  return files;
}

/**
 * Where the list of entries is, from the record that an archive ends with.
 *
 * @param {Blob} archive
 */
async function end(archive) {
  const from = Math.max(0, archive.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await view(archive.slice(from));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    const isIt = tail.getUint32(at, true) === 0x06054b50 && at + END_BYTES + tail.getUint16(at + 20, true) <= tail.byteLength;
    if (!isIt) continue;
    const [count, bytes, start] = [tail.getUint16(at + 10, true), tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (count === 0xffff || bytes === ELSEWHERE || start === ELSEWHERE) {
      throw new ZipError('zip64', t('desk.zip.zip64'));
    }
    if (tail.getUint16(at + 4, true) !== 0 || tail.getUint16(at + 8, true) !== count) {
      throw new ZipError('no-zip', t('desk.zip.parts'));
    }
    return { count, start, bytes };
  }
  throw new ZipError('no-zip', t('desk.zip.none'));
}

/** @typedef {ReturnType<typeof read>} Head */

/**
 * An entry of the list.
 *
 * @param {DataView} list
 * @param {number} at
 */
function read(list, at) {
  const [name, extra, comment] = [list.getUint16(at + 28, true), list.getUint16(at + 30, true), list.getUint16(at + 32, true)];
  if (at + HEAD_BYTES + name > list.byteLength) throw damaged();
  const system = list.getUint8(at + 5);
  const flags = list.getUint16(at + 8, true);
  const written = text(new Uint8Array(list.buffer, list.byteOffset + at + HEAD_BYTES, name), Boolean(flags & 0x800));
  // Programs on Windows have written backslashes.
  const path = system === 0 && !written.includes('/') ? written.replaceAll('\\', '/') : written;
  const mode = system === 3 ? list.getUint32(at + 38, true) >>> 16 : 0;
  return {
    path,
    flags,
    method: list.getUint16(at + 10, true),
    crc: list.getUint32(at + 16, true),
    packed: list.getUint32(at + 20, true),
    unpacked: list.getUint32(at + 24, true),
    start: list.getUint32(at + 42, true),
    isFolder: path.endsWith('/'),
    isLink: (mode & 0xf000) === 0xa000,
    bytes: HEAD_BYTES + name + extra + comment,
  };
}

/**
 * A name: UTF-8 where it says so or reads so, as a Mac writes it without saying so, and else code page 437.
 *
 * @param {Uint8Array} bytes
 * @param {boolean} saysUtf8
 */
function text(bytes, saysUtf8) {
  try {
    return new TextDecoder('utf-8', { fatal: !saysUtf8, ignoreBOM: true }).decode(bytes);
  } catch {
    return [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : (CP437[byte - 0x80] ?? '\ufffd'))).join('');
  }
}

/**
 * @param {Blob} archive
 * @param {number} end where the files end
 * @param {Head} head
 */
async function unpack(archive, end, head) {
  const { flags, method, packed, unpacked } = head;
  if (flags & 0x41) throw new ZipError('encrypted', t('desk.zip.encrypted'));
  if (packed === ELSEWHERE || unpacked === ELSEWHERE || head.start === ELSEWHERE) throw new ZipError('zip64', t('desk.zip.file_zip64'));
  if (method !== 0 && method !== 8) throw new ZipError('method', t('desk.zip.method'));
  const isOdd = unpacked > MAX_SMALL_BYTES && unpacked > packed * MAX_GROWTH;
  if (unpacked > MAX_FILE_BYTES || isOdd) throw new ZipError('too-large', t('desk.zip.file_too_large'));
  const local = await view(archive.slice(head.start, head.start + LOCAL_BYTES));
  if (local.byteLength < LOCAL_BYTES || local.getUint32(0, true) !== 0x04034b50) throw damaged();
  const start = head.start + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + packed > end) throw damaged();
  const bytes = archive.slice(start, start + packed);
  const parts = await collected(method === 8 ? inflated(bytes) : bytes.stream(), unpacked);
  if (crc32(parts) !== head.crc) throw damaged();
  return new Blob(parts);
}

/** @param {Blob} bytes @returns {ReadableStream<Uint8Array<ArrayBuffer>>} */
function inflated(bytes) {
  if (typeof DecompressionStream === 'undefined') {
    throw new ZipError('method', t('desk.zip.no_browser'));
  }
  return bytes.stream().pipeThrough(new DecompressionStream('deflate-raw'));
}

/**
 * What a stream gives, which must be so many bytes: one that gives more is left at once.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @param {number} wanted
 */
async function collected(stream, wanted) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let bytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw damaged();
    });
    if (done) break;
    bytes += value.byteLength;
    if (bytes > wanted) {
      await reader.cancel().catch(() => undefined);
      throw damaged();
    }
    parts.push(value);
  }
  if (bytes !== wanted) throw damaged();
  return parts;
}

/** @param {Blob} bytes */
const view = async (bytes) => new DataView(await bytes.arrayBuffer());

const damaged = () => new ZipError('damaged', t('desk.zip.damaged'));

/** CRC-32 by bytes (ISO 3309). */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** @param {readonly Uint8Array[]} parts */
function crc32(parts) {
  let crc = ~0;
  for (const part of parts) {
    for (const byte of part) crc = (crc >>> 8) ^ (CRC[(crc ^ byte) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
