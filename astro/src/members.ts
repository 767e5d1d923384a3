// The loader of members: who they are, for a page of all of them and one for each.

import type { Loader, LoaderContext } from 'astro/loaders';
import { z } from 'astro/zod';
import { folderOf } from './beside.js';
import { readDirectory, type Directory } from './directory.js';
import { readDocument } from './document.js';
import { environment } from './environment.js';
import { grouped } from './grouped.js';
import { ask, Unavailable } from './http.js';
import { onlyKnown } from './known.js';
import type { MastheadLoaderOptions } from './loader.js';
import type { ManifestEntry, Picture } from './manifest.js';
import { neutralData } from './neutral.js';
import { baseUrl, count, fileOf, inParallel } from './options.js';
import { settingsOf } from './settings.js';
import { keptFrom, NOTHING_KEPT, readCurrent, type Current, type Kept } from './since.js';
import { watch } from './watch.js';

/** `filter` and `prefix` are those of the loader of documents, so that `documents` has its ids. */
export type MastheadMembersOptions = Pick<MastheadLoaderOptions, 'url' | 'filter' | 'prefix' | 'concurrency' | 'attempts' | 'pollMs' | 'failWhenEmpty'>;

/** The data of an entry of the collection. */
export const mastheadMemberSchema = z.object({
  /** The member's name in addresses, and the entry's id. */
  handle: z.string(),
  name: z.string(),
  /** Square pictures by their edge lengths in pixels. */
  picture: z.object({ 96: z.string(), 256: z.string(), 512: z.string() }).nullable(),
  /** Ids of what the member has published, in the order of ids. */
  documents: z.array(z.string()),
});

/** A member's data, as pages get it. */
export type MastheadMember = z.output<typeof mastheadMemberSchema>;

/** A member as the site shows them, and what tells whether anything of it changed. */
interface Wanted {
  handle: string;
  picture: Picture | null;
  documents: string[];
  digest: string;
  name(): Promise<string>;
}

/** A higher number has every entry made again. */
const REVISION = 1;
const DEFAULTS = { concurrency: 8, attempts: 4, pollMs: 2000 };
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** The key under which what was read is kept between builds. */
const KEPT = 'members';

/**
 * Members as a content collection, one entry for each. Where Masthead's setting `PUBLIC_MEMBERS` is on, these are all who have signed
 * up and didn't ask to stay out of it; where it is off, those who have published something, with the name that this gives them.
 */
export function mastheadMembers(options: MastheadMembersOptions = {}): Loader & { schema: typeof mastheadMemberSchema } {
  onlyKnown('mastheadMembers', options);
  const folder = folderOf(options.prefix);
  return {
    name: 'masthead-members',
    schema: mastheadMemberSchema,
    async load(context) {
      const base = baseUrl(options.url || settingsOf(context.config).url, await environment(context));
      await sync(context, options, base, folder, false);
      const pollMs = options.pollMs ?? DEFAULTS.pollMs;
      if (context.watcher && pollMs > 0) {
        watch(context.collection, pollMs, () => sync(context, options, base, folder, true));
      }
    },
  };
}

