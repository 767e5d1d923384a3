// Masthead in the browser: sign in, send files, read what became of them. No framework.

import { sendFile, type SentFile } from './file.js';
import { t } from './languages/say.js';
import { sendPicture, type PictureStage } from './picture.js';
import { Session, type Ending, type Storage } from './session.js';
import { speakEnglish } from './speaking.js';
import { settled, type Wait } from './wait.js';
import { call, fetchFile, MastheadError, type ActPage, type Call, type Changes, type Decision, type DeletedPage, type Files, type Imported, type Invitation, type Invited, type Letters, type ListedMember, type ListedReadme, type Member, type MemberChange, type MemberPage, type Notice, type Picture, type PictureReport, type Preview, type Progress, type Readme, type ReadmePage, type Replaced, type Review, type ReviewPage, type ReviewedDocument, type Role, type SavedFile, type Site, type StoredFile, type VersionPage } from './wire.js';

export { MastheadError };
export type { Act, ActPage, Actor, Changes, Code, ComparedVersion, Decision, DeletedPage, DeletedReadme, Field, Files, Imported, Invitation, Invited, Letters, ListedMember, ListedReadme, Member, MemberChange, MemberPage, Note, Notice, Picture, PictureReport, Preview, Readme, Replaced, Replacement, Review, ReviewPage, ReviewedDocument, Role, RosterRow, Run, SavedFile, Site, StoredFile, Titled, Usage, Version, VersionPage, Warning } from './wire.js';
export type { SentFile } from './file.js';
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

export interface FileUpload extends Upload {
  /**
   * Where the file is to lie: names with `/` between them, its own at the end. What is there already is replaced.
   *
   * @default the file's name
   */
  path?: string | undefined;
  /**
   * The member's files, as `files` lists them: where one of them is what would be sent, nothing is.
   *
   * @default []
   */
  known?: readonly StoredFile[] | undefined;
}

export interface ReadmeUpload extends Upload {
  /** The document's name in its address; otherwise it is made from the file's name. */
  slug?: string | undefined;
  /**
   * The folder that the file lies in, such as `notes/robots`. A folder's README is the folder's document.
   *
   * @default '' the top
   */
  path?: string | undefined;
  /**
   * Which document the file may take the place of. With `same_title`, one of another title is refused by a
   * {@link MastheadError} with the code `other_title`, which has both titles and a slug to send it to instead.
   *
   * @default 'any'
   */
  replace?: 'any' | 'same_title' | undefined;
  /** The version that was read, of `source` or a report: where another is there by now, the file is refused by the code `conflict`. */
  ifVersion?: string | undefined;
  /**
   * Whether the document comes out by itself at its `date`, as with `schedule: true` in its frontmatter.
   *
   * @default false
   */
  schedule?: boolean | undefined;
}

/** A text that is not published. */
export interface Previewed {
  text: string;
  /** What its file is or will be called. */
  fileName?: string | undefined;
  /** The folder that it lies in. */
  path?: string | undefined;
  /** Its name in the address, where that isn't made of the file's. */
  slug?: string | undefined;
}

/** A README that has arrived. */
export interface SentReadme {
  slug: string;
  /** What it took the place of. */
  replaced: Replaced | null;
}

export interface Watch extends Wait {
  /** Called with each report, the last included. */
  onReport?: ((readme: Readme) => void) | undefined;
}

export interface FilesWatch extends Wait {
  /** Called with each look at the files, the last included. */
  onFiles?: ((files: Files) => void) | undefined;
}

export interface ReadmesWatch extends Wait {
  /** Called with each look at the documents, the last included. */
  onReadmes?: ((readmes: ListedReadme[]) => void) | undefined;
}

