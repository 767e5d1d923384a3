// The token in the browser: where it is kept, when it is over, and who wants to know.

/** Where the token is kept: `local` outlives the tab, `session` doesn't, `memory` not even a reload. */
export type Storage = 'local' | 'session' | 'memory';

/** Why a session ended. */
export type Ending = 'signed_out' | 'expired';

const TOKEN = 'accessToken';
const EXPIRES = 'accessTokenExpires';
/** Longest delay that timers take, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

type Listener = (signedIn: boolean, ending?: Ending) => void;

export class Session {
  #kept: Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;
  #listeners = new Set<Listener>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage) {
    this.#kept = keeper(storage);
    if (this.token) this.#await();
    // Another tab signed in or out.
    if (storage === 'local' && typeof addEventListener === 'function') {
      addEventListener('storage', (event: StorageEvent) => {
        if (event.key === TOKEN || event.key === null) this.#tell(event.key && event.newValue ? undefined : 'signed_out');
      });
    }
  }

  /** The token, unless there is none or it is over. */
  get token(): string | null {
    const token = this.#kept.getItem(TOKEN);
    return token && Date.now() < Number(this.#kept.getItem(EXPIRES)) ? token : null;
  }

  start(token: string, expiresInSeconds: number): void {
    this.#kept.setItem(EXPIRES, String(Date.now() + expiresInSeconds * 1000));
    this.#kept.setItem(TOKEN, token);
    this.#tell();
  }

  end(ending: Ending): void {
    if (this.#kept.getItem(TOKEN) === null) return;
    this.#kept.removeItem(TOKEN);
    this.#kept.removeItem(EXPIRES);
    this.#tell(ending);
  }

  /** Calls `listener` whenever a session starts or ends; the answer ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(ending?: Ending): void {
    this.#await();
    const signedIn = this.token !== null;
    for (const listener of [...this.#listeners]) {
      if (signedIn) listener(true);
      else listener(false, ending ?? 'expired');
    }
  }

  /** Ends the session when its time is over. */
  #await(): void {
    clearTimeout(this.#timer);
    const left = Number(this.#kept.getItem(EXPIRES)) - Date.now();
    if (this.#kept.getItem(TOKEN) === null) return;
    this.#timer = setTimeout(() => (this.token ? this.#await() : this.end('expired')), Math.min(Math.max(left, 0), MAX_DELAY_MS));
    // Under Node, a client that is done with shall not hold the process.
    if (typeof this.#timer === 'object') this.#timer.unref();
  }
}

function keeper(storage: Storage): Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'> {
  if (storage !== 'memory') {
    try {
      const kept = storage === 'local' ? globalThis.localStorage : globalThis.sessionStorage;
      if (kept) return kept;
    } catch {
      // The browser's settings forbid it: the session lasts as long as the page.
    }
  }
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
