import { describe, expect, it, vi } from 'vitest';
import { documentOf, type Entry } from '../src/starlight/documents.js';
import { membersInStarlight, starlightMasthead } from '../src/starlight/index.js';
import type { Told } from '../src/starlight/options.js';
import { addressOf, idIn } from '../src/starlight/places.js';
import { apply, collected, type Route } from '../src/starlight/route.js';
import { links, type Group, type Link, type Row } from '../src/starlight/sidebar.js';
import { listed, MIDDLEWARE, optionsModule, type VitePlugin } from '../src/starlight/vite.js';

const BYLINE = 'the byline';
const told: Told = { labels: { '': 'Members', de: 'Mitglieder' }, group: 'member', collapsed: null, byline: true, style: null, editor: '/write/', base: '/', format: 'directory', trailingSlash: 'ignore' };

function entry(of: string, data: Entry['data'] & { author?: unknown; lang?: string; dir?: string; date?: Date; updated?: Date } = {}): Entry {
  const { author = of.split('/')[0], lang, dir, date, updated, ...own } = data;
  return { id: `members/${of}`, data: { title: `Title of ${of}`, ...own }, rendered: { metadata: { frontmatter: { author, lang, dir, date, updated }, masthead: { id: of, picture: null } } } };
}

const own = (id: string): Entry => ({ id, data: { title: id } });
const link = (href: string, isCurrent = false): Link => ({ type: 'link', label: href, href, isCurrent, badge: undefined, attrs: {} });
const group = (label: string, entries: Row[]): Group => ({ type: 'group', label, entries, collapsed: false, badge: undefined });

/** The route data of a page among these entries, after ours. */
function page(at: Entry, entries: Entry[], { sidebar = [] as Row[], isConfigured = true, more = {} as Partial<Told>, locale = undefined as string | undefined, lang = 'en', config = {} } = {}): Route {
  const route: Route = { id: at.id, locale, lang, entry: at, entryMeta: { lang, dir: 'ltr', locale }, sidebar, pagination: { prev: undefined, next: undefined }, lastUpdated: undefined, editUrl: new URL('https://git.example/edit'), Content: 'the text' };
  apply(route, collected(entries), { told: { ...told, ...more }, config: { ...(isConfigured ? { sidebar: [] } : {}), ...config }, site: new URL('https://docs.example/x/'), byline: BYLINE });
  return route;
}

/** A sidebar as an outline. */
const outline = (rows: readonly Row[]): unknown[] => rows.map((row) => (row.type === 'link' ? row.label : { [row.label]: outline(row.entries) }));