/** Which part of a list. */
export interface Page {
  /** What the page before this one ended with. */
  cursor?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Comparison {
  /** The version to compare with. @default the one before */
  since?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The member, and what became of the picture that was sent last; `null` where there was none. */
export interface Account {
  member: Member;
  pictureUpload: PictureReport | null;
  /** The member's own address. */
  email: string;
  /** The address that the member wants in its place, until the code that was sent there comes back. */
  newEmail: string | null;
  letters: Letters;
  /** Whether the member is in the site's list of members, where it has one (`public_members` of the site). */
  listed: boolean;
  /** What an administrator did to the account, until `putNoticesAway`. */
  notices: Notice[];
}

/** Which members. */
export interface MemberSearch extends Page {
  /** What stands in a handle, a name or an address, whatever its case and accents. */
  q?: string | undefined;
}

/** Which documents. */
export interface ReviewSearch extends Page {
  /** @default all of them */
  state?: ReviewedDocument['state'] | undefined;
}

/** A member to be. */
export interface NewMember {
  email: string;
  name: string;
  /** @default made of the name */
  handle?: string | undefined;
  /** @default 'member' */
  role?: Role | undefined;
  /** Sends the code as a letter, too, where the site sends any. */
  mail?: boolean | undefined;
}

export interface Importing {
  /** Says what would become of each row, and adds nobody. */
  dryRun?: boolean | undefined;
  /** Leaves out what can't be added; otherwise every row is added or none is. */
  skipBad?: boolean | undefined;
  /** Sends each code as a letter, too, where the site sends any. */
  mail?: boolean | undefined;
}

/** Either the code of an invitation or a reset, or the password until now. */
export type NewPassword = { password: string } & ({ code: string } | { currentPassword: string });

/** The answer of `/api/me`. */
interface Me {
  member: Member;
  picture_upload?: PictureReport | null;
  email: string;
  new_email?: string | null;
  mail: Letters;
  listed?: boolean;
  notices?: Notice[];
}

function accountOf({ member, picture_upload, email, new_email, mail, listed, notices }: Me): Account {
  return { member, pictureUpload: picture_upload ?? null, email, newEmail: new_email ?? null, letters: mail, listed: listed ?? true, notices: notices ?? [] };
}

/** The answer of a login, and of a code that was used. */
interface Granted {
  access_token: string;
  expires_in: number;
  member: Member;
}

export type Client = ReturnType<typeof createClient>;

/** A client for one Masthead. Every method throws {@link MastheadError}; decide by its `code`. */
export function createClient({ url = '', storage = 'local' }: ClientOptions = {}) {
  speakEnglish();
  const base = url.replace(/\/+$/, '');
  const session = new Session(storage);

  /** A call with the token. One that the server no longer takes ends the session. */
  const signed = <T>(path: string, request: Call = {}): Promise<T> => withToken((token) => call<T>(base + path, { ...request, token }));

  async function withToken<T>(ask: (token: string) => Promise<T>): Promise<T> {
    const token = session.token;
    if (!token) {
      session.end('expired');
      throw new MastheadError('invalid_token', 401, t('site.sign_in'));
    }
    try {
      return await ask(token);
    } catch (error) {
      if (error instanceof MastheadError && error.code === 'invalid_token' && session.token === token) session.end('expired');
      throw error;
    }
  }

  const granted = ({ access_token, expires_in, member }: Granted): Member => {
    session.start(access_token, expires_in);
    return member;
  };

  /** Asked for once: whatever is in it changes with a deployment. */
  let site: Promise<Site> | undefined;

  const readme = async (slug: string, signal?: AbortSignal): Promise<Readme> =>
    (await signed<{ readme: Readme }>(`/api/readmes/${encodeURIComponent(slug)}`, { signal })).readme;

  const readmes = async (signal?: AbortSignal): Promise<ListedReadme[]> => {
    const all: ListedReadme[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: ReadmePage = await signed<ReadmePage>(`/api/readmes?limit=100${query}`, { signal });
      all.push(...page.readmes);
      cursor = page.cursor;
    } while (cursor !== null);
    return all;
  };

  /** Where a document lies, or what is below it. */
  const at = (slug: string, ...below: string[]): string => ['/api/readmes', ...[slug, ...below].map(encodeURIComponent)].join('/');

  const savedFile = (slug: string, below: string[], signal?: AbortSignal): Promise<SavedFile> =>
    withToken((token) => fetchFile(base + at(slug, ...below), `${slug}.md`, { token, signal }));

  const files = async (signal?: AbortSignal): Promise<Files> => {
    const { files, usage } = await signed<Files>('/api/files', { signal });
    return { files, usage };
  };

  const account = async (signal?: AbortSignal): Promise<Account> => {
    return accountOf(await signed<Me>('/api/me', { signal }));
  };

  const patchMe = async (json: object): Promise<Account> => accountOf(await signed<Me>('/api/me', { method: 'PATCH', json }));

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
      if (pictureUpload?.state === 'rejected') throw new MastheadError('invalid_file', 422, pictureUpload.reason ?? t('site.picture_rejected'));
      if (!member.picture) throw new MastheadError('not_found', 404, t('desk.picture_gone'));
      return member.picture;
    };
    return settled(look, t('desk.picture_late'), wait);
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
      return granted(await call<Granted>(`${base}/api/login`, { method: 'POST', json: { email, password } }));
    },

