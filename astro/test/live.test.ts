import { expect, test, vi } from 'vitest';
import { MastheadLiveError, mastheadLiveLoader } from '../src/live.js';
import { file, publishing, serve, type Published } from './support/server.js';

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
  expect(server.requests).toEqual(['GET /api/content', 'GET /content/jo.md', 'GET /api/content']);
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

test('memory is bounded', async () => {
  await using server = await serve(publishing(some()));
  const loader = mastheadLiveLoader({ url: server.url, keep: 1, render: () => 'rendered' });
  await loader.loadCollection({ collection });
  server.requests.length = 0;
  await loader.loadCollection({ collection });
  expect(server.requests.filter((request) => request.includes('.md')).length).toBeGreaterThanOrEqual(2);
});