/** Brings the store in line with the server. `quietly`: says nothing while nothing changes. */
async function sync(context: LoaderContext, options: MastheadMembersOptions, base: URL, folder: string, quietly: boolean): Promise<void> {
  const { store, meta, logger } = context;
  const attempts = quietly ? 1 : count(options.attempts, DEFAULTS.attempts);
  const known = keptOf(meta.get(KEPT), base);
  let directory: Directory;
  let manifest: Current;
  try {
    directory = await readDirectory(base, attempts, known.directory);
    manifest = await readCurrent(base, attempts, known.manifest, (message) => logger.warn(message));
  } catch (error) {
    away(context, options, error, quietly);
    return;
  }
  const published = grouped(manifest.entries.filter(({ id }) => options.filter?.(id) ?? true), ({ id }) => id.split('/')[0]!);
  const ids = (entries: readonly ManifestEntry[] = []) => entries.map(({ id }) => folder + id);
  const wanted: Wanted[] = directory.members
    ? directory.members.map(({ handle, name, picture, digest }) => ({ handle, picture, documents: ids(published.get(handle)), digest, name: async () => name }))
    : [...published].map(([handle, entries]) => ofAuthor(handle, entries, ids(entries), base, attempts));

  const isFromNothing = store.keys().length === 0;
  const handles = new Set(wanted.map(({ handle }) => handle));
  const gone = store.keys().filter((id) => !handles.has(id));
  for (const id of gone) store.delete(id);
  const digestOf = ({ digest, picture, documents }: Wanted) => [REVISION, digest, ...Object.values(picture ?? {}), ...documents].join(' ');
  const changed = wanted.filter((member) => store.get(member.handle)?.digest !== digestOf(member));
  let passedOver = 0;
  const lacking: Unavailable[] = [];
  await inParallel(changed, count(options.concurrency, DEFAULTS.concurrency), async (member) => {
    const { handle, picture, documents } = member;
    try {
      const data = neutralData({ handle, name: await member.name(), picture, documents });
      store.set({ id: handle, data: await context.parseData({ id: handle, data }), digest: digestOf(member) });
    } catch (error) {
      passedOver += 1;
      if (error instanceof Unavailable) lacking.push(error);
      const stays = store.has(handle) ? 'what the last build knew stays' : 'there is no entry';
      if (!quietly) logger.warn(`the member “${handle}” is passed over, ${stays}: ${said(error)}`);
    }
  });
  // As with documents: where most don't come, that is no site with fewer members.
  if (isFromNothing && !quietly && lacking.length * 2 > wanted.length) {
    if (options.failWhenEmpty ?? !context.watcher) for (const id of store.keys()) store.delete(id);
    if (store.keys().length === 0) return away(context, options, lacking[0], quietly);
  }
  const keeping = JSON.stringify({ base: base.href, directory: directory.pages, manifest: manifest.kept });
  // Astro writes down all that its loaders keep whenever one of them sets something.
  if (keeping !== meta.get(KEPT)) meta.set(KEPT, keeping);
  if (!quietly || changed.length > passedOver || gone.length > 0) {
    const parts = [`${wanted.length} members`, `${changed.length - passedOver} changed`, `${gone.length} removed`];
    if (passedOver > 0) parts.push(`${passedOver} passed over`);
    logger.info(parts.join(', '));
  }
}

/** A member of whom nothing is known but what they published: their own page, or else their first document, says their name. */
function ofAuthor(handle: string, entries: readonly ManifestEntry[], documents: string[], base: URL, attempts: number): Wanted {
  const source = entries.find(({ id }) => id === handle) ?? entries[0]!;
  return {
    handle,
    picture: source.picture,
    documents,
    digest: `${source.url} ${source.digest}`,
    async name() {
      const answer = await ask(fileOf(source, base), { attempts, maxBytes: MAX_FILE_BYTES });
      if (answer.status !== 200) throw new Unavailable(`“${source.id}” is listed, and isn't there`);
      const { author } = readDocument(answer.text, source).data;
      return typeof author === 'string' && author.trim() ? author : handle;
    },
  };
}

/**
 * Says that the server is away; what is there stays.
 *
 * @throws {Error} in a build that has nothing to show, unless `failWhenEmpty` is `false`.
 */
function away({ store, logger, watcher }: LoaderContext, { failWhenEmpty = !watcher }: MastheadMembersOptions, cause: unknown, quietly: boolean): void {
  // The next look comes soon, and the first one has said it.
  if (quietly) return logger.debug(said(cause));
  const kept = store.keys().length;
  const message = `Masthead is away: ${said(cause)}`;
  if (kept > 0) return logger.error(`${message}; the ${kept} members of the last build stay. Start it, or set MASTHEAD_URL.`);
  if (failWhenEmpty) throw new Error(`${message}; there are no members of an earlier build. Start it, set MASTHEAD_URL, or give the loader failWhenEmpty: false.`, { cause });
  logger.error(`${message}; there are no members of an earlier build, so there are none now. Start it, or set MASTHEAD_URL.`);
}

/** What was kept, if it is of this server. */
function keptOf(kept: string | undefined, base: URL): { directory: Directory['pages']; manifest: Kept } {
  try {
    const { base: of, directory, manifest } = JSON.parse(kept ?? '{}');
    if (of === base.href && Array.isArray(directory)) return { directory, manifest: keptFrom(manifest) };
  } catch {
    // Damaged: as good as none.
  }
  return { directory: [], manifest: NOTHING_KEPT };
}

function said(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\s*\n\s*/g, ' ').trim() : String(error);
}
