// Masthead in the browser: sign in, send files, read what became of them. No framework.

import { send, type PictureStage } from './picture.js';
import { Session, type Ending, type Storage } from './session.js';
import { settled, type Wait } from './wait.js';
import { call, MastheadError, type Call, type Member, type Picture, type PictureReport, type Progress, type Readme } from './wire.js';

export { MastheadError };
export type { Code, Field, Member, Picture, PictureReport, Readme, Warning } from './wire.js';
export type { PictureStage } from './picture.js';
export type { Ending, Storage } from './session.js';
export type { Wait } from './wait.js';

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
  onProgress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

export interface PictureUpload extends Upload {
  /** Called as each stage begins. */
  onStage?: ((stage: PictureStage) => void) | undefined;
}

export interface ReadmeUpload extends Upload {
  /** The document's name in its address; otherwise it is made from the file's name. */
  slug?: string | undefined;
}

export interface Watch extends Wait {
  /** Called with each report, the last included. */
  onReport?: ((readme: Readme) => void) | undefined;
}

/** The member, and what became of the picture that was sent last; `null` where there was none. */
export interface Account {
  member: Member;
  pictureUpload: PictureReport | null;
}

/** Either the code of an invitation or a reset, or the password until now. */
export type NewPassword = { password: string } & ({ code: string } | { currentPassword: string });

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

  const account = async (signal?: AbortSignal): Promise<Account> => {
    const { member, picture_upload } = await signed<{ member: Member; picture_upload?: PictureReport | null }>('/api/me', { signal });
    return { member, pictureUpload: picture_upload ?? null };
  };

  /**
   * Waits until the picture that was sent last is the profile's. What is sent with `uploadPicture` is
   * waited for already.
   *
   * Faults that pass are waited out; a code `invalid_file` says why the picture was rejected, and
   * `not_found` that there is none any more.
   */
  const watchPicture = (wait: Wait = {}): Promise<Picture> => {
    const look = async () => {
      const { member, pictureUpload } = await account(wait.signal);
      if (pictureUpload?.state === 'processing') return undefined;
      // What a form would have been answered with.
      if (pictureUpload?.state === 'rejected') throw new MastheadError('invalid_file', 422, pictureUpload.reason ?? 'The picture was rejected.');
      if (!member.picture) throw new MastheadError('not_found', 404, 'The picture was removed again.');
      return member.picture;
    };
    return settled(look, 'The picture is stored and still being worked on. Look again in a few minutes.', wait);
  };

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

    account,

    /**
     * Makes a picture the profile's: scaled down first where the browser can, and waited for where it
     * is so large that the server works on it in the background.
     */
    async uploadPicture(file: Blob, sending: PictureUpload = {}): Promise<Picture> {
      const { signal } = sending;
      return (await send(signed, file, sending)) ?? watchPicture({ signal });
    },

    watchPicture,

    /** Takes the picture off the profile, and one that is still being worked on with it. */
    async deletePicture(): Promise<void> {
      await signed('/api/upload_profile_pic', { method: 'DELETE' });
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
    async watchReport(slug: string, { onReport, ...wait }: Watch = {}): Promise<Readme> {
      const look = async () => {
        const report = await readme(slug, wait.signal);
        onReport?.(report);
        return report.state === 'processing' ? undefined : report;
      };
      return settled(look, 'The report is not there yet. Your file is stored; look again later.', wait);
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
