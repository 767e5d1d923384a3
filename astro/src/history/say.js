// Times and errors of versions, as people read them.

import { when } from '../languages/amounts.js';
import { t } from '../languages/say.js';

/**
 * A moment to the second, which tells versions of one minute apart, in the reader's own time zone.
 *
 * @param {string} rfc3339
 */
export const moment = (rfc3339) => told(rfc3339, 'exact');

/**
 * A day, in the reader's own time zone.
 *
 * @param {string} rfc3339
 */
export const day = (rfc3339) => told(rfc3339, 'date');

/**
 * @param {string} rfc3339
 * @param {'exact' | 'date'} length
 * @returns {string} what was given, where it is no time
 */
const told = (rfc3339, length) => (Number.isNaN(Date.parse(rfc3339)) ? rfc3339 : when(rfc3339, length));

/**
 * Whether an error says nothing new: what was given up, or a session's end, which is told elsewhere.
 *
 * @param {unknown} error
 */
export function isTold(error) {
  return error instanceof Error && (error.name === 'AbortError' || codeOf(error) === 'invalid_token');
}

/**
 * @param {unknown} error
 * @returns {string | undefined} the server's code
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/**
 * Why a version didn't come back, with what to do.
 *
 * @param {unknown} error
 * @param {string} slug
 * @returns {string}
 */
export function whyNotBack(error, slug) {
  switch (codeOf(error)) {
    case 'conflict':
      return t('history.taken', { slug });
    case 'not_found':
      return t('history.gone');
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
