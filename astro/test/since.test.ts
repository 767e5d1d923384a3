import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import type { Loader } from 'astro/loaders';
import { mastheadLiveLoader } from '../src/live.js';
import { mastheadLoader } from '../src/loader.js';
import { readManifest } from '../src/manifest.js';
import { news } from '../src/news.js';
import { mastheadMembers, mastheadMemberSchema } from '../src/members.js';
import { redirects } from '../src/redirects.js';
import { keptFrom, NOTHING_KEPT, readCurrent, type Kept } from '../src/since.js';
import { endWatches } from '../src/watch.js';
import { Changing } from './support/changing.js';
import { site } from './support/context.js';
import { json, serve, type Server } from './support/server.js';

afterEach(() => {
  endWatches();
  vi.restoreAllMocks();
});

/** The same numbers for the same seed (Mulberry32). */
function random(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const HANDLES = ['ann', 'bea', 'cid', 'dot', 'eve'];
const SLUGS = ['', '/a', '/b', '/c', '/d'];

/** Changes something of what is published, as members and administrators do. */
function change(world: Changing, below: (limit: number) => number): void {
  const any = () => HANDLES[below(HANDLES.length)]! + SLUGS[below(SLUGS.length)]!;
  const one = (of: string[]) => of[below(of.length)];
  const there = one(world.all());
  const former = one(world.former());
  const kind = below(20);
  if (kind < 8 || !there) world.put(any());
  else if (kind < 11) world.remove(there);
  else if (kind < 14) {
    const to = any();
    if (world.shardOf(to).entries.has(to)) return;
    world.put(to);
    world.remove(there);
    world.forget(to);
    world.lead(there, to);
  } else if (kind < 15) world.picture(there.split('/')[0]!);
  else if (kind < 16 && former) world.forget(former);
  else if (kind < 17) {
    // A member with another name, and all documents of theirs.
    const [from, to] = [there.split('/')[0]!, HANDLES[below(HANDLES.length)]!];
    if (from === to) return;
    for (const id of world.all().filter((id) => id.split('/')[0] === from)) {
      const under = to + id.slice(from.length);
      world.put(under);
      world.remove(id);
      world.lead(id, under);
    }
  } else if (kind < 18) world.expire();
  else if (kind < 19 && below(4) === 0) world.epoch += 'x';
  else if (below(3) === 0) world.isOlder = !world.isOlder;
}

const silent = () => {};
const baseOf = ({ url }: Server) => new URL(`${url}/`);
const contentOf = ({ requests }: Server) => requests.filter((request) => request.includes('/api/content'));

test('whatever changes, in whichever order and while it is read, what is kept is what a fresh list says', async () => {
  const world = new Changing();
  await using server = await serve(world.handler);
  const base = baseOf(server);
  const used = { since: 0, anew: 0 };
  for (let seed = 1; seed <= 60; seed += 1) {
    Object.assign(world, new Changing(), { handler: world.handler });
    const below = random(seed);
    let kept: Kept = NOTHING_KEPT;
    for (let step = 0; step < 15; step += 1) {
      for (let changes = below(6); changes > 0; changes -= 1) change(world, below);
      // Something happens while the list is read, too, but for ever changes nobody.
      let left = below(8);
      world.meanwhile = () => {
        if (left <= 0 || below(2) === 0) return;
        left -= 1;
        change(world, below);
      };
      server.requests.length = 0;
      kept = (await readCurrent(base, 1, kept, (message) => expect.unreachable(message))).kept;
      world.meanwhile = silent;
      if (below(2) === 0) kept = keptFrom(JSON.parse(JSON.stringify(kept)));
      const now = await readCurrent(base, 1, kept, (message) => expect.unreachable(message));
      const isListed = contentOf(server).some((request) => !request.includes('since='));
      used[isListed ? 'anew' : 'since'] += 1;
      kept = now.kept;
      const fresh = await readManifest(base, 1, []);
      expect([seed, step, now.entries, now.moved]).toEqual([seed, step, fresh.entries, fresh.moved]);
    }
  }
  // Both ways were gone, and often.
  expect(used.since).toBeGreaterThan(100);
  expect(used.anew).toBeGreaterThan(100);
}, 120_000);

test('the loader’s entries are those of a first build, however they came about', async () => {
  const world = new Changing();
  await using server = await serve(world.handler);
  const own: Loader = {
    name: 'own',
    load: async ({ store }) => void store.set({ id: 'ann/a', data: { title: 'The site’s own' }, digest: 'own' }),
  };
  const loader = mastheadLoader({ url: server.url, beside: own, filter: (id) => !id.startsWith('bea') });
  const titles = (entries: Map<string, any>) => [...entries.values()].map(({ id, data }) => [id, data.title, data.masthead?.picture]).sort();
  for (let seed = 1; seed <= 4; seed += 1) {
    const below = random(seed);
    const { context, entries } = await site();
    for (let step = 0; step < 8; step += 1) {
      for (let changes = below(6); changes > 0; changes -= 1) change(world, below);
      await loader.load(context);
      const fresh = await site();
      await loader.load(fresh.context);
      expect([seed, step, titles(entries)]).toEqual([seed, step, titles(fresh.entries)]);
    }
  }
}, 60_000);

async function published(...ids: string[]) {
  const world = new Changing();
  for (const id of ids) world.put(id);
  const server = await serve(world.handler);
  return { world, server, base: baseOf(server) };
}

test('a build asks what changed since the one before, in as many answers as it takes, and fetches that alone', async () => {
  const { world, server } = await published('ann', 'bea', 'cid', 'dot', 'eve', 'eve/a');
  await using _ = server;
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url });
  const token = world.token();
  await loader.load(context);
  // The token is the first page's, and each page has one.
  expect(contentOf(server)).toEqual(['GET /api/content', 'GET /api/content?cursor=02-bea']);

  server.requests.length = 0;
  await loader.load(context);
  expect(server.requests).toEqual([`GET /api/content?since=${token}`]);

  for (const id of ['ann', 'bea/x', 'cid/x', 'dot/x']) world.put(id);
  world.remove('eve/a');
  world.lead('eve/a', 'ann');
  server.requests.length = 0;
  await loader.load(context);
  expect(contentOf(server)).toHaveLength(2);
  expect(server.requests.filter((request) => request.includes('.md')).sort()).toEqual(['ann', 'bea/x', 'cid/x', 'dot/x'].map((id) => `GET /content/${id}.md`));
  expect([...entries.keys()].sort()).toEqual(['ann', 'bea', 'bea/x', 'cid', 'cid/x', 'dot', 'dot/x', 'eve']);
  expect(log.at(-1)).toBe('info: 8 entries, 4 fetched, 1 removed');
});

