// Roles and states of members, as people call them.

import { make } from '../history/make.js';
import { t } from '../languages/say.js';

/**
 * @typedef {import('../wire.js').ListedMember} ListedMember
 * @typedef {import('../wire.js').Role} Role
 */

const ROLES = { member: 'roster.role_member', editor: 'roster.role_editor', admin: 'roster.role_admin' };
const STATES = { active: 'roster.state_active', invited: 'roster.state_invited', disabled: 'roster.state_disabled', over: 'roster.state_over' };
/** The roles by what they may do, the least first. */
const RANKS = /** @type {const} */ (['member', 'editor', 'admin']);

/** A role in a word. @param {Role} role */
export const roleWord = (role) => t(ROLES[role]);

/** The roles to choose from, each with its word. */
export const roles = () => RANKS.map((role) => /** @type {const} */ ([role, roleWord(role)]));

/**
 * Whether a role may do what another one may. What a server of before says of none is a member.
 *
 * @param {Role | undefined} role
 * @param {Role} wanted
 */
export const isAtLeast = (role, wanted) => RANKS.indexOf(role ?? 'member') >= RANKS.indexOf(wanted);

/**
 * A member's state; an invitation may be over.
 *
 * @param {Pick<ListedMember, 'state' | 'invited_until'>} member
 * @param {number} [now] Unix milliseconds
 * @returns {keyof typeof STATES}
 */
export function stateOf({ state, invited_until: until }, now = Date.now()) {
  return state === 'invited' && until !== undefined && Date.parse(until) < now ? 'over' : state;
}

/** @param {Pick<ListedMember, 'state' | 'invited_until'>} member */
export const stateWord = (member) => t(STATES[stateOf(member)]);

/**
 * A word with a mark and a colour, which the style sheet has by `state`.
 *
 * @param {string} state
 * @param {string} word
 */
export const badge = (state, word) => make('span', { class: 'mh-badge', 'data-state': state }, word);

/**
 * A member's picture, or the first letters of two words of the name.
 *
 * @param {string} name
 * @param {import('../wire.js').Picture | null | undefined} picture
 */
export function face(name, picture) {
  const inside = picture ? make('img', { src: picture[96], alt: '', width: 44, height: 44, loading: 'lazy' }) : initials(name);
  return make('span', { class: 'mh-face', 'aria-hidden': 'true' }, inside);
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => (word === undefined ? '' : ([...word][0] ?? ''))).join('');
}
