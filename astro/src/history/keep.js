// How long what was replaced or deleted can come back.

/** Days for which the server keeps it at least. */
export const KEPT_DAYS = 90;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Until when what is deleted `now` can come back at least.
 *
 * @param {Date} now
 * @returns {string} RFC 3339
 */
export const keptUntil = (now) => new Date(now.getTime() + KEPT_DAYS * DAY_MS).toISOString();
