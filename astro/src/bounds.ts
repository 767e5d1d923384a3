// What reading a list may take in all, whatever a server answers.

/** More text than this is no list that a build could make pages of: two hundred thousand entries with their pictures take less. */
const MAX_TEXT = 128 * 1024 * 1024;
const MAX_MINUTES = 10;

/** What was read of a list so far. */
export interface Reading {
  answers: number;
  /** Characters. */
  text: number;
  /** When it began, by the clock of `performance.now()`. */
  began: number;
}

export const beginning = (): Reading => ({ answers: 0, text: 0, began: performance.now() });

/** Counts one more answer, and says what is too much, if anything is. */
export function tooMuch(reading: Reading, answer: string, maxAnswers: number): string | null {
  reading.answers += 1;
  reading.text += answer.length;
  if (reading.answers > maxAnswers) return `doesn't come to an end after ${maxAnswers} answers`;
  if (reading.text > MAX_TEXT) return `tells more than ${MAX_TEXT / 1024 / 1024} MiB`;
  return performance.now() - reading.began > MAX_MINUTES * 60_000 ? `doesn't come to an end within ${MAX_MINUTES} minutes` : null;
}