describe('the sidebar', () => {
  const jo = [entry('jo', { title: 'About me', author: 'Jo Doe' }), entry('jo/b', { title: 'Beans', author: 'Jo Doe' }), entry('jo/a', { title: 'Zebras', author: 'Jo Doe', sidebar: { order: 1 } })];
  const ann = [entry('ann', { title: 'Ann', author: 'Ann' })];

  it('has a group for each member, with the own page first and titles in order', () => {
    const { sidebar } = page(own('index'), [own('index'), ...jo, ...ann], { sidebar: [link('/guide/')] });
    expect(outline(sidebar)).toEqual(['/guide/', { Members: ['Ann', { 'Jo Doe': ['About me', 'Zebras', 'Beans'] }] }]);
    expect((links(sidebar).map(({ href }) => href))).toEqual(['/guide/', '/members/ann/', '/members/jo/', '/members/jo/a/', '/members/jo/b/']);
  });

  it('takes members out of one that Starlight made of the files, and leaves what the site has', () => {
    const made = [group('guides', [link('/guides/a/')]), group('members', [group('jo', [link('/members/jo/a/'), link('/members/jo/b/')]), link('/members/jo/'), link('/members/ann/')]), link('/zeta/', true)];
    const route = page(own('zeta'), [...jo, ...ann], { sidebar: made, isConfigured: false });
    expect(outline(route.sidebar)).toEqual([{ guides: ['/guides/a/'] }, '/zeta/', { Members: ['Ann', { 'Jo Doe': ['About me', 'Zebras', 'Beans'] }] }]);
    expect(route.pagination).toEqual({ prev: link('/guides/a/'), next: undefined });
  });

  it('adds nothing where the site lists every document itself', () => {
    const sidebar = [group('People', [link('/members/jo/'), link('/members/jo/a/'), link('/members/jo/b/')])];
    expect(page(own('x'), jo, { sidebar }).sidebar).toEqual(sidebar);
    expect(outline(page(own('x'), [...jo, ...ann], { sidebar }).sidebar)).toHaveLength(2);
  });

  it('lists what is hidden nowhere, and badges as Starlight has them', () => {
    const { sidebar } = page(own('x'), [entry('jo', { sidebar: { hidden: true } }), entry('jo/a', { sidebar: { badge: 'New' } }), entry('jo/b')]);
    expect(links(sidebar).map(({ label, badge }) => [label, badge])).toEqual([['Title of jo/a', { text: 'New', variant: 'default' }], ['Title of jo/b', undefined]]);
  });

  it('is closed where it is long, unless the site says otherwise, and flat where it says so', () => {
    const many = Array.from({ length: 20 }, (_, at) => entry(`m${at}`));
    const last = (route: Route) => route.sidebar.at(-1) as Group;
    expect(last(page(own('x'), many)).collapsed).toBe(true);
    expect(last(page(own('x'), many, { more: { collapsed: false } })).collapsed).toBe(false);
    expect(last(page(own('x'), jo)).collapsed).toBe(false);
    expect(outline(page(own('x'), [...jo, ...ann], { more: { group: 'flat' } }).sidebar)).toEqual([{ Members: ['Zebras', 'About me', 'Ann', 'Beans'] }]);
  });

  it('stays small with thousands of documents: all of one member, and a link to every other', () => {
    const many = Array.from({ length: 3000 }, (_, at) => entry(at % 100 < 1 ? `m${at / 100}` : `m${Math.floor(at / 100)}/d${at % 100}`));
    expect(links(page(own('x'), many).sidebar)).toHaveLength(30);
    expect(links(page(many[150]!, many).sidebar)).toHaveLength(29 + 100);
    expect(links(page(own('x'), many.slice(0, 500)).sidebar)).toHaveLength(500);
  });

  it('is named in the reader’s language, and says the language of a title', () => {
    const { sidebar } = page(own('x'), [entry('jo/a', { lang: 'ar', dir: 'rtl' }), entry('jo')], { lang: 'de-CH' });
    expect((sidebar[0] as Group).label).toBe('Mitglieder');
    expect(links(sidebar).map(({ attrs }) => attrs)).toEqual([{}, { lang: 'ar', dir: 'auto' }]);
  });

  it('takes an author’s strange values for none', () => {
    const { sidebar } = page(own('x'), [entry('jo', { author: ['x'], lang: 'no such language' }), entry('jo/a', { author: { a: 1 } })]);
    expect(outline(sidebar)).toEqual([{ Members: [{ jo: ['Title of jo', 'Title of jo/a'] }] }]);
  });

  it('is what it was in a site without members', () => {
    const sidebar = [link('/a/')];
    const route = page(own('a'), [own('a')], { sidebar });
    expect(route.sidebar).toBe(sidebar);
    expect(route.editUrl?.href).toBe('https://git.example/edit');
  });
});

