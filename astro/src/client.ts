// Masthead in the browser: sign in, send files, read what became of them. No framework.

import { Session, type Ending, type Storage } from './session.js';
import { call, MastheadError, type Call, type Member, type Picture, type Readme } from './wire.js';

export { MastheadError };
export type { Code, Field, Member, Picture, Readme, Warning } from './wire.js';
export type { Ending, Storage } from './session.js';

export interface ClientOptions {
  /**
   * Address of Masthead, without a slash at its end.
   *
   * @default the page's own
   */
  url?: string | undefined;
  /**
   * Where the token is kept.
   *
   * @default 'local', the key `accessToken` in localStorage
   */
  storage?: Storage | undefined;
}

export interface Upload {
  /** Called with the share that was sent, from 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface ReadmeUpload extends Upload {
  /** The document's name in its address; otherwise it is made from the file's name. */
  slug?: string | undefined;
}

export interface Watch {
  /** Called with each report, the last included. */
  onReport?: ((readme: Readme) => void) | undefined;
  signal?: AbortSignal | undefined;
  /**
   * How long a report may take, in milliseconds.
   *
   * @default 120000
   */
  timeoutMs?: number | undefined;
}

/** Either the code of an invitation or a reset, or the password until now. */
export type NewPassword = { password: string } & ({ code: string } | { currentPassword: string });

/** Pauses between two looks at a report, in milliseconds: it is there within a second. */
const LOOKS_MS = [150, 250, 400, 700, 1200, 2000];
const REPORT_TIMEOUT_MS = 120_000;
/** What a while later may well succeed. */
const PASSING = new Set(['unavailable', 'unreachable', 'unreadable', 'internal', 'too_many_attempts']);

export type Client = ReturnType<typeof createClient>;

/** A client for one Masthead. Every method throws {@link MastheadError}; decide by its `code`. */
export function createClient({ url = '', storage = 'local' }: ClientOptions = {}) {
  const base = url.replace(/\/+$/, '');
  const session = new Session(storage);

  /** A call with the token. One that the server no longer takes ends the session. */
  async function signed<T>(path: string, request: Call = {}): Promise<T> {
    const token = session.token;
    if (!token) {
      session.end('expired');
      throw new MastheadError('invalid_token', 401, 'Please sign in.');
    }
    try {
      return await call<T>(base + path, { ...request, token });
    } catch (error) {
      if (error instanceof MastheadError && error.code === 'invalid_token' && session.token === token) session.end('expired');
      throw error;
    }
  }

  const readme = async (slug: string, signal?: AbortSignal): Promise<Readme> =>
    (await signed<{ readme: Readme }>(`/api/readmes/${encodeURIComponent(slug)}`, { signal })).readme;

  return {
    /** Whether there is a session, as far as this page can tell. */
    get signedIn(): boolean {
      return session.token !== null;
    },

    /** Calls `listener` whenever a session starts or ends, in other tabs, too. The answer ends that. */
    onSession(listener: (signedIn: boolean, ending?: Ending) => void): () => void {
      return session.listen(listener);
    },

    async login(email: string, password: string): Promise<Member> {
      const answer = await call<{ access_token: string; expires_in: number; member: Member }>(`${base}/api/login`, {
        method: 'POST',
        json: { email, password },
      });
      session.start(answer.access_token, answer.expires_in);
      return answer.member;
    },

    /** Forgets the token. */
    logout(): void {
      session.end('signed_out');
    },

    async me(signal?: AbortSignal): Promise<Member> {
      return (await signed<{ member: Member }>('/api/me', { signal })).member;
    },

    async uploadPicture(file: Blob, { onProgress, signal }: Upload = {}): Promise<Picture> {
      const form = new FormData();
      form.append('profile_pic', file);
      const answer = await signed<{ picture: Picture }>('/api/upload_profile_pic', { method: 'POST', form, progress: onProgress, signal });
      return answer.picture;
    },

    /** Sends a README. What becomes of it is in its report: see `watchReport`. */
    async uploadReadme(file: File, { slug, onProgress, signal }: ReadmeUpload = {}): Promise<{ slug: string }> {
      const form = new FormData();
      form.append('readme_file', file);
      if (slug) form.append('slug', slug);
      const answer = await signed<{ readme: { slug: string } }>('/api/upload_readme', { method: 'POST', form, progress: onProgress, signal });
      return { slug: answer.readme.slug };
    },

    /** The reports of all that the member has uploaded. */
    async readmes(signal?: AbortSignal): Promise<Readme[]> {
      return (await signed<{ readmes: Readme[] }>('/api/readmes', { signal })).readmes;
    },

    readme,

    /**
     * Waits for the report on what was uploaded last under `slug`.
     *
     * Faults that pass are waited out; a code `not_found` says that the document was deleted.
     */
    async watchReport(slug: string, { onReport, signal, timeoutMs = REPORT_TIMEOUT_MS }: Watch = {}): Promise<Readme> {
      const deadline = Date.now() + timeoutMs;
      for (let look = 0; ; look += 1) {
        let pause = LOOKS_MS[Math.min(look, LOOKS_MS.length - 1)] ?? 0;
        try {
          const report = await readme(slug, signal);
          onReport?.(report);
          if (report.state !== 'processing') return report;
        } catch (error) {
          if (!(error instanceof MastheadError && PASSING.has(error.code)) || Date.now() + pause > deadline) throw error;
          pause = Math.max(pause, (error.retryAfter ?? 0) * 1000);
        }
        if (Date.now() + pause > deadline) {
          throw new MastheadError('unavailable', 0, 'The report is not there yet. Your file is stored; look again later.');
        }
        await sleep(pause, signal);
      }
    },

    /** Withdraws a document: the upload, what was published of it, and its report. */
    async deleteReadme(slug: string): Promise<void> {
      await signed(`/api/readmes/${encodeURIComponent(slug)}`, { method: 'DELETE' });
    },

    /** Sets a password. Every session ends, this one included: sign in again. */
    async setPassword(change: NewPassword): Promise<void> {
      const { password } = change;
      if ('code' in change) {
        await call(`${base}/api/set_password`, { method: 'POST', json: { code: change.code, password } });
      } else {
        await signed('/api/set_password', { method: 'POST', json: { current_password: change.currentPassword, password } });
        session.end('signed_out');
      }
    },
  };
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
