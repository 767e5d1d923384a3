// What goes over the wire, and the errors that come of it. `docs/openapi.yaml` describes it.

import { fileName } from './history/name.js';
import { spoken, t } from './languages/say.js';

/** The codes that Masthead answers with, and two of our own: see {@link MastheadError}. */
export type Code =
  | 'bad_request'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'quota_exceeded'
  | 'other_title'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid_file'
  | 'too_many_attempts'
  | 'unavailable'
  | 'internal'
  | 'unreachable'
  | 'unreadable';

/**
 * What the server, or the way to it, said no with.
 *
 * `message` is one sentence for the member. `unreachable`: nobody answered. `unreadable`: somebody
 * did, but it wasn't Masthead.
 */
export class MastheadError extends Error {
  override name = 'MastheadError';
  readonly code: Code;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** How long to wait, in seconds, where the server said. */
  readonly retryAfter: number | undefined;
  /** With the code `other_title`: what would be replaced, and where the file could go instead. */
  readonly replacement: Replacement | undefined;

  constructor(code: Code, status: number, message: string, retryAfter?: number, replacement?: Replacement) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.replacement = replacement;
  }
}

/** A document as its author knows it. */
export interface Titled {
  slug: string;
  title: string;
}

/** A document that an upload would take the place of, and the title of that upload with a slug made of it. */
export interface Replacement {
  replaces: Titled;
  instead: Titled;
}

/** A document that an upload took the place of; what isn't known is `null`. */
export interface Replaced {
  title: string | null;
  file_name: string | null;
  /** The folder that it lay in; empty at the top. */
  path: string;
}

/** What is known before anybody signs in. */
export interface Site {
  name: string;
  url: string | null;
  /** How many characters a password has. */
  password: { min: number; max: number };
  /** How large files may be, in bytes. */
  limits: { readme: number; picture: number; large_picture: number };
  /** Whether it sends letters: without, a code for a forgotten password comes from an administrator alone. */
  mail: boolean;
  version: string;
  /** Whether everybody may see who the members are; missing in answers of older servers, where nobody may. */
  public_members?: boolean;
  /** Which documents wait for an editor; missing in answers of older servers, where none does. */
  review?: 'off' | 'first' | 'all';
}

export interface Member {
  /** The member's name in addresses. */
  handle: string;
  name: string;
  /** What the member may do beside their own things; `undefined` of a server from before there were roles. */
  role?: Role;
  picture: Picture | null;
}

/** Which letters a member gets. `address_changed` always comes. */
export interface Letters {
  page_up: boolean;
  editor_note: boolean;
  address_changed: boolean;
}

/** What an administrator did to the account, until it is put away. */
export interface Notice {
  at: string;
  what: string;
  /** What it became, where that isn't said by `what`: a role, a handle. */
  became?: string;
  /** `null`: the command line, or somebody who is gone. */
  by: Actor | null;
}

/** An editor looks after everybody's documents, an administrator after members, too. */
export type Role = 'member' | 'editor' | 'admin';

/** Square WebP files by edge length in pixels. */
export type Picture = Record<'96' | '256' | '512', string>;

export interface Field {
  key: string;
  value: unknown;
  source: 'frontmatter' | 'heading' | 'image_alt' | 'paragraph' | 'body' | 'file_name' | 'member' | 'upload' | 'default';
}

export interface Warning {
  code: string;
  line: number;
  column: number;
  /** The offending text. */
  text: string;
  /** One sentence that says what to do. */
  hint: string;
  /** The other texts, where many places are told at once; missing in reports of older servers. */
  also?: string[];
}

/** An upload, as it stands. */
interface Standing {
  slug: string;
  entry_id: string;
  /**
   * `scheduled`: it comes out by itself, see `until`; nothing of it is published before. `waiting`: an editor has to approve it.
   * `withdrawn`: an editor took it off the site.
   */
  state: 'processing' | 'published' | 'draft' | 'scheduled' | 'rejected' | 'waiting' | 'withdrawn';
  /** Whether a version is published: while `processing` or `rejected` the last good one, while `waiting` the one that was approved before. */
  live: boolean;
  url: string | null;
  /**
   * The live version's way into the site; `null` where none is live, or where builds don't say what
   * they read. `since`: when a build first read it, or when the site's own schema first refused it: a warning says why.
   */
  site: { state: 'queued'; since: null } | { state: 'built' | 'refused'; since: string } | null;
  file_name: string | null;
  /** The folder that the file lies in; empty at the top. */
  path: string;
  /** Addresses that the document had and that lead to it; missing in reports of older servers. */
  former_slugs?: string[];
  /** Of the file as it was uploaded, in hexadecimal. */
  sha256: string | null;
  version: string;
  uploaded_at: string;
  /** Why it was rejected. */
  reason: string | null;
  /** When a `scheduled` document comes out (RFC 3339); missing in answers of older servers. */
  until?: string | null;
  /** What an editor told the author, plain text; missing in answers of older servers. `by`: a name, `null` once that member is gone. */
  note?: { text: string; by: string | null; at: string } | null;
}

