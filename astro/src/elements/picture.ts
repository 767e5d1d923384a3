// <masthead-profile-picture>: shows the member's picture and takes a new one.

import type { Picture } from '../client.js';
import { MastheadElement } from './base.js';

export class MastheadProfilePicture extends MastheadElement {
  #preview: string | undefined;

  protected override setUp(): void {
    const form = this.find<HTMLFormElement>('form');
    const input = this.find<HTMLInputElement>('input[type="file"]');
    input.addEventListener('change', () => {
      this.say('error', '');
      this.say('status', '');
      this.#show(input.files?.[0]);
    });
    this.find<HTMLImageElement>('img').addEventListener('error', () => {
      if (!this.#preview) return;
      this.#show(undefined);
      this.find('[data-caption]').textContent = 'This browser can’t show the file; you may still send it.';
    });
    this.onSubmit(form, async () => {
      const file = input.files?.[0];
      if (!file) return;
      const picture = await this.client.uploadPicture(file);
      form.reset();
      this.#show(undefined, picture);
      this.say('status', 'Your profile shows the new picture.');
      this.tell('picture', { picture });
    });
  }

  protected override async follow(signedIn: boolean): Promise<void> {
    if (!signedIn) return this.#show(undefined, null);
    const { name, picture } = await this.client.me();
    this.find('[data-initials]').textContent = initials(name);
    this.#show(undefined, picture);
  }

  /** Shows a file that is chosen, or else the picture of the profile. */
  #show(file: File | undefined, picture?: Picture | null): void {
    const image = this.find<HTMLImageElement>('img');
    if (this.#preview) URL.revokeObjectURL(this.#preview);
    this.#preview = file && URL.createObjectURL(file);
    if (picture !== undefined) image.dataset['stored'] = picture?.['256'] ?? '';
    const source = this.#preview ?? image.dataset['stored'] ?? '';
    image.hidden = source === '';
    if (source) image.src = source;
    else image.removeAttribute('src');
    this.find('[data-initials]').hidden = source !== '';
    this.find('[data-caption]').textContent = file ? 'As it will be cut: a square from the middle' : '';
  }
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
