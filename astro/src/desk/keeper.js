// Keeps what is written as a draft, and says so.

import { when } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { say } from './dom.js';
import { NotKept, newId } from './drafts.js';

/** Names the draft that this tab writes, in the storage of its session: a reload in this tab comes back to it. */
const OWN = 'masthead.draft.open';

/** The id of the draft that this tab wrote last. @returns {string | null} */
export function ownId() {
  try {
    return sessionStorage.getItem(OWN);
  } catch {
    // The browser's settings forbid it: the draft is offered like any other.
    return null;
  }
}

/** @param {string} id */
function remember(id) {
  try {
    sessionStorage.setItem(OWN, id);
  } catch {
    // As above.
  }
}

/**
 * @param {import('./drafts.js').Drafts} drafts
 * @param {string | null} slug
 * @param {{ said: HTMLElement, warned: HTMLElement }} places
 */
export function keeper(drafts, slug, { said, warned }) {
  let id = newId();
  /** When it was kept last, or taken up. @type {number | undefined} */
  let seen;
  let text = '';

  return {
    /** A draft is taken up; what is written goes on under its id. @param {import('./drafts.js').Draft} draft */
    take(draft) {
      ({ id, at: seen, text } = draft);
      remember(id);
      say(said, t('editor.draft_kept', { time: when(new Date(draft.at), 'short') }));
    },

    /**
     * Keeps a text, unless it is what is published: then nothing needs to be kept.
     *
     * @param {{ text: string, title: string, base: string | null }} now
     * @param {boolean} isUnsent
     */
    keep(now, isUnsent) {
      if (!isUnsent) {
        if (seen !== undefined) drafts.drop({ id, slug });
        seen = undefined;
        text = now.text;
        say(said, '');
        return;
      }
      if (seen !== undefined && now.text === text) return;
      try {
        const kept = drafts.keep({ ...now, id, slug }, seen);
        if (kept.split) say(warned, t('editor.draft_split'));
        else if (warned.textContent !== t('editor.draft_split')) say(warned, '');
        ({ id, at: seen } = kept);
        text = now.text;
        remember(id);
        say(said, t('editor.draft_kept', { time: when(new Date(kept.at), 'short') }));
      } catch (error) {
        if (!(error instanceof NotKept)) throw error;
        say(said, '');
        say(warned, t(error.why === 'full' ? 'editor.draft_full' : 'editor.draft_forbidden'));
      }
    },

    /** It is sent, or thrown away. */
    drop() {
      drafts.drop({ id, slug });
      seen = undefined;
      id = newId();
    },
  };
}