test('a build says what changed of what it read, and everything until the server has heard of it', async () => {
  const { world, server } = await published('ann', 'bea', 'cid', 'dot');
  await using _ = server;
  const told: string[][] = [];
  let status = 200;
  let isAway = false;
  server.handler = async (request, response, at) => {
    if (request.url === '/content/dot.md' && isAway) return json(response, 500, {});
    if (request.method !== 'POST') return world.handler(request, response, at);
    let text = '';
    for await (const chunk of request) text += chunk;
    told.push(JSON.parse(text).entries.map(({ id }: { id: string }) => id));
    json(response, status, status === 200 ? { status: 'success', new: 1 } : { status: 'error', code: 'x', message: 'No.' });
  };
  const { context } = await site();
  const build = async (options = {}) => {
    told.length = 0;
    await mastheadLoader({ url: server.url, buildKey: 'k'.repeat(64), attempts: 1, ...options }).load(context);
    return told.flat();
  };
  expect(await build()).toEqual(['ann', 'bea', 'cid', 'dot']);
  expect(await build()).toEqual([]);
  world.put('bea');
  world.put('eve');
  expect(await build()).toEqual(['bea', 'eve']);

  // The server didn't hear it, and later builds aren't told of that change again.
  world.put('cid');
  status = 503;
  expect(await build()).toEqual(['cid']);
  expect(await build()).toEqual(['ann', 'bea', 'cid', 'dot', 'eve']);
  status = 200;
  expect(await build()).toEqual(['ann', 'bea', 'cid', 'dot', 'eve']);
  expect(await build()).toEqual([]);

  // Nor was it said by a build that had no key.
  world.put('cid');
  expect(await build({ buildKey: undefined })).toEqual([]);
  expect(await build()).toEqual(['ann', 'bea', 'cid', 'dot', 'eve']);

  // A file that was away is read later, and said then.
  world.put('dot');
  isAway = true;
  expect(await build()).toEqual([]);
  isAway = false;
  expect(await build()).toContain('dot');
  expect(await build()).toEqual([]);

  // The same bytes again, after they were withdrawn: the server forgot that they were built.
  const before = structuredClone(world.shardOf('ann').entries.get('ann')!);
  world.remove('ann');
  world.put('ann');
  world.shardOf('ann').entries.set('ann', before);
  expect(await build()).toEqual(['ann']);

  // A list that begins anew says nothing of what changed.
  world.epoch += 'x';
  expect(await build()).toEqual(['ann', 'bea', 'cid', 'dot', 'eve']);
});

