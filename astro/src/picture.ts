// A picture on its way to the profile.

import { fitsForm, PICTURES, put, redrawn, type Sending, type Signed } from './sending.js';
import type { Picture } from './wire.js';

/** Longest edge that is sent, in pixels: four times the largest rendition. */
const MAX_EDGE = 2048;
const TAKEN = { taken: PICTURES, unknown: 'The picture can’t be read here. Please export it as JPEG and send that.' };

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
  const picture = await redrawn(file, (width, height) => MAX_EDGE / Math.max(width, height));
  sending.signal?.throwIfAborted();
  // READMEs show the picture by this name, whatever became of the file.
  const name = file instanceof File ? file.name : undefined;
  onStage?.('sending');
  if (fitsForm(picture)) {
    const form = new FormData();
    if (name) form.append('profile_pic', picture, name);
    else form.append('profile_pic', picture);
    const answer = await signed<{ picture: Picture }>('/api/upload_profile_pic', { method: 'POST', form, progress: sending.onProgress, signal: sending.signal });
    return answer.picture;
  }
  await put(signed, picture, { kind: 'profile_pic', content_type: picture.type, file_name: name }, TAKEN, sending);
  onStage?.('processing');
  return undefined;
}
