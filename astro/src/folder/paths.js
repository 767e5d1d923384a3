// Paths of a member's files and folders: the rule of the server's `parse_path`, and how names are compared.

import { t } from '../languages/say.js';

/** Longest path, in bytes of UTF-8 in NFC. */
export const MAX_PATH_BYTES = 255;

/**
 * Why a path isn't one.
 *
 * @typedef {'empty' | 'too-long' | 'unseen' | 'backslash' | 'empty-name' | 'climbs' | 'hidden' | 'outer-space'} PathFault
 */

/** @type {Readonly<Record<PathFault, string>>} */
const FAULTS = {
  empty: 'desk.path.empty',
  'too-long': 'desk.path.too_long',
  unseen: 'desk.path.unseen',
  backslash: 'desk.path.backslash',
  'empty-name': 'desk.path.empty_name',
  climbs: 'desk.path.climbs',
  hidden: 'desk.path.hidden',
  'outer-space': 'desk.path.outer_space',
};

/**
 * What to do about a fault, for people.
 *
 * @param {PathFault} fault
 * @returns {string}
 */
export const pathFault = (fault) => t(FAULTS[fault], { limit: MAX_PATH_BYTES });

/** Control characters, separators of lines, marks of direction, and blanks that nobody sees; not joiners, which emoji are written with. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;

/**
 * What a name must not be, and the fault; the first that fits counts.
 *
 * @type {readonly (readonly [(name: string) => boolean, PathFault])[]}
 */
const OF_NAMES = [
  [(name) => name === '', 'empty-name'],
  [(name) => name === '.' || name === '..', 'climbs'],
  [(name) => name.startsWith('.'), 'hidden'],
  [(name) => name.trim() !== name, 'outer-space'],
];

/**
 * A path as it is kept: NFC, names with `/` between them; or why it isn't one.
 *
 * @param {string} typed
 * @returns {{ path: string, fault?: undefined } | { path?: undefined, fault: PathFault }}
 */
export function parsePath(typed) {
  const path = typed.normalize('NFC');
  if (path === '') return { fault: 'empty' };
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) return { fault: 'too-long' };
  if (UNSEEN.test(path)) return { fault: 'unseen' };
  if (path.includes('\\')) return { fault: 'backslash' };
  for (const name of path.split('/')) {
    const rule = OF_NAMES.find(([isBad]) => isBad(name));
    if (rule) return { fault: rule[1] };
  }
  return { path };
}

/**
 * The last name of a path.
 *
 * @param {string} path
 */
export const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);

/**
 * The folder that a path's last name lies in; empty at the top.
 *
 * @param {string} path
 */
export const folderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * What stands behind the last dot of a path's last name, in lower case; empty without one.
 *
 * @param {string} path
 */
export function endingOf(path) {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/**
 * A name or path as it is compared: NFC, lower case, no outer space.
 *
 * @param {string} name
 */
export const fold = (name) => name.trim().normalize('NFC').toLowerCase();
