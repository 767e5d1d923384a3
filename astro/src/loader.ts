// The loader of content collections: whatever members upload and whatever happens to the server,
// the build goes on.

import type { Loader, LoaderContext } from 'astro/loaders';
import { plainImages, readDocument } from './document.js';
import { ask } from './http.js';
import { readManifest, type Manifest, type ManifestEntry, type Page } from './manifest.js';
import { tell } from './tell.js';
import { baseUrl, count, inParallel, type MastheadOptions } from './options.js';
import { mastheadSchema } from './schema.js';
import { watch } from './watch.js';

export interface MastheadLoaderOptions extends MastheadOptions {
  /**
   * How often `astro dev` looks for changes, in milliseconds; 0 for never.
   *
   * @default 2000
   */
  pollMs?: number | undefined;
  /**
   * Whether a build ends with an error when the server is away and no earlier build left anything
   * to show. Otherwise it goes on without the members' entries, and says so.
   *
   * @default false
   */
  failWhenEmpty?: boolean | undefined;
  /**
   * The key by which Masthead knows this site's builds. With it a build says what it read, and each
   * author's report tells since when the site has their document. `astro dev` says nothing.
   *
   * @default the environment variable MASTHEAD_BUILD_KEY, else none
   */
  buildKey?: string | undefined;
}

/** A README has at most 1 MiB; its frontmatter comes on top. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** What the loader makes of a file; a higher number has every file fetched again. */
const REVISION = 1;
const DEFAULTS = { concurrency: 8, attempts: 4, pollMs: 2000 };
/** The key under which the manifest is kept between builds. */
const MANIFEST = 'manifest';

/**
 * Members' published documents as a content collection.
 *
 * Only files whose digest changed are fetched. An entry that can't be used is passed over with a
 * warning, and its last good version stays; when the server is away, so does everything.
 */
export function mastheadLoader(options: MastheadLoaderOptions = {}): Loader & { schema: typeof mastheadSchema } {
  return {
    name: 'masthead',
    schema: mastheadSchema,
    async load(context) {
      const base = baseUrl(options.url);
      const read = await sync(context, options, base);
      if (!context.watcher) await acknowledge(context, options, base, read);
      const pollMs = options.pollMs ?? DEFAULTS.pollMs;
      if (context.watcher && pollMs > 0) {
        watch(context.collection, pollMs, async () => void (await sync(context, options, base, true)));
      }
    },
  };
}

/**
 * Brings the store in line with the server, and gives the entries that are in it now as the server
 * has them. `quietly`: says nothing while nothing changes.
 */
async function sync(context: LoaderContext, options: MastheadLoaderOptions, base: URL, quietly = false): Promise<ManifestEntry[]> {
  const { store, meta, logger } = context;
  const attempts = count(options.attempts, DEFAULTS.attempts);
  const known = pagesOf(meta.get(MANIFEST), base);
  let manifest: Manifest;
  try {
    manifest = await readManifest(base, quietly ? 1 : attempts, known);
  } catch (error) {
    // The next look comes soon, and the first one has said it.
    if (quietly) {
      logger.debug(said(error));
      return [];
    }
    const kept = store.keys().length;
    const outcome = kept > 0 ? `the ${kept} entries of the last build stay` : 'there are no entries of an earlier build, so there are none now';
    const message = `Masthead is away: ${said(error)}; ${outcome}. Start it, or set MASTHEAD_URL.`;
    if (kept === 0 && options.failWhenEmpty) throw new Error(message, { cause: error });
    logger.error(message);
    return [];
  }

  const wanted = manifest.entries.filter(({ id }) => options.filter?.(id) ?? true);
  const ids = new Set(wanted.map(({ id }) => id));
  const gone = store.keys().filter((id) => !ids.has(id));
  for (const id of gone) store.delete(id);

  const changed = wanted.filter((entry) => store.get(entry.id)?.digest !== digestOf(entry));
  const taken: string[] = [];
  const refused: string[] = [];
  await inParallel(changed, count(options.concurrency, DEFAULTS.concurrency), async (entry) => {
    try {
      if (await take(context, entry, attempts)) taken.push(entry.id);
    } catch (error) {
      refused.push(entry.id);
      // Told once: the watch comes by here every other second.
      if (quietly && manifest.unchanged) return;
      const stays = store.has(entry.id) ? 'its last good version stays' : 'it has no page';
      logger.warn(`“${entry.id}” is passed over, ${stays}: ${said(error)}`);
    }
  });
  meta.set(MANIFEST, JSON.stringify({ base: base.href, pages: manifest.pages }));
  if (!quietly || taken.length > 0 || gone.length > 0) {
    const parts = [`${wanted.length} entries`, `${taken.length} fetched`, `${gone.length} removed`];
    if (refused.length > 0) parts.push(`${refused.length} passed over`);
    logger.info(parts.join(', '));
  }
  return wanted.filter((entry) => store.get(entry.id)?.digest === digestOf(entry));
}

/** Tells the server what this build read. A build goes on where that fails. */
async function acknowledge({ logger }: LoaderContext, options: MastheadLoaderOptions, base: URL, read: readonly ManifestEntry[]): Promise<void> {
  const key = options.buildKey || process.env['MASTHEAD_BUILD_KEY'];
  if (!key || read.length === 0) return;
  try {
    await tell(base, key, count(options.attempts, DEFAULTS.attempts), read);
  } catch (error) {
    logger.warn(`Masthead doesn't know what this build read, so that authors are told it is queued: ${said(error)}`);
  }
}

/**
 * Fetches one file and puts it into the store. `false`: it is gone by now.
 *
 * @throws where it can't be had or used.
 */
async function take(context: LoaderContext, entry: ManifestEntry, attempts: number): Promise<boolean> {
  const answer = await ask(new URL(entry.url), { attempts, maxBytes: MAX_FILE_BYTES });
  if (answer.status !== 200) {
    // Withdrawn since the manifest was read.
    context.store.delete(entry.id);
    return false;
  }
  const { data: raw, body } = readDocument(answer.text, entry);
  const data = await context.parseData({ id: entry.id, data: raw });
  // Rendered with its frontmatter, which plugins of the site may want.
  const rendered = await context.renderMarkdown(answer.text);
  context.store.set({
    id: entry.id,
    data,
    body,
    filePath: filePath(context, entry.id),
    digest: digestOf(entry),
    rendered: { html: plainImages(rendered.html), metadata: { ...rendered.metadata, imagePaths: [] } },
  });
  return true;
}

/** Where the file would lie if it were the site's own: Starlight makes its sidebar of these. */
function filePath({ config, collection }: LoaderContext, id: string): string {
  const { root, srcDir } = config;
  const source = srcDir.pathname.startsWith(root.pathname) ? srcDir.pathname.slice(root.pathname.length) : 'src/';
  return `${decodeURI(source)}content/${collection}/${id}.md`;
}

/** Names all that an entry is made of; a new picture or another server counts, too. */
function digestOf({ url, digest, picture }: ManifestEntry): string {
  return [REVISION, url, digest, ...Object.values(picture ?? {})].join(' ');
}

/** The pages that were kept, if they are of this server and of this loader. */
function pagesOf(kept: string | undefined, base: URL): Page[] {
  try {
    const { base: of, pages } = JSON.parse(kept ?? '{}');
    return of === base.href && Array.isArray(pages) ? pages : [];
  } catch {
    // Damaged: as good as none.
    return [];
  }
}

function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Astro puts what is wrong with an entry's data into several lines.
  return error.message.replace(/\s*\n\s*/g, ' ').trim();
}
