import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AstroConfig } from 'astro';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf } from '../src/integration/address.js';
import { line, type Found } from '../src/integration/found.js';
import masthead, { mastheadLiveLoader, mastheadLoader, mastheadMembers } from '../src/index.js';
import { layoutOf } from '../src/integration/layout.js';
import { addPages, inAllLanguages, leadingInDev, matcherOf, pagesBefore, pathsIn } from '../src/integration/moved.js';
import { wanted } from '../src/integration/options.js';
import { documentsIn, pathOf, peopleOf, withoutDoubles, type Entry } from '../src/integration/people.js';
import { patternsFor } from '../src/integration/pictures.js';
import { collectionsOf, loadersIn, sitesPages } from '../src/integration/places.js';
import { policyFor } from '../src/integration/policy.js';
import { plan } from '../src/integration/routes.js';
import { fits, ownVersion, readSite } from '../src/integration/site.js';
import { styling } from '../src/integration/style.js';
import { LAYOUT, PAGES, telling } from '../src/integration/told.js';
import { wordsIn } from '../src/integration/words.js';
import { ledTo } from '../src/links.js';
import { news, onNews, tellNews } from '../src/news.js';
import { redirects } from '../src/redirects.js';
import { SETTINGS, settingsOf } from '../src/settings.js';
import { starlightMasthead } from '../src/starlight/index.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'masthead-site-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A site with these files, as far as the integration looks at it. */
async function site(files: Record<string, string>, more: object = {}) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const root = pathToFileURL(`${folder}/`);
  return { root, srcDir: new URL('src/', root), publicDir: new URL('public/', root), cacheDir: new URL('cache/', root), redirects: {}, integrations: [], ...more } as unknown as AstroConfig;
}

const CONFIG = `export const collections = { members: defineCollection({ loader: mastheadLoader() }) };`;
const planned = (config: AstroConfig, options = {}) => {
  const pages = sitesPages(config);
  return plan(wanted(options), config, pages, collectionsOf(config, pages));
};
const starlight = { integrations: [{ name: '@astrojs/starlight', hooks: {} }] };

test('a collection is found by its name and its prefix', () => {
  expect(loadersIn(CONFIG)).toEqual([{ name: 'members', prefix: '', live: false }]);
  expect(loadersIn(`const members = defineCollection({ loader: mastheadLoader({ prefix: '/people/', filter: (id) => id !== 'a)' }) });\nexport const collections = { documents: members };`)).toEqual([{ name: 'documents', prefix: 'people', live: false }]);
  expect(loadersIn(`// members: defineCollection({ loader: mastheadLoader() })\n/* mastheadLoader( */ const url = 'https://x.example';`)).toEqual([]);
  expect(loadersIn(`const blog = defineCollection({\n  loader: mastheadLoader({ beside: glob({ base: './x', pattern: '**' }), prefix: "members" }),\n  schema: z.object({}) });\nexport const collections = { blog, other: defineCollection({ loader: glob({}) }) }`)).toEqual([{ name: 'blog', prefix: 'members', live: false }]);
});

test('nothing said: an account page, one for codes, and the documents of a collection that has no pages', async () => {
  const config = await site({ 'src/content.config.ts': CONFIG, 'src/pages/index.astro': '' });
  const { at, routes, shown, list, told } = planned(config);
  expect(at).toEqual({ account: '/account', join: '/join', members: '/members' });
  expect(routes).toEqual([{ pattern: '/account', page: 'account' }, { pattern: '/join', page: 'join' }, { pattern: '/members/[...id]', page: 'members' }]);
  expect([shown.map(({ name }) => name), list, told]).toEqual([['members'], true, []]);
});

test('what the site has itself is left to it, and said', async () => {
  const config = await site(
    { 'src/content.config.ts': CONFIG, 'src/pages/account/index.astro': '', 'public/join/index.html': '', 'src/pages/members.md': '', 'src/pages/_office.astro': '', 'src/pages/write.astro': '' },
    { redirects: { '/desk/': '/x' } },
  );
  const { routes, list, told, at } = planned(config, { office: true, write: '/desk/' });
  expect(routes).toEqual([{ pattern: '/members/[...id]', page: 'members' }, { pattern: '/office', page: 'office' }]);
  expect(list).toBe(false);
  expect(told).toEqual([
    '/account/ is the site’s own (pages/account/index.astro), so the package adds no page there',
    '/join/ is the site’s own (public/join/index.html), so the package adds no page there',
    '/members/ is the site’s own (pages/members.md), so the package adds no list of members there',
    '/desk/ is the site’s own (redirects), so the package adds no page there',
  ]);
  // Links lead to the site's own pages.
  expect(at).toMatchObject({ account: '/account', write: '/desk' });
});

