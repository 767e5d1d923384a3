// The text field: a plain text area behind the few things that the editor asks of a field.

/**
 * A field that a text is written in. `replace` is one step of its undo, `set` begins a new text; `onChange` calls back after
 * each change, whoever made it.
 *
 * @typedef {object} Field
 * @property {HTMLElement} element that stands on the page
 * @property {() => string} text
 * @property {(text: string) => void} set
 * @property {() => { start: number, end: number }} selection
 * @property {(start: number, end: number) => void} select also brings the place into view and takes the focus
 * @property {(edit: import('./marks.js').Edit) => void} replace
 * @property {(from: number, to: number, insert: string) => void} patch replaces a piece elsewhere: the cursor and the focus stay
 * @property {() => void} focus
 * @property {(listener: () => void) => void} onChange
 * @property {() => void} destroy
 */

/**
 * Makes a text area a field.
 *
 * A button's edit is typed by `execCommand('insertText')`, which is the one way into a text area's own undo: the browser's
 * Ctrl-Z, its menu and the gestures of phones then take it back like anything that was typed. `setRangeText` and `value`
 * would throw that history away, and a history of our own would be a second one beside the browser's.
 *
 * @param {HTMLTextAreaElement} area
 * @returns {Field}
 */
export function plainField(area) {
  const type = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ insert) => {
    if (area.value.slice(from, to) === insert) return;
    area.focus({ preventScroll: true });
    area.setSelectionRange(from, to);
    const done = insert ? document.execCommand('insertText', false, insert) : document.execCommand('delete');
    // Where a browser has it no more, or a dialog holds the focus: better without undo than not at all.
    if (done && area.value.slice(from, from + insert.length) === insert) return;
    area.setRangeText(insert, from, to, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };
  return {
    element: area,
    text: () => area.value,
    set(text) {
      area.value = text;
      area.setSelectionRange(0, 0);
      area.scrollTop = 0;
    },
    selection: () => ({ start: area.selectionStart, end: area.selectionEnd }),
    select(start, end) {
      area.focus();
      // Browsers scroll to where the cursor is put alone, and not to the far end of what is selected.
      area.setSelectionRange(start, start);
      area.blur();
      area.focus();
      area.setSelectionRange(start, end);
      reveal(area, start);
    },
    replace({ from, to, insert, start, end }) {
      type(from, to, insert);
      area.setSelectionRange(start, end);
    },
    patch(from, to, insert) {
      const [before, focused, top] = [[area.selectionStart, area.selectionEnd], document.activeElement, area.scrollTop];
      type(from, to, insert);
      const [start = 0, end = 0] = before.map((at) => (at <= from ? at : at >= to ? at + insert.length - (to - from) : from + insert.length));
      area.setSelectionRange(start, end);
      area.scrollTop = top;
      if (focused instanceof HTMLElement && focused !== area) focused.focus({ preventScroll: true });
    },
    focus: () => area.focus(),
    onChange: (listener) => area.addEventListener('input', listener),
    destroy: () => area.remove(),
  };
}

/**
 * Scrolls a text area to a place: as far down as the text in front of it is high, measured in a copy of its width.
 *
 * @param {HTMLTextAreaElement} area
 * @param {number} at
 */
function reveal(area, at) {
  const copy = /** @type {HTMLTextAreaElement} */ (area.cloneNode());
  copy.removeAttribute('id');
  copy.ariaHidden = 'true';
  copy.tabIndex = -1;
  copy.className = `${area.className} mh-measure`;
  copy.value = area.value.slice(0, at);
  area.after(copy);
  const height = copy.scrollHeight;
  copy.remove();
  if (height < area.scrollTop + 40 || height > area.scrollTop + area.clientHeight) area.scrollTop = Math.max(0, height - area.clientHeight / 2);
}
