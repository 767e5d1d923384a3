// <masthead-member-files>: the member's pictures and other files, where each is shown, and away with them.

import type { Files, StoredFile } from '../client.js';
import { thumbnail } from '../folder/sizes.js';
import { size } from '../languages/amounts.js';
import { inARow, pieces, t } from '../languages/say.js';
import { h, MastheadElement } from './base.js';

const STATES: Record<StoredFile['state'], string> = { processing: 'desk.file.processing', ready: 'desk.file.ready', rejected: 'desk.file.rejected' };
/** After these events of the page's other elements, a file may be another one, or shown elsewhere. */
const CHANGES = ['masthead:files', 'masthead:report', 'masthead:reports', 'masthead:deleted'];
/** As many files are shown until the member asks for all. */
const SHOWN_AT_FIRST = 24;
const NO_FILES: Files = { files: [], usage: { files: 0, bytes: 0, max_files: 0, max_bytes: 0 } };

export class MastheadMemberFiles extends MastheadElement {
  #all = NO_FILES;
  #handle = '';
  #showsAll = false;
  #watching: AbortController | undefined;
  #changed = () => void (this.client.signedIn && this.#watch().catch((error) => this.fault(error)));

  override connectedCallback(): void {
    super.connectedCallback();
    for (const change of CHANGES) document.addEventListener(change, this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const change of CHANGES) document.removeEventListener(change, this.#changed);
    this.#watching?.abort();
  }

  protected override setUp(): void {
    const dialog = this.#dialog;
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'delete') this.#delete(dialog.dataset['id'] ?? '').catch((error) => this.fault(error));
    });
    this.#more.addEventListener('click', () => {
      this.#showsAll = true;
      this.#draw();
      this.querySelectorAll<HTMLElement>('[data-list] button')[SHOWN_AT_FIRST]?.focus();
    });
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    this.#watching?.abort();
    this.say('error', '');
    this.say('status', '');
    if (!signedIn) {
      this.#dialog.close();
      this.#all = NO_FILES;
      this.#showsAll = false;
      return this.#draw();
    }
    this.#handle = (await this.client.me()).handle;
    await this.#watch();
  }

  /** Shows the files until none is worked on any more. */
  async #watch(): Promise<void> {
    this.#watching?.abort();
    const { signal } = (this.#watching = new AbortController());
    await this.client.watchFiles({
      signal,
      onFiles: (all) => {
        // A late answer would undo a newer one.
        if (signal.aborted) return;
        this.#all = all;
        this.#draw();
      },
    });
  }

  #ask(file: StoredFile): void {
    const dialog = this.#dialog;
    dialog.dataset['id'] = file.id;
    dialog.returnValue = '';
    const { path, shown_by: documents } = file;
    this.find('[data-question]').textContent = documents.length > 0 ? t('site.file_delete_shown', { path, count: documents.length }) : t('site.file_delete_unshown', { path });
    dialog.showModal();
  }

  async #delete(id: string): Promise<void> {
    const file = this.#all.files.find((file) => file.id === id);
    if (!file) return;
    this.say('error', '');
    this.#watching?.abort();
    await this.client.deleteFile(id);
    const { files, usage } = this.#all;
    this.#all = { files: files.filter((other) => other.id !== id), usage: { ...usage, files: usage.files - 1, bytes: usage.bytes - file.size } };
    this.#draw();
    this.say('status', t('desk.deleted', { name: file.path }));
    this.find('[data-heading]').focus();
    this.tell('file-deleted', { id, path: file.path });
  }

  #draw(): void {
    const { files, usage } = this.#all;
    const focused = (document.activeElement as HTMLElement | null)?.dataset['focus'];
    const shown = this.#showsAll ? files : files.slice(0, SHOWN_AT_FIRST);
    this.find('[data-none]').hidden = files.length > 0 || usage.max_files === 0;
    this.find('[data-usage]').textContent = files.length > 0 ? t('desk.files_usage', { files: usage.files, count: usage.max_files, bytes: size(usage.bytes), max_bytes: size(usage.max_bytes) }) : '';
    this.find('[data-list]').replaceChildren(...shown.map((file) => this.#item(file)));
    this.#more.hidden = shown.length === files.length;
    this.#more.textContent = t('desk.files_all', { count: files.length });
    // What had the focus was drawn anew.
    if (focused) this.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(file: StoredFile): HTMLElement {
    const { id, path, state, reason, width, height } = file;
    const facts = width && height ? t('site.file_facts', { width: String(width), height: String(height), size: size(file.size) }) : size(file.size);
    return h(
      'li',
      { 'data-file': id },
      frame(file),
      h(
        'div',
        { class: 'mh-about' },
        h('span', { class: 'mh-title' }, path),
        h('span', { class: 'mh-hint' }, h('span', { class: 'mh-state', 'data-state': state }, t(STATES[state] ?? state)), ` ${facts}`),
        reason && h('span', { class: state === 'rejected' ? 'mh-reason' : 'mh-hint' }, reason),
        h('span', { class: 'mh-hint' }, ...this.#places(file)),
      ),
      h('button', { type: 'button', class: 'mh-quiet', 'data-focus': `delete-${id}`, 'aria-label': t('desk.delete_named', { name: path }), onclick: () => this.#ask(file) }, t('desk.delete')),
    );
  }

  /** Where the file is shown, with links to the pages. */
  #places({ shown_by, state }: StoredFile): (Node | string)[] {
    if (shown_by.length === 0) return [state === 'ready' ? t('desk.file.shown_nowhere') : ''];
    const base = (this.dataset['pages'] ?? '/').replace(/\/?$/, '/');
    const links = shown_by.map((slug) => {
      const isOwn = slug === 'readme';
      return h('a', { href: `${base}${this.#handle}/${isOwn ? '' : `${slug}/`}` }, isOwn ? t('site.own_page') : slug);
    });
    return pieces<Node>('site.file_shown_in', { pages: inARow<Node>(links) });
  }

  get #dialog(): HTMLDialogElement {
    return this.find<HTMLDialogElement>('dialog');
  }

  get #more(): HTMLButtonElement {
    return this.find<HTMLButtonElement>('[data-more]');
  }
}

/** The picture, small; the name beside it says what it is. For anything else, the kind by its name. */
function frame({ path, url }: StoredFile): HTMLElement {
  const small = url ? thumbnail(url) : undefined;
  const extension = /\.([^./]{1,5})$/.exec(path)?.[1] ?? 'file';
  return h('span', { class: 'mh-thumb' }, small ? h('img', { alt: '', src: small.url, width: small.width, height: small.height, loading: 'lazy', decoding: 'async' }) : h('span', { 'aria-hidden': true }, extension.toUpperCase()));
}