test('in astro dev a look costs one small question, and writes nothing down while nothing changes', async () => {
  const { world, server } = await published('ann', 'bea', 'cid', 'dot', 'eve');
  await using _ = server;
  const { context, entries } = await site({ watched: true });
  const written = vi.spyOn(context.meta, 'set');
  await mastheadLoader({ url: server.url, pollMs: 20 }).load(context);
  expect(written).toHaveBeenCalledTimes(1);
  server.requests.length = 0;
  await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBeGreaterThan(4);
  expect(new Set(server.requests)).toEqual(new Set([`GET /api/content?since=${world.token()}`]));
  expect(written).toHaveBeenCalledTimes(1);
  world.put('eve/new');
  await expect.poll(() => entries.has('eve/new'), { timeout: 20_000 }).toBe(true);
});

test('in astro dev what can’t be used is fetched once, and again once its author changed it', async () => {
  const { world, server } = await published('ann', 'bea');
  await using _ = server;
  let broken = true;
  let isAway = true;
  server.handler = (request, response, at) => {
    if (request.url === '/content/bea.md' && isAway) return json(response, 500, {});
    if (request.url === '/content/bea.md' && broken) return void response.end('Just text.');
    return world.handler(request, response, at);
  };
  const { context, entries, log } = await site({ watched: true });
  await mastheadLoader({ url: server.url, pollMs: 20, attempts: 1 }).load(context);
  const files = () => server.requests.filter((request) => request === 'GET /content/bea.md').length;
  const looks = async () => {
    const before = server.requests.length;
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBeGreaterThan(before + 4);
  };
  // What is away is asked for again.
  await expect.poll(files, { timeout: 20_000 }).toBeGreaterThan(2);
  isAway = false;
  await looks();
  const known = files();
  await looks();
  expect(files()).toBe(known);
  expect(news().find(({ collection }) => collection === context.collection)?.passedOver).toEqual([{ id: 'bea', why: 'the file has no frontmatter' }]);
  broken = false;
  await looks();
  expect([files(), entries.has('bea')]).toEqual([known, false]);
  world.put('bea');
  await expect.poll(() => entries.has('bea'), { timeout: 20_000 }).toBe(true);
  expect(log.filter((line) => line.startsWith('warn:'))).toHaveLength(1);
});

