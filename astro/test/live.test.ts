import { expect, test, vi } from 'vitest';
import { MastheadLiveError, mastheadLiveLoader } from '../src/live.js';
import { file, json, older, publishing, serve, type Published } from './support/server.js';

const some = (): Published => new Map([['ann', file('ann')], ['jo', file('jo', { body: '**Text**' })], ['jo/trip', file('jo/trip')]]);
const collection = 'members';

test('each visit sees what is there now, and only what changed is fetched', async () => {
  const published = some();
  await using server = await serve(publishing(published));
  const loader = mastheadLiveLoader({ url: server.url });
  const all: any = await loader.loadCollection({ collection });
  expect(all.entries.map(({ id }: any) => id)).toEqual(['ann', 'jo', 'jo/trip']);
  expect(all.entries[1]).toMatchObject({ data: { title: 'jo', date: new Date('2025-07-10T09:30:00Z') }, rendered: { html: '<p><strong>Text</strong></p>\n' } });

  server.requests.length = 0;
  published.set('jo', file('jo', { title: 'New' }));
  expect(await loader.loadEntry({ filter: { id: 'jo' }, collection })).toMatchObject({ data: { title: 'New' } });
  expect(await loader.loadEntry({ filter: { id: 'ann' }, collection })).toMatchObject({ id: 'ann' });
  expect(server.requests).toEqual(['GET /api/content?id=jo', 'GET /content/jo.md', 'GET /api/content?id=ann']);
  expect(await loader.loadEntry({ filter: { id: 'nobody' }, collection })).toBe(undefined);
  const own: any = await loader.loadCollection({ filter: { author: 'jo' }, collection });
  expect(own.entries.map(({ id }: any) => id)).toEqual(['jo', 'jo/trip']);
});

test('a document that can’t be used takes no other away', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const published = some().set('ann', file('ann').replace('draft: false', 'draft: 7'));
  await using server = await serve(publishing(published));
  const loader = mastheadLiveLoader({ url: server.url });
  const all: any = await loader.loadCollection({ collection });
  expect(all.entries.map(({ id }: any) => id)).toEqual(['jo', 'jo/trip']);
  expect(warn.mock.calls.flat().join()).toMatch(/“ann” is passed over: .*draft/);
  const one: any = await loader.loadEntry({ filter: { id: 'ann' }, collection });
  expect(one.error).toBeInstanceOf(MastheadLiveError);
});

test('a server that is away is an error of the loader’s own', async () => {
  const loader = mastheadLiveLoader({ url: 'http://127.0.0.1:9', attempts: 1 });
  for (const answer of [await loader.loadCollection({ collection }), await loader.loadEntry({ filter: { id: 'jo' }, collection })] as any[]) {
    expect(answer.error).toBeInstanceOf(MastheadLiveError);
    expect(answer.error.message).toContain('can\'t be read');
  }
});

test('an older file that a cache had is asked for again', async () => {
  let title = 'Older';
  await using server = await serve((request, response, base) => {
    if (request.url!.startsWith('/content/')) return void response.setHeader('ETag', `"${(title === 'Older' ? 'a' : 'b').repeat(32)}"`).end(file('jo', { title }));
    return json(response, 200, { status: 'success', entries: [{ id: 'jo', url: `${base}/content/jo.md`, digest: 'b'.repeat(32), updated: '2025-07-10T09:30:00Z', picture: null }], moved: [], cursor: null });
  });
  const loader = mastheadLiveLoader({ url: server.url });
  const visit = () => loader.loadEntry({ filter: { id: 'jo' }, collection });
  expect(await visit()).toMatchObject({ data: { title: 'Older' } });
  title = 'Newer';
  expect(await visit()).toMatchObject({ data: { title: 'Newer' } });
  server.requests.length = 0;
  await visit();
  expect(server.requests).toEqual(['GET /api/content?id=jo']);
});

