import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as bodyOf } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import type { Loader } from 'astro/loaders';
import { z } from 'astro/zod';
import { documentsIn } from '../src/integration/people.js';
import { mastheadLoader } from '../src/loader.js';
import { endWatches } from '../src/watch.js';
import { site } from './support/context.js';
import { file, json, publishing, serve, type Handler, type Published } from './support/server.js';

afterEach(endWatches);

const some = (): Published => new Map([['ann', file('ann')], ['jo', file('jo')], ['jo/trip', file('jo/trip', { body: '## A heading\n\nText.' })]]);
const bodies = (requests: string[]) => requests.filter((request) => request.startsWith('GET /content/'));

test('a first build takes everything, rendered, with what the manifest says of it', async () => {
  await using server = await serve(publishing(some()));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect([...entries.keys()].sort()).toEqual(['ann', 'jo', 'jo/trip']);
  const { data, body, rendered, filePath } = entries.get('jo/trip');
  expect(filePath).toBe('source/content/members/jo/trip.md');
  expect(data.title).toBe('jo/trip');
  expect(data.date).toEqual(new Date('2025-07-10T09:30:00Z'));
  expect(data.masthead).toEqual({ handle: 'jo', url: `${server.url}/content/jo/trip.md`, updated: new Date('2025-07-10T09:30:00Z'), picture: null });
  expect(body).toBe('## A heading\n\nText.');
  expect(rendered.html).toContain('<h2 id="a-heading">A heading</h2>');
  expect(rendered.metadata.headings).toEqual([{ depth: 2, slug: 'a-heading', text: 'A heading' }]);
  expect(log).toEqual(['info: 3 entries, 3 fetched, 0 removed']);
});

test('a page knows whose it is although no schema keeps that', async () => {
  await using server = await serve(publishing(some()));
  const { context, entries } = await site({ schema: z.object({ title: z.string() }) });
  await mastheadLoader({ url: server.url, prefix: 'members' }).load(context);
  expect(entries.get('members/jo/trip').data).toEqual({ title: 'jo/trip' });
  expect(entries.get('members/jo/trip').rendered.metadata).toMatchObject({ masthead: { id: 'jo/trip', picture: null }, frontmatter: { title: 'jo/trip' } });
});

test('Astro 5 gets the text without its frontmatter, and pages know it as well', async () => {
  await using server = await serve(publishing(some()));
  const { context, entries } = await site({ isFive: true });
  await mastheadLoader({ url: server.url }).load(context);
  const { html, metadata } = entries.get('jo/trip').rendered;
  expect(html.trim()).toBe('<h2 id="a-heading">A heading</h2>\n<p>Text.</p>');
  expect(metadata.frontmatter).toMatchObject({ title: 'jo/trip' });
});

test('a second build fetches what changed, and what was deleted goes', async () => {
  const published = some();
  await using server = await serve(publishing(published, 2));
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url });
  await loader.load(context);
  expect(server.requests.filter((request) => request.includes('/api/content'))).toEqual(['GET /api/content', 'GET /api/content?cursor=jo']);

  server.requests.length = 0;
  await loader.load(context);
  expect(bodies(server.requests)).toEqual([]);

  published.set('jo', file('jo', { body: 'Quite another text.' }));
  published.delete('ann');
  server.requests.length = 0;
  await loader.load(context);
  expect(bodies(server.requests)).toEqual(['GET /content/jo.md']);
  expect([...entries.keys()].sort()).toEqual(['jo', 'jo/trip']);
  expect(entries.get('jo').body).toBe('Quite another text.');
  expect(log.at(-1)).toBe('info: 2 entries, 1 fetched, 1 removed');
});

test('unchanged pages come without a body', async () => {
  const statuses: number[] = [];
  const play = publishing(some(), 2);
  await using server = await serve((request, response, base) => {
    response.on('finish', () => statuses.push(response.statusCode));
    return play(request, response, base);
  });
  const { context } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  statuses.length = 0;
  await mastheadLoader({ url: server.url }).load(context);
  expect(statuses).toEqual([304, 304]);
});