test('ids that the site filters or has itself come and go without a trace', async () => {
  const { world, server } = await published('ann', 'bea', 'cid');
  await using _ = server;
  const own: Loader = { name: 'own', load: async ({ store }) => void store.set({ id: 'cid', data: { title: 'Our own' }, digest: 'own' }) };
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url, beside: own, filter: (id) => id !== 'bea' });
  await loader.load(context);
  world.remove('bea');
  world.remove('cid');
  await loader.load(context);
  expect([...entries].map(([id, { data }]) => [id, data.title]).sort()).toEqual([['ann', 'ann v1'], ['cid', 'Our own']]);
  expect(log.at(-1)).toBe('info: 1 entries, 0 fetched, 0 removed');
});

test('a former address ends, comes back with its document, and gives way to one that comes to it', async () => {
  const { world, server, base } = await published('ann', 'ann/b');
  await using _ = server;
  let { kept } = await readCurrent(base, 1, NOTHING_KEPT, silent);
  const moved = async () => {
    const now = await readCurrent(base, 1, kept, silent);
    kept = now.kept;
    expect(now.moved).toEqual((await readManifest(base, 1, [])).moved);
    return now.moved;
  };
  world.lead('ann/a', 'ann/b');
  expect(await moved()).toEqual([{ from: 'ann/a', to: 'ann/b' }]);
  world.remove('ann/b');
  expect(await moved()).toEqual([]);
  // Nobody says anew that it leads there.
  world.put('ann/b');
  expect(await moved()).toEqual([{ from: 'ann/a', to: 'ann/b' }]);
  world.put('ann/a');
  expect(await moved()).toEqual([]);
  world.remove('ann/a');
  expect(await moved()).toEqual([{ from: 'ann/a', to: 'ann/b' }]);
  world.forget('ann/a');
  expect(await moved()).toEqual([]);
});

test.each<[string, (world: Changing, kept: any) => void]>([
  ['a token of another epoch', (world) => void (world.epoch = 'e2')],
  ['a token that is too old', (world) => (world.put('ann'), world.put('ann'), world.put('ann'), world.put('ann'), world.expire())],
  ['a server that is an older one by now', (world) => void (world.isOlder = true)],
  ['a page that is missing', (_, kept) => void kept.pages.pop()],
  ['a page that says nothing of what follows', (_, kept) => void (kept.pages[0].next = null)],
  ['an entry that is none', (_, kept) => void (kept.pages[0].entries[0] = { id: '../x' })],
  ['an entry at no address', (_, kept) => void (kept.pages[0].entries[0].url = 'file:///etc/passwd')],
  ['former addresses that are none', (_, kept) => void (kept.pages[0].moved = [{ from: 7, to: 'ann' }])],
  ['former addresses that are no list', (_, kept) => void (kept.pages[0].moved = { length: 0 })],
  ['a token that is none', (_, kept) => void (kept.pages[0].since = 'a b&id=x')],
  ['a count that is none', (_, kept) => void (kept.told = 'x')],
  ['pages that are none', (_, kept) => void (kept.pages = [null])],
  ['what an earlier version kept', (_, kept) => (delete kept.told, delete kept.pages[0].since)],
])('%s: it begins anew with the whole list, and no entry is fetched for it', async (_name, damage) => {
  const { world, server } = await published('ann', 'bea', 'cid', 'dot', 'eve');
  await using _ = server;
  const { context, entries, log } = await site();
  const loader = mastheadLoader({ url: server.url });
  await loader.load(context);
  const kept = JSON.parse(inflateRawSync(Buffer.from((context.meta as any).get('manifest'), 'base64')).toString());
  const before = world.token();
  damage(world, kept);
  (context.meta as any).set('manifest', deflateRawSync(JSON.stringify(kept)).toString('base64'));
  server.requests.length = 0;
  await loader.load(context);
  expect(contentOf(server)).toContain('GET /api/content');
  expect(entries.size).toBe(5);
  expect(log.some((line) => /^(warn|error)/.test(line))).toBe(false);
  expect(server.requests.filter((request) => request.includes('.md'))).toEqual(world.token() === before || world.epoch === 'e2' ? [] : ['GET /content/ann.md']);

  // From there on it is as ever.
  world.remove('bea');
  await loader.load(context);
  expect([...entries.keys()].sort()).toEqual(['ann', 'cid', 'dot', 'eve']);
});

