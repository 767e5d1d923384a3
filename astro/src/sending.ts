// What profile pictures and files of documents have in common on their way: the way that fits them.

import { MAX_BYTES, MAX_FORM_BYTES } from './folder/scale.js';
import { size } from './languages/amounts.js';
import { t } from './languages/say.js';
import { MastheadError, store, type Call, type Progress } from './wire.js';

/** The pictures that the server takes. */
export const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

export interface Sending {
  onProgress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** A call of the API with the session's token. */
export type Signed = <T>(path: string, request?: Call) => Promise<T>;

/** Whether a form may carry it: up to 4 MiB. What is larger goes to the store directly. */
export function fitsForm({ size }: Blob): boolean {
  return size <= MAX_FORM_BYTES;
}

/** What an address for a file is asked for with. */
export interface Wish {
  kind: 'profile_pic' | 'file';
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
 * @throws {MastheadError} before anything is sent, with status 0: `too_large` above 25 MiB
 */
export async function put<T>(signed: Signed, blob: Blob, wish: Wish, { onProgress, signal }: Sending): Promise<T> {
  if (blob.size > MAX_BYTES) {
    throw new MastheadError('too_large', 0, t(wish.kind === 'file' ? 'site.file_too_large' : 'desk.picture_too_large', { limit: size(MAX_BYTES) }));
  }
  const answer = await signed<T & { upload: Address }>('/api/upload_url', { method: 'POST', json: { ...wish, size: blob.size }, signal });
  const { method, url, headers } = answer.upload;
  await store(url, { method, headers, body: blob, progress: onProgress, signal });
  return answer;
}