test('a collection whose documents have pages gets no second ones', async () => {
  const own = await site({ 'src/content.config.ts': CONFIG, 'src/pages/notes/[...id].astro': `const all = await getCollection('members');`, 'src/pages/tags/[tag]/[page].astro': `getCollection('members')` });
  expect(planned(own).routes.map(({ page }) => page)).toEqual(['account', 'join']);
  expect(collectionsOf(own, sitesPages(own))).toEqual([{ name: 'members', prefix: '', pages: '/notes', file: join(folder, 'src/pages/notes/[...id].astro'), onDemand: false, live: false }]);
  await site({ 'src/pages/notes/[...id].astro': `// export const prerender = true;\nexport const prerender = false;\nconst all = await getCollection('members');` });
  expect(collectionsOf(own, sitesPages(own))).toMatchObject([{ pages: '/notes', onDemand: true }]);
  expect(planned(own, { members: '/members/' }).told).toEqual(['members’ documents have pages in this site already, so the package adds none at /members/']);
});

test('Starlight makes the pages of its collection, and its documents are pages of the site', async () => {
  const docs = `export const collections = { docs: defineCollection({ loader: mastheadLoader({ beside: docsLoader(), prefix: 'members' }), schema: docsSchema() }) };`;
  const config = await site({ 'src/content.config.ts': docs, 'src/content/docs/account.mdx': '' }, starlight);
  const { routes, told } = planned(config);
  expect(routes).toEqual([{ pattern: '/join', page: 'join' }]);
  expect(told).toEqual(['/account/ is the site’s own (content/docs/account.mdx), so the package adds no page there']);
  expect(collectionsOf(config, [])).toEqual([{ name: 'docs', prefix: 'members', pages: '', live: false }]);
});

test('no collection: no pages of documents, unless the site says where', async () => {
  const config = await site({});
  expect(planned(config).routes.map(({ page }) => page)).toEqual(['account', 'join']);
  expect(planned(config, { members: '/people/' }).shown).toEqual([{ name: 'members', prefix: '', pages: undefined, live: false }]);
});

test('a collection that is loaded for each visitor has the site’s pages or none', async () => {
  const config = await site({ 'src/live.config.ts': `export const collections = { members: defineLiveCollection({ loader: mastheadLiveLoader({}) }) };` });
  expect(planned(config, { members: true })).toMatchObject({ shown: [], told: [], routes: [{ page: 'account' }, { page: 'join' }] });
  expect(collectionsOf(config, [])).toEqual([{ name: 'members', prefix: '', pages: undefined, live: true }]);
});

test('pages that are switched off, and those of a site with its languages in folders', async () => {
  const config = await site({ 'src/content.config.ts': CONFIG }, { i18n: { defaultLocale: 'de', locales: [{ path: 'deutsch', codes: ['de', 'de-AT'] }, 'en'], routing: { prefixDefaultLocale: true } } });
  expect(planned(config, { join: false, account: '/me/' }).routes.map(({ pattern }) => pattern)).toEqual(['/deutsch/me', '/deutsch/members/[...id]']);
  expect(planned(config, { members: '/' })).toMatchObject({ list: false });
  const manual = { ...config, i18n: { defaultLocale: 'de', locales: ['de'], routing: 'manual' } } as unknown as AstroConfig;
  expect(planned(manual, { join: false, members: false }).routes).toEqual([{ pattern: '/account', page: 'account' }]);
});

test.each(['account', '/ä/', '/[x]/', '//evil.example/', '/a?b', '/'])('“%s” is no address of a page', (account) => {
  expect(() => masthead({ account })).toThrow(/is no address of a page/);
});

test('two pages have two addresses', () => {
  expect(() => masthead({ account: '/me/', join: '/me' })).toThrow('`account` and `join` are both at /me/');
});

test('addresses are written as the site writes them', () => {
  const form = (base: string, trailingSlash: string, format = 'directory') => ({ base, trailingSlash, build: { format } }) as Parameters<typeof addressOf>[1];
  expect(addressOf('/members/jo', form('/', 'ignore'))).toBe('/members/jo/');
  expect(addressOf('/members/jo', form('/x', 'always'))).toBe('/x/members/jo/');
  expect(addressOf('members//jo/', form('/x/', 'never'))).toBe('/x/members/jo');
  expect(addressOf('/members', form('/', 'ignore', 'file'))).toBe('/members');
  expect([addressOf('', form('/', 'always')), addressOf('', form('/x', 'always'))]).toEqual(['/', '/x/']);
});