test('files are fetched side by side, and never more than allowed', async () => {
  const published: Published = new Map(Array.from({ length: 40 }, (_, at) => [`jo/n${at}`, file(`jo/n${at}`)]));
  let now = 0;
  let most = 0;
  const play = publishing(published);
  await using server = await serve(async (request, response, base) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
    return play(request, response, base);
  });
  const { context, entries } = await site();
  await mastheadLoader({ url: server.url, concurrency: 5 }).load(context);
  expect(entries.size).toBe(40);
  expect(most).toBe(5);
});

test('a fault that passes is waited out', async () => {
  const faults = new Map<string, number>();
  const play = publishing(some());
  await using server = await serve((request, response, base) => {
    const seen = faults.get(request.url!) ?? 0;
    faults.set(request.url!, seen + 1);
    if (seen === 0) return json(response, 503, { status: 'error', code: 'unavailable', message: 'Away.' }, { 'Retry-After': '0' });
    if (seen === 1) return void response.destroy();
    return play(request, response, base);
  });
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect(entries.size).toBe(3);
  expect(log).toEqual(['info: 3 entries, 3 fetched, 0 removed']);
});

test('a server that is away is named, and the last entries stay', async () => {
  const { context, entries, log } = await site();
  let url: string;
  {
    await using server = await serve(publishing(some()));
    url = server.url;
    await mastheadLoader({ url }).load(context);
  }
  await mastheadLoader({ url, attempts: 2 }).load(context);
  expect(entries.size).toBe(3);
  expect(log.at(-1)).toMatch(/^error: Masthead is away: http:\/\/127\.0\.0\.1:\d+\/api\/content can't be read \(.*ECONNREFUSED.*\); the 3 entries of the last build stay\. Start it, or set MASTHEAD_URL\.$/);
});

test('a first build without a server fails with a sentence, unless told not to', async () => {
  const url = 'http://127.0.0.1:9';
  const { context } = await site();
  await expect(mastheadLoader({ url, attempts: 1 }).load(context)).rejects.toThrow(
    /^Masthead is away: http:\/\/127\.0\.0\.1:9\/api\/content can't be read \(.*\); there are no entries of an earlier build, and no site is built without its members\. Start it, set MASTHEAD_URL, or give the loader failWhenEmpty: false\.$/,
  );
  for (const { watched, options } of [{ watched: false, options: { failWhenEmpty: false } }, { watched: true, options: { pollMs: 0 } }]) {
    const { context, entries, log } = await site({ watched });
    await mastheadLoader({ url, attempts: 1, ...options }).load(context);
    expect(entries.size).toBe(0);
    expect(log.at(-1)).toMatch(/^error: .*there are no entries of an earlier build, so there are none now\./);
  }
  await expect(mastheadLoader({ url, attempts: 1, failWhenEmpty: true }).load((await site({ watched: true })).context)).rejects.toThrow('Masthead is away');
});

test('a list without a single file that can be had fails a first build as well', async () => {
  const play = publishing(some());
  await using server = await serve((request, response, base) => (request.url!.startsWith('/content/') ? json(response, 500, {}) : play(request, response, base)));
  await expect(mastheadLoader({ url: server.url, attempts: 1 }).load((await site()).context)).rejects.toThrow(/status 500; there are no entries of an earlier build/);

  // One that is there, and can't be used, is its author's fault and nobody else's.
  await using other = await serve(publishing(new Map([['jo', 'Just text.']])));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: other.url, attempts: 1 }).load(context);
  expect([entries.size, log.at(-1)]).toEqual([0, 'info: 1 entries, 0 fetched, 0 removed, 1 passed over']);
});

