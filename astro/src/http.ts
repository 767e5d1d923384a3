// Asking the server: bounded in time and size, tried again where that can help.

/** How long one attempt may take, in milliseconds. */
const ATTEMPT_MS = 15_000;
/** Longest pause before another attempt, in milliseconds, whatever `Retry-After` asks for. */
const MAX_PAUSE_MS = 10_000;
/** Pause before the second attempt, in milliseconds; it doubles. */
const FIRST_PAUSE_MS = 250;
const MAX_REDIRECTS = 3;

/** The server could not be reached, or gave no usable answer however often it was asked. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

export interface Answer {
  /** 200, 404, 304 where an ETag was sent, or one that was asked for; anything else is thrown. */
  status: number;
  etag: string | null;
  /** The origin whose pages may read it in a browser, where one was named. */
  allowsOrigin: string | null;
  text: string;
}

/** A request, as `fetch` takes it. */
export interface Request {
  method?: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  redirect: 'manual';
}

/** What is read of an answer. */
export interface Received {
  status: number;
  /** Names are in lower case. */
  headers: { get(name: string): string | null };
  body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
}

export type Send = (url: URL, request: Request) => Promise<Received>;

export interface Reading {
  /** Attempts in all, at least one. */
  attempts: number;
  /** Largest body that is read, in bytes. */
  maxBytes: number;
  etag?: string | undefined;
  /** Asked as a page of that origin would. */
  origin?: string | undefined;
  /** Further statuses that are an answer. */
  answers?: readonly number[] | undefined;
  /** Posted instead, with the key as its bearer token. */
  post?: { key: string; json: unknown } | undefined;
  /**
   * How a request is sent.
   *
   * @default fetch
   */
  send?: Send | undefined;
}

/**
 * Gets an address, or posts to it.
 *
 * @throws {Unavailable} after the last attempt, or at once where another can't help; the message
 * names the address and the reason.
 */
export async function ask(url: URL, reading: Reading): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const failure = await once(url, reading);
    if (!(failure instanceof Failure)) return failure;
    if (!failure.again || attempt >= reading.attempts) {
      throw new Unavailable(`${url.href} ${failure.message}`, { cause: failure.cause });
    }
    const pause = failure.pauseMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
    // Builds that were started together shall not come again together.
    await sleep(Math.min(pause, MAX_PAUSE_MS) * (1 + Math.random() / 4));
  }
}

class Failure extends Error {
  readonly again: boolean;
  readonly pauseMs: number | undefined;

  constructor(message: string, again: boolean, options: { cause?: unknown; pauseMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.again = again;
    this.pauseMs = options.pauseMs;
  }
}

async function once(url: URL, { maxBytes, etag, origin, answers = [], post, send = fetch as Send }: Reading): Promise<Answer | Failure> {
  const headers: Record<string, string> = {
    ...(etag ? { 'If-None-Match': etag } : {}),
    ...(origin ? { Origin: origin } : {}),
    ...(post ? { 'Content-Type': 'application/json', Authorization: `Bearer ${post.key}` } : {}),
  };
  const sent = post ? { method: 'POST', body: JSON.stringify(post.json) } : {};
  const signal = AbortSignal.timeout(ATTEMPT_MS);
  try {
    const response = await follow(url, { ...sent, headers, signal, redirect: 'manual' }, send);
    if (response instanceof Failure) return response;
    // Masthead has none for builds: whoever stands before it answered, as with what is said while it is away.
    if (response.status === 200 && /^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      return new Failure('answered with a page of HTML: is this the address of Masthead?', true);
    }
    // That nothing changed is no answer for who hasn't said what they have.
    if ([200, 404, ...(etag ? [304] : []), ...answers].includes(response.status)) {
      const text = await read(response, maxBytes);
      return text instanceof Failure ? text : { status: response.status, etag: response.headers.get('etag'), allowsOrigin: response.headers.get('access-control-allow-origin'), text };
    }
    await response.body?.cancel();
    const again = response.status === 408 || response.status === 429 || response.status >= 500;
    const hint = response.status === 401 && post ? ': it knows another build key than MASTHEAD_BUILD_KEY' : '';
    return new Failure(`answered with status ${response.status}${hint}`, again, { pauseMs: retryAfter(response) });
  } catch (cause) {
    // Who is cut short says so in words of its own.
    return new Failure(reason(signal.aborted ? signal.reason : cause), true, { cause });
  }
}

/**
 * Redirects are followed on the same host, from http to https as well, and nowhere else: what a build
 * fetches comes from Masthead. A post has the key with it, and is followed nowhere.
 */
async function follow(url: URL, request: Request, send: Send): Promise<Received | Failure> {
  let from = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await send(from, request);
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    const to = URL.parse(location, from);
    const isUpgrade = from.protocol === 'http:' && to?.protocol === 'https:' && to.hostname === from.hostname;
    if (!to || request.method === 'POST' || (to.origin !== from.origin && !isUpgrade)) return new Failure(`leads to ${to?.origin ?? location}, which is not followed; set MASTHEAD_URL to that if it is Masthead`, false);
    from = to;
  }
  return new Failure('leads from one address to the next', false);
}

/** The body as UTF-8 text, given up once it is longer than `maxBytes`. */
async function read(response: Received, maxBytes: number): Promise<string | Failure> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the stream.
    if (length > maxBytes) return new Failure(`is larger than ${maxBytes} bytes`, false);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
function retryAfter(response: Received): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const pause = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(pause) ? Math.max(0, pause) : undefined;
}

function reason(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return `did not answer within ${ATTEMPT_MS / 1000} seconds`;
  }
  // `fetch` says no more than "fetch failed"; the reason is one below.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  const said = inner instanceof Error ? inner.message || code : String(inner);
  return `can't be read (${said || 'no reason given'})`;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
