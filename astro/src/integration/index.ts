// `masthead()` in `astro.config.mjs`: what a site with members' documents needs, in one line.

import { fileURLToPath } from 'node:url';
import type { AstroConfig, AstroIntegration, HookParameters } from 'astro';
import { environment, type Environment } from '../environment.js';
import { onlyKnown } from '../known.js';
import type { Moved } from '../manifest.js';
import { baseUrl, originOf } from '../options.js';
import { listing, type Listing } from '../redirects.js';
import { INTEGRATION, LIVE_SITE, SETTINGS, type LiveSite, type Settings } from '../settings.js';
import { membersInStarlight } from '../starlight/index.js';
import { addressOf } from './address.js';
import { line } from './found.js';
import { drawersFor, islandAddresses, islandPlugins, playersFor } from './islands.js';
import { layoutOf } from './layout.js';
import { addPages, inAllLanguages, leadingInDev, matcherOf, pagesBefore, pathsIn, type Paths } from './moved.js';
import { wanted, type MastheadIntegrationOptions } from './options.js';
import { patternsFor } from './pictures.js';
import { collectionsOf, configsOf, hasStarlight, peopleIn, sitesPages, type Collection, type SitesPage } from './places.js';
import { policyFor } from './policy.js';
import { plan } from './routes.js';
import { ownVersion, readSite, type Site } from './site.js';
import { styling } from './style.js';
import { telling, type Told } from './told.js';
import { serveToolbar } from './toolbar.js';

export type { MastheadIntegrationOptions } from './options.js';

type Setup = HookParameters<'astro:config:setup'>;

/** A mast with its flag. */
const ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><path d="M6 22V2m0 1.5h12l-3.5 4 3.5 4H6"/></svg>';

/** The pages of the package, by their names in a plan. */
const PAGES = { account: 'Account', join: 'Join', members: 'Members', office: 'Office', write: 'Write' } as const;

