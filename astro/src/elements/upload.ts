// <masthead-readme-upload>: sends a README, or notes with their pictures and files, and shows how much is on its way.

import { MastheadError, type Ending, type Replacement, type SentReadme } from '../client.js';
import { fromChooser, fromDrop, isAlone, type Chosen } from '../folder/gather.js';
import { otherTitleText } from '../folder/send.js';
import { size } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { planned, publish, type Item, type Plan } from '../publishing.js';
import { h, isSessionEnd, MastheadElement } from './base.js';
import { drawPlan, summary } from './plan.js';

/** What the way of a file costs beside its bytes, as bytes, for the share that is sent. */
const COST_BYTES = 20_000;

export class MastheadReadmeUpload extends MastheadElement {
  /** The member who chose the files: whoever else signs in finds nothing chosen. */
  #handle: string | undefined;
  #chosen: Chosen[] = [];
  /** What becomes of the chosen files; none for a single note. */
  #plan: Plan | undefined;
  #show: (item: Item) => void = () => {};
  /** Each choice has a number, so that a late look at one doesn't undo a newer one. */
  #choice = 0;
  /** Over once what is chosen last is looked through. */
  #looking: Promise<void> = Promise.resolve();
  #isSending = false;
  /** What waits for the member to sign in again. */
  #waiting: (() => void)[] = [];
  /** One question at a time. */
  #asked: Promise<unknown> = Promise.resolve();

  protected override setUp(): void {
    const drop = this.find('[data-drop]');
    const [files, folder] = [this.#input, this.find<HTMLInputElement>('[data-folder-input]')];
    for (const input of [files, folder]) {
      input.addEventListener('change', () => {
        if (input === folder) files.files = folder.files;
        this.#choose(fromChooser(files.files ?? []));
      });
    }
    const choose = this.find('[data-folder]');
    choose.hidden = !('webkitdirectory' in folder);
    choose.addEventListener('click', () => {
      // The same folder may be chosen again.
      folder.value = '';
      folder.click();
    });
    for (const type of ['dragenter', 'dragover'] as const) {
      drop.addEventListener(type, (event) => {
        event.preventDefault();
        drop.dataset['over'] = '';
      });
    }
    for (const type of ['dragleave', 'drop'] as const) drop.addEventListener(type, () => delete drop.dataset['over']);
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      if (!event.dataTransfer?.files.length) return;
      this.#input.files = event.dataTransfer.files;
      this.#choose(fromDrop(event.dataTransfer));
      this.find<HTMLButtonElement>('form[data-session] button[type="submit"]').focus();
    });
    this.find('[data-again]').addEventListener('click', () => this.find<HTMLFormElement>('form[data-session]').requestSubmit());
    addEventListener('beforeunload', (event) => {
      if (this.#isSending) event.preventDefault();
    });

    this.#unshown.addEventListener('change', () => {
      for (const item of this.#plan?.unshown ?? []) if (item.state === 'kept' || item.state === 'waiting') item.state = this.#unshown.checked ? 'waiting' : 'kept';
      this.#draw();
    });
    this.onSubmit(this.find<HTMLFormElement>('form[data-session]'), async () => {
      const seen = this.#plan;
      await this.#looking;
      // What nobody has seen yet is shown first.
      if (this.#plan) return this.#plan === seen ? this.#publish(this.#plan) : this.say('status', t('site.look_first'));
      const file = await this.#chosen[0]?.open();
      if (!file) return;
      const slug = this.find<HTMLInputElement>('[name="slug"]').value.trim() || undefined;
      const sent = await this.#send(file, slug);
      if (!sent) return this.say('status', t('desk.not_sent', { name: file.name }));
      this.#forget();
      const title = sent.replaced?.title;
      this.say('status', title ? t('site.sent_replacing', { name: file.name, title }) : t('site.sent', { name: file.name }));
      this.tell('uploaded', { slug: sent.slug });
    });
  }

