// Elements of the editor. Text is only ever set as text: nothing here writes HTML.

/**
 * An element with its attributes and children; a listener is an attribute that begins with `on`.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | undefined | ((event: any) => void)>} [attributes]
 * @param {...(Node | string | false | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== false && child !== undefined));
  return made;
}

/**
 * Puts a text where screen readers listen, unless it is there: what is set anew would be read again.
 *
 * @param {HTMLElement} place
 * @param {string} text
 */
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** @param {string} text of the button @param {(event: MouseEvent) => void} onclick @param {Record<string, string | number | boolean | undefined>} [attributes] */
export const button = (text, onclick, attributes = {}) => h('button', { type: 'button', ...attributes, onclick }, text);

/** A button that isn't the first thing to press. The page and the package call its look by different names. */
export const QUIET = 'quiet mh-quiet';

/** So many dialogs have names for their parts. */
let named = 0;

/**
 * Asks by a dialog, and gives what was chosen: the `value` of a button, or nothing where it was left. The place is the one that
 * its style comes from.
 *
 * @param {HTMLElement} place
 * @param {{ title: string, text?: string, body?: Node[], choices: readonly (readonly [value: string, text: string])[], check?: (value: string) => Promise<boolean> }} asked
 *   the last choice is the main one, and an empty value leaves; `check` may keep the dialog open
 * @param {(close: () => void) => void} [opened] what else may close it
 * @returns {Promise<string>}
 */
export function ask(place, { title, text, body = [], choices, check }, opened = () => {}) {
  const id = `mh-asked-${(named += 1)}`;
  const buttons = choices.map(([value, label], at) => h('button', { type: value ? 'submit' : 'button', value, class: at === choices.length - 1 ? undefined : QUIET, onclick: value ? undefined : () => isBusy() || dialog.close('') }, label));
  const isBusy = () => buttons.at(-1)?.ariaDisabled === 'true';
  const form = h('form', { method: 'dialog' }, h('h2', { id }, title), text !== undefined && h('p', { id: `${id}-text` }, text), ...body, h('div', { class: 'actions mh-row' }, ...buttons));
  const dialog = h('dialog', { class: 'mh-asked', 'aria-labelledby': id, 'aria-describedby': text === undefined ? undefined : `${id}-text` }, form);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy()) return;
    const main = buttons.at(-1);
    const value = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value || main?.value || '';
    if (main) main.ariaDisabled = 'true';
    try {
      if (!check || (await check(value))) dialog.close(value);
    } finally {
      if (main) main.ariaDisabled = null;
    }
  });
  place.append(dialog);
  // What is under way is waited for.
  dialog.addEventListener('cancel', (event) => isBusy() && event.preventDefault());
  // A form of the page around it takes no part in this.
  for (const type of ['drop', 'paste']) dialog.addEventListener(type, (event) => event.stopPropagation());
  dialog.returnValue = '';
  dialog.showModal();
  // The first button, where the browser would begin, may be the one that throws something away.
  if (body.length === 0) buttons.at(-1)?.focus();
  opened(() => dialog.close(''));
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue);
      dialog.remove();
    }),
  );
}