/** The integration: `integrations: [masthead()]`. */
export function masthead(options: MastheadIntegrationOptions = {}): AstroIntegration {
  // What is no option, or can't be an address, is said at once.
  onlyKnown('masthead', options);
  const pages = wanted(options);
  const settings: Settings = { url: options.url, content: options.content, starlight: options.starlight };
  const tell = () => settings;
  /** Whether this is the one of several that counts. */
  const counts = ({ integrations }: Pick<AstroConfig, 'integrations'>): boolean => {
    const hooks = integrations.find(({ name }) => name === INTEGRATION)?.hooks as Record<string, unknown> | undefined;
    return hooks?.[SETTINGS] === tell;
  };
  let toolbar: { server: string; account: string } | undefined;
  /** What a build adds pages for, and the configuration that these are written by. */
  let leading: { paths: Paths; config: AstroConfig } | undefined;

  async function setup({ config, command, logger, injectRoute, updateConfig, addWatchFile, addDevToolbarApp }: Setup): Promise<void> {
    if (command === 'preview') return;
    if (!counts(config)) return logger.warn('masthead() stands twice in the configuration: the first one counts.');
    const variables = await environment({ config, watcher: command === 'dev' ? true : undefined });
    const base = baseUrl(options.url, variables);
    const server = serverFor(options.url, variables, base);
    const own = sitesPages(config);
    const named = collectionsOf(config, own);
    for (const file of configsOf(config)) addWatchFile(file);
    const { at, routes, shown, list, told } = plan(pages, config, own, named);
    // What the configuration computes is known by what the site said.
    const collections = named.length > 0 ? named : shown;
    const documents = (collection: Collection): string | undefined => {
      const below = collection.pages ?? at.members;
      return below === undefined ? undefined : [below, ...(collection.prefix ? [collection.prefix] : [])].join('/');
    };
    const place = collections[0] ? documents(collections[0]) : at.members;
    const origin = config.site === undefined ? undefined : originOf(config.site);
    const { site, published } = await lookAt({ base, origin, config, logger, pages: place === undefined ? undefined : addressOf(place, config) });
    settings.leading = (name) => {
      const collection = collections.find((one) => one.name === name);
      const below = collection && documents(collection);
      return below === undefined ? undefined : { from: site?.linkBase ?? '/', pageOf: (id) => addressOf(`${below}/${id}`, config) };
    };
    for (const sentence of told) logger.info(`${sentence}.`);
    if (named.length === 0 && shown.length === 0 && command !== 'sync') logger.info('there is no collection of members’ documents yet; in src/content.config.ts: members: defineCollection({ loader: mastheadLoader() }).');

    const people = peopleIn(config);
    if (list && site?.publicMembers && people === undefined) {
      logger.info(`Masthead has a list of all members, and ${addressOf(at.members ?? '', config)} has those who have published something; for all of them, in src/content.config.ts: people: defineCollection({ loader: mastheadMembers() }).`);
    }

    const pictures = [...new Set([base.origin, ...published.pictures])];
    if (options.images ?? true) updateConfig({ image: { remotePatterns: patternsFor(pictures, config.image.remotePatterns) } });
    const trails = (options.redirects ?? true) ? trailsOf(published.moved, { collections, documents, otherwise: place, config, own }) : undefined;
    leading = trails && { paths: trails.inFiles, config };
    const frames = [...playersFor(options.content?.videos), ...drawersFor(config)];
    const csp = (options.csp ?? true) ? policyFor(config.security.csp, { server: server.origin, uploads: published.uploads, pictures, frames }) : undefined;
    // Astro appends to lists, and of two directives of one name browsers heed the first.
    if (csp) config.security.csp = csp as AstroConfig['security']['csp'];

    const pageTold: Told = {
      at,
      form: { base: config.base, trailingSlash: config.trailingSlash, build: { format: config.build.format } },
      shown: shown.map(({ name, prefix }) => ({ name, prefix })),
      documents: place ?? '',
      people,
      list,
      name: site?.name ?? published.name,
      lang: config.i18n?.defaultLocale ?? 'en',
      moved: Object.fromEntries([...(trails?.onServer ?? [])].map(([from, to]) => [from, encodeURI(addressOf(to, config))])),
    };
    const live: LiveSite = { url: options.url, content: options.content, hasStarlight: hasStarlight(config), islands: islandAddresses(config) };
    updateConfig({
      vite: {
        plugins: [telling(pageTold, layoutOf(config, options.layout)), styling(collections, config), ...islandPlugins(config), ...(trails ? [leadingInDev(new Map([...trails.inFiles, ...trails.onServer]), config)] : [])],
        define: {
          [LIVE_SITE]: JSON.stringify(live),
          // Components read the environment by themselves; what is said here comes before it.
          ...(options.url ? { 'import.meta.env.PUBLIC_MASTHEAD_URL': JSON.stringify(bare(server)) } : {}),
        },
      },
    });
    const editor = at.write === undefined ? undefined : addressOf(at.write, config);
    membersInStarlight({ config, updateConfig, logger }, options.starlight === false ? false : { editor, ...options.starlight });
    for (const { pattern, page } of routes) injectRoute({ pattern: pattern || '/', entrypoint: new URL(`../../pages/${PAGES[page]}.astro`, import.meta.url), prerender: true });
    // In `astro dev` these would stand before pages of the site; there they lead on where nothing else answers.
    if (command === 'build') for (const pattern of Object.keys(pageTold.moved)) injectRoute({ pattern, entrypoint: new URL('../../pages/moved.js', import.meta.url), prerender: false });
    if (command === 'dev' && (options.toolbar ?? true)) {
      toolbar = { server: bare(server), account: at.account === undefined ? '' : addressOf(at.account, config) };
      addDevToolbarApp({ id: INTEGRATION, name: 'Masthead', icon: ICON, entrypoint: new URL('./panel.js', import.meta.url) });
    }
  }

  return {
    name: INTEGRATION,
    hooks: {
      [SETTINGS]: tell,
      'astro:config:setup': setup,
      'astro:server:setup'({ toolbar: channel }) {
        if (toolbar) serveToolbar(channel, toolbar);
      },
      async 'astro:build:generated'({ dir }) {
        if (leading) await addPages(dir, leading.paths, leading.config);
      },
    } as AstroIntegration['hooks'],
  };
}

