import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { mastheadLiveLoader } from '../src/live.js';
import { readManifest } from '../src/manifest.js';
import { redirects } from '../src/redirects.js';
import { file, publishing, serve, type Published } from './support/server.js';

const some = (): Published => new Map([['jo', file('jo')], ['jo/trip', file('jo/trip', { title: 'Trip' })], ['ann/x', file('ann/x')]]);

/** A server whose list also says this of addresses. */
const saying = (published: Published, moved: unknown) => serve(publishing(published, 100, { moved }));

test('former addresses lead to where documents are', async () => {
  const moved = [{ from: 'jo/old', to: 'jo/trip' }, { from: 'ann/a', to: 'ann/x' }];
  await using server = await saying(some(), moved);
  const { url } = server;
  expect(await redirects({ url })).toEqual({ '/jo/old/': '/jo/trip/', '/ann/a/': '/ann/x/' });
  expect(await redirects({ url, base: '/members/', filter: (id) => id.startsWith('jo/') })).toEqual({ '/members/jo/old/': '/members/jo/trip/' });
  expect(await redirects({ url, base: (id) => `/docs/${id}` })).toEqual({ '/docs/jo/old': '/docs/jo/trip', '/docs/ann/a': '/docs/ann/x' });
  const loader = mastheadLiveLoader({ url });
  expect(await loader.loadEntry({ filter: { id: 'jo/old' }, collection: 'members' })).toMatchObject({ id: 'jo/trip', data: { title: 'Trip' } });
});

test('what could lead elsewhere, or round in circles, leads nowhere', async () => {
  const hostile = [
    { from: '//evil.example', to: 'jo/trip' },
    { from: 'jo/../..', to: 'jo/trip' },
    { from: 'jo/[...x]', to: 'jo/trip' },
    { from: 'jo/a', to: '//evil.example' },
    { from: 'jo/b', to: 'https://evil.example/' },
    { from: 'jo/c', to: '/evil' },
    { from: '__proto__', to: 'jo/trip' },
    { from: 'jo/d\n', to: 'jo/trip' },
    { from: 'jo/e', to: 'jo/e' },
    { from: 'jo/f', to: 'jo/g' },
    { from: 'jo/g', to: 'jo/f' },
    { from: 'jo/trip', to: 'jo' },
    { from: 7, to: 'jo/trip' },
    { from: 'jo/h' },
    null,
    'jo/i',
    [],
    { from: 'jo/good', to: 'jo/trip' },
  ];
  await using server = await saying(some(), hostile);
  expect(await redirects({ url: server.url })).toEqual({ '/jo/good/': '/jo/trip/' });
});

test.each([undefined, null, {}, 'x', 7])('a server that says %j of addresses works', async (moved) => {
  await using server = await saying(some(), moved);
  expect(await redirects({ url: server.url })).toEqual({});
  const { entries } = await readManifest(new URL(`${server.url}/`), 1, []);
  expect(entries).toHaveLength(3);
});

test('a page that an earlier version kept says none', async () => {
  await using server = await serve(publishing(some()));
  const base = new URL(`${server.url}/`);
  const { pages } = await readManifest(base, 1, []);
  const kept = pages.map(({ moved: _, ...page }) => page);
  expect((await readManifest(base, 1, kept)).moved).toEqual([]);
});

test('a server that is away redirects nothing, and says so', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(await redirects({ url: 'http://127.0.0.1:9', attempts: 1 })).toEqual({});
  expect(warn.mock.calls.flat().join()).toContain('are not redirected');
  warn.mockRestore();
  // A word that is no address is a mistake of whoever wrote it.
  await expect(redirects({ url: 'nowhere' })).rejects.toThrow('no address of a Masthead server');
});

test('while the server is away those of the last build count, so that Astro keeps what its loaders have', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'masthead-redirects-'));
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    let url = '';
    {
      await using server = await saying(some(), [{ from: 'jo/old', to: 'jo/trip' }]);
      ({ url } = server);
      expect(await redirects({ url, cacheDir: join(cacheDir, 'new') })).toEqual({ '/jo/old/': '/jo/trip/' });
    }
    const away = (dir: string, of = url) => redirects({ url: of, attempts: 1, cacheDir: join(cacheDir, dir) });
    expect(await away('new')).toEqual({ '/jo/old/': '/jo/trip/' });
    expect(warned).toHaveBeenLastCalledWith(expect.stringContaining('are those of the last build'));
    // Of another server, or without a file that is one, there are none.
    expect(await away('new', 'http://127.0.0.1:9')).toEqual({});
    expect(await away('nowhere')).toEqual({});
    const file = join(cacheDir, 'new', 'masthead-redirects.json');
    const kept = await readFile(file, 'utf8');
    for (const broken of ['{', 'null', '[]', '{"url": 7}', kept.replace('"jo/trip"', '"//evil.example"')]) {
      await writeFile(file, broken);
      expect(await away('new'), broken).toEqual({});
    }
  } finally {
    warned.mockRestore();
    await rm(cacheDir, { recursive: true });
  }
});
