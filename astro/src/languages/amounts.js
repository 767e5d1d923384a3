// Sizes, shares and times, as the spoken language writes them.

import { locale, t } from './say.js';

const KIB = 1024;
const MIB = 1024 ** 2;

/** @type {Readonly<Record<'long' | 'short' | 'day' | 'date', Intl.DateTimeFormatOptions>>} */
const TIMES = {
  long: { dateStyle: 'long', timeStyle: 'short' },
  short: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { dateStyle: 'full' },
  date: { dateStyle: 'medium' },
};

/**
 * So many bytes, in the unit that suits them.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function size(bytes) {
  if (bytes < KIB) return t('desk.bytes', { count: bytes });
  const amount = (/** @type {number} */ unit) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(bytes / unit);
  return bytes < MIB ? t('desk.kib', { amount: amount(KIB) }) : t('desk.mib', { amount: amount(MIB) });
}

/**
 * So many in a hundred.
 *
 * @param {number} percent
 * @returns {string}
 */
export const percentage = (percent) => t('desk.percent', { percent: Math.round(percent) });

/**
 * A time in the reader's own time zone: `long`, `short` without the year, or the `date` alone, which
 * as `day` has its name.
 *
 * @param {string | Date} at a date, or a time as RFC 3339 has it
 * @param {keyof typeof TIMES} length
 * @returns {string}
 */
export const when = (at, length) => new Intl.DateTimeFormat(locale(), TIMES[length]).format(new Date(at));