test('entries of an earlier version are members’, and are made anew', async () => {
  await using server = await serve(publishing(some()));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  for (const entry of entries.values()) Object.assign(entry, { digest: `5 ${server.url}content/x.md ${'0'.repeat(32)} 2|callouts`, body: 'old' });
  entries.set('gone', { id: 'gone', digest: '5 https://x.example/content/gone.md 0', data: {} });
  await mastheadLoader({ url: server.url }).load(context);
  expect([...entries.values()].map(({ id, body }) => [id, body === 'old'])).toEqual([['ann', false], ['jo', false], ['jo/trip', false]]);
  expect(log.at(-1)).toBe('info: 3 entries, 3 fetched, 1 removed');
  // The package's pages know them by the same.
  expect(documentsIn([...entries.values()], '').map(({ id }) => id).sort()).toEqual(['ann', 'jo', 'jo/trip']);
});

/** A loader of the site's own, as `glob()` is: what it didn't bring, it removes. */
function own(documents: Record<string, string>): Loader {
  return {
    name: 'own',
    async load({ store }) {
      const untouched = new Set(store.keys());
      for (const [id, title] of Object.entries(documents)) {
        untouched.delete(id);
        store.set({ id, data: { title }, digest: `digest of ${title}`, filePath: `source/content/docs/${id}.md` });
      }
      for (const id of untouched) store.delete(id);
    },
  };
}

test('the site’s own documents stand beside the members’, and each loader leaves those of the other alone', async () => {
  const published = some();
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site();
  const documents: Record<string, string> = { index: 'Welcome', 'guides/a': 'A guide' };
  const loader = mastheadLoader({ url: server.url, prefix: 'members', beside: own(documents) });
  await loader.load(context);
  expect([...entries.keys()].sort()).toEqual(['guides/a', 'index', 'members/ann', 'members/jo', 'members/jo/trip']);
  expect(entries.get('members/jo/trip')).toMatchObject({ id: 'members/jo/trip', filePath: 'source/content/members/members/jo/trip.md', data: { masthead: { handle: 'jo' } } });

  delete documents['guides/a'];
  published.delete('ann');
  server.requests.length = 0;
  await loader.load(context);
  expect([...entries.keys()].sort()).toEqual(['index', 'members/jo', 'members/jo/trip']);
  expect(bodies(server.requests)).toEqual([]);
  expect(log.at(-1)).toBe('info: 2 entries, 0 fetched, 1 removed');
});

test('no member takes the place of a document of the site', async () => {
  const published = some();
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site();
  const documents: Record<string, string> = { jo: 'About our boat Jo' };
  const told = mastheadLoader({ url: server.url, beside: own(documents) });
  await told.load(context);
  expect(entries.get('jo').data.title).toBe('About our boat Jo');
  expect(log[0]).toBe('warn: “jo” is passed over, it has no page: the site has an entry of its own under that id');

  // A new document of the site's takes the place of a member's, and gives it back.
  documents['ann'] = 'About Ann';
  await told.load(context);
  expect(entries.get('ann').data.title).toBe('About Ann');
  delete documents['ann'];
  await told.load(context);
  expect(entries.get('ann').data.title).toBe('ann');
});

test.each(['../x', 'Members', 'a b', 'a//b', 'a?b'])('“%s” is no prefix', (prefix) => {
  expect(() => mastheadLoader({ prefix })).toThrow('is no prefix');
});