describe('a document’s page', () => {
  const all = [entry('jo', { author: 'Jo' }), entry('jo/a', { author: 'Jo', date: new Date('2025-01-01'), updated: new Date('2025-02-02') }), entry('jo/b', { author: 'Jo' }), entry('kim/a')];

  it('leads to the same member’s next document, and to nobody else’s', () => {
    expect(page(all[1]!, all).pagination).toMatchObject({ prev: { href: '/members/jo/' }, next: { href: '/members/jo/b/' } });
    expect(page(all[2]!, all).pagination).toMatchObject({ prev: { href: '/members/jo/a/' }, next: undefined });
    expect(page(all[1]!, all, { config: { pagination: false } }).pagination).toEqual({ prev: undefined, next: undefined });
  });

  it('keeps what its author says of that', () => {
    const at = entry('jo/a', { prev: false, next: { label: 'On', link: '/x/' } });
    expect(page(at, [all[0]!, at, all[2]!]).pagination).toMatchObject({ prev: undefined, next: { label: 'On', href: '/x/' } });
  });

  it('shows its author, and leads to the author’s own page', () => {
    expect(page(all[1]!, all)).toMatchObject({ Content: BYLINE, masthead: { Content: 'the text', name: 'Jo', page: '/members/jo/' } });
    expect(page(all[0]!, all).masthead?.page).toBeUndefined();
    expect(page(all[3]!, all).masthead?.page).toBeUndefined();
    expect(page(all[1]!, all, { more: { byline: false } }).Content).toBe('the text');
    const splash = entry('jo/c', { hero: {} });
    expect(page(splash, [splash]).Content).toBe('the text');
    // The style comes along all the same, and with members' documents alone.
    const style = '/_astro/masthead.content.css';
    expect(page(splash, [splash], { more: { style } })).toMatchObject({ Content: BYLINE, masthead: { style, byline: false } });
    expect(page(all[1]!, all, { more: { style, byline: false } }).masthead).toMatchObject({ style, byline: false });
    const site = own('guides/a');
    expect(page(site, [site, ...all], { more: { style } })).toMatchObject({ Content: 'the text' });
    // Who signs with another name isn't the member whose page that is.
    const guest = entry('jo/g', { author: 'A guest' });
    expect(page(guest, [...all, guest]).masthead).toMatchObject({ name: 'A guest', page: undefined });
  });

  it('is edited by its author, and not in the site’s repository', () => {
    expect(String(page(all[1]!, all).editUrl)).toBe('/write/#/edit/a');
    expect(page(all[1]!, all).editUrl?.href).toBe('https://docs.example/write/#/edit/a');
    expect(String(page(all[0]!, all, { more: { base: '/docs' } }).editUrl)).toBe('/docs/write/#/edit/readme');
    expect(String(page(all[0]!, all, { more: { editor: 'https://club.example/desk' } }).editUrl)).toBe('https://club.example/desk#/edit/readme');
    expect(page(all[0]!, all, { more: { editor: null } }).editUrl).toBeUndefined();
    expect(page(entry('jo/a', { editUrl: false }), all).editUrl).toBeUndefined();
  });

  it('says when it was updated, unless its author wants that unsaid', () => {
    expect(page(all[1]!, all).lastUpdated).toEqual(new Date('2025-02-02'));
    expect(page(entry('jo/a', { lastUpdated: false, updated: new Date() }), all).lastUpdated).toBeUndefined();
  });

  it('is in its own language', () => {
    const at = entry('jo/a', { lang: 'ar', dir: 'rtl' });
    expect(page(at, [at]).entryMeta).toMatchObject({ lang: 'ar', dir: 'rtl' });
  });
});

describe('languages and addresses', () => {
  const rooted = { locales: { root: {}, de: {} }, defaultLocale: { locale: 'root' } };
  const foldered = { locales: { en: {}, de: {} }, defaultLocale: { locale: 'en' } };

  it.each([
    [{}, undefined, 'members/jo', 'members/jo'],
    [rooted, undefined, 'members/jo', 'members/jo'],
    [rooted, 'de', 'members/jo', 'de/members/jo'],
    [rooted, 'de', 'de/members/jo', 'de/members/jo'],
    [rooted, undefined, 'de/members/jo', undefined],
    [foldered, 'en', 'en/members/jo', 'en/members/jo'],
    [foldered, 'de', 'en/members/jo', 'de/members/jo'],
    [foldered, 'en', 'members/jo', 'members/jo'],
    [foldered, 'de', 'members/jo', undefined],
  ])('%o: in %s, %s is %s', (config, locale, id, expected) => {
    expect(idIn(locale, id, config)).toBe(expected);
  });

  it('writes addresses as the site does', () => {
    expect(addressOf('a/b', { ...told, base: '/x/' })).toBe('/x/a/b/');
    expect(addressOf('a/b', { ...told, trailingSlash: 'never' })).toBe('/a/b');
    expect(addressOf('a/b', { ...told, format: 'file', base: '/x' })).toBe('/x/a/b.html');
  });

  it('knows a member’s document by what the loader says of it', () => {
    expect(documentOf(entry('jo/trip'))).toMatchObject({ handle: 'jo', slug: 'trip' });
    expect(documentOf({ id: 'members/jo', data: {}, rendered: { metadata: { frontmatter: { masthead: { id: 'jo' } } } } })).toBeUndefined();
  });
});

