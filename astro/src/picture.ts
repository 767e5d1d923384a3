// A picture on its way to the profile: made no larger than is of use, and sent the way that fits it.

import { MastheadError, store, type Call, type Picture, type Progress } from './wire.js';

/** Longest edge that is sent, in pixels: four times the largest rendition. */
const MAX_EDGE = 2048;
/** What a form may carry, in bytes; anything larger goes to the store directly. */
const MAX_FORM_BYTES = 4 * 1024 ** 2;
/** The server takes no more, in bytes. */
const MAX_BYTES = 25 * 1024 ** 2;
const TAKEN = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
/** Never transparent, so that JPEG keeps all of it. */
const OPAQUE = ['image/jpeg', 'image/heic', 'image/heif', 'image/bmp'];
/** Of the JPEG or WebP that is sent, 0 to 1: the renditions are made of it. */
const QUALITY = 0.92;

/** Where a picture is: being scaled down, on its way, or stored and not yet the profile's. */
export type PictureStage = 'preparing' | 'sending' | 'processing';

export interface Sending {
  onProgress?: Progress | undefined;
  /** Called as each stage begins; `processing` only comes for what is larger than 4 MiB when sent. */
  onStage?: ((stage: PictureStage) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A call of the API with the session's token. */
export type Signed = <T>(path: string, request?: Call) => Promise<T>;

/**
 * Sends a picture. Gives the profile's new one, or `undefined` where the server still works on it.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type` for what is
 * larger than 4 MiB and no picture that this browser or the server can read, `too_large` above 25 MiB
 */
export async function send(signed: Signed, file: Blob, { onProgress, onStage, signal }: Sending): Promise<Picture | undefined> {
  onStage?.('preparing');
  const picture = await scaledDown(file);
  signal?.throwIfAborted();
  // READMEs show the picture by this name, whatever became of the file.
  const name = file instanceof File ? file.name : undefined;
  if (picture.size <= MAX_FORM_BYTES) {
    onStage?.('sending');
    const form = new FormData();
    if (name) form.append('profile_pic', picture, name);
    else form.append('profile_pic', picture);
    const answer = await signed<{ picture: Picture }>('/api/upload_profile_pic', { method: 'POST', form, progress: onProgress, signal });
    return answer.picture;
  }
  if (!TAKEN.includes(picture.type)) {
    throw new MastheadError('unsupported_media_type', 0, 'The picture can’t be read here. Please export it as JPEG and send that.');
  }
  if (picture.size > MAX_BYTES) {
    throw new MastheadError('too_large', 0, 'The picture is larger than 25 MiB. Please send a smaller one.');
  }
  onStage?.('sending');
  const json = { kind: 'profile_pic', content_type: picture.type, size: picture.size, file_name: name };
  const { upload } = await signed<{ upload: Address }>('/api/upload_url', { method: 'POST', json, signal });
  await store(upload.url, { method: upload.method, headers: upload.headers, body: picture, progress: onProgress, signal });
  onStage?.('processing');
  return undefined;
}

/** The request that puts the file. */
interface Address {
  method: string;
  url: string;
  headers: Record<string, string>;
}

/**
 * The picture upright and no larger than is of use, as a type that is taken; as it is where it can't
 * be read here, so that the server says what is wrong. Outside of a page nothing can be.
 */
async function scaledDown(file: Blob): Promise<Blob> {
  if (typeof createImageBitmap === 'undefined' || typeof document === 'undefined') return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return file;
  }
  try {
    const scale = Math.min(1, MAX_EDGE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && TAKEN.includes(file.type) && file.size <= MAX_FORM_BYTES) return file;
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    if (!context) return file;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    // A browser that can't write WebP writes PNG.
    const type = OPAQUE.includes(file.type) ? 'image/jpeg' : 'image/webp';
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY));
    return blob ?? file;
  } finally {
    bitmap.close();
  }
}
