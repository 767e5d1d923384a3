// A picture or another file of documents on its way.

import { fitsForm, PICTURES, put, redrawn, type Sending, type Signed } from './sending.js';

/** Widest photo that is sent, in pixels: as wide as the largest rendition. */
const MAX_WIDTH = 1920;
const PDF = 'application/pdf';
const TAKEN = {
  taken: [...PICTURES, PDF],
  unknown: 'Pictures (JPEG, PNG, WebP, GIF) and PDFs are taken. Please export a picture as JPEG; sound and films are linked to where they are hosted.',
};
/** What a file begins with tells its type: names and what they say are wrong often enough. */
const BEGINNINGS: [type: string, begins: RegExp][] = [
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  [PDF, /^%PDF-/],
];
/** Pictures that the server doesn't read and a browser may. */
const OF_PHONES = /^image\/(hei[cf]|avif|bmp|tiff)$/;

/** A file that has arrived; `files` says what becomes of it. */
export interface SentFile {
  /** Stays with the path: what is sent there later has it, too. */
  id: string;
  path: string;
}

/**
 * Sends a file under `path`, or else under its name.
 *
 * @throws {MastheadError} before anything is sent, with status 0: `unsupported_media_type` for what is larger
 * than 4 MiB and of no type that the server takes, `too_large` above 25 MiB
 */
export async function sendFile(signed: Signed, file: File, path: string | undefined, sending: Sending): Promise<SentFile> {
  const blob = await photoScaledDown(file);
  sending.signal?.throwIfAborted();
  // Macs take names apart.
  const at = (path ?? file.name).normalize();
  if (fitsForm(blob)) {
    const form = new FormData();
    form.append('file', blob, file.name);
    form.append('path', at);
    const answer = await signed<{ file: SentFile }>('/api/upload_file', { method: 'POST', form, progress: sending.onProgress, signal: sending.signal });
    return { id: answer.file.id, path: answer.file.path };
  }
  const answer = await put<{ file: SentFile }>(signed, blob, { kind: 'file', content_type: await typeOf(blob), path: at }, TAKEN, sending);
  return { id: answer.file.id, path: answer.file.path };
}

/** A photo no wider than documents show it. Drawings keep every pixel, and what moves its frames. */
export async function photoScaledDown(file: File): Promise<Blob> {
  const type = await typeOf(file);
  const isPhoto = type === 'image/jpeg';
  if (!isPhoto && !OF_PHONES.test(type)) return file;
  const drawn = await redrawn(file.type === type ? file : new Blob([file], { type }), (width) => MAX_WIDTH / width);
  return isPhoto && drawn.size >= file.size ? file : drawn;
}

/** The type by the content, else by what is said of the file. */
async function typeOf(file: Blob): Promise<string> {
  const beginning = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  const known = BEGINNINGS.find(([, begins]) => begins.test(beginning));
  return known?.[0] ?? (file.type || (/^[^]{4}ftyp(hei|mif)/.test(beginning) ? 'image/heic' : ''));
}
