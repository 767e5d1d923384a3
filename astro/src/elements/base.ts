// What the custom elements share: their client, the session they follow, and how forms behave.

import { createClient, MastheadError, type Client, type Ending, type Storage, type Upload } from '../client.js';
import { spoken, t } from '../languages/say.js';
import { translate } from '../languages/translate.js';
import { speakAs, takeMessages } from '../speaking.js';

const clients = new Map<string, Client>();

/** One client for each server, so that all elements of a page share a session. */
function clientFor(url: string, storage: Storage): Client {
  const key = `${storage} ${url}`;
  const client = clients.get(key) ?? createClient({ url, storage });
  clients.set(key, client);
  return client;
}

const ENDINGS: Record<Ending, string> = {
  signed_out: 'desk.signed_out',
  expired: 'site.session_over',
};

/**
 * An element whose markup the server has rendered. Parts with `data-session="in"` show while there
 * is a session, those with `data-session="out"` while there is none.
 */
export abstract class MastheadElement extends HTMLElement {
  protected client!: Client;
  #stop: (() => void) | undefined;
  #isSetUp = false;
  #sending: AbortController | undefined;

  connectedCallback(): void {
    this.client = clientFor(this.dataset['url'] ?? '', (this.dataset['storage'] as Storage) || 'local');
    const lang = this.closest<HTMLElement>('[lang]')?.lang;
    const hasMessages = takeMessages(document);
    const begin = () => {
      // It may be gone, and another may have come, before the sentences are there.
      if (!this.isConnected || this.#stop) return;
      this.#begin(spoken(), hasMessages);
    };
    const loading = speakAs(lang);
    if (loading) void loading.then(begin);
    else begin();
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #begin(language: string, hasMessages: boolean): void {
    // The server may have rendered another language, where it wasn't told the page's; and an element may know nothing of the site's own
    // sentences, which another one brought.
    if (this.dataset['language'] !== language || (hasMessages && !this.#isSetUp)) {
      translate(this);
      this.dataset['language'] = language;
    }
    if (!this.#isSetUp) {
      this.#isSetUp = true;
      this.own('[data-cancel]')?.addEventListener('click', () => this.stopSending());
      this.setUp();
      this.#introduce();
    }
    this.#stop = this.client.onSession((signedIn, ending) => this.#follow(signedIn, ending));
    this.#follow(this.client.signedIn);
  }

  /** Called once, to listen to what is inside. */
  protected abstract setUp(): void;
  /** Called at the start, and when a session starts or ends. One that is `expired` may go on. */
  protected abstract follow(signedIn: boolean, ending?: Ending): void | Promise<void>;

  /** Says the club's name and the password's rule, where the markup has places for them. It works without, too. */
  #introduce(): void {
    const [welcome, rule] = [this.own('[data-welcome]'), this.own('[data-rule]')];
    if (!welcome && !rule) return;
    this.client.site().then(
      ({ name, password: { min, max } }) => {
        if (welcome) welcome.textContent = t(welcome.dataset['welcome'] ?? '', { name });
        if (rule) rule.textContent = t('desk.password_rule', { min, max });
      },
      () => {},
    );
  }

  #follow(signedIn: boolean, ending?: Ending): void {
    for (const part of this.querySelectorAll<HTMLElement>('[data-session]')) {
      part.hidden = (part.dataset['session'] === 'in') !== signedIn;
    }
    const said = this.own('[data-ending]');
    if (said && (signedIn || ending)) said.textContent = ending ? t(ENDINGS[ending]) : '';
    // A session that is over has said so; any other fault shows where the element shows it.
    Promise.resolve(this.follow(signedIn, ending)).catch((error) => this.fault(error));
  }

  /** Shows why something failed; nothing for what was given up or is told by the session's end. */
  protected fault(error: unknown): void {
    if (isSessionEnd(error) || isAbort(error)) return;
    this.say('error', sentence(error));
  }

  /** Puts a sentence where screen readers listen: `data-say="status"` or `data-say="error"`. */
  protected say(kind: 'status' | 'error', text: string): void {
    const place = this.own(`[data-say="${kind}"]`);
    if (place) place.textContent = text;
  }

  /** Tells the page what happened, by an event that bubbles. */
  protected tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`masthead:${name}`, { bubbles: true, detail }));
  }

  /** The component's own element, if there is one: what the site puts into it, below `data-own`, may have others like it. */
  protected own<E extends Element = HTMLElement>(selector: string): E | undefined {
    return [...this.querySelectorAll<E>(selector)].find((element) => !this.contains(element.closest('[data-own]')));
  }

  protected find<E extends Element = HTMLElement>(selector: string): E {
    const found = this.own<E>(selector);
    if (!found) throw new Error(`<${this.localName}> has no ${selector}`);
    return found;
  }

  /** Runs `send` when the form is sent, once at a time, and shows what went wrong. */
  protected onSubmit(form: HTMLFormElement, send: () => Promise<void>): void {
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      // `disabled` would take the focus away.
      if (button?.ariaDisabled === 'true') return;
      if (button) button.ariaDisabled = 'true';
      this.say('error', '');
      this.say('status', '');
      try {
        await send();
      } catch (error) {
        this.fault(error);
      } finally {
        if (button) button.ariaDisabled = null;
      }
    });
  }

  /** Shows how much is sent while `send` runs, beside the button that stops it; `stopped` says that it was. */
  protected async whileSending<T>(stopped: string, send: (upload: Upload) => Promise<T>): Promise<T> {
    const { signal } = (this.#sending = new AbortController());
    const bar = this.find<HTMLProgressElement>('progress');
    bar.value = 0;
    this.find('[data-progress]').hidden = false;
    try {
      return await send({ signal, onProgress: (share) => (bar.value = Math.round(100 * share)) });
    } catch (error) {
      this.say('status', isAbort(error) ? stopped : '');
      throw error;
    } finally {
      this.hideProgress();
      this.#sending = undefined;
    }
  }

  protected stopSending(): void {
    this.#sending?.abort();
  }

  /** Puts the bar away, and the focus, where its button had it, onto the one that sends: `data-send`, or the form's. */
  protected hideProgress(): void {
    const row = this.find('[data-progress]');
    if (row.contains(document.activeElement)) this.find('[data-send], button[type="submit"]').focus();
    row.hidden = true;
  }
}

export function isSessionEnd(error: unknown): boolean {
  return error instanceof MastheadError && error.code === 'invalid_token';
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Child = Node | string | null | undefined | false;

/** An element with properties and children. Text stays text: nothing here is read as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Record<string, unknown> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** Defines an element, unless another copy of this package has. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
