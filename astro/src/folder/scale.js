// A picture on its way: as it is where the server takes it so, else made no larger than is of use, or a kind that is taken.
// Animations and drawings are never touched, and what is lossless stays so.

import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';

/** Longest edge of what is scaled, in pixels: twice the largest rendition. */
const MAX_EDGE = 3840;
/** A file up to this size, in bytes, is sent as it is, however many pixels it has. */
const MAX_PLAIN_BYTES = 1024 ** 2;
/** What a form may carry, in bytes: a larger file is made smaller, where it can be. */
export const MAX_FORM_BYTES = 4 * 1024 ** 2;
/** Most bytes of a file. */
export const MAX_BYTES = 25 * 1024 ** 2;
/** Of the JPEG that is made, 0 to 1: the renditions are made of it. */
const QUALITY = 0.92;
/** As much of a file is read to tell its kind, in bytes: a PNG says in front of its pixels that it moves. */
const HEAD_BYTES = 256 * 1024;
/** Brands of HEIC pictures, in the bytes behind `ftyp` (ISO/IEC 23008-12). */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
/** Comments may stand in front of a drawing's first element. */
const DRAWING_BYTES = 4096;

/**
 * Why a file can't be sent; `message` is a sentence for people.
 */
export class Unfit extends Error {
  /**
   * @param {'unreadable' | 'too-large'} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'Unfit';
    this.code = code;
  }
}

/**
 * The content type of a file that the server takes, by its content, and whether it may move; nothing of another file.
 *
 * @param {Uint8Array} head
 * @returns {{ type: string, moves: boolean } | undefined}
 */
export function contentType(head) {
  const has = (/** @type {number} */ at, /** @type {string} */ text) => [...text].every((letter, index) => head[at + index] === letter.charCodeAt(0));
  if (has(0, '\xff\xd8\xff')) return { type: 'image/jpeg', moves: false };
  if (has(0, '\x89PNG\r\n\x1a\n')) return { type: 'image/png', moves: pngMoves(head) };
  if (has(0, 'GIF8')) return { type: 'image/gif', moves: true };
  if (has(0, 'RIFF') && has(8, 'WEBP')) return { type: 'image/webp', moves: true };
  if (has(0, '%PDF-')) return { type: 'application/pdf', moves: true };
  return isDrawing(head) ? { type: 'image/svg+xml', moves: true } : undefined;
}

/**
 * Whether a file is a drawing in SVG, as the server tells it: a text that begins with `<` and soon has `<svg`.
 *
 * @param {Uint8Array} head
 */
function isDrawing(head) {
  const text = new TextDecoder().decode(head.subarray(0, DRAWING_BYTES)).trimStart();
  return text.startsWith('<') && /<(?:\w+:)?svg\b/i.test(text);
}

/**
 * Whether a PNG has a chunk `acTL` in front of its pixels.
 *
 * @param {Uint8Array} head
 */
function pngMoves(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = view.getUint32(at + 4);
    if (name === 0x6163544c) return true;
    if (name === 0x49444154) return false;
  }
  // The chunks in front of the pixels are longer than what was read: it is left as it is.
  return true;
}

/**
 * What is sent of a picture or document: the bytes and their content type, which is empty for what can't be read here and
 * fits a form: the server says what that is.
 *
 * @param {Blob} file
 * @returns {Promise<{ bytes: Blob, type: string }>}
 * @throws {Unfit}
 */
export async function prepared(file) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const made = await smaller(file, contentType(head));
  if (!made.type) {
    const [box, brand] = [head.subarray(4, 8), head.subarray(8, 12)].map((bytes) => String.fromCharCode(...bytes));
    // A vault may hold hundreds of photos, each some megabytes: they aren't sent to be refused.
    if (box === 'ftyp' && HEIC_BRANDS.includes(brand ?? '')) {
      throw new Unfit('unreadable', t('desk.unfit.heic'));
    }
    if (file.size > MAX_FORM_BYTES) throw new Unfit('unreadable', t('desk.unfit.unreadable'));
  }
  if (made.bytes.size > MAX_BYTES) throw new Unfit('too-large', t('desk.unfit.too_large', { limit: size(MAX_BYTES) }));
  return made;
}

/**
 * @param {Blob} file
 * @param {{ type: string, moves: boolean } | undefined} is
 */
async function smaller(file, is) {
  const plain = { bytes: file, type: is?.type ?? '' };
  if (is && (is.moves || file.size <= MAX_PLAIN_BYTES)) return plain;
  const bitmap = await drawn(file);
  if (!bitmap) return plain;
  try {
    const scale = Math.min(1, MAX_EDGE / Math.max(bitmap.width, bitmap.height));
    if (is && scale === 1 && (file.size <= MAX_FORM_BYTES || is.type === 'image/png')) return plain;
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
    const context = canvas.getContext('2d');
    if (!context) return plain;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    // JPEG knows no transparency. A browser that can't write WebP writes PNG.
    const type = is?.type ?? (isOpaque(context, canvas) ? 'image/jpeg' : 'image/webp');
    const bytes = await canvas.convertToBlob({ type, quality: QUALITY });
    return is && bytes.size >= file.size ? plain : { bytes, type: bytes.type };
  } finally {
    bitmap.close();
  }
}

/**
 * Whether nothing is seen through what was drawn.
 *
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {OffscreenCanvas} canvas
 */
function isOpaque(context, { width, height }) {
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

/**
 * A picture's pixels, upright; nothing where they can't be read here, and outside of a page.
 *
 * @param {Blob} file
 */
async function drawn(file) {
  if (typeof createImageBitmap === 'undefined' || typeof OffscreenCanvas === 'undefined') return undefined;
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined;
  }
}
