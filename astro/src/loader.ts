// The loader of content collections: whatever members upload and whatever happens to the server,
// the build goes on.

import { isDeepStrictEqual } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Loader, LoaderContext } from 'astro/loaders';
import { folderOf, isMembers, isSitesOwn, membersIn, withoutMembers } from './beside.js';
import { send } from './connection.js';
import { digestOf, readDocument } from './document.js';
import { environment, type Environment } from './environment.js';
import { readingFrontmatter } from './frontmatter.js';
import { policyWith } from './html/policy.js';
import { ask, Unavailable } from './http.js';
import { withoutFiles } from './images.js';
import { onlyKnown } from './known.js';
import { ledTo, type Leading } from './links.js';
import { isRecord } from './listing.js';
import { htmlOf, makingOf, type Making } from './making.js';
import type { ManifestEntry } from './manifest.js';
import { refusal, type Refusal } from './refusal.js';
import { tell, type Outcome } from './tell.js';
import { neutralData, neutralText } from './neutral.js';
import { tellNews, type News } from './news.js';
import { baseUrl, count, fileOf, inParallel, type MastheadOptions } from './options.js';
import { mastheadSchema } from './schema.js';
import { settingsOf } from './settings.js';
import { keptFrom, NOTHING_KEPT, readCurrent, type Current, type Kept } from './since.js';
import { watch } from './watch.js';

export interface MastheadLoaderOptions extends MastheadOptions {
  /**
   * The folder below which members' entries stand: with `members`, the entry `jo/trip` is `members/jo/trip`.
   *
   * @default none
   */
  prefix?: string | undefined;
  /**
   * The site's own loader, such as `glob()` or Starlight's `docsLoader()`: its entries stand in the same
   * collection. Where a member's entry has the id of one of them, the site's own stays.
   *
   * @default none
   */
  beside?: Loader | undefined;
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
   * @default true, and false in `astro dev`, which looks again
   */
  failWhenEmpty?: boolean | undefined;
  /**
   * The key by which Masthead knows this site's builds. With it a build says what it read, and each
   * author's report tells since when the site has their document. `astro dev` says nothing.
   *
   * @default the variable MASTHEAD_BUILD_KEY of the environment or of `.env`, else none
   */
  buildKey?: string | undefined;
}

/** A README has at most 1 MiB; its frontmatter comes on top. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** What the loader makes of a file; a higher number has every file fetched again. */
const REVISION = 6;
const DEFAULTS = { concurrency: 8, attempts: 4, pollMs: 2000 };
/** The key under which the manifest is kept between builds. */
const MANIFEST = 'manifest';
/** Of a kept manifest when it is unpacked, in bytes: more than is ever read of one. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;
/** The key under which it is kept which server was told of all that builds read, up to the last one. */
const TOLD = 'told';
/** What is told of a build that read nothing anew. */
const NOTHING: Outcome = { read: [], refused: [] };

/** What a loader was told, and what follows from it. */
interface Setting {
  options: MastheadLoaderOptions;
  base: URL;
  /** Put before each id. */
  folder: string;
  /** Where the site has the documents; `undefined` where that isn't known. */
  leading: Leading | undefined;
  variables: Environment;
  making: Making;
  /** The list as it was read last. */
  kept: Kept;
  /** Of each entry that can't be used its digest, and why: the next look needn't fetch it to know. */
  unusable: Map<string, { digest: string; error: unknown }>;
}

/**
 * Members' published documents as a content collection.
 *
 * Only files whose digest changed are fetched. An entry that can't be used is passed over with a
 * warning, and its last good version stays; when the server is away, so does everything. Entries that
 * the loader didn't bring are left alone.
 */