    /** Sets a password by the code of an invitation or a reset, and signs the member in. */
    async join(code: string, password: string): Promise<Member> {
      return granted(await call<Granted>(`${base}/api/set_password`, { method: 'POST', json: { code, password } }));
    },

    /** What the site is called, the password's rule and the limits; for everybody. */
    site(): Promise<Site> {
      site ??= call<{ site: Site }>(`${base}/api/site`, {}).then((answer) => answer.site);
      // What failed is asked for again.
      site.catch(() => (site = undefined));
      return site;
    },

    /** Forgets the token. */
    logout(): void {
      session.end('signed_out');
    },

    async me(signal?: AbortSignal): Promise<Member> {
      return (await signed<{ member: Member }>('/api/me', { signal })).member;
    },

    account,

    /** Gives the member another name; the answer has it as it is shown. What is published shows it within a minute or so. */
    async rename(name: string): Promise<Member> {
      return (await patchMe({ name })).member;
    },

    /** Has a code sent to another address that the member wants, if that is nobody's. It works for an hour. */
    wantEmail(email: string, password: string): Promise<Account> {
      return patchMe({ email, password });
    },

    /** Gives the member that address, by the code that was sent there. Every session ends. */
    async proveEmail(code: string): Promise<void> {
      await patchMe({ email_code: code });
      session.end('signed_out');
    },

    /** Sets which letters the member gets; those that aren't named stay as they are. */
    chooseLetters(letters: Partial<Pick<Letters, 'page_up' | 'editor_note'>>): Promise<Account> {
      return patchMe({ mail: letters });
    },

    /** Puts the member into the list of members that everybody sees, where the site has one, or takes them out of it. */
    beListed(listed: boolean): Promise<Account> {
      return patchMe({ listed });
    },

    /**
     * Has a code for a new password sent to an address, if it is that of a member with a password: nobody is told whether it is. The code
     * goes to `join`.
     */
    async forgotPassword(email: string): Promise<void> {
      await call(`${base}/api/forgot_password`, { method: 'POST', json: { email } });
    },

    /**
     * Ends the membership for good: every session ends, and everything of the member's is erased within minutes. The password is asked for
     * once more; a wrong one is refused with the code `invalid_credentials`.
     */
    async leave(password: string): Promise<void> {
      await signed('/api/me/delete', { method: 'POST', json: { password } });
      session.end('signed_out');
    },

    /**
     * Makes a picture the profile's: scaled down first where the browser can, and waited for where it
     * is so large that the server works on it in the background.
     */
    async uploadPicture(file: Blob, sending: PictureUpload = {}): Promise<Picture> {
      const { signal } = sending;
      return (await sendPicture(signed, file, sending)) ?? watchPicture({ signal });
    },

    watchPicture,

    /** Takes the picture off the profile, and one that is still being worked on with it. */
    async deletePicture(): Promise<void> {
      await signed('/api/upload_profile_pic', { method: 'DELETE' });
    },

    /** Sends a README. What becomes of it is in its report: see `watchReport`. */
    async uploadReadme(file: File, { slug, path, replace, ifVersion, schedule, onProgress, signal }: ReadmeUpload = {}): Promise<SentReadme> {
      const form = new FormData();
      // Of a folder's file, browsers would send the path within it in the place of the name.
      form.append('readme_file', file, file.name);
      if (slug) form.append('slug', slug);
      if (path) form.append('path', path.normalize());
      if (replace) form.append('replace', replace);
      if (ifVersion) form.append('if_version', ifVersion);
      if (schedule) form.append('schedule', 'true');
      const { readme } = await signed<{ readme: SentReadme }>('/api/upload_readme', { method: 'POST', form, progress: onProgress, signal });
      return { slug: readme.slug, replaced: readme.replaced };
    },

