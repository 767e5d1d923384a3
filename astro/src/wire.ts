// What goes over the wire, and the errors that come of it. `docs/openapi.yaml` describes it.

/** The codes that Masthead answers with, and two of our own: see {@link MastheadError}. */
export type Code =
  | 'bad_request'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
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

  constructor(code: Code, status: number, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export interface Member {
  /** The member's name in addresses. */
  handle: string;
  name: string;
  picture: Picture | null;
}

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
}

/** What became of an upload. */
export interface Readme {
  slug: string;
  entry_id: string;
  state: 'processing' | 'published' | 'draft' | 'rejected';
  /** Whether a version is published: while `processing` or `rejected`, the last good one. */
  live: boolean;
  url: string | null;
  /**
   * The live version's way into the site; `null` where none is live, or where builds don't say what
   * they read. `since`: when a build first read it.
   */
  site: { state: 'queued'; since: null } | { state: 'built'; since: string } | null;
  file_name: string | null;
  version: string;
  uploaded_at: string;
  /** Why it was rejected. */
  reason: string | null;
  fields: Field[];
  warnings: Warning[];
}

/** One request. `progress` is called with what was sent, from 0 to 1. */
export interface Call {
  method?: string;
  token?: string | null;
  json?: unknown;
  form?: FormData;
  progress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Calls the API and gives the answer's envelope.
 *
 * @throws {MastheadError} on any failure
 * @throws the signal's reason when it is aborted
 */
export async function call<T>(url: string, request: Call): Promise<T> {
  request.signal?.throwIfAborted();
  const send = request.progress && typeof XMLHttpRequest !== 'undefined' ? withProgress : withFetch;
  const { status, text, retryAfter } = await send(url, request);
  const envelope = parsed(text);
  if (envelope?.['status'] === 'success') return envelope as T;
  const { code, message } = envelope ?? {};
  if (typeof code === 'string' && typeof message === 'string') {
    throw new MastheadError(code as Code, status, message, retryAfter);
  }
  throw new MastheadError('unreadable', status, `The server answered with status ${status} and nothing that this page can read. Please try again.`);
}

interface Answer {
  status: number;
  text: string;
  retryAfter: number | undefined;
}

function headers({ token, json }: Call): Record<string, string> {
  return {
    ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
}

const body = ({ json, form }: Call) => form ?? (json === undefined ? null : JSON.stringify(json));

async function withFetch(url: string, request: Call): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: headers(request),
      body: body(request),
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const answer = { status: response.status, text: await response.text(), retryAfter: seconds(response.headers.get('Retry-After')) };
    request.progress?.(1);
    return answer;
  } catch {
    request.signal?.throwIfAborted();
    throw unreachable();
  }
}

/** `fetch` can't tell how much of a body has been sent; XMLHttpRequest can. */
function withProgress(url: string, request: Call): Promise<Answer> {
  const { signal, progress } = request;
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open(request.method ?? 'GET', url);
    for (const [name, value] of Object.entries(headers(request))) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) progress?.(loaded / total);
    });
    xhr.addEventListener('load', () => {
      resolve({ status: xhr.status, text: xhr.responseText, retryAfter: seconds(xhr.getResponseHeader('Retry-After')) });
    });
    xhr.addEventListener('error', () => reject(unreachable()));
    xhr.addEventListener('abort', () => reject(signal?.reason));
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort);
    xhr.send(body(request));
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
  return new MastheadError('unreachable', 0, 'The server can’t be reached. Check your connection and try again.');
}
