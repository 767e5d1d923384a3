import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { createClient, type Files } from '../src/client.js';
import { fromChooser, type Chosen } from '../src/folder/gather.js';
import { planned, publish, type Item } from '../src/publishing.js';
import { json, serve } from './support/server.js';

const PNG = '\x89PNG\r\n\x1a\n';
const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');
const chosen = (path: string, text: string): Chosen => ({ path, size: text.length, open: () => Promise.resolve(new File([Buffer.from(text, 'latin1')], path.split('/').pop()!)) });

/** A server with what `state` has, which answers the upload of a path as `refuse` says, and keeps what it took. */
async function desk(state: { files?: unknown[]; readmes?: unknown[]; refuse?: (path: string, slug: string | undefined, replace: string | undefined) => [number, object] | undefined }) {
  const uploads: string[] = [];
  let put = '';
  const server = await serve(async (request, response, base) => {
    const { url = '' } = request;
    if (url === '/api/login') return json(response, 200, { status: 'success', access_token: 'a.b.c', expires_in: 3600, member: {} });
    if (url === '/api/files') return json(response, 200, { status: 'success', files: state.files ?? [], usage: {} });
    if (url.startsWith('/api/readmes')) return json(response, 200, { status: 'success', readmes: state.readmes ?? [], cursor: null });
    const form = (await buffer(request)).toString('latin1');
    if (url === '/store') {
      uploads.push(`${put} ${sha256(form)}`);
      return void response.end();
    }
    if (url === '/api/upload_url') {
      put = (JSON.parse(form) as { path: string }).path;
      return json(response, 200, { status: 'success', file: { id: `id of ${put}`, path: put }, upload: { method: 'PUT', url: `${base}/store`, headers: {} } });
    }
    const field = (name: string) => new RegExp(`name="${name}"\\r\\n\\r\\n(.*)\\r\\n`).exec(form)?.[1];
    const name = /filename="(.*)"/.exec(form)?.[1] ?? '';
    const isNote = url === '/api/upload_readme';
    const path = isNote ? [field('path'), name].filter(Boolean).join('/') : (field('path') ?? '');
    uploads.push([path, field('slug'), field('replace')].filter(Boolean).join(' '));
    const refusal = state.refuse?.(path, field('slug'), field('replace'));
    if (refusal) return json(response, refusal[0], { status: 'error', message: 'No.', ...refusal[1] });
    json(response, 202, isNote ? { status: 'success', readme: { slug: field('slug') ?? name.replace('.md', ''), replaced: null } } : { status: 'success', file: { id: `id of ${path}`, path } });
  });
  const client = createClient({ url: server.url, storage: 'memory' });
  await client.login('a', 'b');
  return { client, uploads, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
const LIMITS = { readme: 1024 ** 2, picture: 4 * 1024 ** 2, large_picture: 25 * 1024 ** 2 };
const NONE = { files: [], usage: { files: 0, bytes: 0, max_files: 500, max_bytes: 1e9 } };
const plan = (files: Chosen[], known: Files = NONE) => planned(files, known, LIMITS);
const quiet = { onChange: () => {}, ask: () => Promise.resolve('') };
const states = (items: Item[]) => Object.fromEntries(items.map(({ path, state }) => [path, state]));

test('a plan says what belongs to what, and what stays', async () => {
  const files = [chosen('notes/a.md', '![x](../img/x.png) ![[known.png]] ![](lost.png)'), chosen('img/x.png', PNG), chosen('y.gif', 'GIF89a'), chosen('film.mp4', 'x'), chosen('.git/a.png', PNG)];
  const known = { files: [{ path: 'old/known.png' } as never], usage: { ...NONE.usage, files: 1, max_files: 2 } };
  const { items, notes, unshown, ignored, isTooMany } = await plan(files, known);
  expect(items.map(({ kind, path, state }) => `${kind} ${path} ${state}`)).toEqual(['picture y.gif kept', 'picture img/x.png waiting', 'note notes/a.md waiting']);
  expect(notes).toEqual([{ path: 'notes/a.md', own: ['img/x.png'], others: ['old/known.png'], missing: ['lost.png'] }]);
  expect(unshown.map(({ path }) => path)).toEqual(['y.gif']);
  expect(ignored.map(({ path }) => path)).toEqual(['film.mp4']);
  expect([isTooMany, (await plan(files, { ...known, usage: { ...known.usage, files: 2 } })).isTooMany]).toEqual([false, true]);
  // Without a note, all of it is for notes to come.
  expect((await plan(files.slice(1))).items.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
});

test('what is there already isn’t sent, and notes come last', async () => {
  const [old, same] = [`${PNG}old`, '# Same\n'];
  await using server = await desk({
    files: [{ id: '1', path: 'old.png', state: 'ready', sha256: sha256(old) }, { id: '2', path: 'torn.png', state: 'rejected', sha256: sha256(PNG) }],
    readmes: [{ slug: 'same', file_name: 'same.md', path: 'n', sha256: sha256(same), state: 'published' }, { slug: 'moved-2', file_name: 'moved.md', path: 'n', sha256: 'x', state: 'published' }],
  });
  const { items } = await plan([chosen('n/same.md', same), chosen('n/moved.md', '# Moved\n'), chosen('README.md', '# Me\n\n![](old.png) ![](torn.png)\n'), chosen('old.png', old), chosen('torn.png', PNG)]);
  const seen: string[] = [];
  await publish(server.client, items, { ...quiet, onChange: ({ path, state }) => seen.push(`${path} ${state}`) });
  expect(states(items)).toEqual({ 'old.png': 'there', 'torn.png': 'sent', 'README.md': 'sent', 'n/same.md': 'there', 'n/moved.md': 'sent' });
  expect(server.uploads[0]).toBe('torn.png');
  expect(server.uploads.slice(1).sort()).toEqual(['README.md same_title', 'n/moved.md moved-2 any']);
  expect(items.flatMap(({ slug, id }) => slug ?? id ?? [])).toEqual(['id of torn.png', 'README', 'moved-2']);
  expect(seen).toContain('torn.png sending');
});

test('a file that is refused, or rejected later, stops no other and says why', async () => {
  await using server = await desk({
    files: [{ id: 'id of late.png', path: 'late.png', state: 'rejected', reason: 'It is damaged.' }],
    refuse: (path) => (path === 'no.png' ? [415, { code: 'unsupported_media_type', message: 'This is a film.' }] : undefined),
  });
  const { items } = await plan([chosen('no.png', 'x'), chosen('late.png', PNG), chosen('yes.png', PNG), chosen('a.md', '# A\n\n![](no.png) ![](late.png) ![](yes.png)\n')]);
  await publish(server.client, items, quiet);
  expect(items.map(({ path, state, reason }) => [path, state, reason])).toEqual([
    ['late.png', 'failed', 'It is damaged.'],
    ['no.png', 'failed', 'This is a film.'],
    ['yes.png', 'sent', undefined],
    ['a.md', 'sent', undefined],
  ]);
  // Only what failed is sent again.
  server.uploads.length = 0;
  await publish(server.client, items, quiet);
  expect(server.uploads.sort()).toEqual(['late.png', 'no.png']);
});

test('a photo is read and scaled once, and what is compared is what is sent', async () => {
  // As a browser has them; what is made is still so large that it would be made smaller once more.
  const made = `\xff\xd8\xff${'s'.repeat(5 * 1024 ** 2)}`;
  const decoded = vi.fn(async () => ({ width: 8000, height: 6000, close: () => {} }));
  const encoded = vi.fn(async () => new Blob([Buffer.from(made, 'latin1')], { type: 'image/jpeg' }));
  vi.stubGlobal('createImageBitmap', decoded);
  vi.stubGlobal('OffscreenCanvas', class { getContext = () => ({ drawImage: () => {} }); convertToBlob = encoded; });
  try {
    const photo = chosen('photo.jpg', `\xff\xd8\xff${'l'.repeat(12 * 1024 ** 2)}`);
    await using server = await desk({ files: [{ id: '1', path: 'photo.jpg', state: 'ready', sha256: 'another one' }] });
    const { items } = await plan([photo]);
    await publish(server.client, items, quiet);
    expect([states(items), server.uploads]).toEqual([{ 'photo.jpg': 'sent' }, [`photo.jpg ${sha256(made)}`]]);
    expect([decoded.mock.calls.length, encoded.mock.calls.length]).toEqual([1, 1]);
    await using again = await desk({ files: [{ id: '1', path: 'photo.jpg', state: 'ready', sha256: sha256(made) }] });
    items[0]!.state = 'waiting';
    await publish(again.client, items, quiet);
    expect([states(items), again.uploads, decoded.mock.calls.length]).toEqual([{ 'photo.jpg': 'there' }, [], 2]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('what can’t be read here says what to do, and holds nothing up', async () => {
  await using server = await desk({});
  const { items } = await plan([chosen('IMG_1.heic', '\0\0\0\x18ftypheic\0\0\0\0'), chosen('scan.tif', `II*\0${'x'.repeat(5 * 1024 ** 2)}`), chosen('a.png', PNG)]);
  await publish(server.client, items, quiet);
  expect([states(items), server.uploads]).toEqual([{ 'IMG_1.heic': 'failed', 'scan.tif': 'failed', 'a.png': 'sent' }, ['a.png']]);
  const reasons = Object.fromEntries(items.map(({ path, reason }) => [path, reason]));
  expect(reasons['IMG_1.heic']).toMatch(/^This is a HEIC picture\. .*export it as JPEG/);
  expect(reasons['scan.tif']).toBe('This browser can’t read it. Export it as JPEG, and send that.');
});

test('a note whose address is taken gets another, and one of another title is asked for', async () => {
  const other = { code: 'other_title', replaces: { slug: 'readme', title: 'Old' }, instead: { slug: 'new', title: 'New' } };
  await using server = await desk({
    readmes: [{ slug: 'index', file_name: 'x.md', path: '', sha256: null }],
    refuse: (path, slug, replace) => (path === 'a/b.md' && slug === undefined ? [409, { code: 'conflict' }] : path === 'README.md' && slug === undefined && replace !== 'any' ? [409, other] : undefined),
  });
  const { items } = await plan([chosen('a/b.md', '# B\n'), chosen('README.md', '# New\n')]);
  const asked: unknown[] = [];
  const answer = (choice: string) => ({ ...quiet, ask: async (replacement: unknown) => (asked.push(replacement), choice) });
  const [note, own] = ['a/b.md', 'README.md'].map((path) => items.find((item) => item.path === path)!);
  await publish(server.client, items, answer(''));
  expect([note!.slug, own!.slug]).toEqual(['a-b', undefined]);
  expect(asked).toEqual([{ replaces: other.replaces, instead: other.instead }]);
  expect(own).toMatchObject({ state: 'failed', reason: expect.stringContaining('not sent') });
  await publish(server.client, items, answer('instead'));
  expect(own!.slug).toBe('new');
  own!.state = 'waiting';
  await publish(server.client, [own!], answer('replace'));
  expect(own!.slug).toBe('README');
  expect(server.uploads.at(-1)).toBe('README.md any');
});

test('what is stopped is waiting again, with what has arrived kept', async () => {
  const stopping = new AbortController();
  await using server = await desk({ refuse: (path) => (path === 'b.png' ? (stopping.abort(), undefined) : undefined) });
  const { items } = await plan([chosen('a.png', PNG), chosen('b.png', PNG), chosen('c.md', '# C\n\n![](a.png) ![](b.png)\n')]);
  items[0]!.state = 'sent';
  await expect(publish(server.client, items, { ...quiet, signal: stopping.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(states(items)).toEqual({ 'a.png': 'sent', 'b.png': 'waiting', 'c.md': 'waiting' });
});

test('a session that is over holds everything up until it goes on', async () => {
  let isOver = true;
  await using server = await desk({ refuse: () => (isOver ? [401, { code: 'invalid_token' }] : undefined) });
  const { items } = await plan([chosen('a.png', PNG), chosen('b.png', PNG)]);
  const mended = async () => {
    await server.client.login('a', 'b');
    isOver = false;
  };
  await publish(server.client, items, { ...quiet, holds: (error) => ((error as { code?: string }).code === 'invalid_token' ? mended() : undefined) });
  expect(states(items)).toEqual({ 'a.png': 'sent', 'b.png': 'sent' });
});

test('a folder and an archive lose their own name once, and other files none', async () => {
  const at = (path: string) => Object.defineProperty(new File(['x'], path.split('/').pop()!), 'webkitRelativePath', { value: path });
  expect((await fromChooser([at('vault/a.md'), at('vault/img/a.png')])).map(({ path }) => path)).toEqual(['a.md', 'img/a.png']);
  expect((await fromChooser([new File(['x'], 'a.md'), new File(['x'], 'b.png')])).map(({ path }) => path)).toEqual(['a.md', 'b.png']);
  // A stored vault/notes/a.md.
  const packed = 'UEsDBBQAAAAAAAAAIQCDFtyMAQAAAAEAAAAQAAAAdmF1bHQvbm90ZXMvYS5tZHhQSwECFAMUAAAAAAAAACEAgxbcjAEAAAABAAAAEAAAAAAAAAAAAAAAgAEAAAAAdmF1bHQvbm90ZXMvYS5tZFBLBQYAAAAAAQABAD4AAAAvAAAAAAA=';
  expect((await fromChooser([new File([Buffer.from(packed, 'base64')], 'vault.zip')])).map(({ path }) => path)).toEqual(['notes/a.md']);
  await expect(fromChooser([new File(['no archive'], 'a.zip')])).rejects.toMatchObject({ name: 'ZipError' });
});