  protected override async follow(signedIn: boolean, ending?: Ending): Promise<void> {
    if (!signedIn) {
      this.#dialog.close();
      // A session that is over by itself goes on with the next sign-in, and the files with it.
      if (ending !== 'signed_out' && this.#plan && this.#isSending) return;
      this.stopSending();
      if (ending === 'signed_out') this.#forget();
      return;
    }
    const { handle } = await this.client.me();
    if (this.#handle !== undefined && this.#handle !== handle) {
      this.stopSending();
      this.#forget();
    }
    this.#handle = handle;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Shows what is chosen; of more than a single note, what belongs to what. */
  #choose(choosing: Promise<Chosen[]>): void {
    const number = (this.#choice += 1);
    this.say('error', '');
    this.say('status', '');
    this.find('[data-hint]').textContent = t('site.looking');
    this.#looking = this.#look(choosing, number).catch((error) => {
      if (number !== this.#choice) return;
      this.#forget();
      this.fault(error);
    });
  }

  async #look(choosing: Promise<Chosen[]>, number: number): Promise<void> {
    const chosen = await choosing;
    const [first] = chosen;
    const isSingle = chosen.length <= 1 && (!first || isAlone(first.path));
    const plan = isSingle ? undefined : await planned(chosen, ...(await Promise.all([this.client.files(), this.client.site().then(({ limits }) => limits)])));
    if (number !== this.#choice) return;
    this.stopSending();
    this.#chosen = chosen;
    this.#plan = plan;
    this.#draw();
  }

  #draw(): void {
    const [plan, [first]] = [this.#plan, this.#chosen];
    this.#input.required = !first;
    this.find('[data-address]').hidden = plan !== undefined;
    this.find('[data-hint]').textContent = plan ? summary(plan) : first ? t('desk.chosen_file', { name: first.path, size: size(first.size) }) : t('site.choose_hint');
    this.find('[data-plan]').hidden = !plan;
    if (plan) this.#show = drawPlan(this.find('[data-rows]'), plan);
    const unshown = plan && plan.notes.length > 0 ? plan.unshown.length : 0;
    this.find('[data-unshown]').hidden = unshown === 0;
    this.find('[data-unshown-text]').textContent = t('desk.send_unshown', { count: unshown });
    this.#drawFailed();
  }

  /** Lists what wasn't sent, with why. */
  #drawFailed(): void {
    const failed = this.#plan?.items.filter(({ state }) => state === 'failed') ?? [];
    this.find('[data-failed]').replaceChildren(...failed.map(({ path, reason }) => h('li', {}, h('span', { class: 'mh-title' }, path), h('span', { class: 'mh-reason' }, reason))));
    const again = this.find('[data-again]');
    if (failed.length === 0 && again === document.activeElement) this.find('form[data-session] button[type="submit"]').focus();
    again.hidden = failed.length === 0;
  }

