// <masthead-publish-report>: the member's documents, and what became of each.

import { count } from '../amounts.js';
import type { Field, ListedReadme, Readme, Warning } from '../client.js';
import { missing, placed, thing, type Missing } from '../folder/missing.js';
import { h, isAbort, isSessionEnd, MastheadElement, sentence } from './base.js';

const STATES: Record<Readme['state'], string> = {
  processing: 'In the works',
  published: 'Published',
  draft: 'Draft',
  scheduled: 'Scheduled',
  rejected: 'Rejected',
};
const SOURCES: Record<Field['source'], string> = {
  frontmatter: 'your frontmatter',
  heading: 'a heading',
  image_alt: 'a picture’s description',
  paragraph: 'a paragraph',
  body: 'the text',
  file_name: 'the file’s name',
  member: 'your profile',
  upload: 'the upload',
  default: 'the usual',
};

/** How long a report is looked at again for what its document shows of files that have arrived, in milliseconds. */
const CONVERTED_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 500;
/** After this, documents that were sent together are converted with their links to each other, in milliseconds. */
const LINKED_WITHIN_MS = 3000;

/** A chosen file, and where it is to lie. */
interface Placed {
  file: File;
  path: string;
}

/** A file that wasn't sent, and why. */
interface Failed extends Placed {
  reason: string;
}

