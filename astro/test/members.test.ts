import { afterEach, expect, test } from 'vitest';
import { z } from 'astro/zod';
import { mastheadMembers, mastheadMemberSchema } from '../src/members.js';
import { endWatches } from '../src/watch.js';
import { site as siteOf } from './support/context.js';
import { file, json, listing, publishing, serve, type Published, type Somebody } from './support/server.js';

afterEach(endWatches);

const some = (): Published => new Map([['ann', file('ann')], ['jo/notes', file('jo/notes')], ['jo/trip', file('jo/trip')]]);
const site = (more: Parameters<typeof siteOf>[0] = {}) => siteOf({ schema: mastheadMemberSchema, ...more });
const named = (entries: Map<string, any>) => [...entries.values()].map(({ data }) => [data.handle, data.name, data.documents]);

test('a directory has everybody who is in it, with and without documents', async () => {
  const base = { url: '' };
  const picture = (name: string) => Object.fromEntries(['96', '256', '512'].map((size) => [size, `${base.url}/pictures/jo/${name}-${size}.webp`]));
  const directory = { members: [{ handle: 'jo', name: 'Jo Doe' }, { handle: 'zoe', name: 'Zoë' }] as Somebody[] };
  await using server = await serve(listing(directory, publishing(some()), 1));
  base.url = server.url;
  const { context, entries, log } = await site();
  const load = () => mastheadMembers({ url: server.url, prefix: 'docs' }).load(context);
  await load();
  // Who stays out of it has no entry, whatever they have published.
  expect(named(entries)).toEqual([['jo', 'Jo Doe', ['docs/jo/notes', 'docs/jo/trip']], ['zoe', 'Zoë', []]]);
  expect(log).toEqual(['info: 2 members, 2 changed, 0 removed']);
  // No document is fetched.
  expect(server.requests).toEqual(['GET /api/members/public', 'GET /api/members/public?cursor=jo', 'GET /api/content']);

  await load();
  expect(log.at(-1)).toBe('info: 2 members, 0 changed, 0 removed');
  directory.members = [{ handle: 'jo', name: 'Joanna', picture: picture('a') }];
  await load();
  expect(log.at(-1)).toBe('info: 1 members, 1 changed, 1 removed');
  expect(entries.get('jo').data).toEqual({ handle: 'jo', name: 'Joanna', picture: picture('a'), documents: ['docs/jo/notes', 'docs/jo/trip'] });
  directory.members = [{ handle: 'jo', name: 'Joanna', picture: picture('b') }];
  await load();
  expect(entries.get('jo').data.picture).toEqual(picture('b'));
  directory.members = [];
  await load();
  expect(entries.size).toBe(0);
});

test('without a directory there are those who have published something, by the name that this gives them', async () => {
  const published = some().set('jo', file('jo').replace('author: "Jo"', 'author: "Jo Doe"'));
  published.set('kim/a', file('kim/a').replace('author: "Jo"\n', ''));
  const directory = { members: null };
  await using server = await serve(listing(directory, publishing(published)));
  const { context, entries } = await site();
  const load = (filter?: (id: string) => boolean) => mastheadMembers({ url: server.url, filter }).load(context);
  await load();
  expect(named(entries)).toEqual([['ann', 'Jo', ['ann']], ['jo', 'Jo Doe', ['jo', 'jo/notes', 'jo/trip']], ['kim', 'kim', ['kim/a']]]);
  expect(server.requests.filter((request) => request.includes('.md')).sort()).toEqual(['GET /content/ann.md', 'GET /content/jo.md', 'GET /content/kim/a.md']);

  server.requests.length = 0;
  published.set('jo', file('jo').replace('author: "Jo"', 'author: "Joanna"'));
  published.delete('ann');
  published.delete('jo/notes');
  await load();
  expect(named(entries)).toEqual([['jo', 'Joanna', ['jo', 'jo/trip']], ['kim', 'kim', ['kim/a']]]);
  expect(server.requests.filter((request) => request.includes('.md'))).toEqual(['GET /content/jo.md']);
  await load((id) => id.startsWith('kim'));
  expect([...entries.keys()]).toEqual(['kim']);
});

test('an older server has no directory', async () => {
  const play = publishing(some());
  for (const status of [404, 405]) {
    await using server = await serve((request, response, base) => (request.url!.startsWith('/api/members') ? json(response, status, { status: 'error' }) : play(request, response, base)));
    const { context, entries } = await site();
    await mastheadMembers({ url: server.url, attempts: 1 }).load(context);
    expect([...entries.keys()]).toEqual(['ann', 'jo']);
  }
});

