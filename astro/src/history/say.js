// Times, sizes and errors of versions, as people read them.

import { spoken, t } from '../languages/say.js';

/**
 * A moment, in the reader's own time zone.
 *
 * @param {string} rfc3339
 */
export const moment = (rfc3339) => dated(rfc3339, { dateStyle: 'long', timeStyle: 'short' });

/**
 * A day, in the reader's own time zone.
 *
 * @param {string} rfc3339
 */
export const day = (rfc3339) => dated(rfc3339, { dateStyle: 'long' });

/**
 * @param {string} rfc3339
 * @param {Intl.DateTimeFormatOptions} style
 * @returns {string} what was given, where it is no time
 */
function dated(rfc3339, style) {
  const date = new Date(rfc3339);
  return Number.isNaN(date.getTime()) ? rfc3339 : new Intl.DateTimeFormat(locale(), style).format(date);
}

const UNITS = /** @type {const} */ (['byte', 'kilobyte', 'megabyte']);

/**
 * So many bytes, in the unit that suits them.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  const at = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : 2;
  const unit = /** @type {string} */ (UNITS[at]);
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: at === 0 ? 'long' : 'short', maximumFractionDigits: 1 }).format(bytes / 1000 ** at);
}

/** English is written as in Britain, where the day stands before the month. */
const locale = () => (spoken() === 'en' ? 'en-GB' : spoken());

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
