// The loader of live collections: members' documents as they are now, with no build in between.

import type { LiveLoader } from 'astro/loaders';
import { contentOf } from './content.js';
import { digestOf, hasFormulas, readDocument } from './document.js';
import { wallWith } from './html/wall.js';
import { ask } from './http.js';
import { onlyKnown } from './known.js';
import type { ManifestEntry, Moved } from './manifest.js';
import { readOne, type One } from './one.js';
import { baseUrl, count, fileOf, inParallel, type MastheadOptions } from './options.js';
import { mastheadSchema, type MastheadEntry } from './schema.js';
import { NOTHING_KEPT, readCurrent } from './since.js';
import type { LiveSite } from './settings.js';
import { contentFor } from './transforms/index.js';
import { lighter } from './transforms/lighter.js';
import { withoutMoney } from './transforms/money.js';

/** Vite writes it here where the site has `masthead()`; where nothing bundles the loader, nothing is known of the site. */
declare const __MASTHEAD_SITE__: LiveSite | undefined;
const SITE: LiveSite = (typeof __MASTHEAD_SITE__ === 'undefined' ? undefined : __MASTHEAD_SITE__) ?? {};

/** What a renderer is told of a document beside its Markdown. */
export interface LiveDocument {
  /** Whether it has formulas, so that dollars aren't money alone. */
  hasFormulas: boolean;
}

export interface MastheadLiveOptions extends MastheadOptions {
  /**
   * Makes HTML of Markdown. What isn't allowed in a page is taken out of it afterwards.
   *
   * @default the package `satteri`, which Astro 7 renders with
   */
  render?: ((markdown: string, document: LiveDocument) => string | Promise<string>) | undefined;
  /**
   * How many documents are kept in memory, so that only changed ones are fetched.
   *
   * @default 500
   */
  keep?: number | undefined;
}

/** Why an entry or the collection can't be shown; the message says more. */
export class MastheadLiveError extends Error {
  override name = 'MastheadLiveError';
}

interface Kept {
  digest: string;
  entry: LiveEntry;
}