const FORM = { base: '/x', trailingSlash: 'never', build: { format: 'directory' }, site: 'https://club.example' } as Parameters<typeof addPages>[2];

test('documents that moved lead on in each place, and what a route of the site may answer stays the site’s', () => {
  const moved = ['a', 'b', 'c'].map((name) => ({ from: `jo/${name}`, to: 'jo/trip' }));
  const taken = matcherOf(['/members/jo/a/', '/notes/[handle]/b', '/blog/[...slug]', '/x-[part]']);
  expect([...pathsIn(['/members', '/notes', ''], moved, taken)].map((pair) => pair.join(' '))).toEqual([
    '/members/jo/b /members/jo/trip', '/members/jo/c /members/jo/trip', '/notes/jo/a /notes/jo/trip', '/notes/jo/c /notes/jo/trip', '/jo/a /jo/trip', '/jo/b /jo/trip', '/jo/c /jo/trip',
  ]);
  expect(['/blog', '/blog/a/b', '/blogs', '/x-ray', '/x-', '/y', '/members/jo/a/b'].map(taken)).toEqual([true, true, false, true, false, false, false]);
  expect(matcherOf(['/[...id]'])('/jo/a')).toBe(true);
  // A page for everything else of the site isn't asked before the documents' own.
  const pages = ['/[...slug]', '/notes/[...id]', '/notes/[handle]', '/notes/about', '/notebook/[x]'].map((route) => ({ route, file: '' }));
  expect([pagesBefore(['/notes'], pages), pagesBefore([''], pages.slice(0, 2))]).toEqual([['/notes/[handle]', '/notes/about'], ['/notes/[...id]']]);
  const languages = { defaultLocale: 'en', locales: ['en', { path: 'deutsch', codes: ['de'] }] } as unknown as AstroConfig['i18n'];
  expect([inAllLanguages(['/en/members'], languages), inAllLanguages([''], undefined)]).toEqual([['/en/members', '/deutsch/members'], ['']]);
});

test('a build gets pages for former addresses where it has none, and only to pages that it has', async () => {
  const built = await site({ 'dist/members/jo/trip/index.html': 'trip', 'dist/members/jo/taken/index.html': 'of the site', 'dist/members/jo/file.html': 'file', 'dist/members/jo/held.html': 'held' });
  const folder = new URL('dist/', built.root);
  const paths = new Map([['old', 'trip'], ['taken', 'trip'], ['held', 'trip'], ['was', 'file'], ['lost', 'gone']].map(([from, to]) => [`/members/jo/${from}`, `/members/jo/${to}`] as const));
  await addPages(folder, paths, FORM);
  const read = (path: string) => readFile(new URL(`members/jo/${path}`, folder), 'utf8').catch(() => undefined);
  const page = await read('old/index.html');
  expect(page).toContain('<meta http-equiv="refresh" content="0;url=/x/members/jo/trip">');
  expect(page).toContain('<link rel="canonical" href="https://club.example/x/members/jo/trip">');
  expect(page).toContain('<meta name="robots" content="noindex">');
  expect([await read('taken/index.html'), await read('held.html'), await read('held/index.html'), await read('lost/index.html')]).toEqual(['of the site', 'held', undefined, undefined]);
  expect(await read('was.html')).toContain('url=/x/members/jo/file"');
});

test('in astro dev a former address leads on where the site has no page', async () => {
  const plugin = leadingInDev(new Map([['/members/jo/old', '/members/jo/trip']]), FORM);
  const asked = async (url: string, status: number) => {
    const written: unknown[] = [];
    const response = { writeHead: (...all: unknown[]) => written.push(...all) };
    plugin.configureServer({ middlewares: { use: (handler) => handler({ url }, response, () => void response.writeHead(status, { 'content-type': 'text/html' })) } });
    return written;
  };
  const onwards = [302, { Location: '/x/members/jo/trip' }];
  for (const url of ['/x/members/jo/old/', '/members/jo/old?a=1']) expect(await asked(url, 404)).toEqual(onwards);
  for (const [url, status] of [['/x/members/jo/old/', 200], ['/x/members/jo/trip/', 404], ['/x/%', 404], ['//evil.example/x', 404]] as const) expect((await asked(url, status))[0]).toBe(status);
});

test('pictures are allowed once, from the folders where pictures are', () => {
  const all = patternsFor(['https://club.example', 'http://localhost:3000']);
  expect(all).toEqual([
    { protocol: 'https', hostname: 'club.example', pathname: '/pictures/**' },
    { protocol: 'https', hostname: 'club.example', pathname: '/files/**' },
    { protocol: 'http', hostname: 'localhost', port: '3000', pathname: '/pictures/**' },
    { protocol: 'http', hostname: 'localhost', port: '3000', pathname: '/files/**' },
  ]);
  expect(patternsFor(['https://club.example'], [all[0]!, { hostname: 'other.example' }])).toEqual([all[1]]);
});

