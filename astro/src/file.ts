// A picture or another file of documents on its way.

import { Unfit } from './folder/scale.js';
import { sendFile as send } from './folder/send.js';
import { put, type Sending, type Signed } from './sending.js';
import { MastheadError, type StoredFile } from './wire.js';

/** A file that has arrived; `files` says what becomes of it. */
export interface SentFile {
  /** Stays with the path: what is sent there later has it, too. */
  id: string;
  path: string;
  /** Whether one of `known` is what would have been sent, so that nothing was. */
  unchanged?: true;
}

/** What the API answers of a file that has arrived, or is about to. */
interface Answer {
  file: { id: string; path: string };
}

export interface FileSending extends Sending {
  path?: string | undefined;
  known?: readonly StoredFile[] | undefined;
}

/**
 * Sends a file under `path`, or else under its name, unless one of `known` is what would be sent.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type` for what is larger than 4 MiB
 * and no picture that this browser or the server can read, and for HEIC that this browser can't read; `too_large` above 25 MiB
 */
export async function sendFile(signed: Signed, file: File, { path, known = [], ...sending }: FileSending): Promise<SentFile> {
  // Macs take names apart.
  const at = (path ?? file.name).normalize();
  const ways = {
    form: (bytes: Blob) => {
      const form = new FormData();
      form.append('file', bytes, file.name);
      form.append('path', at);
      return signed<Answer>('/api/upload_file', { method: 'POST', form, progress: sending.onProgress, signal: sending.signal });
    },
    put: (bytes: Blob, type: string) => put<Answer>(signed, bytes, { kind: 'file', content_type: type, path: at }, sending),
  };
  try {
    const sent = await send(file, at, known, ways, sending.signal);
    if (sent) return { id: sent.file.id, path: sent.file.path };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    throw new MastheadError(error.code === 'too-large' ? 'too_large' : 'unsupported_media_type', 0, error.message);
  }
  return { id: known.find((file) => file.path === at)!.id, path: at, unchanged: true };
}
