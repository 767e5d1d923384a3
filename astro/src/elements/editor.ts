// <masthead-readme-editor>: writes a document, or mends one, with a preview, pictures and drafts.

import { MastheadError, type Ending, type Member } from '../client.js';
import { Drafts } from '../desk/drafts.js';
import type { Opened } from '../desk/editor.js';
import type { Field } from '../desk/field.js';
import type { Host } from '../desk/host.js';
import { listed, mayLeave } from '../desk/leave.js';
import { t } from '../languages/say.js';
import { isSessionEnd, MastheadElement } from './base.js';

const WRITE = '#/write';
const EDIT = /^#\/edit\/([a-z0-9-]+)$/;

export class MastheadReadmeEditor extends MastheadElement {
  #member: Member | undefined;
  #opened: Opened | undefined;
  /** Each opening has a number, so that a late answer opens nothing over a newer one. */
  #opening = 0;
  #moved = () => void this.#open().catch((error) => this.fault(error));

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#moved);
    this.#close();
  }

  protected override setUp(): void {}

  protected override async follow(signedIn: boolean, ending?: Ending): Promise<void> {
    if (!signedIn) {
      const member = this.#member;
      this.#close();
      this.#member = undefined;
      this.find('[data-drafts]').replaceChildren();
      // Whoever signed out is still there; whoever was away too long may not be.
      if (member && ending === 'signed_out') await mayLeave(this, this.#drafts(member), true);
      return;
    }
    if (this.#opened) return;
    this.#member = await this.client.me();
    await this.#open();
  }

  #close(): void {
    this.#opening += 1;
    this.#opened?.close();
    this.#opened = undefined;
  }

  #drafts({ handle }: Member): Drafts {
    return new Drafts(() => localStorage, this.#api, handle);
  }

  get #api(): string {
    return this.dataset['url'] || location.origin;
  }

  /** What the page's address says is to be edited: a slug, `null` for a new document, nothing at all. */
  get #wanted(): string | null | undefined {
    return location.hash === WRITE ? null : EDIT.exec(location.hash)?.[1];
  }

  /** Opens what the page's address says. */
  async #open(): Promise<void> {
    this.#close();
    const [mine, member, slug] = [this.#opening, this.#member, this.#wanted];
    if (!member) return;
    this.say('error', '');
    this.find('[data-begin]').hidden = slug !== undefined;
    this.find('[data-drafts]').replaceChildren(...listed(this.#drafts(member), (of) => (of === null ? WRITE : `#/edit/${of}`)));
    if (slug === undefined) return;
    this.say('status', '');
    // Pages that only have the other elements don't load it.
    const [{ openEditor }, host] = await Promise.all([import('../desk/editor.js'), this.#host(member)]);
    if (mine === this.#opening) this.#opened = openEditor(this.find('[data-editor]'), host, slug);
  }

  async #host(member: Member): Promise<Host> {
    const { client } = this;
    // Pictures have the server's public address, which may be another than the one that it is called by.
    let api = this.#api;
    const publicly = (url: string | null | undefined) => {
      const found = url && /^(.*?)\/(?:files|pictures)\//.exec(url)?.[1];
      if (found) api = found;
    };
    publicly(member.picture?.[96]);
    const files = async () => {
      const { files } = await unlessOver(client.files());
      publicly(files.find(({ url }) => url)?.url);
      return files;
    };
    const [site, { FRAME }] = await Promise.all([client.site(), import('./framed.js'), files()]);
    return {
      handle: member.handle,
      get api() {
        return api;
      },
      site: site.url ?? location.origin,
      frame: FRAME,
      drafts: this.#drafts(member),
      field: writingField,
      server: {
        files,
        preview: (wanted, signal) => unlessOver(client.preview(wanted, signal)),
        source: (slug) => unlessOver(client.source(slug)),
        readme: (slug) => unlessOver(client.readme(slug)),
        readmes: () => unlessOver(client.readmes()),
        uploadReadme: (file, { slug, path, replace, ifVersion }) => unlessOver(client.uploadReadme(file, { slug, path, replace, ifVersion })),
        uploadFile: async (file, path, onProgress, signal) => {
          const { id } = await unlessOver(client.uploadFile(file, { path, onProgress, signal }));
          this.tell('files', { ids: [id] });
        },
      },
      published: (slug) => {
        location.hash = '';
        this.say('status', t('editor.published'));
        this.tell('uploaded', { slug });
      },
      closed: () => {
        location.hash = '';
        this.find<HTMLAnchorElement>('[data-begin] a').focus();
      },
    };
  }
}

/** A session that is over says so itself: what waited for an answer is given up. */
async function unlessOver<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof MastheadError && isSessionEnd(error) ? new DOMException(error.message, 'AbortError') : error;
  }
}

/** CodeMirror, where the site has it, and else the plain text area. */
async function writingField(area: HTMLTextAreaElement): Promise<Field> {
  try {
    const { loadCodeMirror } = await import('./code.js');
    const field = (await loadCodeMirror())(t('editor.text'));
    area.replaceWith(field.element);
    return field;
  } catch (error) {
    // It is not installed, or could not be fetched: one writes all the same.
    console.debug('masthead: CodeMirror is not there, so a plain text area is used', error);
    return (await import('../desk/field.js')).plainField(area);
  }
}
