// A document as a search result would show it: cut where search engines cut.

/** Most characters of a title and of a description that search engines show on one screen or another. */
export const MAX_TITLE = 60;
export const MAX_DESCRIPTION = 155;

/**
 * A text as it is shown where there is room for so many characters: whole words, and a mark for what is left out.
 *
 * @param {string} text
 * @param {number} most
 */
export function cut(text, most) {
  const plain = text.replace(/\s+/g, ' ').trim();
  // What people see as one character may be several of a string.
  const signs = [...new Intl.Segmenter().segment(plain)].map(({ segment }) => segment);
  if (signs.length <= most) return plain;
  const kept = signs.slice(0, most - 1).join('');
  const space = kept.lastIndexOf(' ');
  // A language without spaces, and a word without an end, is cut anywhere.
  return `${(space > most / 2 ? kept.slice(0, space) : kept).replace(/[\s,;:.–—-]+$/, '')} …`;
}

/**
 * The address as results show it: the site, and the way to the page.
 *
 * @param {string} site its address
 * @param {string} entryId
 */
export function shownAddress(site, entryId) {
  const { host, pathname } = new URL(site);
  return [host, ...pathname.split('/'), ...entryId.split('/')].filter(Boolean).join(' › ');
}

/**
 * What a result shows of a document's frontmatter.
 *
 * @param {Record<string, unknown> | null} frontmatter
 */
export function result(frontmatter) {
  const of = (/** @type {string} */ key) => (typeof frontmatter?.[key] === 'string' ? frontmatter[key] : '');
  return { title: cut(of('title'), MAX_TITLE), description: cut(of('description'), MAX_DESCRIPTION) };
}
