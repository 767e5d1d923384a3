// A document on its way out of the editor, never over what nobody has read.

import { free } from './address.js';
import { encoded } from './text.js';

/**
 * @typedef {{ slug: string, title: string }} There a document that has an address already
 * @typedef {{ slug: string, replace: 'any' | 'same_title', path: string, ifVersion: string | undefined }} Terms
 * @typedef {(file: File, terms: Omit<Terms, 'slug'> & { slug: string | undefined }) => Promise<{ slug: string }>} Upload
 */

/** The member's own page has no name in addresses that could be asked for: its file's name says which it is. */
const OWN = 'readme';

/**
 * What became of publishing: sent; `changed`, where another version is there than the one that was begun from; or `taken`, with
 * the document that has the address, and a free one.
 *
 * @typedef {{ is: 'sent', slug: string } | { is: 'changed' } | { is: 'taken', by: There, free: string }} Outcome
 */

/** @param {unknown} error @returns {string | undefined} */
const codeOf = (error) => /** @type {{ code?: string } | null} */ (error)?.code;

/**
 * Publishes a new version of a document.
 *
 * @param {import('./text.js').Edited} edited
 * @param {{ slug: string, fileName: string | null, path: string, version: string }} document `version` is the one that may be replaced
 * @param {Upload} upload
 * @returns {Promise<Outcome>}
 */
export async function publishVersion(edited, { slug, fileName, path, version }, upload) {
  const isOwn = slug === OWN;
  const file = fileOf(edited, fileName ?? (isOwn ? 'README.md' : `${slug}.md`));
  try {
    const sent = await upload(file, { slug: isOwn ? undefined : slug, path, replace: 'any', ifVersion: version });
    return { is: 'sent', slug: sent.slug };
  } catch (error) {
    if (codeOf(error) === 'conflict') return { is: 'changed' };
    throw error;
  }
}

/**
 * Publishes a new document at a name that none has. The server is asked once more not to put it over one of another title: one
 * may have come since the names were looked at.
 *
 * @param {import('./text.js').Edited} edited
 * @param {string} name
 * @param {{ documents: () => Promise<readonly { slug: string, title: string | null }[]>, upload: Upload }} ways
 * @returns {Promise<Outcome>}
 */
export async function publishNew(edited, name, { documents, upload }) {
  const all = await documents();
  const taken = new Set(all.map(({ slug }) => slug));
  const there = all.find(({ slug }) => slug === name);
  if (there) return { is: 'taken', by: { slug: there.slug, title: there.title ?? there.slug }, free: free(name, taken) };
  const isOwn = name === OWN;
  try {
    const sent = await upload(fileOf(edited, isOwn ? 'README.md' : `${name}.md`), { slug: isOwn ? undefined : name, path: '', replace: 'same_title', ifVersion: undefined });
    return { is: 'sent', slug: sent.slug };
  } catch (error) {
    if (codeOf(error) === 'other_title') {
      const { replaces, instead } = replacement(error);
      return { is: 'taken', by: replaces, free: free(instead.slug, taken) };
    }
    if (codeOf(error) === 'conflict') return { is: 'taken', by: { slug: name, title: name }, free: free(name, new Set([...taken, name])) };
    throw error;
  }
}

/**
 * Both documents of a refusal with the code `other_title`, which the page's client and the package's keep in different places.
 *
 * @param {unknown} error
 * @returns {{ replaces: There, instead: There }}
 */
const replacement = (error) => {
  const told = /** @type {{ replacement?: { replaces: There, instead: There }, replaces: There, instead: There }} */ (error);
  return told.replacement ?? told;
};

/** @param {import('./text.js').Edited} edited @param {string} name */
const fileOf = (edited, name) => new File([encoded(edited)], name, { type: 'text/markdown' });