interface Showing {
  collections: readonly Collection[];
  /** The path below which a collection's documents have their pages. */
  documents: (collection: Collection) => string | undefined;
  /** The same where no collection is known. */
  otherwise: string | undefined;
  config: AstroConfig;
  own: readonly SitesPage[];
}

/** Where former addresses lead: by files of the build, and by a server where that makes the documents' pages. */
function trailsOf(moved: readonly Moved[], { collections, documents, otherwise, config, own }: Showing): { inFiles: Paths; onServer: Paths } {
  const isOnServer = ({ onDemand }: Pick<Collection, 'onDemand'>): boolean => config.output === 'server' || onDemand === true;
  const shown = collections.length > 0 ? collections.map((one) => ({ place: documents(one), onDemand: isOnServer(one) })) : [{ place: otherwise, onDemand: isOnServer({}) }];
  const placesOf = (onDemand: boolean): string[] => [...new Set(shown.flatMap((one) => (one.place !== undefined && one.onDemand === onDemand ? [one.place] : [])))];
  const redirects = Object.keys(config.redirects);
  return {
    inFiles: pathsIn(inAllLanguages(placesOf(false), config.i18n), moved, matcherOf(redirects)),
    onServer: pathsIn(placesOf(true), moved, matcherOf([...redirects, ...pagesBefore(placesOf(true), own)])),
  };
}

/** Where browsers find Masthead, as the components have it. */
function serverFor(url: string | undefined, variables: Environment, base: URL): URL {
  const given = url || variables['PUBLIC_MASTHEAD_URL'];
  return given ? baseUrl(given, {}) : base;
}

/** A sentence with its end. */
const ended = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

const bare = ({ href }: URL): string => href.replace(/\/$/, '');

interface Look {
  base: URL;
  origin: string | undefined;
  config: AstroConfig;
  logger: Setup['logger'];
  pages: string | undefined;
}

interface Seen {
  site: Site | undefined;
  published: Listing;
}

/** What this process has seen already: `astro dev` reads its configuration anew, and asks nobody a second time. */
const SEEN = Symbol.for('masthead-astro.seen');

async function lookAt({ base, origin, config, logger, pages }: Look): Promise<Seen> {
  const home = globalThis as { [SEEN]?: Map<string, Seen> };
  const seen = (home[SEEN] ??= new Map());
  const key = JSON.stringify([base.href, origin, pages]);
  const before = seen.get(key);
  if (before) return before;
  let site: Site | undefined;
  const warnings: string[] = [];
  try {
    site = await readSite(base, origin);
  } catch (error) {
    warnings.push(`${ended(`Masthead is away: ${error instanceof Error ? error.message : error}`)} Start it, or set MASTHEAD_URL`);
  }
  // Asked once more than that, a server that is away keeps nobody waiting.
  const published = await listing(base, fileURLToPath(config.cacheDir), { attempts: site ? undefined : 1, about: site, warn: (message) => site && warnings.push(message) });
  if (site) {
    const { text, wrong } = line({ site, base, documents: published.documents, own: ownVersion(), origin, pages });
    if (wrong || warnings.length > 0) warnings.unshift(text);
    else logger.info(`${text}.`);
  }
  if (warnings.length > 0) logger.warn(ended(warnings.join('; ')));
  const result = { site, published };
  if (site) seen.set(key, result);
  return result;
}