export function mastheadLoader(options: MastheadLoaderOptions = {}): Loader & { schema: typeof mastheadSchema } {
  // What can't be allowed, or is no option, is said at once.
  onlyKnown('mastheadLoader', options);
  policyWith(options.allow ?? []);
  const folder = folderOf(options.prefix);
  return {
    name: 'masthead',
    schema: mastheadSchema,
    async load(given) {
      const context = await readingFrontmatter(given);
      await options.beside?.load({ ...context, store: withoutMembers(context.store) });
      const variables = await environment(context);
      const { url, leading } = settingsOf(context.config);
      const base = baseUrl(options.url || url, variables);
      const kept = keptOf(context.meta.get(MANIFEST), base);
      const setting = { options, folder, variables, leading: leading?.(context.collection), base, making: makingOf(context, options), kept, unusable: new Map() };
      const outcome = await sync(context, setting);
      if (!context.watcher) await acknowledge(context, setting, outcome);
      const pollMs = options.pollMs ?? DEFAULTS.pollMs;
      if (context.watcher && pollMs > 0) {
        watch(context.collection, pollMs, async () => void (await sync(context, setting, true)));
      }
    },
  };
}

/**
 * Brings the store in line with the server, and gives the entries that are in it now as the server
 * has them, with those that the site's schema refused. `quietly`: says nothing while nothing changes.
 */
async function sync(context: LoaderContext, setting: Setting, quietly = false): Promise<Outcome> {
  const { store, meta, logger } = context;
  const { options, base, folder, leading, making, unusable } = setting;
  const idOf = ({ id }: ManifestEntry) => folder + id;
  // Names all that an entry is made of; a new picture, another server or another place in the site counts, too.
  const settings = [REVISION, making.content.digest, ...(leading ? [leading.from, leading.pageOf('')] : [])].join(' ');
  const kindOf = ({ url, digest, picture }: ManifestEntry) => `masthead ${context.generateDigest([settings, url, digest, ...Object.values(picture ?? {})].join(' '))}`;
  const attempts = count(options.attempts, DEFAULTS.attempts);
  let manifest: Current;
  try {
    manifest = await readCurrent(base, quietly ? 1 : attempts, setting.kept, (message) => logger.warn(message), send);
  } catch (error) {
    tellNews({ collection: context.collection, away: said(error) });
    // The next look comes soon, and the first one has said it.
    if (quietly) {
      logger.debug(said(error));
      return NOTHING;
    }
    const kept = membersIn(store).length;
    if (kept === 0) return nothing(context, options, error);
    logger.error(`Masthead is away: ${said(error)}; the ${kept} entries of the last build stay. Start it, or set MASTHEAD_URL.`);
    return NOTHING;
  }

  const wanted = manifest.entries.filter(({ id }) => options.filter?.(id) ?? true);
  const ids = new Set(wanted.map(idOf));
  const links = (html: string): string => (leading ? ledTo(html, leading, (id) => ids.has(folder + id)) : html);
  const isFromNothing = membersIn(store).length === 0;
  const gone = membersIn(store).filter((id) => !ids.has(id));
  for (const id of gone) store.delete(id);

  const changed = wanted.filter((entry) => !store.has(idOf(entry)) || store.get(idOf(entry))?.digest !== kindOf(entry));
  const taken: string[] = [];
  const missing: string[] = [];
  const refused: unknown[] = [];
  const passedOver: News['passedOver'] = [];
  const bySchema: Refusal[] = [];
  await inParallel(changed, count(options.concurrency, DEFAULTS.concurrency), async (entry) => {
    try {
      if (isSitesOwn(store, idOf(entry))) throw new Error('the site has an entry of its own under that id');
      const before = unusable.get(entry.id);
      if (quietly && before?.digest === kindOf(entry)) throw before.error;
      unusable.delete(entry.id);
      const became = await take(context, entry, { id: idOf(entry), digestOf: kindOf, attempts, base, making, links });
      if (became === 'taken') taken.push(entry.id);
      if (became === 'missing') missing.push(idOf(entry));
    } catch (error) {
      refused.push(error);
      // What is away comes back, and a document of the site's own may go.
      if (!(error instanceof Unavailable) && !isSitesOwn(store, idOf(entry))) unusable.set(entry.id, { digest: kindOf(entry), error });
      passedOver.push({ id: idOf(entry), why: said(error) });
      const told = refusal(entry, error);
      if (told) bySchema.push(told);
      // Told once: the watch comes by here every other second.
      if (quietly && manifest.unchanged) return;
      const stays = isMembers(store, idOf(entry)) ? 'its last good version stays' : 'it has no page';
      logger.warn(`“${idOf(entry)}” is passed over, ${stays}: ${said(error)}`);
    }
  });
  const away = refused.filter((error) => error instanceof Unavailable);
  // Where most files of a list don't come, that is no site with fewer documents.
  const isAway = (away.length + missing.length) * 2 > wanted.length;
  const arentThere = `${missing.length} of the ${wanted.length} documents that Masthead lists aren't there`;
  // Withdrawn since the list was read.
  if (!isAway) for (const id of missing) store.delete(id);
  else if (missing.length > 0 && !isFromNothing && !quietly) logger.warn(`${arentThere}; what the last build had of them stays`);
  const isTold = meta.get(TOLD) === base.href;
  // Astro writes down all that its loaders keep whenever one of them sets something.
  if (manifest.kept !== setting.kept) {
    meta.set(MANIFEST, keptText(base, manifest.kept));
    // What changed isn't told again: until the server has heard of it, the next build says everything.
    if (manifest.changed?.size !== 0) meta.delete(TOLD);
  }
  setting.kept = manifest.kept;
  const isNews = !quietly || taken.length > 0 || gone.length > 0;
  tellNews({ collection: context.collection, entries: wanted.length, passedOver, ...(isNews ? { fetched: taken.length, removed: gone.length } : {}) });
  if (isNews) {
    const parts = [`${wanted.length} entries`, `${taken.length} fetched`, `${gone.length} removed`];
    if (refused.length > 0) parts.push(`${refused.length} passed over`);
    logger.info(parts.join(', '));
  }
  if (isFromNothing && isAway && !quietly) {
    // Nor has the next build anything of an earlier one.
    if (failsWhenEmpty(context, options)) for (const id of membersIn(store)) store.delete(id);
    if (membersIn(store).length === 0) return nothing(context, options, away[0] ?? arentThere);
  }
  const read = wanted.filter((entry) => store.get(idOf(entry))?.digest === kindOf(entry));
  const { changed: told } = manifest;
  const fetched = new Set(taken);
  // A file that was away when its change was told is taken by a later build.
  const isNew = ({ id }: ManifestEntry) => told === null || told.has(id) || fetched.has(id);
  return { read: isTold ? read.filter(isNew) : read, refused: bySchema };
}