export class MastheadPublishReport extends MastheadElement {
  #readmes: ListedReadme[] = [];
  #open: string | undefined;
  /** The report that is open, once it is there: the list has none. */
  #report: Readme | undefined;
  #watching: AbortController | undefined;
  /** What the document that is open asks for, and what was chosen for it and not sent. */
  #missing: Missing = { paths: [], more: false };
  #failed: Failed[] = [];
  #published = () => void this.#listSeveral().catch((error) => this.fault(error));
  #uploaded = (event: Event) => void this.#watch((event as CustomEvent<{ slug: string }>).detail.slug);

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('masthead:uploaded', this.#uploaded);
    document.addEventListener('masthead:published', this.#published);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('masthead:uploaded', this.#uploaded);
    document.removeEventListener('masthead:published', this.#published);
    this.#watching?.abort();
  }

  protected override setUp(): void {
    const dialog = this.find<HTMLDialogElement>('dialog');
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'delete') this.#delete(dialog.dataset['slug'] ?? '').catch((error) => this.fault(error));
    });
    const input = this.find<HTMLInputElement>('[data-missing] input');
    const send = this.#sends;
    send.addEventListener('click', () => {
      if (send.ariaDisabled !== 'true') input.click();
    });
    input.addEventListener('change', () => {
      const { taken, others } = placed(this.#missing, this.#report?.path ?? '', [...(input.files ?? [])]);
      // The same files may be chosen again.
      input.value = '';
      const passedOver = others.map(({ name }) => `“${name}” isn’t asked for and stays with you.`).join(' ');
      void this.#supply(taken, passedOver).catch((error) => this.fault(error));
    });
    this.find('[data-again]').addEventListener('click', () => void this.#supply(this.#failed, '').catch((error) => this.fault(error)));
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    if (signedIn) return void (await this.#list());
    this.#watching?.abort();
    this.stopSending();
    this.#readmes = [];
    this.#open = this.#report = undefined;
    this.find<HTMLDialogElement>('dialog').close();
    this.#draw();
  }

  /** Shows the list until none of the documents is worked on any more. */
  async #list(): Promise<ListedReadme[]> {
    this.#watching?.abort();
    const { signal } = (this.#watching = new AbortController());
    return this.client.watchReadmes({
      signal,
      onReadmes: (readmes) => {
        // A late answer would undo a newer one.
        if (signal.aborted) return;
        this.#readmes = newestFirst(readmes);
        this.#draw();
      },
    });
  }

  /** Shows the list until several documents are there, and once more when they have found each other. */
  async #listSeveral(): Promise<void> {
    this.tell('reports', { readmes: await this.#list() });
    const watching = this.#watching;
    await new Promise((resolve) => setTimeout(resolve, LINKED_WITHIN_MS));
    // Whatever came meanwhile has looked by itself.
    if (watching === this.#watching && this.client.signedIn) await this.#list();
  }

  /** Opens a document's report and follows it until it is there. */
  async #watch(slug: string, opens = true): Promise<void> {
    this.#watching?.abort();
    const watching = (this.#watching = new AbortController());
    if (opens) this.#open = slug;
    try {
      const readme = await this.client.watchReport(slug, {
        signal: watching.signal,
        onReport: (report) => {
          this.#readmes = newestFirst([...this.#readmes.filter((other) => other.slug !== slug), listed(report)]);
          const before = this.#report?.slug === slug ? this.#report.state : undefined;
          if (this.#open === slug) this.#report = report;
          this.#draw();
          // A report that grows was too short to be led up; whoever is elsewhere by then stays there.
          const isFollowed = before === undefined || document.activeElement === this.#title;
          if (opens && before !== report.state && isFollowed) this.#comeIntoView();
        },
      });
      if (opens) {
        const warnings = readme.warnings.length;
        this.say('status', `${STATES[readme.state]}${warnings > 0 ? `, ${count(warnings, 'warning')}` : ''}.`);
        this.tell('report', { readme });
      }
    } catch (error) {
      this.fault(error);
    }
  }

  /** Opens the report of a document that is in the list, or closes it. */
  async #toggle(slug: string): Promise<void> {
    this.#open = this.#open === slug ? undefined : slug;
    this.#report = undefined;
    this.#draw();
    if (this.#open === undefined) return;
    const report = await this.client.readme(slug);
    // Another one may be open by now.
    if (this.#open !== slug) return;
    this.#report = report;
    this.#draw();
    this.#comeIntoView();
  }

  /** Sends what was missing, one after the other, and waits until the document shows it. */
  async #supply(files: Placed[], passedOver: string): Promise<void> {
    const slug = this.#open;
    if (slug === undefined) return;
    this.#say(slug, passedOver);
    this.#failed = [];
    this.#drawMissing();
    if (files.length === 0) return;
    this.#sends.ariaDisabled = 'true';
    try {
      const { arrived, failed } = await this.#send(slug, files);
      // Another report may be open by now.
      if (this.#open === slug) this.#failed = failed;
      if (arrived.length > 0) await this.#shown(slug, arrived, passedOver);
    } finally {
      this.#sends.ariaDisabled = null;
      this.#drawMissing();
    }
  }

  /** The ids of the files that have arrived, and those that haven't, which hold up no other. */
  async #send(slug: string, files: Placed[]): Promise<{ arrived: string[]; failed: Failed[] }> {
    const [arrived, failed]: [string[], Failed[]] = [[], []];
    await this.whileSending('', async ({ signal, onProgress }) => {
      for (const [at, { file, path }] of files.entries()) {
        this.#say(slug, `Sending “${path}”${files.length > 1 ? `, ${at + 1} of ${files.length}` : ''}.`);
        try {
          arrived.push((await this.client.uploadFile(file, { path, signal, onProgress: (share) => onProgress?.((at + share) / files.length) })).id);
        } catch (error) {
          if (isAbort(error)) return this.#say(slug, 'Stopped.');
          if (isSessionEnd(error)) throw error;
          failed.push({ file, path, reason: sentence(error) });
        }
      }
    });
    if (arrived.length === 0 && failed.length > 0) this.#say(slug, '');
    return { arrived, failed };
  }

  /** Looks until the files are ready and the document is converted with them. */
  async #shown(slug: string, ids: string[], passedOver: string): Promise<void> {
    this.#say(slug, `${count(ids.length, 'file')} sent, and the page is being made with ${ids.length === 1 ? 'it' : 'them'}.`);
    this.tell('files', { ids });
    const before = this.#missing.paths.length;
    const { files } = await this.client.watchFiles();
    const refused = files.filter(({ id, state }) => ids.includes(id) && state === 'rejected');
    const deadline = Date.now() + CONVERTED_WITHIN_MS;
    let report = await this.client.readme(slug);
    while (missing(report).paths.length > before - ids.length + refused.length && !missing(report).more && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      report = await this.client.readme(slug);
    }
    this.#readmes = newestFirst([...this.#readmes.filter((other) => other.slug !== slug), listed(report)]);
    const isOpen = this.#open === slug;
    if (isOpen) this.#report = report;
    this.#draw();
    if (!isOpen) return;
    const left = this.#missing;
    const said = refused.map(({ path, reason }) => `“${path}” was not taken: ${reason ?? ''}`);
    if (refused.length === 0 && this.#failed.length === 0) said.push(left.paths.length === 0 ? 'Nothing is missing any more.' : left.more ? 'Others are still missing.' : `${count(left.paths.length, thing(left))} still missing.`);
    this.#say(slug, [...said, passedOver].filter(Boolean).join(' '));
    this.tell('report', { readme: report });
    if (left.paths.length === 0) this.#title?.focus();
  }

  /** Says how the missing files of a document get on, as long as its report is open. */
  #say(slug: string, text: string): void {
    if (this.#open === slug) this.find('[data-missing-status]').textContent = text;
  }

  get #sends(): HTMLButtonElement {
    return this.find<HTMLButtonElement>('[data-send]');
  }

  get #title(): HTMLElement | null {
    return this.querySelector<HTMLElement>('[data-report] h3');
  }

  /** On a phone the report stands far below what was pressed. */
  #comeIntoView(): void {
    const heading = this.#title;
    if (!heading) return;
    const { top } = heading.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) heading.scrollIntoView({ block: 'start' });
    heading.focus({ preventScroll: true });
  }

  #ask(readme: ListedReadme): void {
    const dialog = this.find<HTMLDialogElement>('dialog');
    dialog.dataset['slug'] = readme.slug;
    dialog.returnValue = '';
    this.find('[data-question]').textContent = `“${titleOf(readme)}” leaves the site with the next build, and its report goes. Your own file stays where it is.`;
    dialog.showModal();
  }

