// When a preview is asked for: after a pause in typing, of a text that changed, the newest alone, and again where that can help.

/** Pause in typing before a preview is asked for, in milliseconds. */
export const PAUSE_MS = 600;
/** Shortest time from one preview to the next, in milliseconds: 50 in a minute, where a member has 60. */
export const BETWEEN_MS = 1200;
/** Pauses before a preview that failed is asked for again, in milliseconds; the last one stays. */
export const AGAIN_MS = [2000, 5000, 15_000, 30_000];
/** Longest pause that is kept, in milliseconds, whatever a server asks for. */
const MAX_PAUSE_MS = 5 * 60_000;

/**
 * What is to be shown.
 *
 * @typedef {{ text: string, fileName: string, path: string, slug?: string }} Wanted
 */

/**
 * @template Preview
 * @typedef {object} Told
 * @property {(wanted: Wanted, signal: AbortSignal) => Promise<Preview>} ask
 * @property {(preview: Preview, wanted: Wanted) => void} show the answer to what is wanted now
 * @property {(error: unknown, againInMs: number | undefined) => void} fail why there is none, and when it is tried again; never
 *   where the text itself is refused
 */

/**
 * Asks for previews.
 *
 * @template Preview
 * @param {Told<Preview>} told
 */
export function previews({ ask, show, fail }) {
  /** @type {Wanted | undefined} */
  let wanted;
  /** What was asked for last and answered, or refused for what it is. */
  let settled = '';
  let asked = -Infinity;
  /** How long the last answer took, in milliseconds: a text that takes long is asked for less often. */
  let took = 0;
  let failures = 0;
  let notBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {AbortController | undefined} */
  let asking;

  const later = (/** @type {number} */ pause) => {
    clearTimeout(timer);
    const now = Date.now();
    const at = Math.max(now + pause, asked + BETWEEN_MS, asked + 2 * took, notBefore);
    timer = setTimeout(() => void look(), at - now);
  };

  async function look() {
    const now = wanted;
    if (!now) return;
    const key = JSON.stringify(now);
    if (key === settled) return;
    asking?.abort();
    const { signal } = (asking = new AbortController());
    asked = Date.now();
    try {
      const preview = await ask(now, signal);
      if (signal.aborted) return;
      took = Date.now() - asked;
      failures = 0;
      settled = key;
      show(preview, now);
    } catch (error) {
      // A session that ended drops its requests, and so does a newer question.
      if (signal.aborted || (error instanceof Error && error.name === 'AbortError')) return;
      const pause = againIn(error, failures);
      failures += 1;
      if (pause === undefined) settled = key;
      else {
        notBefore = Date.now() + pause;
        later(0);
      }
      fail(error, pause);
    }
  }

  return {
    /** Something may have changed. @param {Wanted} changed @param {number} [pause] in milliseconds */
    want(changed, pause = PAUSE_MS) {
      wanted = changed;
      if (JSON.stringify(changed) === settled) {
        // It is again what is shown: a question about what was typed meanwhile is none any more.
        clearTimeout(timer);
        asking?.abort();
      } else later(pause);
    },
    /** What is around the text has changed, such as a picture that arrived. */
    again() {
      settled = '';
      if (wanted) later(0);
    },
    stop() {
      wanted = undefined;
      clearTimeout(timer);
      asking?.abort();
    },
  };
}

/**
 * How long to wait before asking again, in milliseconds; nothing where the same text would be refused again.
 *
 * @param {unknown} error
 * @param {number} failures so far
 * @returns {number | undefined}
 */
export function againIn(error, failures) {
  const { status = 0, retryAfter } = /** @type {{ status?: number, retryAfter?: number }} */ (error);
  const again = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? 0;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return undefined;
  return Math.min(MAX_PAUSE_MS, Math.max(again, 1000 * (retryAfter ?? 0)));
}