test('variables of the environment come from .env as well, in the order in which Astro reads it', async () => {
  await using one = await serve(publishing(new Map([['one', file('one')]])));
  await using two = await serve(publishing(new Map([['two', file('two')]])));
  await using three = await serve(publishing(new Map([['three', file('three')]])));
  const folder = await mkdtemp(join(tmpdir(), 'masthead-astro-'));
  const root = pathToFileURL(`${folder}/`).href;
  const loaded = async (watched = false) => {
    const { context, entries } = await site({ root, watched });
    await mastheadLoader({ attempts: 1, pollMs: 0 }).load(context);
    return [...entries.keys()];
  };
  const { argv } = process;
  vi.stubEnv('MASTHEAD_URL', undefined);
  try {
    await writeFile(join(folder, '.env'), `# Where Masthead is\nMASTHEAD_URL="${one.url}" # on this machine\n`);
    expect(await loaded()).toEqual(['one']);
    await writeFile(join(folder, '.env.production'), `PORT_OF_TWO=${new URL(two.url).port}\nMASTHEAD_URL=http://127.0.0.1:\${PORT_OF_TWO}\n`);
    await writeFile(join(folder, '.env.staging'), `MASTHEAD_URL=${three.url}\n`);
    expect(await loaded()).toEqual(['two']);
    expect(await loaded(true)).toEqual(['one']);
    process.argv = [...argv, '--mode', 'staging'];
    expect(await loaded()).toEqual(['three']);
    vi.stubEnv('MASTHEAD_URL', two.url);
    expect(await loaded()).toEqual(['two']);
  } finally {
    process.argv = argv;
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['a page of HTML', (response: any) => response.end('<!doctype html><title>Welcome</title>')],
  ['a failure', (response: any) => json(response, 400, { status: 'error', code: 'bad_request', message: 'No.' })],
  ['another JSON', (response: any) => json(response, 200, [1, 2, 3])],
  ['an entry with a path for an id', (response: any) => json(response, 200, { status: 'success', cursor: null, entries: [{ id: '../x', url: '/x', digest: 'x', updated: '' }] })],
  ['an address of a file', (response: any) => json(response, 200, { status: 'success', cursor: null, entries: [{ id: 'x', url: 'file:///etc/passwd', digest: 'x', updated: '' }] })],
  ['a listing that goes round in circles', (response: any) => json(response, 200, { status: 'success', cursor: 'a', entries: [] })],
])('%s instead of a manifest removes nothing', async (_name, answer) => {
  await using server = await serve(publishing(some()));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  server.handler = (_request, response) => answer(response);
  await mastheadLoader({ url: server.url, attempts: 1 }).load(context);
  expect(entries.size).toBe(3);
  expect(log.at(-1)).toMatch(/^error: Masthead is away: .*the 3 entries of the last build stay/);
});

test.each([
  ['no frontmatter', 'Just text.', 'the file has no frontmatter'],
  ['broken YAML', '---\ntitle: "a\n---\nText', "the frontmatter can't be read"],
  ['a list for frontmatter', '---\n- a\n---\nText', 'the frontmatter is no map'],
  ['a value of another type', file('jo').replace('draft: false', 'draft: 7'), 'data does not match'],
])('an entry with %s is passed over and named', async (_name, text, reason) => {
  const published = some();
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site();
  published.set('jo', text);
  await mastheadLoader({ url: server.url }).load(context);
  expect([...entries.keys()].sort()).toEqual(['ann', 'jo/trip']);
  expect(log[0]).toContain('warn: “jo” is passed over, it has no page: ');
  expect(log[0]).toContain(reason);

  published.set('jo', file('jo', { title: 'Good' }));
  await mastheadLoader({ url: server.url }).load(context);
  published.set('jo', text);
  await mastheadLoader({ url: server.url }).load(context);
  expect(entries.get('jo').data.title).toBe('Good');
  expect(log.at(-2)).toContain('warn: “jo” is passed over, its last good version stays: ');
});

test('a body that can never be had costs one entry, and one that is endless as well', async () => {
  const play = publishing(new Map([...some(), ['jo/walk', file('jo/walk')]]));
  await using server = await serve((request, response, base) => {
    if (request.url === '/content/ann.md') return json(response, 500, {});
    if (request.url !== '/content/jo.md') return play(request, response, base);
    const flood = () => void response.write('x'.repeat(1 << 20), (error) => error ?? flood());
    flood();
  });
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url, attempts: 2 }).load(context);
  expect([...entries.keys()].sort()).toEqual(['jo/trip', 'jo/walk']);
  expect(log.join('\n')).toMatch(/“ann” is passed over.*status 500[\s\S]*/);
  expect(log.join('\n')).toMatch(/“jo” is passed over.*larger than 4194304 bytes/);
});