test('hostile names stay text, and what is no member is no list', async () => {
  const directory = { members: [{ handle: 'jo', name: '__ASTRO_ASSET_IMAGE__x__ <script>', picture: { 96: 'javascript:1', 256: 'https://x/', 512: 'https://x/' } }] as Somebody[] };
  await using server = await serve(listing(directory, publishing(new Map())));
  const { context, entries } = await site();
  await mastheadMembers({ url: server.url, attempts: 1 }).load(context);
  expect(entries.get('jo').data.name).not.toContain('__ASTRO_');
  expect(entries.get('jo').data.picture).toBe(null);
  for (const wrong of [{ handle: '../x', name: 'x' }, { handle: 'Jo', name: 'x' }, { handle: 'jo' }] as Somebody[]) {
    directory.members = [wrong];
    const other = await site();
    await expect(mastheadMembers({ url: server.url, attempts: 1 }).load(other.context)).rejects.toThrow('is no list of members');
  }
});

test('a server that goes round in circles ends', async () => {
  await using server = await serve((_, response) => json(response, 200, { status: 'success', public: true, members: [], cursor: 'jo' }));
  await expect(mastheadMembers({ url: server.url, attempts: 1 }).load((await site()).context)).rejects.toThrow('goes round in circles');
});

test('a server that is away takes nobody off the site', async () => {
  const { context, entries, log } = await site();
  let url: string;
  {
    await using server = await serve(listing({ members: [{ handle: 'jo', name: 'Jo' }] }, publishing(some())));
    url = server.url;
    await mastheadMembers({ url }).load(context);
  }
  await mastheadMembers({ url, attempts: 1 }).load(context);
  expect([...entries.keys()]).toEqual(['jo']);
  expect(log.at(-1)).toMatch(/^error: Masthead is away: .*; the 1 members of the last build stay\./);
  const first = await site();
  await expect(mastheadMembers({ url, attempts: 1 }).load(first.context)).rejects.toThrow(/there are no members of an earlier build\. Start it/);
  await mastheadMembers({ url, attempts: 1, failWhenEmpty: false }).load(first.context);
  expect(first.log.at(-1)).toMatch(/so there are none now/);
});

test('names that don’t come publish no site without its members', async () => {
  const play = listing({ members: null }, publishing(some()));
  let isHtml = true;
  await using server = await serve((request, response, base) => {
    if (isHtml && request.url!.startsWith('/content/')) return void response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Back soon</title>');
    return play(request, response, base);
  });
  const { context, entries } = await site();
  const load = (failWhenEmpty?: boolean) => mastheadMembers({ url: server.url, attempts: 1, failWhenEmpty }).load(context);
  for (const _time of [1, 2]) await expect(load()).rejects.toThrow(/answered with a page of HTML: .*; there are no members of an earlier build/);
  await load(false);
  expect(entries.size).toBe(0);
  isHtml = false;
  await load();
  expect(entries.size).toBe(2);
});

test('a member that the site’s own schema doesn’t take is passed over, and nobody else', async () => {
  const schema = mastheadMemberSchema.extend({ name: z.string().max(5) });
  const directory = { members: [{ handle: 'ann', name: 'Ann' }, { handle: 'jo', name: 'Somebody Long' }] };
  await using server = await serve(listing(directory, publishing(new Map())));
  const { context, entries, log } = await site({ schema });
  await mastheadMembers({ url: server.url }).load(context);
  expect([...entries.keys()]).toEqual(['ann']);
  expect(log[0]).toMatch(/^warn: the member “jo” is passed over, there is no entry: .*name/);
  expect(log.at(-1)).toBe('info: 2 members, 1 changed, 0 removed, 1 passed over');
});

test('astro dev sees who comes and goes', async () => {
  const directory = { members: [{ handle: 'ann', name: 'Ann' }] };
  await using server = await serve(listing(directory, publishing(new Map())));
  const { context, entries } = await site({ watched: true });
  await mastheadMembers({ url: server.url, pollMs: 20 }).load(context);
  directory.members = [{ handle: 'jo', name: 'Jo' }];
  await expect.poll(() => [...entries.keys()]).toEqual(['jo']);
});