/**
 * Ends a build that would publish the site without its members, or says that it will.
 *
 * @throws {Error} in a build, unless `failWhenEmpty` is `false`.
 */
function nothing(context: LoaderContext, options: MastheadLoaderOptions, cause: unknown): Outcome {
  const message = `Masthead is away: ${said(cause)}; there are no entries of an earlier build`;
  if (failsWhenEmpty(context, options)) throw new Error(`${message}, and no site is built without its members. Start it, set MASTHEAD_URL, or give the loader failWhenEmpty: false.`, { cause });
  context.logger.error(`${message}, so there are none now. Start it, or set MASTHEAD_URL.`);
  return NOTHING;
}

const failsWhenEmpty = ({ watcher }: LoaderContext, { failWhenEmpty = !watcher }: MastheadLoaderOptions): boolean => failWhenEmpty;

/** Tells the server what this build read, and what the site refused. A build goes on where that fails. */
async function acknowledge({ logger, meta }: LoaderContext, { options, base, variables }: Setting, outcome: Outcome): Promise<void> {
  const key = options.buildKey || variables['MASTHEAD_BUILD_KEY'];
  if (!key || outcome.read.length + outcome.refused.length === 0) return;
  try {
    await tell(base, key, count(options.attempts, DEFAULTS.attempts), outcome);
    if (meta.get(TOLD) !== base.href) meta.set(TOLD, base.href);
  } catch (error) {
    logger.warn(`Masthead doesn't know what this build read or refused, so that authors are told it is queued: ${said(error)}`);
  }
}