describe('how it comes into a site', () => {
  const LIST = '\0virtual:starlight/route-middleware';
  const site = { base: '/', build: { format: 'directory' }, trailingSlash: 'ignore' } as never;

  it('is put into Starlight’s list, once', () => {
    const warn = vi.fn();
    const { transform } = listed(warn);
    expect(transform?.('export const routeMiddleware = [\n];', LIST)?.code).toContain(`from "${MIDDLEWARE}";\nrouteMiddleware.unshift(`);
    expect(transform?.(`import { onRequest as routeMiddleware0 } from "${MIDDLEWARE}";\nexport const routeMiddleware = [\n\trouteMiddleware0,\n];`, LIST)).toBeUndefined();
    expect(transform?.('export const routeMiddleware = [];', 'another module')).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
  });

  it('says in one line what to add where Starlight is another', () => {
    const warn = vi.fn();
    const other = listed(warn);
    expect(other.transform?.('export default []', LIST)).toBeUndefined();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^[^\n]*starlightMasthead\(\)[^\n]*$/)]]);
    const unseen = vi.fn();
    const { buildEnd } = listed(unseen);
    const built = (name: string, ids: string[]) => buildEnd?.call({ environment: { name }, getModuleIds: () => ids });
    built('client', ['/x/node_modules/@astrojs/starlight/dist/routes/common.astro']);
    built('ssr', ['/x/src/pages/index.astro']);
    expect(unseen).not.toHaveBeenCalled();
    built('ssr', ['/x/node_modules/@astrojs/starlight/dist/routes/common.astro']);
    built('ssr', ['/x/node_modules/@astrojs/starlight/dist/routes/common.astro']);
    expect(unseen).toHaveBeenCalledTimes(1);
  });

  it('asks nothing of a site without Starlight, or of one that wants none of it', () => {
    const updateConfig = vi.fn();
    const at = (names: string[]) => ({ config: { ...(site as object), integrations: names.map((name) => ({ name })) } as never, updateConfig, logger: { warn: vi.fn() } });
    membersInStarlight(at(['@astrojs/mdx']));
    membersInStarlight(at(['@astrojs/starlight']), false);
    expect(updateConfig).not.toHaveBeenCalled();
    membersInStarlight(at(['@astrojs/starlight']));
    expect(updateConfig).toHaveBeenCalledTimes(1);
  });

  it('hands on what was said, by the plugin before by the integration', async () => {
    const plugin = optionsModule({ label: 'People' }, site, 'starlight');
    const integration = optionsModule({}, site, 'masthead');
    const answer = async ({ resolveId, load }: VitePlugin) => load?.(resolveId?.('virtual:masthead-astro/starlight') ?? '');
    expect(plugin.enforce).toBe('pre');
    expect(await answer(plugin)).toContain('"labels":{"":"People"}');
    expect(await answer(integration)).toMatch(/"de":"Mitglieder".*"":"Members"/);
    expect(integration.resolveId?.('another')).toBeUndefined();
  });

  it('is a plugin of Starlight', () => {
    const addRouteMiddleware = vi.fn();
    const addIntegration = vi.fn();
    starlightMasthead().hooks['config:setup']({ addRouteMiddleware, addIntegration });
    expect(addRouteMiddleware).toHaveBeenCalledWith({ entrypoint: MIDDLEWARE, order: 'pre' });
    expect(addIntegration.mock.calls[0]?.[0]).toMatchObject({ name: 'masthead-astro/starlight' });
  });
});
