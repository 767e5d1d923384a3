// A picture on its way to the profile.

import { t } from './languages/say.js';
import { fitsForm, PICTURES, put, type Sending, type Signed } from './sending.js';
import { MastheadError, type Picture } from './wire.js';

/** Longest edge that is sent, in pixels: four times the largest rendition. */
const MAX_EDGE = 2048;
/** Never transparent, so that JPEG keeps all of it. */
const OPAQUE = ['image/jpeg', 'image/heic', 'image/heif', 'image/bmp'];
/** Of the JPEG or WebP that is sent, 0 to 1: the renditions are made of it. */
const QUALITY = 0.92;

/** Where a picture is: being scaled down, on its way, or stored and not yet the profile's. */
export type PictureStage = 'preparing' | 'sending' | 'processing';

export interface PictureSending extends Sending {
  /** Called as each stage begins; `processing` only comes for what is larger than 4 MiB when sent. */
  onStage?: ((stage: PictureStage) => void) | undefined;
}

/**
 * Sends a picture. Gives the profile's new one, or `undefined` where the server still works on it.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type` for what is
 * larger than 4 MiB and no picture that this browser or the server can read, `too_large` above 25 MiB
 */
export async function sendPicture(signed: Signed, file: Blob, { onStage, ...sending }: PictureSending): Promise<Picture | undefined> {
  onStage?.('preparing');
  const picture = await scaledDown(file);
  sending.signal?.throwIfAborted();
  // READMEs show the picture by this name, whatever became of the file.
  const name = file instanceof File ? file.name : undefined;
  if (fitsForm(picture)) {
    onStage?.('sending');
    const form = new FormData();
    if (name) form.append('profile_pic', picture, name);
    else form.append('profile_pic', picture);
    const answer = await signed<{ picture: Picture }>('/api/upload_profile_pic', { method: 'POST', form, progress: sending.onProgress, signal: sending.signal });
    return answer.picture;
  }
  if (!PICTURES.includes(picture.type)) {
    throw new MastheadError('unsupported_media_type', 0, t('desk.picture_unreadable'));
  }
  onStage?.('sending');
  await put(signed, picture, { kind: 'profile_pic', content_type: picture.type, file_name: name }, sending);
  onStage?.('processing');
  return undefined;
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
    if (scale === 1 && PICTURES.includes(file.type) && fitsForm(file)) return file;
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
