// Elements of what shows versions. Text is only ever set as text: nothing here writes HTML.

/**
 * An element with attributes and children; a function is called on the event that its name has after `on`.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>} [attributes]
 * @param {readonly (Node | string | false | undefined)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== false && child !== undefined));
  return made;
}

/**
 * A button that does one thing at a time and stays focusable meanwhile, so that a keyboard keeps its place.
 *
 * @param {{ text: string, label?: string, isQuiet?: boolean, attributes?: Record<string, string> }} what
 * @param {(button: HTMLButtonElement) => Promise<void> | void} act
 */
export function button({ text, label, isQuiet = true, attributes = {} }, act) {
  const made = make('button', { type: 'button', class: isQuiet ? 'mh-quiet' : undefined, 'aria-label': label, ...attributes }, text);
  made.addEventListener('click', async () => {
    if (made.ariaDisabled === 'true') return;
    made.ariaDisabled = 'true';
    try {
      await act(made);
    } finally {
      made.ariaDisabled = null;
    }
  });
  return made;
}

/** Where a screen reader hears what happened, and what failed: there before anything is put into them. */
export function voices() {
  return {
    status: make('p', { class: 'mh-status', role: 'status' }),
    error: make('p', { class: 'mh-error', role: 'alert' }),
  };
}

/**
 * Hands a file to the browser, to be saved.
 *
 * @param {{ blob: Blob, name: string }} file
 */
export function save({ blob, name }) {
  const address = URL.createObjectURL(blob);
  const link = make('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has read it by then, or begun to.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