/** What comes from between a build and Masthead in the place of a file: a sentence about it, and the answer. */
const BETWEEN: [string, RegExp, (response: any, text: string) => void][] = [
  ['a page of HTML with the status 200', /answered with a page of HTML/, (response) => response.setHeader('Content-Type', 'text/html; charset=utf-8').end('<!doctype html><title>Back soon</title>')],
  ['a coded answer', /it came coded as gzip, which wasn't asked for/, (response, text) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync(text))],
  ['304 that nobody asked for', /answered with status 304/, (response) => response.writeHead(304).end()],
  ['404 for all that is listed', /3 of the 3 documents that Masthead lists aren't there/, (response) => response.writeHead(404).end()],
];

test.each(BETWEEN)('%s for a file publishes no site without its documents, and takes none away', async (_name, sentence, answer) => {
  const published = some();
  const play = publishing(published);
  const cut: Handler = (request, response, base) => (request.url!.startsWith('/content/') ? answer(response, published.get('jo')!) : play(request, response, base));
  await using server = await serve(cut);
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url, attempts: 1 });
  await expect(loader.load(context)).rejects.toThrow(sentence);

  server.handler = play;
  await loader.load(context);
  for (const id of published.keys()) published.set(id, file(id, { title: 'Newer' }));
  server.handler = cut;
  await loader.load(context);
  expect(log.join('\n')).toMatch(sentence);
  expect([...entries.values()].map(({ data }) => data.title).sort()).toEqual(['ann', 'jo', 'jo/trip']);

  server.handler = play;
  await loader.load(context);
  expect([...entries.values()].map(({ data }) => data.title)).toEqual(['Newer', 'Newer', 'Newer']);
});

test('a build from nothing for which most files don’t come is refused, and so is the one after it', async () => {
  const play = publishing(some());
  await using server = await serve((request, response, base) => (/^\/content\/jo/.test(request.url!) ? json(response, 503, {}) : play(request, response, base)));
  const { context, entries } = await site();
  for (const _time of [1, 2]) await expect(mastheadLoader({ url: server.url, attempts: 1 }).load(context)).rejects.toThrow(/status 503; there are no entries of an earlier build/);
  await mastheadLoader({ url: server.url, attempts: 1, failWhenEmpty: false }).load(context);
  expect([...entries.keys()]).toEqual(['ann']);
});

test('a coded list is refused with what it is', async () => {
  await using server = await serve((_request, response) => void response.setHeader('Content-Encoding', 'br').end('x'));
  await expect(mastheadLoader({ url: server.url, attempts: 1 }).load((await site()).context)).rejects.toThrow(/it came coded as br, which wasn't asked for: something between here and Masthead does that/);
});

test('an older file that a cache had is fetched again, and isn’t told as what was built', async () => {
  const told: unknown[] = [];
  let digest = 'b'.repeat(32);
  let title = 'Older';
  await using server = await serve(async (request, response, base) => {
    if (request.method === 'POST') {
      told.push(((await bodyOf(request)) as any).entries);
      return json(response, 200, { status: 'success', new: 1 });
    }
    if (request.url!.startsWith('/content/')) return void response.setHeader('ETag', `W/"${(title === 'Older' ? 'a' : 'b').repeat(32)}"`).end(file('jo', { title }));
    return json(response, 200, { status: 'success', entries: [{ id: 'jo', url: `${base}/content/jo.md`, digest, updated: '2025-07-10T09:30:00Z', picture: null }], moved: [], cursor: null });
  });
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64) });
  await loader.load(context);
  expect([entries.get('jo').data.title, told]).toEqual(['Older', []]);
  await loader.load(context);
  expect([log.at(-1), told]).toEqual(['info: 1 entries, 0 fetched, 0 removed', []]);
  title = 'Newer';
  await loader.load(context);
  expect([entries.get('jo').data.title, told]).toEqual(['Newer', [[{ id: 'jo', digest }]]]);
  server.requests.length = 0;
  await loader.load(context);
  expect(bodies(server.requests)).toEqual([]);
});

test('a file that is withdrawn meanwhile is no fault', async () => {
  const published = some();
  const play = publishing(published);
  await using server = await serve((request, response, base) => {
    if (request.url === '/content/jo.md') return json(response, 404, {});
    return play(request, response, base);
  });
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect(entries.has('jo')).toBe(false);
  expect(log).toEqual(['info: 3 entries, 2 fetched, 0 removed']);
});

