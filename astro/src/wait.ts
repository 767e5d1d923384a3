// Waiting for what the server works on: looks with growing pauses, through faults that pass.

import { MastheadError } from './wire.js';

export interface Wait {
  signal?: AbortSignal | undefined;
  /**
   * How long it may take, in milliseconds.
   *
   * @default 120000
   */
  timeoutMs?: number | undefined;
}

/** Pauses between two looks, in milliseconds: what is waited for is there within a second. */
const LOOKS_MS = [150, 250, 400, 700, 1200, 2000];
const TIMEOUT_MS = 120_000;
/** What a while later may well succeed. */
const PASSING = new Set(['unavailable', 'unreachable', 'unreadable', 'internal', 'too_many_attempts']);

/**
 * Looks until there is something to see.
 *
 * @throws {MastheadError} `unavailable` with the sentence `late` once the time is over; the last
 * fault where one lasts so long, and at once any that doesn't pass
 * @throws the signal's reason when it is aborted
 */
export async function settled<T>(look: () => Promise<T | undefined>, late: string, { signal, timeoutMs = TIMEOUT_MS }: Wait): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let count = 0; ; count += 1) {
    let pause = LOOKS_MS[Math.min(count, LOOKS_MS.length - 1)] ?? 0;
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      if (!(error instanceof MastheadError && PASSING.has(error.code)) || Date.now() + pause > deadline) throw error;
      pause = Math.max(pause, (error.retryAfter ?? 0) * 1000);
    }
    if (Date.now() + pause > deadline) throw new MastheadError('unavailable', 0, late);
    await sleep(pause, signal);
  }
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
