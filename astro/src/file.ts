// A picture or another file of documents on its way.

import { prepared, Unfit } from './folder/scale.js';
import { fitsForm, put, type Sending, type Signed } from './sending.js';
import { MastheadError } from './wire.js';

/** A file that has arrived; `files` says what becomes of it. */
export interface SentFile {
  /** Stays with the path: what is sent there later has it, too. */
  id: string;
  path: string;
}

/**
 * Sends a file under `path`, or else under its name.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type` for what is larger than 4 MiB
 * and no picture that this browser or the server can read, `too_large` above 25 MiB
 */
export async function sendFile(signed: Signed, file: File, path: string | undefined, sending: Sending): Promise<SentFile> {
  const { bytes, type } = await fitting(file);
  sending.signal?.throwIfAborted();
  // Macs take names apart.
  const at = (path ?? file.name).normalize();
  if (!fitsForm(bytes)) {
    const answer = await put<{ file: SentFile }>(signed, bytes, { kind: 'file', content_type: type, path: at }, sending);
    return { id: answer.file.id, path: answer.file.path };
  }
  const form = new FormData();
  form.append('file', bytes, file.name);
  form.append('path', at);
  const answer = await signed<{ file: SentFile }>('/api/upload_file', { method: 'POST', form, progress: sending.onProgress, signal: sending.signal });
  return { id: answer.file.id, path: answer.file.path };
}

/** What is sent of a file. Of one that can't be read here the server says what it is, where a form can carry it. */
async function fitting(file: File): Promise<{ bytes: Blob; type: string }> {
  try {
    return await prepared(file);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    if (error.code === 'unreadable' && fitsForm(file)) return { bytes: file, type: file.type };
    throw new MastheadError(error.code === 'too-large' ? 'too_large' : 'unsupported_media_type', 0, error.message);
  }
}