interface LiveEntry {
  id: string;
  data: MastheadEntry;
  rendered: { html: string };
  cacheHint: { tags: string[]; lastModified: Date };
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const DEFAULTS = { concurrency: 8, attempts: 2, keep: 500 };
/** How long a server that has no answer for one entry is asked for its whole list; by then it may be a newer one. */
const OLDER_MS = 60 * 60 * 1000;

/** Members' published documents as a live collection. A visitor waits for it: it asks twice at most, unless told otherwise. */
export function mastheadLiveLoader(
  options: MastheadLiveOptions = {},
): LiveLoader<MastheadEntry, { id: string }, { author?: string }, MastheadLiveError> {
  onlyKnown('mastheadLiveLoader', options);
  const attempts = count(options.attempts, DEFAULTS.attempts);
  const keep = count(options.keep, DEFAULTS.keep);
  const render = options.render ?? renderWithSatteri;
  const allowances = options.allow ?? [];
  const wall = wallWith(...allowances);
  const wanted = contentOf(options.content, SITE.content);
  const content = contentFor({
    content: wanted,
    allowances,
    assets: [],
    hasStarlight: SITE.hasStarlight,
    islands: SITE.islands,
    advise: (advice) => console.info(`masthead: ${advice}`),
  });
  const base = () => baseUrl(options.url || SITE.url, process.env);
  const documents = new Map<string, Kept>();
  const ones = new Map<string, One>();
  let list = NOTHING_KEPT;
  let olderUntil = 0;

  async function manifest(): Promise<{ entries: ManifestEntry[]; moved: Moved[] }> {
    const read = await readCurrent(base(), attempts, list, (message) => console.warn(`masthead: ${message}`));
    list = read.kept;
    return { entries: read.entries.filter(({ id }) => options.filter?.(id) ?? true), moved: read.moved };
  }

  /** The entry with an id. A document that got another address is found by the former one, and its `id` says where it is. */
  async function find(id: string): Promise<ManifestEntry | undefined> {
    if (Date.now() >= olderUntil) {
      const one = await readOne(base(), id, attempts, ones.get(id));
      if (one) {
        // What isn't there is not kept: whoever visits may ask for anything.
        remember(ones, id, one.entry && one);
        return one.entry && (options.filter?.(one.entry.id) ?? true) ? one.entry : undefined;
      }
      olderUntil = Date.now() + OLDER_MS;
    }
    const { entries, moved } = await manifest();
    const wanted = moved.find(({ from }) => from === id)?.to ?? id;
    return entries.find((entry) => entry.id === wanted);
  }

  /** Keeps a value under a key, the newest `keep` of them. */
  function remember<Value>(all: Map<string, Value>, key: string, value: Value | undefined): void {
    all.delete(key);
    if (value === undefined) return;
    all.set(key, value);
    for (const oldest of all.keys()) {
      if (all.size <= keep) break;
      all.delete(oldest);
    }
  }

  async function load(entry: ManifestEntry): Promise<LiveEntry | undefined> {
    const kindOf = (digest: string) => [digest, ...Object.values(entry.picture ?? {})].join(' ');
    const kept = documents.get(entry.id);
    if (kept?.digest === kindOf(entry.digest)) return kept.entry;
    const answer = await ask(fileOf(entry, base()), { attempts, maxBytes: MAX_FILE_BYTES });
    if (answer.status !== 200) return undefined;
    const document = readDocument(answer.text, entry);
    const { data, body } = document;
    const parsed = mastheadSchema.safeParse(data);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new Error(`its frontmatter is not as it should be: ${issues.join('; ')}`);
    }
    const isMath = wanted.math !== false && hasFormulas(document);
    const warn = (message: string) => console.warn(`masthead: “${entry.id}” is there, but ${message}`);
    const html = await content.html(wall.read(await render((await lighter(body, async () => undefined)).markdown, { hasFormulas: isMath })), { lang: data['lang'], author: entry.id.split('/')[0] ?? entry.id }, warn);
    const live: LiveEntry = {
      id: entry.id,
      data: parsed.data,
      rendered: { html },
      cacheHint: { tags: [`masthead:${entry.id}`], lastModified: new Date(entry.updated) },
    };
    remember(documents, entry.id, { digest: kindOf(digestOf(answer, entry)), entry: live });
    return live;
  }

  return {
    name: 'masthead-live',
    async loadEntry({ filter }) {
      try {
        const entry = await find(filter.id);
        return entry && (await load(entry));
      } catch (error) {
        return { error: failure(error) };
      }
    },
    async loadCollection({ filter }) {
      try {
        const { entries: all } = await manifest();
        const wanted = filter?.author === undefined ? all : all.filter(({ id }) => id.split('/')[0] === filter.author);
        const loaded = new Map<string, LiveEntry>();
        await inParallel(wanted, count(options.concurrency, DEFAULTS.concurrency), async (entry) => {
          try {
            const live = await load(entry);
            if (live) loaded.set(entry.id, live);
          } catch (error) {
            // One document must not take the others' page away.
            console.warn(`masthead: “${entry.id}” is passed over: ${failure(error).message}`);
          }
        });
        return {
          entries: wanted.flatMap(({ id }) => loaded.get(id) ?? []),
          cacheHint: { tags: ['masthead'] },
        };
      } catch (error) {
        return { error: failure(error) };
      }
    },
  };
}

function failure(error: unknown): MastheadLiveError {
  return new MastheadLiveError(error instanceof Error ? error.message : String(error), { cause: error });
}

async function renderWithSatteri(markdown: string, { hasFormulas }: LiveDocument): Promise<string> {
  let satteri;
  try {
    satteri = await import('satteri');
  } catch (cause) {
    throw new Error('there is nothing to render Markdown with: install satteri, or give the live loader the option `render`', { cause });
  }
  const features = { frontmatter: false };
  if (!hasFormulas) return satteri.markdownToHtml(markdown, { features }).html;
  return satteri.markdownToHtml(withoutMoney(markdown, satteri.markdownToMdast(markdown, { features })), { features: { ...features, math: true } }).html;
}
