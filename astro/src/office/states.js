// A document in the eyes of an editor: its state, its title, and what its views ask for.

import { t } from '../languages/say.js';
import { badge } from './words.js';

/**
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'review' | 'reviewed' | 'decide'>} Api
 * @typedef {import('../wire.js').ReviewedDocument} ReviewedDocument
 */

/**
 * What the view asks of the page or the element that it stands in.
 *
 * @typedef {object} Host
 * @property {() => Promise<string>} frame the document of a preview's frame
 * @property {() => Promise<{ review?: string }>} site
 * @property {string} api the server's public address, which pictures of previews have
 * @property {string} list the address of the list
 * @property {(handle: string, slug: string) => string} address of one document
 * @property {string} prefix of the classes of a report
 */

/** In the order in which they are looked at. @type {Readonly<Record<ReviewedDocument['state'], string>>} */
export const STATES = {
  waiting: 'review.state_waiting',
  withdrawn: 'review.state_withdrawn',
  published: 'report.state.published',
  draft: 'report.state.draft',
  scheduled: 'report.state.scheduled',
  rejected: 'report.state.rejected',
  processing: 'report.state.processing',
};

/** A state by its word and its mark; a newer server may have others. @param {ReviewedDocument['state']} state */
export const stateBadge = (state) => badge(state, t(STATES[state] ?? state));

/** What a document is called. @param {Pick<ReviewedDocument, 'title' | 'slug'>} document */
export const titleOf = ({ title, slug }) => title || slug;