const ORIGINS = { server: 'https://m.example', pictures: ['https://m.example', 'https://p.example'], frames: ['https://video.example'], uploads: undefined };

test('no policy stays none, and what a policy doesn’t restrict stays free', () => {
  expect(policyFor(false, ORIGINS)).toBeUndefined();
  expect(policyFor(true, ORIGINS)).toEqual({ algorithm: 'SHA-256', styleDirective: { hashes: [expect.stringMatching(/^sha256-/)] } });
  expect(policyFor({ algorithm: 'SHA-256', directives: ["font-src 'self'"] }, ORIGINS)).toMatchObject({ directives: ["font-src 'self'"] });
});

test('a policy is widened where it forbids what components need, and nowhere else', () => {
  const csp = { algorithm: 'SHA-512', directives: ["default-src 'self' https://cdn.example", "img-src 'none'", "form-action 'none'", "connect-src *"], styleDirective: { hashes: ['sha256-own'], resources: ["'self'"] } } as const;
  const widened = policyFor(csp as unknown as Parameters<typeof policyFor>[0], ORIGINS);
  expect(widened).toMatchObject({
    algorithm: 'SHA-512',
    directives: ["default-src 'self' https://cdn.example", "img-src 'self' blob: data: https://m.example https://p.example", "form-action 'self'", 'connect-src *', "frame-src 'self' https://cdn.example https://video.example"],
    styleDirective: { resources: ["'self'"], hashes: ['sha256-own', expect.stringMatching(/^sha256-/)] },
  });
  // Doing it twice is doing it once.
  expect(policyFor(widened ?? false, ORIGINS)).toEqual(widened);
  expect(policyFor({ algorithm: 'SHA-256', directives: ["default-src 'self'"] }, ORIGINS)?.directives).toEqual(["default-src 'self'", "connect-src 'self' https://m.example", "img-src 'self' blob: data: https://m.example https://p.example", "frame-src 'self' https://video.example"]);
});

test('a policy lets browsers put files where the server says, if that is an address of the web', async () => {
  const csp = { algorithm: 'SHA-256', directives: ["connect-src 'self'"] } as Parameters<typeof policyFor>[0];
  const uploads = 'https://u.s3.eu-central-1.amazonaws.com';
  expect(policyFor(csp, { ...ORIGINS, uploads })?.directives).toEqual([`connect-src 'self' https://m.example ${uploads}`]);
  for (const [said, read] of [[`${uploads}/below`, uploads], ["https://x.example; script-src *", undefined], ['https://*', undefined], ['data:x', undefined], [7, undefined], [undefined, undefined]]) {
    await using server = await saying(JSON.stringify({ status: 'success', site: { name: 'x', uploads_url: said } }));
    expect((await readSite(server.base, undefined)).uploads).toBe(read);
  }
});