test('no picture of the text is fetched by the build or looked for on its machine', async () => {
  const body = '![a "quoted" one](https://pictures.example/a%20b.png "T")\n\n![secret](../../secret.png)\n\n<img src="https://pictures.example/c.png" alt="c" width="10">';
  await using server = await serve(publishing(new Map([['jo', file('jo', { body })]])));
  const { context, entries } = await site({ markdown: { image: { domains: ['pictures.example'] } as any } });
  await mastheadLoader({ url: server.url }).load(context);
  const { html, metadata } = entries.get('jo').rendered;
  expect(html).not.toContain('__ASTRO_IMAGE_');
  expect(html).toContain('<img src="https://pictures.example/a%20b.png" alt="a “quoted” one" title="T">');
  expect(html).toContain('alt="secret"');
  expect(html).not.toContain('secret.png');
  expect(metadata.imagePaths).toEqual([]);
});

test('the site decides by its own schema and its own choice', async () => {
  const schema = z.object({ title: z.string(), pubDate: z.coerce.date() });
  const published = some();
  published.set('jo', file('jo', { frontmatter: 'pubDate: 2025-07-10T09:30:00Z\n' }));
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site({ schema });
  await mastheadLoader({ url: server.url, filter: (id) => !id.includes('/') }).load(context);
  expect(entries.get('jo').data).toEqual({ title: 'jo', pubDate: new Date('2025-07-10T09:30:00Z') });
  expect([...entries.keys()]).toEqual(['jo']);
  expect(log[0]).toContain('“ann” is passed over');
  expect(bodies(server.requests)).toHaveLength(2);
});

test('another server starts with nothing of the first', async () => {
  await using one = await serve(publishing(some()));
  await using other = await serve(publishing(new Map([['zoe', file('zoe')]])));
  const { context, entries } = await site();
  await mastheadLoader({ url: one.url }).load(context);
  await mastheadLoader({ url: `${other.url}/` }).load(context);
  expect([...entries.keys()]).toEqual(['zoe']);
});

test('a new profile picture arrives without a new text', async () => {
  const play = publishing(some());
  let picture: unknown = null;
  await using server = await serve((request, response, base) => {
    if (request.url !== '/api/content') return play(request, response, base);
    json(response, 200, { status: 'success', cursor: null, entries: [{ id: 'jo', url: '/content/jo.md', digest: 'd', updated: '2025-07-10T09:30:00Z', picture }] });
  });
  const { context, entries } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect(entries.get('jo').data.masthead.picture).toBe(null);
  picture = { 96: '/pictures/jo/a-96.jpg', 256: '/pictures/jo/b-256.jpg', 512: '/pictures/jo/c-512.jpg' };
  await mastheadLoader({ url: server.url }).load(context);
  expect(entries.get('jo').data.masthead.picture[96]).toBe(`${server.url}/pictures/jo/a-96.jpg`);
});

test('in astro dev an upload shows by itself, a deletion too, and nothing is said while nothing changes', async () => {
  const published = some();
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site({ watched: true });
  await mastheadLoader({ url: server.url, pollMs: 20 }).load(context);
  const until = async (holds: () => boolean) => expect.poll(holds, { timeout: 60_000 }).toBe(true);

  published.set('zoe', file('zoe'));
  published.delete('ann');
  await until(() => entries.has('zoe') && !entries.has('ann'));
  const said = log.length;
  const asked = server.requests.length;
  await until(() => server.requests.length > asked + 3);
  expect(log).toHaveLength(said);

  // It goes away and comes back.
  server.handler = (_request, response) => void response.destroy();
  await until(() => log.some((line) => line.startsWith('debug: ')));
  published.set('new', file('new'));
  server.handler = publishing(published);
  await until(() => entries.has('new'));

  // A new configuration ends the old watch.
  await mastheadLoader({ url: server.url, pollMs: 1e6 }).load(context);
  // A look that was under way may end.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const then = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.requests.length).toBe(then);
});

