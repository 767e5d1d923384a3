// <masthead-publish-report>: the member's documents, and what became of each.

import type { Field, ListedReadme, Readme, Warning } from '../client.js';
import { h, MastheadElement } from './base.js';

const STATES: Record<Readme['state'], string> = {
  processing: 'In the works',
  published: 'Published',
  draft: 'Draft',
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

export class MastheadPublishReport extends MastheadElement {
  #readmes: ListedReadme[] = [];
  #open: string | undefined;
  /** The report that is open, once it is there: the list has none. */
  #report: Readme | undefined;
  #watching: AbortController | undefined;
  #uploaded = (event: Event) => void this.#watch((event as CustomEvent<{ slug: string }>).detail.slug);

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('masthead:uploaded', this.#uploaded);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('masthead:uploaded', this.#uploaded);
    this.#watching?.abort();
  }

  protected override setUp(): void {
    const dialog = this.find<HTMLDialogElement>('dialog');
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'delete') this.#delete(dialog.dataset['slug'] ?? '').catch((error) => this.fault(error));
    });
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    if (signedIn) return this.#list();
    this.#watching?.abort();
    this.#readmes = [];
    this.#open = this.#report = undefined;
    this.find<HTMLDialogElement>('dialog').close();
    this.#draw();
  }

  async #list(): Promise<void> {
    this.#readmes = newestFirst(await this.client.readmes());
    this.#draw();
    const late = this.#readmes.find(({ state }) => state === 'processing');
    if (late) await this.#watch(late.slug, false);
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
        const count = readme.warnings.length;
        this.say('status', `${STATES[readme.state]}${count ? `, ${count} ${count === 1 ? 'warning' : 'warnings'}` : ''}.`);
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
    this.find('[data-report]').replaceChildren(...(report ? this.#parts(report) : []));
    // What had the focus was drawn anew.
    if (focused) this.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(readme: ListedReadme): HTMLElement {
    const isOpen = readme.slug === this.#open;
    const toggle = () => void this.#toggle(readme.slug).catch((error) => this.fault(error));
    return h(
      'li',
      { 'data-slug': readme.slug },
      h('button', { type: 'button', class: 'mh-entry', 'aria-expanded': isOpen, 'data-focus': `open-${readme.slug}`, onclick: toggle }, h('span', { class: 'mh-title' }, titleOf(readme)), state(readme), when(readme)),
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
      readme.state === 'published' && h('p', { class: 'mh-address', 'data-site': readme.site?.state ?? 'unknown' }, `${inSite(readme)}: `, h('a', { href: address }, address)),
      readme.warnings.length > 0 && h('h4', {}, 'Warnings'),
      readme.warnings.length > 0 && h('ol', { class: 'mh-warnings' }, ...readme.warnings.map(warning)),
      readme.fields.length > 0 && table(readme.fields),
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