interface Taking {
  id: string;
  /** Names all that an entry is made of. */
  digestOf: (entry: ManifestEntry) => string;
  attempts: number;
  base: URL;
  making: Making;
  /** Leads links between documents to their pages. */
  links: (html: string) => string;
}

/**
 * Fetches one file and puts it into the store, unless that has it already; or says that it is missing.
 *
 * @throws where it can't be had or used.
 */
async function take(context: LoaderContext, entry: ManifestEntry, { id, digestOf: kindOf, attempts, base, making, links }: Taking): Promise<'taken' | 'there' | 'missing'> {
  const answer = await ask(fileOf(entry, base), { attempts, maxBytes: MAX_FILE_BYTES, send });
  if (answer.status !== 200) return 'missing';
  const digest = kindOf({ ...entry, digest: digestOf(answer, entry) });
  if (context.store.get(id)?.digest === digest) return 'there';
  const document = readDocument(answer.text, entry);
  const data = withoutFiles(await context.parseData({ id, data: document.data }), document.data);
  const warn = (message: string) => context.logger.warn(`“${id}” is there, but ${message}`);
  const rendered = await htmlOf(context, answer.text, document, making, warn);
  const html = links(await making.content.html(making.wall.read(rendered.html), { lang: document.data['lang'], author: entry.id.split('/')[0] ?? entry.id }, warn));
  const metadata = neutralData(rendered.metadata ?? {});
  context.store.set({
    id,
    data,
    body: neutralText(document.body),
    filePath: filePath(context, id),
    digest,
    // Without paths of images Astro leaves the HTML as it is. Schemas keep none of the loader's own data, and Starlight's pages need it.
    rendered: { html, metadata: { ...metadata, frontmatter: sharing(metadata['frontmatter'], data), imagePaths: [], masthead: { id: entry.id, picture: entry.picture } } },
  });
  return 'taken';
}

/**
 * Frontmatter with the entry's own values where they are the same. Astro writes an object once, and from then on as a number: of a
 * store of 10,000 documents that is a fifth.
 */
function sharing(frontmatter: unknown, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!isRecord(frontmatter)) return {};
  const isSame = (key: string, value: unknown) => typeof value === 'object' && Object.hasOwn(data, key) && isDeepStrictEqual(value, data[key]);
  return Object.fromEntries(Object.entries(frontmatter).map(([key, value]) => [key, isSame(key, value) ? data[key] : value]));
}

/** Where the file would lie if it were the site's own: Starlight makes its sidebar of these. */
function filePath({ config, collection }: LoaderContext, id: string): string {
  const { root, srcDir } = config;
  const source = srcDir.pathname.startsWith(root.pathname) ? srcDir.pathname.slice(root.pathname.length) : 'src/';
  return `${decodeURI(source)}content/${collection}/${id}.md`;
}

/**
 * The list as it is kept. All that a loader keeps is a part of the module that a build makes of its entries, and is read and written
 * several times: of 10,000 entries the list is two megabytes, and a fifth of that when it is packed.
 */
function keptText(base: URL, kept: Kept): string {
  return deflateRawSync(JSON.stringify({ base: base.href, ...kept })).toString('base64');
}

/** The list that was kept, if it is of this server. */
function keptOf(text: string | undefined, base: URL): Kept {
  try {
    const { base: of, ...kept } = JSON.parse(inflateRawSync(Buffer.from(text ?? '', 'base64'), { maxOutputLength: MAX_KEPT_BYTES }).toString());
    return of === base.href ? keptFrom(kept) : NOTHING_KEPT;
  } catch {
    // None, damaged, or an earlier version's: as good as none.
    return NOTHING_KEPT;
  }
}

function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Astro puts what is wrong with an entry's data into several lines.
  return error.message.replace(/\s*\n\s*/g, ' ').trim();
}
