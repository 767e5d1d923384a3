import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient, MastheadError, type Readme } from '../src/client.js';
import { speak } from '../src/languages/say.js';
import { speakAs, speakEnglish } from '../src/speaking.js';
import { json, serve, type Handler } from './support/server.js';

// What Node has not: the browser's storage.
class Items {
  items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}
let local: Items;
let session: Items;
beforeEach(() => {
  [local, session] = [new Items(), new Items()];
  vi.stubGlobal('localStorage', local);
  vi.stubGlobal('sessionStorage', session);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const MEMBER = { handle: 'jo', name: 'Jo', picture: null };
const granted = { status: 'success', access_token: 'a.b.c', token_type: 'Bearer', expires_in: 3600, member: MEMBER };
const readme = (state: string) => ({ status: 'success', readme: { slug: 'a', state } });

test('the token is kept where it was asked to be', async () => {
  await using server = await serve((_request, response) => json(response, 200, granted));
  for (const [storage, kept] of [['local', local], ['session', session], ['memory', null]] as const) {
    const client = createClient({ url: `${server.url}/`, storage });
    expect(client.signedIn).toBe(false);
    expect(await client.login('jo@club.example', 'x')).toEqual(MEMBER);
    expect(client.signedIn).toBe(true);
    expect(kept?.getItem('accessToken') ?? 'a.b.c').toBe('a.b.c');
    expect(createClient({ url: server.url, storage }).signedIn).toBe(kept !== null);
    client.logout();
    expect(client.signedIn).toBe(false);
    expect([...local.items, ...session.items]).toEqual([]);
  }
});

test('the server is asked to speak the language of the page', async () => {
  const asked: unknown[] = [];
  await using server = await serve((request, response) => (asked.push(request.headers['accept-language']), json(response, 200, granted)));
  const client = createClient({ url: server.url, storage: 'memory' });
  await client.login('jo@club.example', 'x');
  speak('de', {});
  // What was chosen stays, whoever makes a client.
  createClient({ url: server.url });
  speakEnglish();
  await client.login('jo@club.example', 'x');
  speakAs('xx');
  await client.login('jo@club.example', 'x');
  expect(asked).toEqual(['en', 'de', 'en']);
});

test('where storage is forbidden, the session lasts as long as the page', async () => {
  vi.stubGlobal('localStorage', undefined);
  await using server = await serve((_request, response) => json(response, 200, granted));
  const client = createClient({ url: server.url });
  await client.login('jo@club.example', 'x');
  expect(client.signedIn).toBe(true);
});

test('a session ends by itself, and says so', async () => {
  await using server = await serve((_request, response) => json(response, 200, { ...granted, expires_in: 1 }));
  const client = createClient({ url: server.url });
  const seen: unknown[] = [];
  const stop = client.onSession((...what) => seen.push(what));
  await client.login('jo@club.example', 'x');
  await vi.waitFor(() => expect(seen).toEqual([[true], [false, 'expired']]), { timeout: 60_000 });
  expect(local.getItem('accessToken')).toBe(null);
  await expect(client.me()).rejects.toMatchObject({ code: 'invalid_token' });
  stop();
  await client.login('jo@club.example', 'x');
  expect(seen).toHaveLength(2);
});

test('a token that the server no longer takes ends the session', async () => {
  await using server = await serve((request, response) =>
    request.url === '/api/login' ? json(response, 200, granted) : json(response, 401, { status: 'error', code: 'invalid_token', message: 'Please sign in again.' }),
  );
  const client = createClient({ url: server.url });
  await client.login('jo@club.example', 'x');
  const endings: unknown[] = [];
  client.onSession((_signedIn, ending) => endings.push(ending));
  await expect(client.readmes()).rejects.toMatchObject({ code: 'invalid_token', status: 401, message: 'Please sign in again.' });
  expect(endings).toEqual(['expired']);
  expect(client.signedIn).toBe(false);
});

test('another tab is followed', async () => {
  const listeners: ((event: { key: string | null; newValue: string | null }) => void)[] = [];
  vi.stubGlobal('addEventListener', (_type: string, listener: never) => listeners.push(listener));
  const client = createClient({ url: 'http://127.0.0.1:9' });
  const seen: unknown[] = [];
  client.onSession((...what) => seen.push(what));
  local.setItem('accessTokenExpires', String(Date.now() + 60_000));
  local.setItem('accessToken', 'of.another.tab');
  listeners[0]!({ key: 'accessToken', newValue: 'of.another.tab' });
  local.items.clear();
  listeners[0]!({ key: null, newValue: null });
  expect(seen).toEqual([[true], [false, 'signed_out']]);
});

test('failures are told apart by their code', async () => {
  let answer: [number, unknown, Record<string, string>?] = [200, {}];
  await using server = await serve((_request, response) => json(response, ...answer));
  const client = createClient({ url: server.url });
  const attempt = async () => client.login('a', 'b').then(() => expect.fail('it went through'), (error) => error);
  answer = [429, { status: 'error', code: 'too_many_attempts', message: 'Wait.' }, { 'Retry-After': '7' }];
  expect(await attempt()).toMatchObject({ name: 'MastheadError', code: 'too_many_attempts', status: 429, retryAfter: 7, message: 'Wait.' });
  answer = [502, 'a proxy'];
  expect(await attempt()).toMatchObject({ code: 'unreadable', status: 502 });
  const nobody = createClient({ url: 'http://127.0.0.1:9' });
  expect(await nobody.login('a', 'b').catch((error) => error)).toMatchObject({ code: 'unreachable', status: 0 });
  expect(await attempt()).toBeInstanceOf(MastheadError);
});

test('a report is waited for, through faults that pass', async () => {
  const answers: [number, unknown][] = [[200, readme('processing')], [503, { status: 'error', code: 'unavailable', message: 'Busy.' }], [200, readme('processing')], [200, readme('published')]];
  await using server = await serve((request, response) => (request.url === '/api/login' ? json(response, 200, granted) : json(response, ...answers.shift()!)));
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  const states: string[] = [];
  const report = await client.watchReport('a', { onReport: (seen: Readme) => states.push(seen.state) });
  expect(report.state).toBe('published');
  expect(states).toEqual(['processing', 'processing', 'published']);
});

test('a report that is deleted, late or no longer wanted ends the wait', async () => {
  let answer: [number, unknown] = [404, { status: 'error', code: 'not_found', message: 'Gone.' }];
  await using server = await serve((request, response) => (request.url === '/api/login' ? json(response, 200, granted) : json(response, ...answer)));
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  await expect(client.watchReport('a')).rejects.toMatchObject({ code: 'not_found' });
  answer = [200, readme('processing')];
  await expect(client.watchReport('a', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'unavailable' });
  await expect(client.watchReport('a', { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('an upload that is aborted is no failure of the server', async () => {
  await using server = await serve((request, response) => (request.url === '/api/login' ? json(response, 200, granted) : undefined));
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  const upload = client.uploadReadme(new File(['# A'], 'a.md'), { signal: AbortSignal.timeout(50) });
  await expect(upload).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(client.signedIn).toBe(true);
});

test('a file of another title says what it would replace, and what to do instead', async () => {
  const both = { replaces: { slug: 'readme', title: 'A' }, instead: { slug: 'b', title: 'B' } };
  const forms: string[] = [];
  await using server = await serve(async (request, response) => {
    if (request.url === '/api/login') return json(response, 200, granted);
    forms.push((await buffer(request)).toString());
    if (forms.length === 1) return json(response, 409, { status: 'error', code: 'other_title', message: 'Another one.', ...both });
    json(response, 202, { status: 'success', readme: { slug: 'readme', state: 'processing', report: '/api/readmes/readme', replaced: { title: 'A', file_name: 'README.md', path: '' } } });
  });
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  const file = new File(['# B'], 'README.md');
  await expect(client.uploadReadme(file, { replace: 'same_title' })).rejects.toMatchObject({ code: 'other_title', status: 409, replacement: both });
  expect(await client.uploadReadme(file)).toEqual({ slug: 'readme', replaced: { title: 'A', file_name: 'README.md', path: '' } });
  expect(forms.map((form) => /name="replace"\s+(\w+)/.exec(form)?.[1])).toEqual(['same_title', undefined]);
  // A folder as a Mac writes it, in two characters where one is meant.
  await client.uploadReadme(file, { path: 'notes/Ko\u0308ln' });
  expect(forms.map((form) => /name="path"\s+(\S+)/.exec(form)?.[1])).toEqual([undefined, undefined, 'notes/K\u00f6ln']);
});

test('a code signs in whoever sets a password with it', async () => {
  await using server = await serve((_request, response) => json(response, 200, granted));
  const client = createClient({ url: server.url });
  expect(await client.join('CODE', 'four words of nonsense')).toEqual(MEMBER);
  expect(client.signedIn).toBe(true);
  client.logout();
  await client.setPassword({ code: 'CODE', password: 'four words of nonsense' });
  expect(client.signedIn).toBe(true);
  expect(server.requests).toEqual(['POST /api/set_password', 'POST /api/set_password']);
});

test('a member takes another name, and leaves with the password', async () => {
  const bodies: unknown[] = [];
  await using server = await serve(async (request, response) => {
    if (request.url === '/api/login') return json(response, 200, granted);
    const body = JSON.parse((await buffer(request)).toString()) as { name?: string; password?: string };
    bodies.push(body);
    if (request.method === 'PATCH') return json(response, 200, { status: 'success', member: { ...MEMBER, name: body.name }, picture_upload: null });
    if (body.password === 'wrong') return json(response, 401, { status: 'error', code: 'invalid_credentials', message: 'The password is wrong.' });
    return json(response, 202, { status: 'success' });
  });
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  expect(await client.rename('Zoë')).toEqual({ ...MEMBER, name: 'Zoë' });
  await expect(client.leave('wrong')).rejects.toMatchObject({ code: 'invalid_credentials' });
  expect(client.signedIn).toBe(true);
  await client.leave('four words of nonsense');
  expect(client.signedIn).toBe(false);
  expect(server.requests).toEqual(['POST /api/login', 'PATCH /api/me', 'POST /api/me/delete', 'POST /api/me/delete']);
  expect(bodies).toEqual([{ name: 'Zoë' }, { password: 'wrong' }, { password: 'four words of nonsense' }]);
});

test('a member takes another address by the code that was sent there, and chooses letters', async () => {
  const bodies: unknown[] = [];
  const mail = { page_up: true, editor_note: false, address_changed: true };
  const me = { status: 'success', member: MEMBER, picture_upload: null, email: 'jo@club.example', new_email: 'jo@new.example', mail };
  await using server = await serve(async (request, response) => {
    if (request.url === '/api/login') return json(response, 200, granted);
    if (request.method !== 'GET') bodies.push(JSON.parse((await buffer(request)).toString()));
    return json(response, 200, me);
  });
  const client = createClient({ url: server.url });
  await client.forgotPassword('jo@club.example');
  await client.login('a', 'b');
  const account = { member: MEMBER, pictureUpload: null, notices: [], email: 'jo@club.example', newEmail: 'jo@new.example', letters: mail, listed: true };
  expect(await client.account()).toEqual(account);
  expect(await client.wantEmail('jo@new.example', 'four words of nonsense')).toEqual(account);
  expect(await client.chooseLetters({ editor_note: false })).toEqual(account);
  expect(await client.beListed(false)).toEqual(account);
  expect(client.signedIn).toBe(true);
  await client.proveEmail('CODE');
  expect(client.signedIn).toBe(false);
  expect(bodies).toEqual([{ email: 'jo@club.example' }, { email: 'jo@new.example', password: 'four words of nonsense' }, { mail: { editor_note: false } }, { listed: false }, { email_code: 'CODE' }]);
});

test('what a site says of itself is asked for once, and again where that failed', async () => {
  const answers: [number, unknown][] = [[503, { status: 'error', code: 'unavailable', message: 'Busy.' }], [200, { status: 'success', site: { name: 'Chess Club' } }]];
  await using server = await serve((_request, response) => json(response, ...answers.shift()!));
  const client = createClient({ url: server.url });
  await expect(client.site()).rejects.toMatchObject({ code: 'unavailable' });
  expect([await client.site(), await client.site()].map(({ name }) => name)).toEqual(['Chess Club', 'Chess Club']);
  expect(server.requests).toHaveLength(2);
});

/** A server that takes pictures of any size, and says of the last one what `reports` say in turn. */
async function studio(reports: unknown[], put: Handler = (_request, response) => void response.end()) {
  const bodies: { path: string; headers: IncomingHttpHeaders; bytes: Buffer }[] = [];
  const server = await serve(async (request, response, base) => {
    const { headers, url = '' } = request;
    if (url === '/api/login') return json(response, 200, granted);
    if (url === '/api/me') return json(response, 200, { status: 'success', member: { ...MEMBER, picture: PICTURE }, picture_upload: reports.length > 1 ? reports.shift() : reports[0] });
    if (url === '/store') return put(request, response, base);
    bodies.push({ path: url, headers, bytes: await buffer(request) });
    if (url === '/api/upload_file') return json(response, 202, { status: 'success', file: { ...ARM, state: 'processing' } });
    if (url === '/api/upload_profile_pic') return json(response, 200, { status: 'success', picture: PICTURE });
    return json(response, 200, { status: 'success', file: ARM, upload: { method: 'PUT', url: `${base}/store`, headers: { 'content-type': 'image/png', 'x-name': 'a%20b' }, expires_in: 600 } });
  });
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  server.requests.length = 0;
  return { server, client, bodies };
}
const ARM = { id: 'ab12', path: 'img/Köln.png' };
const PICTURE = { 96: '/96', 256: '/256', 512: '/512' };
const large = (type = 'image/png', bytes = 5 * 1024 ** 2) => new File([new Uint8Array(bytes)], 'Jo at sea.png', { type });

test('what fits a form goes through one, under its name', async () => {
  const { server, client, bodies } = await studio([]);
  await using _ = server;
  const stages: string[] = [];
  expect(await client.uploadPicture(new File(['x'], 'Jo at sea.png', { type: 'image/png' }), { onStage: (stage) => stages.push(stage) })).toEqual(PICTURE);
  expect(bodies[0]!.bytes.toString()).toContain('name="profile_pic"; filename="Jo at sea.png"');
  expect(stages).toEqual(['preparing', 'sending']);
  await client.uploadPicture(new Blob(['x'], { type: 'image/png' }));
  expect(bodies[1]!.bytes.toString()).toContain('name="profile_pic"; filename="blob"');
});

test('what is larger goes to the store as the server says, and is waited for', async () => {
  let stored: [IncomingHttpHeaders, number] | undefined;
  const { server, client, bodies } = await studio([{ state: 'processing' }, { state: 'processing' }, { state: 'ready' }], async (request, response) => {
    stored = [request.headers, (await buffer(request)).length];
    response.end();
  });
  await using _ = server;
  const stages: string[] = [];
  const shares: number[] = [];
  expect(await client.uploadPicture(large(), { onStage: (stage) => stages.push(stage), onProgress: (share) => shares.push(share) })).toEqual(PICTURE);
  expect(server.requests).toEqual(['POST /api/upload_url', 'PUT /store', 'GET /api/me', 'GET /api/me', 'GET /api/me']);
  expect(JSON.parse(bodies[0]!.bytes.toString())).toEqual({ kind: 'profile_pic', content_type: 'image/png', size: 5 * 1024 ** 2, file_name: 'Jo at sea.png' });
  const [headers, length] = stored!;
  expect([headers['content-type'], headers['x-name'], headers.authorization, length]).toEqual(['image/png', 'a%20b', undefined, 5 * 1024 ** 2]);
  expect(stages).toEqual(['preparing', 'sending', 'processing']);
  expect(shares.at(-1)).toBe(1);
});

test('a large picture that is rejected, removed or not stored is told apart', async () => {
  const reports: unknown[] = [{ state: 'rejected', reason: 'The picture is damaged.' }];
  let status = 200;
  const { server, client } = await studio(reports, (_request, response) => void response.writeHead(status).end());
  await using _ = server;
  await expect(client.uploadPicture(large())).rejects.toMatchObject({ code: 'invalid_file', message: 'The picture is damaged.' });
  expect(await client.account()).toMatchObject({ member: { ...MEMBER, picture: PICTURE }, pictureUpload: reports[0], notices: [] });
  expect(await client.me()).toEqual({ ...MEMBER, picture: PICTURE });
  reports[0] = { state: 'processing' };
  await expect(client.watchPicture({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'unavailable', status: 0 });
  status = 403;
  await expect(client.uploadPicture(large())).rejects.toMatchObject({ code: 'unavailable', status: 403 });
  status = 412;
  await expect(client.uploadPicture(large())).rejects.toMatchObject({ code: 'conflict', status: 412 });
});

test('what can’t be taken is said before anything is sent', async () => {
  const { server, client } = await studio([]);
  await using _ = server;
  await expect(client.uploadPicture(large('image/heic'))).rejects.toMatchObject({ code: 'unsupported_media_type', status: 0 });
  await expect(client.uploadPicture(large('image/jpeg', 25 * 1024 ** 2 + 1))).rejects.toMatchObject({ code: 'too_large', status: 0, message: expect.stringContaining('25 MiB') });
  expect(server.requests).toEqual([]);
});

test('a picture can be stopped while it is put, and while it is waited for', async () => {
  const { server, client } = await studio([{ state: 'processing' }], () => undefined);
  await using _ = server;
  await expect(client.uploadPicture(large(), { signal: AbortSignal.timeout(1000) })).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(server.requests).toEqual(['POST /api/upload_url', 'PUT /store']);
  const stopping = new AbortController();
  server.handler = ((handler: Handler): Handler => (request, response, base) => (request.url === '/store' ? void response.end() : handler(request, response, base)))(server.handler);
  await expect(client.uploadPicture(large(), { signal: stopping.signal, onStage: (stage) => stage === 'processing' && setTimeout(() => stopping.abort(), 100) })).rejects.toMatchObject({ name: 'AbortError' });
  expect(client.signedIn).toBe(true);
});

test('a file goes under its path, composed, and else under its name', async () => {
  const { server, client, bodies } = await studio([]);
  await using _ = server;
  const shares: number[] = [];
  const file = new File(['x'], 'arm.png', { type: 'image/png' });
  expect(await client.uploadFile(file, { path: 'img/Ko\u0308ln.png', onProgress: (share) => shares.push(share) })).toEqual(ARM);
  await client.uploadFile(file);
  const fields = bodies.map(({ bytes }) => /name="file"; filename="(.+)"[^]+name="path"\s+(\S+)/.exec(bytes.toString())?.slice(1));
  expect(fields).toEqual([['arm.png', 'img/K\u00f6ln.png'], ['arm.png', 'arm.png']]);
  expect(shares.at(-1)).toBe(1);
  expect(server.requests).toEqual(['POST /api/upload_file', 'POST /api/upload_file']);
});

test('a large file goes to the store as what its content is, whatever it is called', async () => {
  let length = 0;
  const { server, client, bodies } = await studio([], async (request, response) => {
    length = (await buffer(request)).length;
    response.end();
  });
  await using _ = server;
  const bytes = new Uint8Array(5 * 1024 ** 2);
  for (const [beginning, type] of [['%PDF-1.7', 'application/pdf'], ['\x89PNG\r\n\x1a\n', 'image/png'], ['GIF89a', 'image/gif'], ['RIFF....WEBP', 'image/webp'], ['\xff\xd8\xff', 'image/jpeg']] as const) {
    bytes.set(Buffer.from(beginning, 'latin1'));
    expect(await client.uploadFile(new File([bytes], 'plan.txt', { type: 'text/plain' }), { path: 'docs/plan.txt' })).toEqual(ARM);
    expect(JSON.parse(bodies.at(-1)!.bytes.toString())).toEqual({ kind: 'file', content_type: type, path: 'docs/plan.txt', size: bytes.length });
    expect(length).toBe(bytes.length);
  }
  server.requests.length = 0;
  await expect(client.uploadFile(new File([new Uint8Array(5 * 1024 ** 2)], 'film.mp4', { type: 'video/mp4' }))).rejects.toMatchObject({ code: 'unsupported_media_type', status: 0, message: expect.stringContaining('JPEG') });
  await expect(client.uploadFile(new File([bytes, new Uint8Array(20 * 1024 ** 2 + 1)], 'a.jpg'))).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('25 MiB') });
  expect(server.requests).toEqual([]);
});

test('files are listed, waited for and taken away', async () => {
  const usage = { files: 1, bytes: 3, max_files: 500, max_bytes: 209_715_200 };
  const states = ['processing', 'processing', 'rejected'];
  await using server = await serve((request, response) => {
    if (request.url === '/api/login') return json(response, 200, granted);
    if (request.method === 'DELETE') return json(response, 202, { status: 'success' });
    json(response, 200, { status: 'success', files: [{ ...ARM, state: states.length > 1 ? states.shift() : states[0] }], usage });
  });
  const client = createClient({ url: server.url });
  await client.login('a', 'b');
  const seen: unknown[] = [];
  const all = await client.watchFiles({ onFiles: ({ files }) => seen.push(files[0]?.state) });
  expect(all).toEqual({ files: [{ ...ARM, state: 'rejected' }], usage });
  expect(seen).toEqual(['processing', 'processing', 'rejected']);
  expect(await client.files()).toEqual(all);
  await client.deleteFile('a/b');
  expect(server.requests.at(-1)).toBe('DELETE /api/files/a%2Fb');
});

test('versions are listed, read, compared and brought back, each at its own address', async () => {
  const text = '# Größe\n';
  const page = { versions: [{ id: 'v.1', uploaded: '2026-05-03T12:00:00Z', size: 9, state: 'current' }], cursor: 'v-v.1' };
  const bodies: unknown[] = [];
  await using server = await serve(async (request, response) => {
    if (request.method === 'POST') bodies.push(JSON.parse((await buffer(request)).toString()));
    switch (request.url?.split('?')[0]) {
      case '/api/login':
        return json(response, 200, granted);
      case '/api/readmes/trip/versions':
        return json(response, 200, { status: 'success', ...page });
      case '/api/readmes/trip/versions/v.1/changes':
        return json(response, 200, { status: 'success', changes: { runs: [] } });
      case '/api/readmes/trip/restore':
        return json(response, 202, { status: 'success', readme: { slug: 'trip', replaced: null } });
      case '/api/readmes':
        return json(response, 200, { status: 'success', deleted: [], cursor: null });
      case '/api/readmes/trip':
        return json(response, 202, { status: 'success' });
      case '/api/readmes/trip/source':
      case '/api/readmes/trip/versions/v.1':
        expect(request.headers.authorization).toBe('Bearer a.b.c');
        response.writeHead(200, { 'Content-Type': 'text/markdown; charset=utf-8', 'Content-Disposition': `attachment; filename="Gr__e.md"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.md` });
        return void response.end(text);
      default:
        return json(response, 404, { status: 'error', code: 'not_found', message: 'There is nothing at this address.' });
    }
  });
  const client = createClient({ url: server.url });
  await client.login('jo@club.example', 'x');
  bodies.length = server.requests.length = 0;
  expect(await client.versions('trip')).toMatchObject(page);
  await client.versions('trip', { cursor: 'v-v.1' });
  for (const { blob, name } of [await client.source('trip'), await client.version('trip', 'v.1')]) {
    expect([await blob.text(), name]).toEqual([text, 'Größe.md']);
  }
  expect(await client.changes('trip', 'v.1')).toEqual({ runs: [] });
  await client.changes('trip', 'v.1', { since: 'v.0' });
  expect(await client.restoreReadme('trip', 'v.1')).toEqual({ slug: 'trip', replaced: null });
  expect(await client.deletedReadmes()).toMatchObject({ deleted: [], cursor: null });
  await client.deletedReadmes({ cursor: 'a%2Fb' });
  await client.eraseReadme('trip');
  await expect(client.version('trip', 'gone')).rejects.toMatchObject({ code: 'not_found', status: 404 });
  expect(server.requests).toEqual([
    'GET /api/readmes/trip/versions',
    'GET /api/readmes/trip/versions?cursor=v-v.1',
    'GET /api/readmes/trip/source',
    'GET /api/readmes/trip/versions/v.1',
    'GET /api/readmes/trip/versions/v.1/changes',
    'GET /api/readmes/trip/versions/v.1/changes?since=v.0',
    'POST /api/readmes/trip/restore',
    'GET /api/readmes?deleted=yes',
    'GET /api/readmes?deleted=yes&cursor=a%252Fb',
    'DELETE /api/readmes/trip?forever=yes',
    'GET /api/readmes/trip/versions/gone',
  ]);
  expect(bodies).toEqual([{ version: 'v.1' }]);
});

test('a file that the server no longer hands out for a token ends the session', async () => {
  await using server = await serve((request, response) =>
    request.url === '/api/login' ? json(response, 200, granted) : json(response, 401, { status: 'error', code: 'invalid_token', message: 'Please sign in again.' }),
  );
  const client = createClient({ url: server.url });
  await client.login('jo@club.example', 'x');
  await expect(client.source('trip')).rejects.toMatchObject({ code: 'invalid_token' });
  expect(client.signedIn).toBe(false);
});

test('a text is previewed, its source read with its version, and that version alone replaced', async () => {
  const asked: [string | undefined, string][] = [];
  await using server = await serve(async (request, response) => {
    asked.push([request.url, (await buffer(request)).toString()]);
    if (request.url === '/api/login') return json(response, 200, granted);
    if (request.url === '/api/preview') return json(response, 200, { status: 'success', preview: { html: '<p>x</p>' } });
    if (request.url === '/api/readmes/gone/source') return json(response, 404, { status: 'error', code: 'not_found', message: 'There is nothing here.' });
    if (request.url?.endsWith('/source')) return void response.writeHead(200, { ETag: 'W/"v1"' }).end(Buffer.from([0xff, 0xfe, 0x61, 0]));
    return json(response, 202, { status: 'success', readme: { slug: 'a', replaced: null } });
  });
  const client = createClient({ url: server.url, storage: 'memory' });
  await client.login('jo@club.example', 'x');
  expect(await client.preview({ text: 'x', fileName: 'a.md', path: 'notes' })).toEqual({ html: '<p>x</p>' });
  expect(JSON.parse(asked[1]![1])).toEqual({ text: 'x', file_name: 'a.md', path: 'notes' });
  const { blob, version } = await client.source('a');
  expect([new Uint8Array(await blob.arrayBuffer()), version]).toEqual([new Uint8Array([0xff, 0xfe, 0x61, 0]), 'v1']);
  await expect(client.source('gone')).rejects.toMatchObject({ code: 'not_found', status: 404 });
  await client.uploadReadme(new File(['x'], 'a.md'), { ifVersion: 'v1' });
  expect(asked.at(-1)![1]).toMatch(/name="if_version"\r\n\r\nv1\r\n/);
});

test('administrators and editors ask as the server takes it', async () => {
  const sent: unknown[] = [];
  await using server = await serve(async (request, response) => {
    const body = (await buffer(request)).toString();
    if (request.url !== '/api/login') sent.push(body === '' ? null : JSON.parse(body));
    json(response, 200, { ...granted, members: [], documents: [], acts: [], cursor: null, rows: [], added: 0, member: MEMBER });
  });
  const client = createClient({ url: server.url, storage: 'memory' });
  await client.login('jo@club.example', 'x');
  await client.members();
  await client.members({ q: 'Zoë M&M', cursor: 'jo' });
  await client.inviteMember({ email: 'zoe@club.example', name: 'Zoë', role: 'editor' });
  await client.importMembers('email,name\n', { dryRun: true });
  expect(await client.changeMember('0-1', { disabled: true })).toEqual(MEMBER);
  await client.resetMember('0-1');
  await client.resetMember('0-1', { mail: true });
  await client.signOutMember('0-1');
  await client.removeMember('0-1', 'zoe');
  await client.review();
  await client.review({ state: 'waiting', cursor: 'jo/trip' });
  await client.reviewed('jo', 'trip');
  await client.decide('jo', 'trip', { action: 'withdraw', version: 'v', note: 'Why.' });
  await client.acts({ cursor: '1-a' });
  await client.putNoticesAway('2026-12-01T00:00:00.000Z');
  expect(server.requests.slice(1).map((request, at) => [request, sent[at]])).toEqual([
    ['GET /api/members', null],
    ['GET /api/members?cursor=jo&q=Zo%C3%AB%20M%26M', null],
    ['POST /api/members', { email: 'zoe@club.example', name: 'Zoë', role: 'editor' }],
    ['POST /api/members/import', { csv: 'email,name\n', dry_run: true, skip_bad: false, mail: false }],
    ['PATCH /api/members/0-1', { disabled: true }],
    ['POST /api/members/0-1/reset', { mail: false }],
    ['POST /api/members/0-1/reset', { mail: true }],
    ['POST /api/members/0-1/sign_out', {}],
    ['DELETE /api/members/0-1', { handle: 'zoe' }],
    ['GET /api/review', null],
    ['GET /api/review?state=waiting&cursor=jo%2Ftrip', null],
    ['GET /api/review/jo/trip', null],
    ['POST /api/review/jo/trip', { action: 'withdraw', version: 'v', note: 'Why.' }],
    ['GET /api/audit?cursor=1-a', null],
    ['PATCH /api/me', { notices_seen: '2026-12-01T00:00:00.000Z' }],
  ]);
});
