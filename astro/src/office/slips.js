// The slips that members are handed: shown, printed and saved. A code is shown this once, since nobody keeps it.

import { ask } from '../history/ask.js';
import { button, make, save } from '../history/make.js';
import { day } from '../history/say.js';
import { t } from '../languages/say.js';
import { tell } from './form.js';

/**
 * @typedef {import('../wire.js').Invitation} Invitation
 */

const FILE_NAME = 'slips.html';
/** Sheets of several slips that were neither printed nor saved: the page asks before it goes. @type {Set<object>} */
const unsaved = new Set();

if (typeof addEventListener === 'function') addEventListener('beforeunload', (event) => void (unsaved.size > 0 && event.preventDefault()));

/**
 * What is to be handed out.
 *
 * @param {{ heading: string, slips: string | undefined, invitation?: Invitation, count?: number, told?: string, onHanded?: () => void }} of `slips` is the server's page, and
 *   `onHanded` is called once it was printed or saved
 * @returns {{ element: HTMLElement, heading: HTMLElement }} the heading takes the focus
 */
export function handout({ heading: text, slips, invitation, count = 1, told, onHanded = () => {} }) {
  const heading = make('h3', { tabindex: -1 }, text);
  const status = make('p', { class: 'status mh-status', role: 'status' });
  const error = make('p', { class: 'error mh-error', role: 'alert' });
  const handed = () => {
    unsaved.delete(heading);
    onHanded();
  };
  if (slips !== undefined && count > 1) unsaved.add(heading);
  const copies = invitation && copying(invitation.link, status, error);
  const frame = slips === undefined ? undefined : framed(slips);
  const prints = frame && button({ text: t('roster.slips_print', { count }), isQuiet: false }, (pressed) => {
    // Some browsers print the window that has the focus.
    frame.contentWindow?.focus();
    frame.contentWindow?.print();
    pressed.focus();
    handed();
  });
  const saves = slips !== undefined && button({ text: t('roster.slips_save', { count }) }, () => {
    save({ blob: new Blob([slips], { type: 'text/html' }), name: FILE_NAME });
    status.textContent = t('roster.slips_saved', { name: FILE_NAME });
    handed();
  });
  const element = make(
    'section',
    { class: 'mh-handout' },
    heading,
    told !== undefined && make('p', {}, told),
    slips !== undefined && make('p', { class: 'hint mh-hint' }, t('roster.slips_once', { count })),
    ...(invitation ? code(invitation) : []),
    make('div', { class: 'actions mh-actions mh-begin' }, prints, copies, saves),
    status,
    error,
    frame,
  );
  return { element, heading };
}

/** Gives sheets up that are no longer on the page. */
export const forget = () => unsaved.clear();

/**
 * Whether somebody may leave: slips that were neither printed nor saved are asked about.
 *
 * @param {HTMLElement} place of the question
 * @returns {Promise<boolean>}
 */
export async function mayLeave(place) {
  if (unsaved.size === 0) return true;
  const words = { heading: t('roster.leave_question'), text: t('roster.leave_means'), no: t('roster.leave_stay'), yes: t('roster.leave_go') };
  return ask(place, words, { act: async () => forget(), why: String });
}

/** @param {Invitation} invitation */
function code({ code: letters, link, expires }) {
  return [
    make('p', { class: 'mh-code' }, make('span', { class: 'mh-unseen' }, `${t('desk.code')} `), letters),
    make('p', { class: 'mh-link', dir: 'ltr' }, link),
    make('p', { class: 'hint mh-hint' }, t('roster.slip_until', { day: day(expires) })),
  ];
}

/**
 * A button that copies a link, where the browser lets a page do that.
 *
 * @param {string} link
 * @param {HTMLElement} status
 * @param {HTMLElement} error
 */
function copying(link, status, error) {
  if (!navigator.clipboard) return undefined;
  return button({ text: t('roster.link_copy') }, async () => {
    error.textContent = '';
    try {
      await navigator.clipboard.writeText(link);
      status.textContent = t('roster.link_copied');
    } catch (failed) {
      console.debug('masthead: the link is not copied', failed);
      tell(error, new Error(t('roster.link_not_copied')));
    }
  });
}

/**
 * The server's page in a frame that runs nothing: no scripts, no forms, no way out. It keeps the page's origin, since only then may the
 * page print it. Its style becomes a sheet that the page adopts, because the page's policy allows no style that is written into a document.
 *
 * @param {string} slips
 */
function framed(slips) {
  const frame = make('iframe', { class: 'mh-slips', sandbox: 'allow-same-origin allow-modals', title: t('roster.slips'), referrerpolicy: 'no-referrer' });
  /** @type {string[]} */
  const styles = [];
  const plain = slips.replace(/<style>([^]*?)<\/style>/g, (_, style) => {
    styles.push(style);
    return '';
  });
  frame.addEventListener('load', () => {
    const { contentWindow: inside, contentDocument: shown } = frame;
    if (!inside || !shown) return;
    const adopted = new (/** @type {typeof globalThis} */ (/** @type {unknown} */ (inside)).CSSStyleSheet)();
    adopted.replaceSync(styles.join('\n'));
    shown.adoptedStyleSheets = [adopted];
  });
  frame.srcdoc = plain;
  return frame;
}
