// A question before something is done, with what failed said where it was asked.

import { t } from '../languages/say.js';
import { button, make } from './make.js';
import { isTold } from './say.js';

let asked = 0;

/**
 * Asks, and does it on yes. The dialog stays open while it is done and where it fails; then `why` says why, and `instead`
 * may offer something else to do.
 *
 * @param {HTMLElement} place what the dialog is put into
 * @param {{ heading: string, text: string, no: string, yes: string, body?: readonly HTMLElement[] }} words `body` stands below the text
 * @param {{ act: () => Promise<void>, why: (error: unknown) => string, instead?: (error: unknown) => HTMLElement | undefined }} deed
 * @returns {Promise<boolean>} whether it was done
 */
export function ask(place, { heading, text, no, yes, body = [] }, { act, why, instead }) {
  asked += 1;
  const [headingId, textId] = [`mh-ask-${asked}`, `mh-ask-text-${asked}`];
  const error = make('p', { class: 'mh-error', role: 'alert' });
  const other = make('span', { hidden: true });
  let isDone = false;
  const confirm = button({ text: yes, isQuiet: false }, async () => {
    error.textContent = '';
    other.hidden = true;
    try {
      await act();
      isDone = true;
      dialog.close();
    } catch (failed) {
      if (isTold(failed)) return dialog.close();
      error.textContent = why(failed);
      const offered = instead?.(failed);
      other.replaceChildren(...(offered ? [offered] : []));
      other.hidden = !offered;
    }
  });
  const keep = button({ text: no, attributes: { autofocus: '' } }, () => dialog.close());
  const dialog = make(
    'dialog',
    { 'aria-labelledby': headingId, 'aria-describedby': textId },
    make('h2', { id: headingId }, heading),
    make('p', { id: textId }, text),
    ...body,
    error,
    make('div', { class: 'mh-actions' }, keep, other, confirm),
  );
  place.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(isDone);
    });
  });
}

/**
 * A button that saves a file, and says in `error` why it can't.
 *
 * @param {() => Promise<{ blob: Blob, name: string }>} file
 * @param {(file: { blob: Blob, name: string }) => void} save
 * @param {HTMLElement} error
 * @param {string} [label]
 */
export function downloading(file, save, error, label) {
  return button({ text: t('history.download'), ...(label ? { label } : {}) }, async () => {
    error.textContent = '';
    try {
      save(await file());
    } catch (failed) {
      if (!isTold(failed)) error.textContent = failed instanceof Error ? failed.message : String(failed);
    }
  });
}