/** What became of an upload. */
export interface Readme extends Standing {
  fields: Field[];
  warnings: Warning[];
}

/** An upload in the list of all. */
export interface ListedReadme extends Standing {
  /** As it stands in the frontmatter; `null` while this version is being converted. */
  title: string | null;
  warning_count: number;
}

/** A part of that list. */
export interface ReadmePage {
  readmes: ListedReadme[];
  /** Leads to the rest; `null` on the last page. */
  cursor: string | null;
}

/** A version of a document. */
export interface Version {
  id: string;
  uploaded: string;
  /** Bytes. */
  size: number;
  /** `current` is there now; the others were replaced, or there when the document was deleted. */
  state: 'current' | 'replaced' | 'deleted';
}

/** A part of the list of versions, newest first. */
export interface VersionPage {
  versions: Version[];
  /** Leads to older ones; `null` on the last page. */
  cursor: string | null;
}

/** A stretch of text, and the lines in which it begins; of `skipped` ones, how many are the same and left out. */
export type Run =
  | { kind: 'same'; before: number; after: number; text: string }
  | { kind: 'removed'; before: number; text: string }
  | { kind: 'added'; after: number; text: string }
  | { kind: 'skipped'; before: number; after: number; lines: number };

/** One of two versions that were compared, as text. */
export interface ComparedVersion {
  id: string;
  encoding: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';
  line_ends: 'none' | 'lf' | 'crlf' | 'mixed';
}

/** What changed from one version to another. */
export interface Changes {
  /** `null` where there was nothing before. */
  before: ComparedVersion | null;
  after: ComparedVersion;
  /** Whether single words are told, whole lines in some places, or all that changed in one piece. */
  detail: 'words' | 'lines' | 'whole';
  /** Whether there is more than the runs tell. */
  cut: boolean;
  /** `same` and `removed` ones are the text before, `same` and `added` ones the text after. */
  runs: Run[];
}

/** A document that was deleted and can still come back. */
export interface DeletedReadme {
  slug: string;
  /** `null` where another program stored it. */
  file_name: string | null;
  /** The folder that the file lay in; empty at the top. */
  path: string;
  /** The version that comes back. */
  version: string;
  deleted_at: string;
  /** From then on it may be forgotten. */
  until: string;
}

/** A part of that list; it may be empty, and lead on all the same. */
export interface DeletedPage {
  deleted: DeletedReadme[];
  /** Leads to the rest; `null` on the last page. */
  cursor: string | null;
}

/** A file as its author sent it. */
export interface SavedFile {
  blob: Blob;
  /** What it was called. */
  name: string;
  /** The version that it is: the `ifVersion` of who mends it. */
  version: string;
}

/** What publishing would make of a text. */
export interface Preview {
  /** `null` where it would be rejected. */
  frontmatter: Record<string, unknown> | null;
  markdown: string | null;
  /** Made safe; show it in a frame that allows nothing nevertheless. `null` where it would be rejected, or is too large. */
  html: string | null;
  report: Pick<Readme, 'slug' | 'entry_id' | 'reason' | 'until' | 'fields' | 'warnings'> & { state: 'published' | 'draft' | 'scheduled' | 'rejected' };
}

/** A member, as an administrator sees them. */
export interface ListedMember {
  id: string;
  handle: string;
  name: string;
  email: string;
  role: Role;
  /** `invited`: there is no password yet. */
  state: 'active' | 'invited' | 'disabled';
  /** Until when the invitation can be taken up. */
  invited_until?: string;
  /** Missing or `null` before the first one. */
  last_login?: string | null;
  documents: number;
  bytes: number;
  picture: Picture | null;
}

/** A part of the members; it may be empty, and lead on all the same. */
export interface MemberPage {
  members: ListedMember[];
  /** Leads to the rest; `null` on the last page. */
  cursor: string | null;
}

/** What lets a member in, once: it is answered here and kept nowhere. */
export interface Invitation {
  code: string;
  link: string;
  expires: string;
}

/** A member with their invitation, and the page of their slip to print. */
export interface Invited {
  member: ListedMember;
  invitation: Invitation;
  slips: string;
  /** How many letters bring the code. */
  mailed?: number;
}

