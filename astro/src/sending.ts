// What pictures and other files have in common on their way: drawn no larger than is of use, and sent the way that fits them.

import { MastheadError, store, type Call, type Progress } from './wire.js';

/** What a form may carry, in bytes; anything larger goes to the store directly. */
const MAX_FORM_BYTES = 4 * 1024 ** 2;
/** The server takes no more, in bytes. */
const MAX_BYTES = 25 * 1024 ** 2;
/** The pictures that the server takes. */
export const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
/** Never transparent, so that JPEG keeps all of it. */
const OPAQUE = /^image\/(jpeg|hei[cf]|bmp)$/;
/** Of the JPEG or WebP that is sent, 0 to 1: the renditions are made of it. */
const QUALITY = 0.92;

export interface Sending {
  onProgress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** A call of the API with the session's token. */
export type Signed = <T>(path: string, request?: Call) => Promise<T>;

/** Whether a form may carry it: up to 4 MiB. */
export function fitsForm({ size }: Blob): boolean {
  return size <= MAX_FORM_BYTES;
}

/** What an address for a file is asked for with. */
export interface Wish {
  kind: 'profile_pic' | 'file';
  /** One that the server takes, or any other, which is refused here. */
  content_type: string;
  file_name?: string | undefined;
  path?: string | undefined;
}

/** The request that puts the file. */
interface Address {
  method: string;
  url: string;
  headers: Record<string, string>;
}

/**
 * Asks for an address and puts `blob` there, and gives what was answered when it was asked for.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type`, with the sentence
 * `unknown`, for a content type that isn't among `taken`, `too_large` above 25 MiB
 */
export async function put<T>(signed: Signed, blob: Blob, wish: Wish, { taken, unknown }: { taken: string[]; unknown: string }, { onProgress, signal }: Sending): Promise<T> {
  if (!taken.includes(wish.content_type)) throw new MastheadError('unsupported_media_type', 0, unknown);
  const what = wish.kind === 'file' ? 'file' : 'picture';
  if (blob.size > MAX_BYTES) throw new MastheadError('too_large', 0, `The ${what} is larger than 25 MiB. Please send a smaller one.`);
  const answer = await signed<T & { upload: Address }>('/api/upload_url', { method: 'POST', json: { ...wish, size: blob.size }, signal });
  const { method, url, headers } = answer.upload;
  await store(url, { method, headers, body: blob, progress: onProgress, signal });
  return answer;
}

/**
 * A picture upright and as `scaleOf` its width and height in pixels says, at most 1, as a type that the server
 * takes; as it is where that changes nothing, and where it can't be read here, so that the server says what is
 * wrong. Outside of a page nothing can be.
 */
export async function redrawn(file: Blob, scaleOf: (width: number, height: number) => number): Promise<Blob> {
  if (typeof createImageBitmap === 'undefined' || typeof document === 'undefined') return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return file;
  }
  try {
    const scale = Math.min(1, scaleOf(bitmap.width, bitmap.height));
    if (scale === 1 && PICTURES.includes(file.type) && fitsForm(file)) return file;
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    if (!context) return file;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    // A browser that can't write WebP writes PNG.
    const type = OPAQUE.test(file.type) ? 'image/jpeg' : 'image/webp';
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY));
    return blob ?? file;
  } finally {
    bitmap.close();
  }
}
