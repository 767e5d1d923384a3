// Sends many things a few at a time. What fails doesn't stop the others; a line that is away, a server that says when to
// come again and a session that is over hold everything up, and nothing is lost.

/** How many are under way at once. */
const SIDE_BY_SIDE = 3;
/** How often one is sent that a passing fault of the server stops. */
const TRIES = 4;
/** The pauses before it is sent again, in milliseconds, times a number from 0.5 to 1; the last one recurs. */
const PAUSES_MS = [1000, 3000, 8000, 15_000];
/** How long the line may be away, in milliseconds. */
const PATIENCE_MS = 10 * 60_000;
/** The longest wait that a server may ask for, in seconds; who is told to wait longer is told so. */
const MAX_RETRY_AFTER = 300;

/**
 * What a refusal may say for the queue: its code, `unreachable` where the server can't be reached, the status of the
 * answer, and how many seconds it says to wait.
 *
 * @typedef {{ code?: string, status?: number, retryAfter?: number | undefined }} Refused
 */

/**
 * Where a job is. `held` waits with all others, for the line, the server or the member.
 *
 * @typedef {'waiting' | 'sending' | 'held' | 'done' | 'failed'} State
 */

/**
 * One thing to be sent. All jobs of a lower `stage` end before those of a higher one begin.
 *
 * @typedef {{ stage: number }} Job
 */

/**
 * @template {Job} J, Result
 * @typedef {{ job: J, result: Result, error?: undefined } | { job: J, result?: undefined, error: unknown }} Outcome
 */

/**
 * @template {Job} J
 * @typedef {object} Options
 * @property {AbortSignal | undefined} [signal] ends everything: what is under way is dropped, and `sendAll` throws its reason
 * @property {((job: J, state: State, error?: unknown) => void) | undefined} [onState]
 * @property {((error: unknown) => Promise<void> | undefined) | undefined} [holds] for an error that the member can mend, such
 *   as a session that is over: the promise that it is mended, after which the job is sent again
 * @property {(() => Promise<void>) | undefined} [online] the promise that the line is back, where that can be known
 * @property {number | undefined} [sideBySide]
 * @property {((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined} [pause] for tests
 */

/**
 * Sends all jobs and gives their outcomes, in their order. Those that failed may be given to another call.
 *
 * @template {Job} J
 * @template Result
 * @param {readonly J[]} jobs
 * @param {(job: J, signal: AbortSignal | undefined) => Promise<Result>} send
 * @param {Options<J>} [options]
 * @returns {Promise<Outcome<J, Result>[]>}
 */
export async function sendAll(jobs, send, options = {}) {
  const { signal, sideBySide = SIDE_BY_SIDE } = options;
  /** @type {Map<J, Outcome<J, Result>>} */
  const outcomes = new Map();
  const gate = new Gate(options);
  const stages = [...new Set(jobs.map(({ stage }) => stage))].sort((one, other) => one - other);
  for (const stage of stages) {
    const waiting = jobs.filter((job) => job.stage === stage);
    const lane = async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        outcomes.set(job, await sendOne(job, send, gate, options));
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, lane));
    signal?.throwIfAborted();
  }
  return jobs.flatMap((job) => outcomes.get(job) ?? []);
}

/**
 * @template {Job} J
 * @template Result
 * @param {J} job
 * @param {(job: J, signal: AbortSignal | undefined) => Promise<Result>} send
 * @param {Gate} gate
 * @param {Options<J>} options
 * @returns {Promise<Outcome<J, Result>>}
 */
async function sendOne(job, send, gate, { signal, onState }) {
  for (let tries = 1; ; tries += 1) {
    await gate.open(() => onState?.(job, 'held'));
    onState?.(job, 'sending');
    try {
      const result = await send(job, signal);
      gate.reached();
      onState?.(job, 'done');
      return { job, result };
    } catch (error) {
      signal?.throwIfAborted();
      const verdict = gate.close(error, tries);
      if (verdict === 'failed') {
        onState?.(job, 'failed', error);
        return { job, error };
      }
      // A try that the line or the session ended says nothing about the job.
      if (verdict === 'held') tries -= 1;
    }
  }
}

/** What all jobs wait at, whichever of them found the way closed. */
class Gate {
  #options;
  /** @type {Promise<void> | null} */
  #closed = null;
  /** Since when the server can't be reached, as milliseconds of `performance.now()`, and how often it was tried since. */
  #away = { since: 0, tries: 0 };

  /** @param {Options<any>} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {() => void} onHeld called where it isn't open yet */
  async open(onHeld) {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    while (this.#closed) {
      onHeld();
      await this.#closed;
      signal?.throwIfAborted();
    }
  }

  /** The server answered. */
  reached() {
    this.#away = { since: 0, tries: 0 };
  }

  /**
   * Decides what an error means: the job failed, or is sent again, or was held up through no fault of its own.
   *
   * @param {unknown} error
   * @param {number} tries so far
   * @returns {'failed' | 'again' | 'held'}
   */
  close(error, tries) {
    const mended = this.#options.holds?.(error);
    if (mended) {
      this.#wait(mended);
      return 'held';
    }
    const { code, status, retryAfter } = /** @type {Refused} */ (error ?? {});
    // What is refused before it is sent has no status, either.
    if (code === 'unreachable') return this.#lineIsAway();
    this.reached();
    const passes = status === 429 || status === 502 || status === 503 || status === 504 || status === 500;
    if (!passes || tries >= TRIES || (retryAfter ?? 0) > MAX_RETRY_AFTER) return 'failed';
    this.#wait(this.#pause(retryAfter === undefined ? pauseOf(tries) : retryAfter * 1000));
    return 'again';
  }

  /** @returns {'failed' | 'held'} */
  #lineIsAway() {
    const now = performance.now();
    // Several jobs find it at once; it is tried once for all of them.
    if (this.#closed) return 'held';
    if (this.#away.tries === 0) this.#away.since = now;
    if (now - this.#away.since > PATIENCE_MS) return 'failed';
    this.#away.tries += 1;
    const { online = () => Promise.resolve() } = this.#options;
    const tries = this.#away.tries;
    this.#wait(online().then(() => this.#pause(pauseOf(tries))));
    return 'held';
  }

  /** @param {Promise<void>} until */
  #wait(until) {
    const before = this.#closed;
    const closed = Promise.all([before, ended(until, this.#options.signal)]).then(() => {
      if (this.#closed === closed) this.#closed = null;
    });
    // Whoever waits at the gate is told; where nobody does, nobody has to be.
    closed.catch(() => undefined);
    this.#closed = closed;
  }

  /** @param {number} ms */
  #pause(ms) {
    const { pause = wait, signal } = this.#options;
    return pause(ms, signal);
  }
}

/** @param {number} tries */
const pauseOf = (tries) => (PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1] ?? 0) * (0.5 + Math.random() / 2);

/**
 * A promise that ends with the signal, too.
 *
 * @param {Promise<void>} promise
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
function ended(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}

/**
 * @param {number} ms
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
const wait = (ms, signal) =>
  ended(
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
    signal,
  );
