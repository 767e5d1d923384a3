// The search of src/pages/club/search.astro, over the index that the build has made.

interface Result {
  data(): Promise<{ url: string; excerpt: string; meta: { title?: string; author?: string } }>;
}
interface Pagefind {
  options(options: { excerptLength: number }): Promise<void>;
  debouncedSearch(words: string): Promise<{ results: Result[] } | null>;
}

/** As many results are shown at once. */
const SHOWN = 10;

class ClubSearch extends HTMLElement {
  #index: Promise<Pagefind> | undefined;
  #rest: Result[] = [];
  readonly #words = this.querySelector('input')!;
  readonly #status = this.querySelector('[role="status"]')!;
  readonly #list = this.querySelector('ol')!;
  readonly #more = this.querySelector<HTMLButtonElement>('.more')!;

  connectedCallback(): void {
    this.#words.value = new URLSearchParams(location.search).get('q') ?? '';
    this.#words.addEventListener('input', () => this.#search());
    this.querySelector('form')!.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#search();
    });
    this.#more.addEventListener('click', () => this.#show());
    if (this.#words.value) void this.#search();
  }

  async #search(): Promise<void> {
    const words = this.#words.value.trim();
    history.replaceState(null, '', words ? `?q=${encodeURIComponent(words)}` : location.pathname);
    try {
      const index = await (this.#index ??= load());
      const found = await index.debouncedSearch(words);
      // Other words were typed meanwhile.
      if (!found || words !== this.#words.value.trim()) return;
      this.#rest = found.results;
      this.#list.replaceChildren();
      this.#status.textContent = !words ? '' : this.#rest.length === 0 ? `No document has “${words}”.` : this.#rest.length === 1 ? 'One document' : `${this.#rest.length} documents`;
      await this.#show();
    } catch (error) {
      this.#index = undefined;
      this.#status.textContent = import.meta.env.DEV
        ? 'The index is made by the build: npm run build, then npm run preview.'
        : 'The index could not be loaded. Are you online?';
      console.warn(error);
    }
  }

  async #show(): Promise<void> {
    const results = await Promise.all(this.#rest.splice(0, SHOWN).map((result) => result.data()));
    this.#list.append(
      ...results.map(({ url, excerpt, meta }) => {
        const item = document.createElement('li');
        const heading = item.appendChild(document.createElement('h2'));
        heading.dir = 'auto';
        const link = heading.appendChild(document.createElement('a'));
        link.href = url;
        link.textContent = meta.title ?? url;
        const text = item.appendChild(document.createElement('p'));
        text.className = 'teaser';
        text.dir = 'auto';
        text.append(...marked(excerpt));
        if (meta.author) {
          const byline = item.appendChild(document.createElement('p'));
          byline.className = 'byline';
          byline.textContent = meta.author;
        }
        return item;
      }),
    );
    this.#more.hidden = this.#rest.length === 0;
  }
}

/** Pagefind's excerpt is HTML with <mark> in it, and a member's text: what is marked is kept, and everything else is text. */
function marked(excerpt: string): Node[] {
  const { body } = new DOMParser().parseFromString(excerpt, 'text/html');
  return [...body.childNodes].map((node) => {
    if (node.nodeName !== 'MARK') return document.createTextNode(node.textContent ?? '');
    const mark = document.createElement('mark');
    mark.textContent = node.textContent;
    return mark;
  });
}

async function load(): Promise<Pagefind> {
  // The address is not one of this site's sources: the build makes the file when all pages are there.
  const address = '/pagefind/pagefind.js';
  const index = (await import(/* @vite-ignore */ address)) as Pagefind;
  await index.options({ excerptLength: 24 });
  return index;
}

customElements.define('club-search', ClubSearch);