test.each([
  ['masthead', { acount: '/me/' }, 'masthead: there is no option `acount`; did you mean `account`?'],
  ['masthead', { layuot: './x.astro' }, 'masthead: there is no option `layuot`; did you mean `layout`?'],
  ['masthead', { content: { callout: false } }, 'masthead, content: there is no option `callout`; did you mean `callouts`?'],
  ['masthead', { content: { videos: { peerTube: [] } } }, 'masthead, content, videos: there is no option `peerTube`; did you mean `peertube`?'],
  ['masthead', { starlight: { groups: 'flat' } }, 'masthead, starlight: there is no option `groups`; did you mean `group`?'],
  ['masthead', { constructor: 1 }, 'masthead: there is no option `constructor`; there are `url`, `content`, '],
  ['mastheadLoader', { prefx: 'members' }, 'mastheadLoader: there is no option `prefx`; did you mean `prefix`?'],
  ['mastheadLoader', { x: undefined }, 'mastheadLoader: there is no option `x`; there are `url`, '],
  ['mastheadLoader', { content: { pictures: { size: '9rem' } } }, 'mastheadLoader, content, pictures: there is no option `size`; did you mean `sizes`?'],
  ['mastheadLiveLoader', { kept: 7 }, 'mastheadLiveLoader: there is no option `kept`; did you mean `keep`?'],
  ['mastheadMembers', { allow: [] }, 'mastheadMembers: there is no option `allow`; there are '],
  ['starlightMasthead', { Label: 'People' }, 'starlightMasthead: there is no option `Label`; did you mean `label`?'],
  ['masthead', null, 'masthead: options are an object, such as { url: … }, and not null'],
  ['masthead', '/members/', "masthead: options are an object, such as { url: … }, and not '/members/'"],
  ['masthead', { account: null }, "masthead: `account` is an address, such as '/here/', or false, and not null"],
  ['masthead', { csp: 'yes' }, "masthead: `csp` is true or false, and not 'yes'"],
  ['masthead', { content: false }, 'masthead, content: options are an object, such as { callouts: … }, and not false'],
  ['masthead', { content: { math: 'katex' } }, "masthead, content: `math` is true or false, and not 'katex'"],
  ['masthead', { content: { videos: { peertube: 'video.club.example' } } }, "masthead, content, videos: `peertube` is a list of texts, and not 'video.club.example'"],
  ['masthead', { starlight: { editor: 'javascript:alert(1)' } }, "masthead, starlight: `editor` is an address, such as '/write/', or false, and not 'javascript:alert(1)'"],
  ['masthead', { starlight: { editor: '//elsewhere.example/write/' } }, 'masthead, starlight: `editor` is an address'],
  ['mastheadLoader', { failWhenEmpty: 'no' }, "mastheadLoader: `failWhenEmpty` is true or false, and not 'no'"],
  ['mastheadLoader', { pollMs: '2000' }, "mastheadLoader: `pollMs` is a number, and not '2000'"],
  ['mastheadLoader', { attempts: Number('four') }, 'mastheadLoader: `attempts` is a number, and not NaN'],
  ['mastheadLoader', { filter: 'jo/' }, "mastheadLoader: `filter` is a function, and not 'jo/'"],
  ['mastheadLoader', { beside: { base: './docs' } }, 'mastheadLoader: `beside` is another loader, such as glob({ … }), and not an object'],
  ['mastheadLiveLoader', { render: 'html' }, "mastheadLiveLoader: `render` is a function, and not 'html'"],
  ['mastheadMembers', { prefix: ['people'] }, 'mastheadMembers: `prefix` is a text, and not a list'],
  ['starlightMasthead', { group: 'members' }, "starlightMasthead: `group` is 'member' or 'flat', and not 'members'"],
  ['starlightMasthead', { label: { en: 7 } }, "starlightMasthead: `label` is a text, or one for each language, such as { en: 'Members' }, and not an object"],
])('%s tells of an option that there isn’t, or that is another: %j', (name, options, sentence) => {
  const functions: Readonly<Record<string, (options: never) => unknown>> = { masthead, mastheadLoader, mastheadLiveLoader, mastheadMembers, starlightMasthead };
  expect(() => functions[name]?.(options as never)).toThrow(sentence);
});

test('redirects tell of a base that is no path', async () => {
  await expect(redirects({ base: 'members' })).rejects.toThrow("redirects: `base` is a path from the site's root, such as '/members', or a function of an id, and not 'members'");
  await expect(redirects({ base: 'https://club.example/' })).rejects.toThrow('redirects: `base` is a path');
});

test('what is documented is taken', () => {
  const nothing = { url: undefined, filter: undefined };
  expect(() => masthead({ url: '', layout: undefined, account: true, join: false, members: '/people/', content: { videos: false, pictures: { sizes: '40rem' } }, starlight: false })).not.toThrow();
  expect(() => mastheadLoader({ ...nothing, pollMs: 0, concurrency: Infinity, allow: [], beside: { name: 'x', load: async () => {} } })).not.toThrow();
  for (const editor of ['/write/', 'https://club.example/write/', false] as const) expect(() => starlightMasthead({ editor, label: { en: 'People' }, group: 'flat', collapsed: false })).not.toThrow();
});

const FOUND: Found = { site: { name: 'The club', version: '0.1.3', review: 'off', linkBase: undefined, allows: undefined, uploads: undefined, publicMembers: false }, base: new URL('https://m.example/'), documents: 12, own: '0.1.0', origin: 'https://club.example', pages: '/members/' };
const found = (site: Partial<Found['site']>, more: Partial<Found> = {}) => line({ ...FOUND, ...more, site: { ...FOUND.site, ...site } });