test('memory is bounded', async () => {
  await using server = await serve(publishing(some()));
  const loader = mastheadLiveLoader({ url: server.url, keep: 1, render: () => 'rendered' });
  await loader.loadCollection({ collection });
  server.requests.length = 0;
  await loader.loadCollection({ collection });
  expect(server.requests.filter((request) => request.includes('.md')).length).toBeGreaterThanOrEqual(2);
});

test('one entry costs one question, and no file where nothing changed', async () => {
  const published = some();
  const statuses: number[] = [];
  const play = publishing(published, 100, { moved: [{ from: 'jo/old', to: 'jo/trip' }, { from: 'jo/lost', to: 'jo/gone' }] });
  await using server = await serve((request, response, base) => {
    response.on('finish', () => statuses.push(response.statusCode));
    return play(request, response, base);
  });
  const loader = mastheadLiveLoader({ url: server.url });
  const entry = (id: string): Promise<any> => loader.loadEntry({ filter: { id }, collection });
  expect(await entry('jo/trip')).toMatchObject({ id: 'jo/trip' });
  expect(await entry('jo/trip')).toMatchObject({ id: 'jo/trip' });
  expect(server.requests).toEqual(['GET /api/content?id=jo%2Ftrip', 'GET /content/jo/trip.md', 'GET /api/content?id=jo%2Ftrip']);
  expect(statuses).toEqual([200, 200, 304]);

  // By its former address it is the same, and is fetched no second time.
  server.requests.length = 0;
  expect(await entry('jo/old')).toMatchObject({ id: 'jo/trip' });
  expect(server.requests).toEqual(['GET /api/content?id=jo%2Fold']);
  expect(await entry('jo/lost')).toBe(undefined);

  published.delete('jo/trip');
  expect(await entry('jo/trip')).toBe(undefined);
  expect(await entry('jo/old')).toBe(undefined);
  const few = mastheadLiveLoader({ url: server.url, filter: (id) => id === 'ann' });
  expect(await few.loadEntry({ filter: { id: 'jo' }, collection })).toBe(undefined);
  expect(await few.loadEntry({ filter: { id: 'ann' }, collection })).toMatchObject({ id: 'ann' });

  // What can’t be an id is asked of nobody.
  server.requests.length = 0;
  for (const id of ['', '../x', 'jo/trip/x', 'Jo', `a${'a'.repeat(200)}`, 'jo?cursor=a']) expect(await entry(id)).toBe(undefined);
  expect(server.requests).toEqual([]);
});

test('an older server gives its list, and is asked for no entry for a while', async () => {
  const published = some();
  await using server = await serve(older(publishing(published, 2, { moved: [{ from: 'jo/old', to: 'jo/trip' }] })));
  const loader = mastheadLiveLoader({ url: server.url });
  for (const [id, found] of [['jo/trip', 'jo/trip'], ['jo/old', 'jo/trip'], ['ann', 'ann']]) {
    expect(await loader.loadEntry({ filter: { id: id! }, collection })).toMatchObject({ id: found });
  }
  expect(await loader.loadEntry({ filter: { id: 'nobody' }, collection })).toBe(undefined);
  expect(server.requests.filter((request) => request.includes('id='))).toEqual(['GET /api/content?id=jo%2Ftrip']);

  // Of a list with nothing but what was asked for, and of an empty one, the answer is right as it is.
  for (const id of ['ann', 'jo/trip']) published.delete(id);
  const other = mastheadLiveLoader({ url: server.url });
  expect(await other.loadEntry({ filter: { id: 'jo' }, collection })).toMatchObject({ id: 'jo' });
  expect(await other.loadEntry({ filter: { id: 'ann' }, collection })).toBe(undefined);
});

test('an answer for one entry that is none is an error', async () => {
  for (const body of [{}, { status: 'success' }, { status: 'success', entries: [{ id: 'jo' }], cursor: null }]) {
    await using server = await serve((_, response) => json(response, 200, body));
    const answer: any = await mastheadLiveLoader({ url: server.url, attempts: 1 }).loadEntry({ filter: { id: 'jo' }, collection });
    expect(answer.error).toBeInstanceOf(MastheadLiveError);
    expect(answer.error.message).toContain('is no list of published content');
  }
});