/** What becomes of one row of a list of members. */
export interface RosterRow {
  line: number;
  email?: string | null;
  name?: string | null;
  handle?: string | null;
  /** The role that the row gives, where it is more than a member's. */
  role?: Role;
  /** `member`: there already. */
  outcome: 'add' | 'member' | 'bad';
  /** Why it is bad. */
  reason?: string | null;
}

/** What became of a list of members, or would. */
export interface Imported {
  rows: RosterRow[];
  /** Columns that mean nothing to the server. */
  ignored_columns?: string[];
  added: number;
  /** The page of all slips, to print; missing where nobody was added. */
  slips?: string;
  /** The code of each who has one: who comes with a password hash has none. */
  /** How many letters bring a code. */
  mailed?: number;
  invitations?: (Invitation & { line: number; name: string; email: string })[];
}

/** What changes of a member; what is left out stays. */
export interface MemberChange {
  name?: string;
  email?: string;
  handle?: string;
  role?: Role;
  disabled?: boolean;
}

/** What an editor wrote about a document. */
export interface Note {
  text: string;
  /** A name; `null` once that editor is no member any more. */
  by: string | null;
  at: string;
}

/** A document of a member, as an editor sees it. */
export interface ReviewedDocument {
  handle: string;
  name: string;
  slug: string;
  title: string | null;
  state: 'waiting' | 'withdrawn' | 'published' | 'draft' | 'scheduled' | 'rejected' | 'processing';
  /** Whether a version is published. */
  live: boolean;
  /** What a decision names; `null` while it is being converted. */
  version: string | null;
  /** When the newest version was sent; `null` where its author deleted it. */
  updated: string | null;
  /** How many. */
  warnings: number;
  note?: Note | null;
  picture?: Picture | null;
}

/** A part of the documents; it may be empty, and lead on all the same. */
export interface ReviewPage {
  documents: ReviewedDocument[];
  /** Leads to the rest; `null` on the last page. */
  cursor: string | null;
}

/** One document to look at. */
export interface Review {
  report: ReviewedDocument;
  preview: Preview;
  /** As its author sent it; `null` where that is no text, or the answer has no room for it. */
  source: string | null;
  /** Since the version that is live or was approved; `null` where there is none. */
  changes: Changes | null;
}

/** What an editor decides on a document: on the version that was looked at. */
export interface Decision {
  action: 'approve' | 'withdraw' | 'restore';
  version: string;
  /** For its author, as plain text of at most 2,000 characters. */
  note?: string;
}

/** Somebody in the list of what was done. */
export interface Actor {
  handle: string;
  name?: string | null;
}

/** What an administrator or editor did. */
export interface Act {
  at: string;
  /** `null`: the command line. */
  by: Actor | null;
  act: string;
  on: Actor | null;
  slug?: string | null;
  /** What it became, where the act alone doesn't say: a role, a handle. */
  became?: string | null;
  note?: string | null;
}

/** A part of what was done, the newest first. */
export interface ActPage {
  acts: Act[];
  /** Leads to older ones; `null` on the last page. */
  cursor: string | null;
}

/** What became of the picture that was sent last. */
export interface PictureReport {
  state: 'processing' | 'ready' | 'rejected';
  /** Why it was rejected. */
  reason?: string;
}

/** A picture or another file of documents. */
export interface StoredFile {
  /** Stays with the path: what is sent there later has it, too. */
  id: string;
  /** Names from the top with `/` between them. */
  path: string;
  /** The kind of what the web sees of it; `null` before there is anything. */
  type: string | null;
  /** Bytes of the file as it was sent. */
  size: number;
  /** Of the file as it was sent, in hexadecimal; `null` where that isn't known. */
  sha256: string | null;
  /** While `processing` or `rejected`, what was made of the version before it stays. */
  state: 'processing' | 'ready' | 'rejected';
  /** Of a rejected file why; of another one what was left out. */
  reason: string | null;
  /** Of the picture that documents show, in pixels. */
  width: number | null;
  height: number | null;
  /** What documents show or lead to. */
  url: string | null;
  /** Slugs of the documents whose published versions show it, the first 20. */
  shown_by: string[];
  updated: string;
}

/** What the member's files take, and the most that they may. */
export interface Usage {
  files: number;
  bytes: number;
  max_files: number;
  max_bytes: number;
}

/** All files of the member, ordered by their paths. */
export interface Files {
  files: StoredFile[];
  usage: Usage;
}

/** Called with the share that was sent, from 0 to 1. */
export type Progress = (share: number) => void;