    /**
     * Sends a picture or a PDF for documents to show, up to 25 MiB; photos are scaled down first where the
     * browser can. What becomes of it is in `files`: see `watchFiles`.
     */
    async uploadFile(file: File, sending: FileUpload = {}): Promise<SentFile> {
      return sendFile(signed, file, sending);
    },

    /** The pictures and other files of the member, and what they take. */
    files,

    /** Waits until none of the member's files is worked on any more; faults that pass are waited out. */
    async watchFiles({ onFiles, ...wait }: FilesWatch = {}): Promise<Files> {
      const look = async () => {
        const all = await files(wait.signal);
        onFiles?.(all);
        return all.files.some(({ state }) => state === 'processing') ? undefined : all;
      };
      return settled(look, t('site.files_late'), wait);
    },

    /** Takes a file away: from the documents that show it, and then for good. */
    async deleteFile(id: string): Promise<void> {
      await signed(`/api/files/${encodeURIComponent(id)}`, { method: 'DELETE' });
    },

    /** All that the member has uploaded. `readme` has the fields and warnings of one document. */
    readmes,

    /** Waits until none of the member's documents is worked on any more; faults that pass are waited out. */
    async watchReadmes({ onReadmes, ...wait }: ReadmesWatch = {}): Promise<ListedReadme[]> {
      const look = async () => {
        const all = await readmes(wait.signal);
        onReadmes?.(all);
        return all.some(({ state }) => state === 'processing') ? undefined : all;
      };
      return settled(look, t('site.documents_late'), wait);
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
      return settled(look, t('site.report_late'), wait);
    },

    /** What publishing would make of a text; nothing is stored. A member has 60 of these a minute. */
    async preview({ text, fileName, path, slug }: Previewed, signal?: AbortSignal): Promise<Preview> {
      return (await signed<{ preview: Preview }>('/api/preview', { method: 'POST', json: { text, file_name: fileName, path, slug }, signal })).preview;
    },

    /** Withdraws a document: the upload, what was published of it, and its report. */
    async deleteReadme(slug: string): Promise<void> {
      await signed(`/api/readmes/${encodeURIComponent(slug)}`, { method: 'DELETE' });
    },

    /** A document as its author sent it, and which version that is. */
    source(slug: string, signal?: AbortSignal): Promise<SavedFile> {
      return savedFile(slug, ['source'], signal);
    },

    /** The versions of a document, newest first, of one that was deleted, too; `cursor` is that of the page before. */
    versions(slug: string, { cursor, signal }: Page = {}): Promise<VersionPage> {
      return signed<VersionPage>(`${at(slug, 'versions')}${query({ cursor })}`, { signal });
    },

    /** One version of a document, as it was sent. */
    version(slug: string, id: string, signal?: AbortSignal): Promise<SavedFile> {
      return savedFile(slug, ['versions', id], signal);
    },

    /** What changed in a version: since the one before it, or `since` another one. */
    async changes(slug: string, id: string, { since, signal }: Comparison = {}): Promise<Changes> {
      return (await signed<{ changes: Changes }>(`${at(slug, 'versions', id, 'changes')}${query({ since })}`, { signal })).changes;
    },

    /** Makes a version the newest again, of a document that was deleted, too. What is there now becomes a version before it. */
    async restoreReadme(slug: string, version: string): Promise<SentReadme> {
      const { readme } = await signed<{ readme: SentReadme }>(at(slug, 'restore'), { method: 'POST', json: { version } });
      return { slug: readme.slug, replaced: readme.replaced };
    },

    /** What was deleted and can still come back; a page may be empty and lead on all the same. */
    deletedReadmes({ cursor, signal }: Page = {}): Promise<DeletedPage> {
      return signed<DeletedPage>(`/api/readmes${query({ deleted: 'yes', cursor })}`, { signal });
    },

    /** Erases every version of a document for good, of one that was deleted, too. */
    async eraseReadme(slug: string): Promise<void> {
      await signed(`${at(slug)}?forever=yes`, { method: 'DELETE' });
    },

