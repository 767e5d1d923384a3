// <masthead-profile-picture>: shows the member's picture, takes a new one, and takes it away.

import type { Ending, Picture, PictureStage } from '../client.js';
import { locale, t } from '../languages/say.js';
import { isAbort, MastheadElement } from './base.js';

const STAGES: Record<PictureStage, string> = {
  preparing: 'desk.picture_preparing',
  sending: 'desk.picture_sending',
  processing: 'desk.picture_processing',
};

export class MastheadProfilePicture extends MastheadElement {
  #preview: string | undefined;
  /** The member who chose the file: whoever else signs in finds nothing chosen. */
  #handle: string | undefined;
  /** Ends the wait for a picture of before this page; whatever is newer does. */
  #waiting: AbortController | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#waiting?.abort();
  }

  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
    this.#input.addEventListener('change', () => {
      this.say('error', '');
      this.say('status', '');
      this.#show();
    });
    this.#image.addEventListener('error', () => {
      if (!this.#preview) return;
      this.#show({ preview: false });
      this.find('[data-caption]').textContent = t('desk.picture_no_preview');
    });
    this.onSubmit(form, async () => {
      const file = this.#input.files?.[0];
      if (!file) return;
      this.#waiting?.abort();
      this.#remove.hidden = true;
      try {
        const picture = await this.whileSending(t('site.stopped'), (upload) => this.client.uploadPicture(file, { ...upload, onStage: (stage) => this.#stage(stage) }));
        form.reset();
        this.#arrived(picture);
      } finally {
        this.#remove.hidden = !this.#image.dataset['stored'];
      }
    });

    const dialog = this.find<HTMLDialogElement>('dialog');
    this.#remove.addEventListener('click', () => {
      dialog.returnValue = '';
      dialog.showModal();
    });
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'remove') this.#takeAway().catch((error) => this.fault(error));
    });
  }

  protected override async follow(signedIn: boolean, ending?: Ending): Promise<void> {
    this.#waiting?.abort();
    const { signal } = (this.#waiting = new AbortController());
    this.say('error', '');
    this.say('status', '');
    if (!signedIn) {
      this.stopSending();
      this.find<HTMLDialogElement>('dialog').close();
      // A session that is over by itself goes on with the next sign-in, and the file with it.
      if (ending === 'signed_out') this.find<HTMLFormElement>('form').reset();
      return this.#show({ picture: null });
    }
    const { member, pictureUpload } = await this.client.account();
    if (this.#handle !== undefined && this.#handle !== member.handle) this.find<HTMLFormElement>('form').reset();
    this.#handle = member.handle;
    this.find('[data-initials]').textContent = initials(member.name);
    if (signal.aborted) return;
    this.#show({ picture: member.picture });
    if (pictureUpload?.state === 'rejected') this.say('error', t('site.picture_not_taken', { reason: pictureUpload.reason ?? '' }));
    if (pictureUpload?.state === 'processing') await this.#await(signal);
  }

  /** Waits for a picture that was sent before this page was loaded. */
  async #await(signal: AbortSignal): Promise<void> {
    this.say('status', t('site.picture_last'));
    try {
      this.#arrived(await this.client.watchPicture({ signal }));
    } catch (error) {
      if (!isAbort(error)) this.say('status', '');
      throw error;
    }
  }

  #stage(stage: PictureStage): void {
    this.say('status', t(STAGES[stage]));
    // What has arrived can't be stopped any more.
    if (stage === 'processing') this.hideProgress();
  }

  #arrived(picture: Picture): void {
    this.#show({ picture });
    this.say('status', t('desk.picture_new'));
    this.tell('picture', { picture });
  }

  async #takeAway(): Promise<void> {
    this.#waiting?.abort();
    this.say('error', '');
    this.say('status', '');
    await this.client.deletePicture();
    this.#show({ picture: null });
    this.say('status', t('desk.picture_none'));
    // The button that had it is gone.
    this.#input.focus();
    this.tell('picture', { picture: null });
  }

  /** Shows the file that is chosen, or else the picture of the profile, which may be a new one. */
  #show({ picture, preview = true }: { picture?: Picture | null; preview?: boolean } = {}): void {
    const image = this.#image;
    const file = preview ? this.#input.files?.[0] : undefined;
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.#preview = file && URL.createObjectURL(file);
    if (picture !== undefined) {
      image.dataset['stored'] = picture?.['256'] ?? '';
      this.#remove.hidden = !picture;
    }
    const source = this.#preview ?? image.dataset['stored'] ?? '';
    image.hidden = source === '';
    if (source) image.src = source;
    else image.removeAttribute('src');
    image.alt = t(file ? 'desk.picture_chosen' : 'desk.picture_yours');
    this.find('[data-initials]').hidden = source !== '';
    this.find('[data-caption]').textContent = file ? t('site.picture_cut') : '';
  }

  get #input(): HTMLInputElement {
    return this.find('input[type="file"]');
  }

  get #image(): HTMLImageElement {
    return this.find('img');
  }

  get #remove(): HTMLButtonElement {
    return this.find('[data-remove]');
  }
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase(locale());
}