/** One call of the API. */
export interface Call {
  method?: string;
  token?: string | null;
  json?: unknown;
  form?: FormData;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Calls the API and gives the answer's envelope.
 *
 * @throws {MastheadError} on any failure
 * @throws the signal's reason when it is aborted
 */
export async function call<T>(url: string, { method = 'GET', token, json, form, progress, signal }: Call): Promise<T> {
  const headers = {
    // The server says its sentences in the language of the page.
    'Accept-Language': spoken(),
    ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
  const body = form ?? (json === undefined ? null : JSON.stringify(json));
  const { status, text, retryAfter } = await send(url, { method, headers, body, progress, signal });
  const envelope = parsed(text);
  if (envelope?.['status'] === 'success') return envelope as T;
  throw refusal(status, envelope, retryAfter);
}

/**
 * Fetches a file that the API hands out to its member, called `instead` where it has no name.
 *
 * @throws {MastheadError} on any failure
 * @throws the signal's reason when it is aborted
 */
export async function fetchFile(url: string, instead: string, { token, signal }: Pick<Call, 'token' | 'signal'>): Promise<SavedFile> {
  signal?.throwIfAborted();
  try {
    const response = await fetch(url, { headers: { 'Accept-Language': spoken(), Authorization: `Bearer ${token}` }, cache: 'no-store', ...(signal ? { signal } : {}) });
    if (response.ok) {
      // A cache on the way that compresses marks it as weak.
      const version = (response.headers.get('ETag') ?? '').replace(/^W\//, '').replaceAll('"', '');
      return { blob: await response.blob(), name: fileName(response.headers.get('Content-Disposition'), instead), version };
    }
    throw refusal(response.status, parsed(await response.text()), seconds(response.headers.get('Retry-After')));
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof MastheadError ? error : unreachable();
  }
}

/** What the server said no with. */
function refusal(status: number, envelope: Record<string, unknown> | null, retryAfter: number | undefined): MastheadError {
  const { code, message } = envelope ?? {};
  if (typeof code === 'string' && typeof message === 'string') {
    const replacement = code === 'other_title' ? (envelope as unknown as Replacement) : undefined;
    return new MastheadError(code as Code, status, message, retryAfter, replacement && { replaces: replacement.replaces, instead: replacement.instead });
  }
  return new MastheadError('unreadable', status, t('desk.unreadable', { status: String(status) }));
}

/**
 * Puts a file to an address that the API has signed for it.
 *
 * @throws {MastheadError} `unavailable` where it isn't taken, `unreachable` where nobody answers
 * @throws the signal's reason when it is aborted
 */
export async function store(url: string, request: Outgoing): Promise<void> {
  const { status } = await send(url, request);
  // An address works once.
  if (status === 412) throw new MastheadError('conflict', status, t('site.sent_meanwhile'));
  if (status !== 200) throw new MastheadError('unavailable', status, t('desk.not_stored'));
}

export interface Outgoing {
  method: string;
  headers: Record<string, string>;
  body: Blob | FormData | string | null;
  progress: Progress | undefined;
  signal: AbortSignal | undefined;
}

interface Answer {
  status: number;
  text: string;
  retryAfter: number | undefined;
}

async function send(url: string, request: Outgoing): Promise<Answer> {
  request.signal?.throwIfAborted();
  return request.progress && typeof XMLHttpRequest !== 'undefined' ? withProgress(url, request) : withFetch(url, request);
}

async function withFetch(url: string, { signal, progress, ...request }: Outgoing): Promise<Answer> {
  try {
    const response = await fetch(url, { ...request, ...(signal ? { signal } : {}) });
    const answer = { status: response.status, text: await response.text(), retryAfter: seconds(response.headers.get('Retry-After')) };
    progress?.(1);
    return answer;
  } catch {
    signal?.throwIfAborted();
    throw unreachable();
  }
}

/** `fetch` can't tell how much of a body has been sent; XMLHttpRequest can. */
function withProgress(url: string, { method, headers, body, progress, signal }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) progress?.(loaded / total);
    });
    xhr.addEventListener('load', () => {
      // Asking for one header that the server doesn't expose, as stores don't, is a warning in the console.
      const retryAfter = /^retry-after: (\d+)\s*$/im.exec(xhr.getAllResponseHeaders())?.[1];
      resolve({ status: xhr.status, text: xhr.responseText, retryAfter: seconds(retryAfter ?? null) });
    });
    xhr.addEventListener('error', () => reject(unreachable()));
    xhr.addEventListener('abort', () => reject(signal?.reason));
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort);
    xhr.send(body);
  });
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function seconds(value: string | null): number | undefined {
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

function unreachable(): MastheadError {
  return new MastheadError('unreachable', 0, t('desk.unreachable'));
}