  /** Sends a plan, or what is left of it. */
  async #publish(plan: Plan): Promise<void> {
    const items = plan.items.filter(({ state }) => state !== 'kept');
    if (items.length === 0) throw new Error(t('site.nothing_sent'));
    const weight = (item: Item) => item.size + COST_BYTES;
    const total = items.reduce((sum, item) => sum + weight(item), 0);
    const done = (item: Item) => item.state === 'sent' || item.state === 'there';
    const left = items.filter((item) => !done(item));
    this.#isSending = true;
    this.say('status', t('report.sending_files', { count: left.length }));
    try {
      await this.whileSending(t('site.stopped_publishing', { publish: t('desk.publish') }), ({ signal, onProgress }) =>
        publish(this.client, items, {
          signal,
          ask: (replacement) => (this.#asked = this.#asked.then(() => this.#ask(replacement))) as Promise<string>,
          holds: (error) => (isSessionEnd(error) ? this.#signedInAgain() : undefined),
          online: () => this.#online(),
          onWait: () => this.say('status', t('site.files_arrived')),
          onChange: (item) => {
            this.#show(item);
            const sent = items.reduce((sum, other) => sum + weight(other) * (done(other) ? 1 : other.share), 0);
            onProgress?.(sent / total);
            this.find('[data-amount]').textContent = t('site.files_done', { done: items.filter(done).length, count: items.length });
          },
        }),
      );
      this.#finish(items, left.filter(({ slug }) => slug !== undefined).length);
    } catch (error) {
      this.#drawFailed();
      throw error;
    } finally {
      this.#isSending = false;
      // What was sent before a stop has arrived as well.
      this.#tellArrived(left);
    }
  }

  #tellArrived(items: Item[]): void {
    const ids = items.flatMap(({ id }) => id ?? []);
    const [first, ...others] = items.flatMap(({ slug }) => slug ?? []);
    if (ids.length > 0) this.tell('files', { ids });
    if (first !== undefined && others.length > 0) this.tell('published', { slugs: [first, ...others] });
    else if (first !== undefined) this.tell('uploaded', { slug: first });
  }

  /** Says what has become of all; with nothing left to send, nothing is chosen any more. */
  #finish(items: Item[], notes: number): void {
    const number = (state: Item['state']) => items.filter((item) => item.state === state).length;
    const [sent, there, failed] = [number('sent'), number('there'), number('failed')];
    const parts = [
      sent > 0 ? t('site.files_sent', { count: sent }) : '',
      there > 0 ? t('site.files_there', { count: there }) : '',
      notes > 0 ? t('site.reports_follow', { count: notes }) : '',
    ];
    this.say('status', parts.filter(Boolean).join(' '));
    if (failed > 0) this.say('error', t('site.files_failed', { count: failed }));
    if (failed === 0) this.#forget();
    else this.#drawFailed();
  }

  /** Once the same member has signed in again. */
  #signedInAgain(): Promise<void> {
    if (this.client.signedIn) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Once the line is back, as far as the browser can tell. */
  #online(): Promise<void> {
    if (navigator.onLine) return Promise.resolve();
    this.say('status', t('site.offline'));
    return new Promise((resolve) =>
      addEventListener(
        'online',
        () => {
          this.say('status', t('site.online'));
          resolve();
        },
        { once: true },
      ),
    );
  }

  /** Asks before a document of another title is replaced. Nothing is answered where the member gives up. */
  async #send(file: File, slug: string | undefined, replace: 'any' | 'same_title' = 'same_title'): Promise<SentReadme | undefined> {
    try {
      return await this.whileSending(t('site.stopped_note'), (upload) => this.client.uploadReadme(file, { ...upload, slug, replace }));
    } catch (error) {
      if (!(error instanceof MastheadError && error.replacement)) throw error;
      const choice = await this.#ask(error.replacement);
      if (choice === 'replace') return this.#send(file, slug, 'any');
      return choice === 'instead' ? this.#send(file, error.replacement.instead.slug) : undefined;
    }
  }

  /** `replace`, `instead`, or nothing. */
  #ask({ replaces, instead }: Replacement): Promise<string> {
    this.find('[data-question]').textContent = otherTitleText(replaces, instead);
    const dialog = this.#dialog;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
  }

  get #dialog(): HTMLDialogElement {
    return this.find<HTMLDialogElement>('dialog');
  }

  /** Whether what no note shows is sent, too. */
  get #unshown(): HTMLInputElement {
    return this.find<HTMLInputElement>('[data-unshown] input');
  }

  get #input(): HTMLInputElement {
    return this.find<HTMLInputElement>('[data-drop] input');
  }

  #forget(): void {
    this.#choice += 1;
    this.#chosen = [];
    this.#plan = undefined;
    this.find<HTMLFormElement>('form[data-session]').reset();
    this.say('error', '');
    this.#draw();
  }
}
