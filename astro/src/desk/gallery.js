// Pictures that are pasted, dropped or chosen: what each shows is asked, and each is sent while writing goes on.

import { t } from '../languages/say.js';
import { ask, h, say } from './dom.js';
import { found, inserted, isPicture, placeholder, sendPicture, shown } from './pictures.js';

/**
 * @param {HTMLElement} place whose style the question has
 * @param {() => import('./field.js').Field} field
 * @param {import('./host.js').Server} server
 * @param {{ folder: () => string, changed: () => void }} about `changed` is called when a document shows what it didn't
 */
export function gallery(place, field, server, { folder, changed }) {
  const list = h('ul', { class: 'mh-sending' });
  const [status, error] = [h('p', { class: 'status mh-status', role: 'status' }), h('p', { class: 'error mh-error', role: 'alert' })];
  const input = h('input', { type: 'file', multiple: true, accept: 'image/*,.heic,.heif', tabindex: -1 });
  const chooser = h('label', { hidden: true }, t('editor.picture_choose'), input);
  /** What is on its way, by what stands in its place. @type {Map<string, AbortController>} */
  const sending = new Map();
  /** Paths of what is on its way. @type {Set<string>} */
  const also = new Set();
  let number = 0;
  let closeQuestion = () => {};
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    // The same picture may be chosen again.
    input.value = '';
    void add(files);
  });

  /** @param {File[]} files */
  async function add(files) {
    say(error, '');
    const isOne = await Promise.all(files.map(isPicture));
    const pictures = files.filter((_, at) => isOne[at]);
    if (pictures.length === 0) return say(error, t('editor.picture_none'));
    const said = await describe(pictures);
    if (!said) return field().focus();
    const marks = pictures.map((file) => placeholder(t('editor.picture_sending', { name: file.name }), `#${(number += 1)}`));
    const now = field();
    now.replace(inserted({ text: now.text(), ...now.selection() }, marks));
    now.focus();
    const controllers = marks.map((mark) => {
      const controller = new AbortController();
      sending.set(mark, controller);
      return controller;
    });
    // One after the other: two of one name would not know of each other.
    for (const [at, file] of pictures.entries()) await send(file, said[at] ?? '', marks[at] ?? '', controllers[at] ?? new AbortController());
  }

  /** What each picture shows; nothing where the member gives up. @param {File[]} pictures @returns {Promise<string[] | undefined>} */
  async function describe(pictures) {
    const addresses = pictures.map((file) => URL.createObjectURL(file));
    const fields = pictures.map(() => h('input', { type: 'text', autocomplete: 'off', maxlength: 300 }));
    const rows = pictures.map((file, at) => {
      const image = h('img', { src: addresses[at] ?? '', alt: '', width: 72, height: 72 });
      // A kind that this browser can't draw is sent all the same.
      image.addEventListener('error', () => image.remove());
      return h('label', { class: 'mh-described' }, image, h('span', {}, h('span', { class: 'mh-file-name' }, t('editor.picture_label', { name: file.name })), fields[at]));
    });
    const count = pictures.length;
    const choices = /** @type {const} */ ([['', t('editor.cancel')], ['insert', t('editor.pictures_insert', { count })]]);
    try {
      const chosen = ask(place, { title: t('editor.pictures_title', { count }), text: t('editor.pictures_text'), body: rows, choices }, (close) => (closeQuestion = close));
      fields[0]?.focus();
      return (await chosen) ? fields.map((one) => one.value) : undefined;
    } finally {
      closeQuestion = () => {};
      for (const address of addresses) URL.revokeObjectURL(address);
    }
  }

  /** @param {File} file @param {string} description @param {string} mark @param {AbortController} controller */
  async function send(file, description, mark, controller) {
    if (controller.signal.aborted) return;
    const { name } = file;
    const bar = h('progress', { max: 1, value: 0, 'aria-label': t('editor.picture_sending', { name }) });
    const row = h('li', {}, h('span', {}, name), bar);
    list.append(row);
    const ways = {
      files: () => server.files(),
      upload: (/** @type {File} */ ready, /** @type {string} */ path) => server.uploadFile(ready, path, (share) => (bar.value = share), controller.signal),
      badName: t('editor.picture_bad_name'),
      rejected: (/** @type {string | null | undefined} */ reason) => reason ?? t('editor.picture_rejected'),
    };
    try {
      const path = await sendPicture({ file, description, folder: folder(), instead: t('editor.picture_name'), also }, ways, controller.signal);
      exchange(mark, shown(description, path));
      say(status, t('editor.picture_sent', { name }));
      changed();
    } catch (refused) {
      exchange(mark, '');
      const isGivenUp = refused instanceof Error && refused.name === 'AbortError';
      if (!isGivenUp) say(error, t('editor.picture_refused', { name, reason: refused instanceof Error ? refused.message : String(refused) }));
    } finally {
      sending.delete(mark);
      row.remove();
    }
  }

  /** @param {string} mark @param {string} insert */
  function exchange(mark, insert) {
    const now = field();
    const piece = found(now.text(), mark, insert === '');
    if (piece) now.patch(piece.from, piece.to, insert);
  }

  return {
    parts: [chooser, list, status, error],
    add,
    choose: () => input.click(),
    /** Whether leaving would lose something. */
    isSending: () => sending.size > 0,
    /** Gives up what is on its way; nothing stays in the text of it. */
    stop() {
      closeQuestion();
      for (const [mark, controller] of sending) {
        exchange(mark, '');
        controller.abort();
      }
    },
  };
}