test('what is no address is refused at once', async () => {
  const { context } = await site();
  for (const url of ['not an address', 'file:///etc/', 'localhost:3000']) {
    await expect(mastheadLoader({ url }).load(context)).rejects.toThrow(`“${url}” is no address of a Masthead server`);
  }
});

/** A server that publishes, and keeps what builds tell it. */
function listening(published: Published, status = 200) {
  const told: { key: string | undefined; type: string | undefined; entries: { id: string; digest: string }[] }[] = [];
  const play = publishing(published);
  const handler: Handler = async (request, response, base) => {
    if (request.method !== 'POST') return play(request, response, base);
    let text = '';
    for await (const chunk of request) text += chunk;
    told.push({ key: request.headers.authorization, type: request.headers['content-type'], ...JSON.parse(text) });
    json(response, status, status === 200 ? { status: 'success', new: 1 } : { status: 'error', code: 'x', message: 'No.' });
  };
  return { told, handler };
}

test('a build with the key says what it read, and what it passed over it leaves out', async () => {
  const published = some();
  published.set('broken', 'Just text.');
  const { told, handler } = listening(published);
  await using server = await serve(handler);
  const { context, log } = await site();
  await mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64), filter: (id) => id !== 'ann' }).load(context);
  expect(told).toHaveLength(1);
  const [{ key, type, entries }] = told as [(typeof told)[0]];
  expect([key, type]).toEqual([`Bearer ${'k'.repeat(64)}`, 'application/json']);
  expect(entries.map(({ id }) => id).sort()).toEqual(['jo', 'jo/trip']);
  expect(entries.every((entry) => Object.keys(entry).join() === 'id,digest' && /^[0-9a-f]+$/.test(entry.digest))).toBe(true);
  expect(log.some((line) => line.includes('k'.repeat(64)))).toBe(false);

  // The next build says it again, although it fetches nothing: the server may have forgotten.
  await mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64), filter: (id) => id !== 'ann' }).load(context);
  expect(told).toHaveLength(2);
  expect(told[1]!.entries).toEqual(entries);
});

test('what is told comes in parts of a thousand', async () => {
  const { told, handler } = listening(new Map(Array.from({ length: 1001 }, (_, at) => [`jo/n${at}`, file(`jo/n${at}`)])));
  await using server = await serve(handler);
  const { context } = await site();
  process.env['MASTHEAD_BUILD_KEY'] = 'e'.repeat(64);
  try {
    await mastheadLoader({ url: server.url }).load(context);
  } finally {
    delete process.env['MASTHEAD_BUILD_KEY'];
  }
  // The page of the list holds a hundred here.
  expect(told.map(({ entries }) => entries.length)).toEqual([1000, 1]);
  expect(told[0]!.key).toBe(`Bearer ${'e'.repeat(64)}`);
});

test('without a key, in astro dev and when the server is away, nothing is told', async () => {
  const { told, handler } = listening(some());
  await using server = await serve(handler);
  await mastheadLoader({ url: server.url }).load((await site()).context);
  await mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64), pollMs: 1e6 }).load((await site({ watched: true })).context);
  const away = await site();
  await mastheadLoader({ url: 'http://127.0.0.1:9', buildKey: 'k'.repeat(64), attempts: 1, failWhenEmpty: false }).load(away.context);
  expect(told).toEqual([]);
  expect(server.requests.some((request) => request.startsWith('POST'))).toBe(false);
});

test.each([
  [401, 'knows another build key than MASTHEAD_BUILD_KEY'],
  [404, 'status 404'],
  [405, 'status 405'],
  [503, 'status 503'],
])('a server that answers %i to that costs a warning, and no build', async (status, reason) => {
  const { told, handler } = listening(some(), status);
  await using server = await serve(handler);
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64), attempts: 2 }).load(context);
  expect(entries.size).toBe(3);
  expect(log.at(-1)).toContain("warn: Masthead doesn't know what this build read");
  expect(log.at(-1)).toContain(reason);
  expect(log.at(-1)).not.toContain('k'.repeat(64));
  // Only a fault that may pass is tried again.
  expect(told).toHaveLength(status === 503 ? 2 : 1);
});