test('text that is cut short, and what was read of another server, are as good as nothing', async () => {
  const { server } = await published('ann', 'bea');
  await using _ = server;
  const other = await published('zoe');
  await using __ = other.server;
  const { context, entries } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  const meta = context.meta as any;
  meta.set('manifest', meta.get('manifest').slice(0, -20));
  server.requests.length = 0;
  await mastheadLoader({ url: server.url }).load(context);
  expect(server.requests).toEqual(['GET /api/content']);
  await mastheadLoader({ url: other.server.url }).load(context);
  expect(contentOf(other.server)).toEqual(['GET /api/content']);
  expect([...entries.keys()]).toEqual(['zoe']);
});

const sound = { status: 'success', entries: [], gone: [], moved: [], since: 'e1.1.1.1', more: false, cursor: null };
const entry = { id: 'zoe', url: '/content/zoe.md', digest: 'd', updated: '2025-07-10T09:30:00Z', picture: null };
let turn = 0;

test.each<[string, (token: string) => unknown, RegExp]>([
  ['no end of changes', () => ({ ...sound, since: `e1.${(turn += 1)}`, more: true }), /what changed doesn't come to an end after 1000 answers of http/],
  ['changes that go round in circles', (token) => ({ ...sound, since: token, more: true }), /goes round in circles/],
  ['a token that grows', (token) => ({ ...sound, since: `${token}.${'1'.repeat(200)}`, more: true }), /says of changes can't be read/],
  ['a token of another type', () => ({ ...sound, since: 7 }), /says of changes can't be read/],
  ['a token that would be another question', () => ({ ...sound, since: 'x&id=ann' }), /says of changes can't be read/],
  ['entries that are no list', () => ({ ...sound, entries: {} }), /says of changes can't be read/],
  ['an entry with a path for an id', () => ({ ...sound, entries: [{ ...entry, id: '../x' }] }), /says of changes can't be read/],
  ['an entry at the address of a file', () => ({ ...sound, entries: [{ ...entry, url: 'file:///etc/passwd' }] }), /says of changes can't be read/],
  ['ids that are none', () => ({ ...sound, gone: ['ann', 7] }), /says of changes can't be read/],
  ['ids that are no list', () => ({ ...sound, gone: 'ann' }), /says of changes can't be read/],
  ['neither an end nor none', () => ({ ...sound, more: 'no' }), /says of changes can't be read/],
  ['another JSON', () => [1, 2, 3], /says of changes can't be read/],
  ['an endless answer', () => ({ ...sound, gone: ['x'.repeat(17 * 1024 * 1024)] }), /what changed can't be had: .* is larger than 16777216 bytes/],
  ['large answers without end', () => ({ ...sound, since: `e1.${(turn += 1)}`, more: true, entries: Array.from({ length: 500 }, (_, at) => ({ ...entry, id: `zoe/x${turn}-${at}`, digest: 'd'.repeat(20_000) })) }), /tells more than 128 MiB/],
])('%s: the whole list is read in its place, once, with a sentence', async (_name, answer, sentence) => {
  const { world, server, base } = await published('ann', 'bea');
  await using _ = server;
  const { kept } = await readCurrent(base, 1, NOTHING_KEPT, silent);
  world.remove('bea');
  server.handler = (request, response, at) => {
    const token = new URL(request.url!, at).searchParams.get('since');
    return token === null ? world.handler(request, response, at) : json(response, 200, answer(token));
  };
  const said: string[] = [];
  const read = await readCurrent(base, 1, kept, (message) => said.push(message));
  expect(read.entries.map(({ id }) => id)).toEqual(['ann']);
  expect(said).toEqual([expect.stringMatching(sentence)]);
  expect(said[0]).toMatch(/; the whole list is read in its place$/);

  // It isn't asked for changes again, and says nothing more, until the list is another one.
  server.requests.length = 0;
  const again = await readCurrent(base, 1, keptFrom(JSON.parse(JSON.stringify(read.kept))), (message) => said.push(message));
  expect(server.requests).toEqual(['GET /api/content']);
  expect([again.unchanged, said.length]).toEqual([true, 1]);
  server.handler = world.handler;
  world.put('cid');
  const { kept: listed } = await readCurrent(base, 1, again.kept, silent);
  server.requests.length = 0;
  await readCurrent(base, 1, listed, silent);
  expect(server.requests).toEqual([`GET /api/content?since=${world.token()}`]);
}, 60_000);

test('an entry that is told twice, and changes that were told before, are there once', async () => {
  const { world, server, base } = await published('ann');
  await using _ = server;
  const { kept } = await readCurrent(base, 1, NOTHING_KEPT, silent);
  const zoe = (digest: string) => ({ ...entry, digest });
  server.handler = (_request, response) => json(response, 200, { ...sound, entries: [zoe('one'), zoe('two')], gone: ['zoe', 'ann', 'nobody'], since: 'e1.2' });
  const once = await readCurrent(base, 1, kept, silent);
  expect(once.entries.map(({ id, digest }) => [id, digest])).toEqual([['zoe', 'two']]);
  expect((await readCurrent(base, 1, once.kept, silent)).entries).toEqual(once.entries);

  // In the list, too.
  server.handler = (_request, response) => json(response, 200, { status: 'success', entries: [zoe('one'), zoe('two')], cursor: null });
  expect((await readManifest(base, 1, [])).entries.map(({ digest }) => digest)).toEqual(['two']);
  expect(world.all()).toEqual(['ann']);
});

test('a token that stands amid a member’s entries is sent back as it came', async () => {
  const { world, server, base } = await published('ann');
  await using _ = server;
  const { kept } = await readCurrent(base, 1, NOTHING_KEPT, silent);
  const amid = `0123456789abcdef.18446744073709551615~jo/a-trip${'.0'.repeat(15)}`;
  const asked: (string | null)[] = [];
  server.handler = (request, response, at) => {
    asked.push(new URL(request.url!, at).searchParams.get('since'));
    json(response, 200, { ...sound, since: amid, more: asked.length === 1 });
  };
  await readCurrent(base, 1, kept, (message) => expect.unreachable(message));
  expect(asked).toEqual([world.token(), amid]);
});

test('changes that come to more than the list are read as the list, and what is kept stays small', async () => {
  const { world, server, base } = await published('ann');
  await using _ = server;
  let { kept } = await readCurrent(base, 1, NOTHING_KEPT, silent);
  let turns = 0;
  server.handler = (request, response, at) => {
    if (!request.url!.includes('since=')) return world.handler(request, response, at);
    turns += 1;
    json(response, 200, { ...sound, since: `e1.${turns}`, entries: Array.from({ length: 400 }, (_, of) => ({ ...entry, id: `zoe/x${turns}-${of}`, digest: 'd'.repeat(20_000) })) });
  };
  let most = 0;
  const said: string[] = [];
  for (let look = 0; look < 12; look += 1) {
    ({ kept } = await readCurrent(base, 1, kept, (message) => said.push(message)));
    most = Math.max(most, JSON.stringify(kept).length);
  }
  expect(turns).toBe(12);
  expect(said).toEqual([]);
  expect(most).toBeGreaterThan(16 * 1024 * 1024);
  expect(most).toBeLessThan(33 * 1024 * 1024);
}, 60_000);

test('a list without an end ends after as many bytes, or minutes, as a list may take', async () => {
  let turns = 0;
  await using server = await serve((_request, response) => {
    turns += 1;
    const entries = Array.from({ length: 500 }, (_, at) => ({ ...entry, id: `zoe/x${turns}-${at}`, digest: 'd'.repeat(20_000) }));
    json(response, 200, { status: 'success', entries, moved: [], cursor: `c${String(turns).padStart(6, '0')}` });
  });
  await expect(readManifest(baseOf(server), 1, [])).rejects.toThrow(/\/api\/content tells more than 128 MiB$/);
  const clock = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => clock + turns * 60_000);
  await expect(readManifest(baseOf(server), 1, [])).rejects.toThrow(/\/api\/content doesn't come to an end within 10 minutes$/);
}, 60_000);

test('a server that is away is one fault and not two, and keeps what it had', async () => {
  const { server } = await published('ann', 'bea');
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  const kept = (context.meta as any).get('manifest');
  await server[Symbol.asyncDispose]();
  await mastheadLoader({ url: server.url, attempts: 1 }).load(context);
  expect(entries.size).toBe(2);
  expect(log.filter((line) => /^(warn|error)/.test(line))).toEqual([expect.stringMatching(/^error: Masthead is away: .*\/api\/content can't be read/)]);
  expect((context.meta as any).get('manifest')).toBe(kept);
});

test('a server whose changes fail while its list comes costs a warning, and no news', async () => {
  const { world, server } = await published('ann', 'bea');
  await using _ = server;
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  world.put('cid');
  server.handler = (request, response, at) => (request.url!.includes('since=') ? json(response, 500, {}) : world.handler(request, response, at));
  await mastheadLoader({ url: server.url, attempts: 1 }).load(context);
  expect(entries.has('cid')).toBe(true);
  expect(log.filter((line) => /^(warn|error)/.test(line))).toEqual([expect.stringMatching(/^warn: what changed can't be had: .*status 500; the whole list is read in its place$/)]);
});

test('redirects of a configuration ask for changes as well, and stay in their order', async () => {
  const { world, server } = await published('ann', 'bea');
  await using _ = server;
  const cacheDir = await mkdtemp(join(tmpdir(), 'masthead-since-'));
  try {
    const read = async () => Object.keys(await redirects({ url: server.url, cacheDir }));
    world.lead('bea/old', 'bea');
    expect(await read()).toEqual(['/bea/old/']);
    const token = world.token();
    world.lead('ann/old', 'ann');
    server.requests.length = 0;
    expect(await read()).toEqual(['/ann/old/', '/bea/old/']);
    expect(server.requests).toEqual([`GET /api/content?since=${token}`]);
    // Another order of the same would be another configuration, for which Astro clears what it has.
    await rm(cacheDir, { recursive: true });
    expect(await read()).toEqual(['/ann/old/', '/bea/old/']);
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
});

test('members and live collections ask for changes as well, in the order of ids', async () => {
  const { world, server } = await published('bea', 'ann', 'cid/b', 'cid/a');
  await using _ = server;
  const { context, entries } = await site({ schema: mastheadMemberSchema });
  const directory = server.handler;
  server.handler = (request, response, at) => (request.url!.startsWith('/api/members') ? json(response, 405, {}) : directory(request, response, at));
  const load = () => mastheadMembers({ url: server.url }).load(context);
  await load();
  const live = mastheadLiveLoader({ url: server.url });
  const ids = async () => ((await live.loadCollection({ collection: 'members' })) as any).entries.map(({ id }: any) => id);
  expect(await ids()).toEqual(['ann', 'bea', 'cid/a', 'cid/b']);

  const token = world.token();
  world.put('cid/aa');
  server.requests.length = 0;
  await load();
  expect(entries.get('cid').data.documents).toEqual(['cid/a', 'cid/aa', 'cid/b']);
  expect(await ids()).toEqual(['ann', 'bea', 'cid/a', 'cid/aa', 'cid/b']);
  expect(contentOf(server)).toEqual([`GET /api/content?since=${token}`, `GET /api/content?since=${token}`]);
});