test('what was found is one line, and says what to do', () => {
  expect(found({})).toEqual({ text: 'The club, Masthead 0.1.3 at https://m.example, 12 documents', wrong: false });
  expect(found({ review: 'all', linkBase: 'members', allows: true }, { documents: 1 })).toEqual({ text: 'The club, Masthead 0.1.3 at https://m.example, 1 document, review: all', wrong: false });
  expect(found({ version: '0.2.0', allows: false, linkBase: '/' })).toEqual({
    text: 'The club, Masthead 0.2.0 at https://m.example, 12 documents; it is too new for masthead-astro 0.1.0: update the package; browsers on https://club.example may not call it: put that into its ALLOWED_ORIGINS; documents have their pages below /members/ and link to each other below /: this site mends that, feeds and letters do with LINK_BASE=/members/',
    wrong: true,
  });
  expect([fits('1.4.0', '1.0.0'), fits('0.1.9', '0.2.0'), fits('2.0.0', '1.9.9'), fits('?', '0.0.1'), fits(ownVersion(), ownVersion())]).toEqual(['fits', 'too old', 'too new', 'fits', 'fits']);
});

/** A server that says this at every address. */
async function saying(body: string, headers: Record<string, string> = {}) {
  const origins: unknown[] = [];
  const server = createServer((request, response) => {
    origins.push(request.headers.origin);
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { base: new URL(`http://127.0.0.1:${port}/`), origins, [Symbol.asyncDispose]: async () => void server.close() };
}

test('what a server says is one line of harmless text', async () => {
  const site = { name: '\u001b]0;owned\u0007\u202eclub\n\n\u2028'.repeat(50), version: '1\u001b[2J', review: 'all\r\nx', link_base: '/\u001b[5m' };
  await using server = await saying(JSON.stringify({ status: 'success', site }));
  const read = await readSite(server.base, undefined);
  const { text } = line({ ...FOUND, site: read });
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(text.length).toBeLessThan(700);
});

test('a page of the site is asked for as itself', async () => {
  const answer = JSON.stringify({ status: 'success', site: { name: 'x' } });
  await using closed = await saying(answer);
  await using open = await saying(answer, { 'Access-Control-Allow-Origin': 'https://club.example' });
  expect((await readSite(closed.base, 'https://club.example')).allows).toBe(false);
  expect((await readSite(open.base, 'https://club.example')).allows).toBe(true);
  expect((await readSite(open.base, undefined)).allows).toBeUndefined();
  expect(closed.origins).toEqual(['https://club.example']);
});

test.each(['<html>', '{"status":"error"}', '{"status":"success","site":[]}', 'null', '{"status":"success","site":{"name":7}}'])('“%s” is no Masthead', async (body) => {
  await using server = await saying(body);
  await expect(readSite(server.base, undefined)).rejects.toThrow('is no answer of Masthead (status 200): is this its address?');
});

const BLOG = {
  'src/components/BaseHead.astro': '---\ninterface Props {\n  title: string;\n  description: string;\n  image?: string;\n}\nconst { title } = Astro.props;\n---\n<title>{title}</title>',
  'src/components/Header.astro': '<header />',
  'src/components/Footer.astro': '<footer />',
};

test('the layout: the site’s own, Starlight’s, the blog template’s, or a plain one', async () => {
  expect(layoutOf(await site({}), undefined).kind).toBe('plain');
  expect(layoutOf(await site({}, starlight), undefined).kind).toBe('starlight');
  const blog = await site(BLOG);
  expect(layoutOf(blog, undefined)).toMatchObject({ kind: 'blog', parts: { Header: join(folder, 'src/components/Header.astro') } });
  expect(layoutOf(await site({ 'src/layouts/X.astro': '' }), './src/layouts/X.astro')).toEqual({ kind: 'own', module: join(folder, 'src/layouts/X.astro'), parts: {} });
  expect(() => layoutOf(blog, './src/layouts/None.astro')).toThrow('there is no file');
  // A head or a header that wants more is none of the template's.
  await site({ 'src/components/Header.astro': '---\nconst { menu } = Astro.props;\n---' });
  expect(layoutOf(blog, undefined).kind).toBe('plain');
  await site({ ...BLOG, 'src/components/BaseHead.astro': BLOG['src/components/BaseHead.astro'].replace('image?', 'image') });
  expect(layoutOf(blog, undefined).kind).toBe('plain');
});

test('what pages are told is data, whatever a club is called', async () => {
  const name = '`${process.exit()}` </script>\u2028';
  const plugin = telling({ at: {}, form: { base: '/', trailingSlash: 'ignore', build: { format: 'directory' } }, shown: [], documents: '', people: undefined, list: true, name, lang: 'en', moved: {} }, layoutOf(await site({}), undefined));
  const id = plugin.resolveId(PAGES);
  const module = (await import(`data:text/javascript,${encodeURIComponent(plugin.load(id ?? '') ?? '')}`)) as { name: string };
  expect(module.name).toBe(name);
  expect(plugin.load(plugin.resolveId(LAYOUT) ?? '')).toMatch(/^export \{ default \} from ".*Plain\.astro";$/);
  expect([plugin.resolveId('astro:content'), plugin.load('x')]).toEqual([undefined, undefined]);
});

const entry = (id: string, data: object = {}, digest = '3 http://m/x'): Entry => ({ id, digest, data: { title: id, ...data } });

test('documents and members, whatever schema the site has', () => {
  const entries = [
    entry('members/jo', { author: 'Jo', date: new Date('2026-01-01') }),
    entry('members/jo/trip', { author: 'Jo', pubDate: new Date('2026-03-01') }),
    entry('members/jo/as-other', { author: 'Other' }),
    entry('members/mira/arm', { author: 'Mira', masthead: { updated: new Date('2026-02-01'), picture: null } }),
    entry('members/of-the-site', {}, 'abc'),
    entry('elsewhere/x'),
  ];
  const documents = documentsIn(entries, 'members');
  expect(documents.map(({ id }) => id)).toEqual(['jo/trip', 'mira/arm', 'jo', 'jo/as-other']);
  const people = peopleOf(documents);
  expect(people.map(({ name, page, documents }) => [name, page?.id, documents.length])).toEqual([['Jo', 'jo', 2], ['Mira', undefined, 1]]);
  expect(people.map((one) => pathOf(one, 'members'))).toEqual(['members/jo', 'members/mira']);
  expect(withoutDoubles([...documents, ...documents])).toHaveLength(4);
});

test('members are those of the site’s collection of them, and nobody else', () => {
  const documents = documentsIn([entry('members/jo', { author: 'Captain' }), entry('members/jo/trip'), entry('members/mira/b', { author: 'Second' }), entry('members/mira/a', { author: 'First' })], 'members');
  const member = (id: string, data: object = {}): Entry => ({ id, data: { name: `${id} of the directory`, picture: null, ...data } });
  const people = peopleOf(documents, [member('zoe'), member('jo'), member('ann', { name: 7, picture: 'me.webp' })]);
  expect(people.map((one) => [one.name, one.page?.id, one.documents.map(({ id }) => id), pathOf(one, 'members')])).toEqual([
    ['ann', undefined, [], 'members/ann'],
    ['jo of the directory', 'jo', ['jo/trip'], 'members/jo'],
    ['zoe of the directory', undefined, [], 'members/zoe'],
  ]);
  expect(people[0]?.picture).toBeNull();
  // Without one they have the names that `mastheadMembers()` would give them.
  expect(peopleOf(documents).map(({ name }) => name)).toEqual(['Captain', 'First']);
  expect(peopleOf(documents, [])).toEqual([]);
});

test('the style is imported where a site’s file shows documents, and nowhere else', async () => {
  const config = await site({});
  const style = styling([{ name: 'members', file: join(folder, 'src/pages/[...id].astro') }], config);
  const has = (path: string, code: string) => style.transform(code, join(folder, path))?.code.includes("import 'masthead-astro/content.css';") ?? false;
  const reads = "await getEntry('members', id)";
  expect(has('src/pages/[...id].astro', '')).toBe(true);
  expect(has('src/components/X.astro', `${reads}; await render(entry)`)).toBe(true);
  expect(has('src/components/X.astro', reads)).toBe(false);
  expect(has('src/pages/x.astro', "await getEntry('posts', id); await render(entry)")).toBe(false);
  expect(has('node_modules/x/X.astro', `${reads}; await render(entry)`)).toBe(false);
});

test('words are whole sentences of the page’s language', async () => {
  const [german, none] = [await wordsIn('de-AT'), await wordsIn('xx')];
  expect([german('pages.documents', { count: 1 }), german('pages.documents', { count: 1200 }), none('pages.documents_of', { name: '{{name}} $&' })]).toEqual(['1 Dokument', '1.200 Dokumente', 'Documents by {{name}} $&']);
});

test('links between documents lead to their pages, and no other link does', () => {
  const leading = { from: '/', pageOf: (id: string) => `/x/members/${id}` };
  const known = new Set(['jo', 'jo/trip']);
  const led = (html: string, from = '/') => ledTo(html, { ...leading, from }, (id) => known.has(id));
  expect(led('<a href="/jo/trip/">a</a> <a class="x" href="/jo#part">b</a> <a href="/jo/trip?x=1">c</a>')).toBe('<a href="/x/members/jo/trip">a</a> <a class="x" href="/x/members/jo#part">b</a> <a href="/x/members/jo/trip?x=1">c</a>');
  for (const html of ['<a href="/jo/none/">a</a>', '<a href="https://x.example/jo/">a</a>', '<a href="//jo/trip/">a</a>', '<img src="/jo/">', '<code>&#x3C;a href="/jo/"></code>', '<a title="x" name="y">href="/jo/"</a>']) expect(led(html)).toBe(html);
  expect(led('<a href="/notes/jo/">a</a> <a href="/jo/">b</a>', 'notes')).toBe('<a href="/x/members/jo">a</a> <a href="/jo/">b</a>');
});

test('what loaders did is told once, and what was fetched last stays', () => {
  let told = 0;
  onNews(() => (told += 1));
  const about = { collection: 'c', entries: 2, passedOver: [] };
  tellNews({ ...about, fetched: 2, removed: 0 });
  tellNews(about);
  expect(told).toBe(1);
  tellNews({ collection: 'c', away: 'gone' });
  expect(news()).toMatchObject([{ collection: 'c', entries: 2, fetched: 2, away: 'gone' }]);
  tellNews(about);
  expect([told, news()[0]?.away]).toEqual([3, undefined]);
});

/** What the integration does to a configuration. */
async function setUp(config: AstroConfig, ...integrations: ReturnType<typeof masthead>[]) {
  const routes: string[] = [];
  const said: string[] = [];
  const updates: Record<string, unknown>[] = [];
  const all = { ...config, integrations: [...config.integrations, ...integrations], image: { remotePatterns: [] }, security: { csp: false }, build: { format: 'directory' }, base: '/', trailingSlash: 'ignore', vite: {} } as unknown as AstroConfig;
  for (const { hooks } of integrations) {
    await hooks['astro:config:setup']?.({
      config: all,
      command: 'build',
      logger: { info: (text: string) => said.push(text), warn: (text: string) => said.push(`! ${text}`) },
      injectRoute: ({ pattern }: { pattern: string }) => routes.push(pattern),
      updateConfig: (update: Record<string, unknown>) => updates.push(update),
      addWatchFile: () => undefined,
      addDevToolbarApp: () => undefined,
    } as never);
  }
  return { routes, said, updates, all };
}

test('a server that is away ends nothing, is told in one line, and leaves the configuration as the last build had it', async () => {
  const published = { status: 'success', site: { name: 'The club', uploads_url: 'https://u.example' }, entries: [{ id: 'jo', url: '/content/jo.md', digest: 'd', updated: 'x', picture: null }, { id: 'jo/trip', url: 'https://cdn.example/content/jo/trip.md', digest: 'd', updated: 'x', picture: null }], moved: [{ from: 'jo/old', to: 'jo/trip' }], cursor: null };
  const server = await saying(JSON.stringify(published));
  const config = await site({ 'src/content.config.ts': CONFIG });
  const url = server.base.href;
  const first = await setUp(config, masthead({ url }));
  await server[Symbol.asyncDispose]();
  expect(first.said).toEqual([`The club, Masthead at ${server.base.origin}, 2 documents.`]);
  expect(first.routes).toEqual(['/account', '/join', '/members/[...id]']);
  // A redirect in the configuration would have Astro clear its store with every rename.
  expect(first.updates.some((update) => 'redirects' in update)).toBe(false);
  // Another process: what this one has seen, it wouldn't ask for again.
  delete (globalThis as Record<symbol, unknown>)[Symbol.for('masthead-astro.seen')];
  const second = await setUp(config, masthead({ url }));
  expect(second.said).toEqual([expect.stringMatching(/^! Masthead is away: .*api\/site can't be read .*\. Start it, or set MASTHEAD_URL\.$/)]);
  const data = ({ updates }: typeof first) => JSON.stringify(updates.filter((update) => !('vite' in update)));
  expect(data(second)).toBe(data(first));
});

test('of two integrations the first counts', async () => {
  const server = await saying('{}');
  const { routes, said, all } = await setUp(await site({}), masthead({ url: server.base.href, account: '/me/' }), masthead());
  await server[Symbol.asyncDispose]();
  expect(routes).toEqual(['/me', '/join']);
  expect(said.at(-1)).toBe('! masthead() stands twice in the configuration: the first one counts.');
  expect(settingsOf(all)).toMatchObject({ url: server.base.href });
  // A collection that isn’t found in the configuration’s text is known by what the site said.
  const computed = await setUp(await site({ 'src/content.config.ts': 'export { collections } from "./members";' }), masthead({ url: server.base.href, members: '/people/' }));
  expect(settingsOf(computed.all).leading?.('members')?.pageOf('jo')).toBe('/people/jo/');
  expect(SETTINGS in (all.integrations[0]?.hooks ?? {})).toBe(true);
});