    /**
     * Gives a document another address, which is made of `wanted`. Links to it follow; with `ifVersion`, the version that was
     * read, no other one is renamed (`conflict`). The member's own page stays where it is.
     */
    async renameReadme(slug: string, wanted: string, { ifVersion }: { ifVersion?: string } = {}): Promise<SentReadme> {
      const json = { slug: wanted, ...(ifVersion === undefined ? {} : { if_version: ifVersion }) };
      return (await signed<{ readme: SentReadme }>(at(slug, 'rename'), { method: 'POST', json })).readme;
    },

    /** Puts away what `account` told of an administrator's acts, up to the one `at` that time. */
    async putNoticesAway(at: string): Promise<void> {
      await signed('/api/me', { method: 'PATCH', json: { notices_seen: at } });
    },

    /** The site's members, for administrators, in the order of their handles; a page may be empty and lead on all the same. */
    members({ cursor, q, signal }: MemberSearch = {}): Promise<MemberPage> {
      return signed<MemberPage>(`/api/members${query({ cursor, q })}`, { signal });
    },

    /** Invites a member; the code in the answer is told this once. */
    inviteMember({ email, name, handle, role, mail }: NewMember): Promise<Invited> {
      return signed<Invited>('/api/members', { method: 'POST', json: { email, name, handle, role, mail } });
    },

    /** Invites the members of a list in CSV; the codes in the answer's slips are told this once. */
    importMembers(csv: string, { dryRun, skipBad, mail }: Importing = {}): Promise<Imported> {
      return signed<Imported>('/api/members/import', { method: 'POST', json: { csv, dry_run: dryRun ?? false, skip_bad: skipBad ?? false, mail: mail ?? false } });
    },

    async changeMember(id: string, change: MemberChange): Promise<ListedMember> {
      return (await signed<{ member: ListedMember }>(member(id), { method: 'PATCH', json: change })).member;
    },

    /** Gives a member a new code, as a letter too with `mail`; the password until now works until it is used. */
    resetMember(id: string, { mail = false }: { mail?: boolean } = {}): Promise<{ invitation: Invitation; slips: string; mailed: number }> {
      return signed(member(id, 'reset'), { method: 'POST', json: { mail } });
    },

    /** Ends every session of a member. */
    async signOutMember(id: string): Promise<void> {
      await signed(member(id, 'sign_out'), { method: 'POST', json: {} });
    },

    /** Erases a member and everything of theirs, for good; `handle` is theirs once more. */
    async removeMember(id: string, handle: string): Promise<void> {
      await signed(member(id), { method: 'DELETE', json: { handle } });
    },

    /** Everybody's documents, for editors; a page may be empty and lead on all the same. */
    review({ state, cursor, signal }: ReviewSearch = {}): Promise<ReviewPage> {
      return signed<ReviewPage>(`/api/review${query({ state, cursor })}`, { signal });
    },

    /** One document of somebody's: what became of it, its preview, its text and what changed. */
    reviewed(handle: string, slug: string, signal?: AbortSignal): Promise<Review> {
      return signed<Review>(reviewed(handle, slug), { signal });
    },

    /** Approves, withdraws or restores a document; `conflict` where what is approved or restored isn't the newest version any more. */
    async decide(handle: string, slug: string, decision: Decision): Promise<void> {
      await signed(reviewed(handle, slug), { method: 'POST', json: decision });
    },

    /** What administrators and editors did, for administrators, the newest first. */
    acts({ cursor, signal }: Page = {}): Promise<ActPage> {
      return signed<ActPage>(`/api/audit${query({ cursor })}`, { signal });
    },

    /** Sets a password. Every session ends; with a code, as by `join`, a new one starts, otherwise sign in again. */
    async setPassword(change: NewPassword): Promise<void> {
      const { password } = change;
      if ('code' in change) {
        await this.join(change.code, password);
      } else {
        await signed('/api/set_password', { method: 'POST', json: { current_password: change.currentPassword, password } });
        session.end('signed_out');
      }
    },
  };
}

/** Where a member is, or what is below. */
const member = (id: string, ...below: string[]): string => ['/api/members', ...[id, ...below].map(encodeURIComponent)].join('/');

/** Where a document is for its editors. */
const reviewed = (handle: string, slug: string): string => ['/api/review', ...[handle, slug].map(encodeURIComponent)].join('/');

/** The parameters that are given, as an address has them. */
function query(parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return given.length > 0 ? `?${given.join('&')}` : '';
}