  async #delete(slug: string): Promise<void> {
    const title = titleOf(this.#readmes.find((readme) => readme.slug === slug));
    this.say('error', '');
    this.#watching?.abort();
    await this.client.deleteReadme(slug);
    this.#readmes = this.#readmes.filter((readme) => readme.slug !== slug);
    if (this.#open === slug) this.#open = this.#report = undefined;
    this.#draw();
    this.say('status', `“${title}” is deleted.`);
    this.find('[data-heading]').focus();
    this.tell('deleted', { slug });
  }

  #draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset['focus'];
    this.find('[data-none]').hidden = this.#readmes.length > 0;
    this.find('[data-list]').replaceChildren(...this.#readmes.map((readme) => this.#item(readme)));
    const report = this.#report?.slug === this.#open ? this.#report : undefined;
    const place = this.find('[data-report]');
    if (place.dataset['of'] !== this.#open) {
      place.dataset['of'] = this.#open ?? '';
      this.#failed = [];
      this.find('[data-missing-status]').textContent = '';
    }
    place.replaceChildren(...(report ? this.#parts(report) : []));
    this.find('[data-fields]').replaceChildren(...(report && report.fields.length > 0 ? [table(report.fields)] : []));
    this.#missing = report ? missing(report) : { paths: [], more: false };
    this.#drawMissing();
    // What had the focus was drawn anew.
    if (focused) this.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  /** What asks for the missing files, as long as there are any, and lists those that weren't sent. */
  #drawMissing(): void {
    const { paths, more } = this.#missing;
    const button = this.#sends;
    button.hidden = paths.length === 0;
    button.textContent = more || paths.length > 1 ? `Add the missing ${thing(this.#missing)}s` : `Add “${paths[0]?.split('/').pop() ?? ''}”`;
    this.find('[data-failed]').replaceChildren(...this.#failed.map(({ path, reason }) => h('li', {}, h('span', { class: 'mh-title' }, path), h('span', { class: 'mh-reason' }, reason))));
    this.find('[data-again]').hidden = this.#failed.length === 0;
  }

  #item(readme: ListedReadme): HTMLElement {
    const isOpen = readme.slug === this.#open;
    const toggle = () => void this.#toggle(readme.slug).catch((error) => this.fault(error));
    return h(
      'li',
      { 'data-slug': readme.slug },
      h('button', { type: 'button', class: 'mh-entry', 'aria-expanded': isOpen, 'data-focus': `open-${readme.slug}`, onclick: toggle }, h('span', { class: 'mh-title' }, titleOf(readme)), readme.warning_count > 0 && h('span', { class: 'mh-hint' }, count(readme.warning_count, 'warning')), state(readme), when(readme)),
      h('button', { type: 'button', class: 'mh-quiet', 'data-focus': `delete-${readme.slug}`, 'aria-label': `Delete ${titleOf(readme)}`, onclick: () => this.#ask(readme) }, 'Delete'),
    );
  }

  #parts(readme: Readme): HTMLElement[] {
    const base = this.dataset['pages'] ?? '/';
    const address = `${base.replace(/\/?$/, '/')}${readme.entry_id}/`;
    const parts: (HTMLElement | false)[] = [
      // Drawn anew with each look while it has the focus.
      h('h3', { tabindex: -1, 'data-focus': 'report' }, titleOf(listed(readme))),
      h('p', { class: 'mh-byline' }, state(readme), readme.file_name ? ` ${readme.file_name},` : '', ` sent ${new Date(readme.uploaded_at).toLocaleString()}`),
      readme.state === 'rejected' && h('p', { class: 'mh-reason' }, `${readme.reason ?? ''}${readme.live ? ' The last good version stays on the site.' : ''}`),
      readme.state === 'draft' && h('p', {}, 'A draft stays with you. Take draft: true out of the file and send it again to publish it.'),
      readme.state === 'scheduled' && h('p', {}, `Comes out on ${readme.until ? new Date(readme.until).toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' }) : 'its date'}. Nothing of it is public before.`),
      readme.state === 'published' && h('p', { class: 'mh-address', 'data-site': readme.site?.state ?? 'unknown' }, `${inSite(readme)}: `, h('a', { href: address }, address)),
      readme.warnings.length > 0 && h('h4', {}, 'Warnings'),
      readme.warnings.length > 0 && h('ol', { class: 'mh-warnings' }, ...readme.warnings.map(warning)),
    ];
    return parts.filter((part) => part !== false);
  }
}

function titleOf(readme: ListedReadme | undefined): string {
  return readme?.title ?? readme?.file_name ?? readme?.slug ?? '';
}

/** A report as the list has it. */
function listed({ fields, warnings, ...standing }: Readme): ListedReadme {
  const title = fields.find(({ key }) => key === 'title')?.value;
  return { ...standing, title: typeof title === 'string' ? title : null, warning_count: warnings.length };
}

/** Servers of before builds told leave `site` out. */
function inSite({ site }: Readme): string {
  if (site?.state === 'built') return `In the site since ${new Date(site.since).toLocaleString()}`;
  return site?.state === 'queued' ? 'Queued for the next build' : 'From the next build on';
}

function newestFirst(readmes: ListedReadme[]): ListedReadme[] {
  return [...readmes].sort((one, other) => other.uploaded_at.localeCompare(one.uploaded_at));
}

/** The day on which it was sent. */
function when({ uploaded_at }: ListedReadme): HTMLElement {
  return h('time', { class: 'mh-hint', datetime: uploaded_at }, new Date(uploaded_at).toLocaleDateString(undefined, { dateStyle: 'medium' }));
}

/** Not by colour alone: each state has its word and its mark. */
function state({ state }: Pick<Readme, 'state'>): HTMLElement {
  return h('span', { class: 'mh-state', 'data-state': state }, STATES[state] ?? state);
}

function warning({ line, column, text, hint }: Warning): HTMLElement {
  return h('li', {}, h('span', { class: 'mh-place' }, `Line ${line}, column ${column}`), h('code', {}, text), h('span', { class: 'mh-hint' }, hint));
}

function table(fields: Field[]): HTMLElement {
  const rows = fields.map(({ key, value, source }) => h('tr', {}, h('th', { scope: 'row' }, key), h('td', {}, shown(value)), h('td', { class: 'mh-hint' }, SOURCES[source] ?? source)));
  const head = h('tr', {}, ...['Field', 'Value', 'From'].map((name) => h('th', { scope: 'col' }, name)));
  return h('details', { open: true }, h('summary', {}, 'What your page says of itself'), h('div', { class: 'mh-scroll', tabindex: 0, role: 'region', 'aria-label': 'Fields' }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows))));
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return typeof value === 'string' ? value : value === null ? '(too long to show)' : JSON.stringify(value);
}
