// Parts of forms: fields with their names, and what is said of what failed.

import { make } from '../history/make.js';
import { isTold } from '../history/say.js';

/** So many parts have an id. */
let named = 0;

/** An id that no other part of the page has. */
export const newId = () => `mh-office-${(named += 1)}`;

/**
 * A field under its name, with a hint below it.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} input
 * @param {string} [hint]
 */
export function field(label, input, hint) {
  input.id ||= newId();
  const described = hint === undefined ? undefined : make('p', { class: 'hint mh-hint', id: `${input.id}-hint` }, hint);
  if (described) input.setAttribute('aria-describedby', described.id);
  return make('div', { class: 'field mh-field' }, make('label', { for: input.id }, label), input, described);
}

/**
 * A choice of one.
 *
 * @param {readonly (readonly [value: string, text: string])[]} choices
 * @param {string} chosen
 */
export function choice(choices, chosen) {
  const made = make('select', {}, ...choices.map(([value, text]) => make('option', { value }, text)));
  made.value = chosen;
  return made;
}

/**
 * Does something when a form is sent, once at a time, and says in `error` what failed. The button stays focusable, so that a keyboard
 * keeps its place.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement} error
 * @param {() => Promise<void>} act
 */
export function onSubmit(form, error, act) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const pressed = form.querySelector('button[type="submit"]');
    if (!(pressed instanceof HTMLButtonElement) || pressed.ariaDisabled === 'true') return;
    pressed.ariaDisabled = 'true';
    error.textContent = '';
    try {
      await act();
    } catch (failed) {
      tell(error, failed);
    } finally {
      pressed.ariaDisabled = null;
    }
  });
}

/**
 * Says why something failed; nothing of what was given up, or of a session's end, which is told elsewhere.
 *
 * @param {HTMLElement} place
 * @param {unknown} failed
 */
export function tell(place, failed) {
  if (!isTold(failed)) place.textContent = failed instanceof Error ? failed.message : String(failed);
}
