import { expect, test } from 'vitest';
import { z } from 'astro/zod';
import { mastheadLoader } from '../src/loader.js';
import { refusal } from '../src/refusal.js';
import { mastheadSchema } from '../src/schema.js';
import { site } from './support/context.js';
import { file, json, publishing, serve, type Published } from './support/server.js';

const entry = { id: 'jo/trip', url: 'http://x/', digest: 'd', updated: '', picture: null };

/** An error as Astro makes one of issues. */
function bySchema(...issues: string[]): Error {
  const error = new Error(['**members → jo/trip** data does not match collection schema.\n', ...issues.map((issue) => `  ${issue}`), ''].join('\n'));
  error.name = 'InvalidContentEntryDataError';
  return error;
}
const reason = (...issues: string[]) => refusal(entry, bySchema(...issues))?.reason;

test('a reason is what the schema said, in one line', () => {
  expect(refusal(entry, bySchema('**course**: Required'))).toEqual({ id: 'jo/trip', digest: 'd', reason: 'course: Required' });
  expect(reason('**course**: **course**: Expected type `"string"`\n  > received `"number"`', '**week**: Too small')).toBe('course: Expected type `"string"` > received `"number"`; week: Too small');
  expect(reason('**a.0.b**: a\u202eb\u0000c\u2028d')).toBe('a.0.b: a b c d');
});

test('no path of the machine is told', () => {
  expect(reason('**image**: Image “/home/ci/site/src/x.png” not found')).toBe('image: Image “…” not found');
  expect(reason('**image**: no file:///home/ci/a b.png, D:\\site\\x.png or (/etc/passwd)')).toBe('image: no … b.png, … or (…)');
  expect(reason('**url**: See https://club.example/courses/list or a/b')).toBe('url: See https://club.example/courses/list or a/b');
});

test('no error of anything else is told', () => {
  for (const error of [new Error('**x**: /secret'), new TypeError('  **a**: b'), 'text', undefined, bySchema()]) expect(refusal(entry, error)).toBe(undefined);
});

test('a reason is no longer than the server takes it', () => {
  for (const letter of ['a', 'ä', '漢', '😀']) {
    const told = reason(`**x**: ${letter.repeat(600)}`)!;
    expect(Buffer.byteLength(told)).toBeLessThanOrEqual(500);
    expect(Buffer.byteLength(told)).toBeGreaterThan(490);
    expect(told.endsWith(`${letter}…`)).toBe(true);
  }
});

const some = (): Published => new Map([['ann', file('ann', { frontmatter: 'course: math\n' })], ['jo', file('jo', { frontmatter: 'course: art\n' })], ['kim', file('kim')]]);
const schema = mastheadSchema.extend({ course: z.enum(['math', 'physics']) });

/** A server that keeps what builds tell it. */
const hearing = (published: Published, told: any[], status = 200) => {
  const play = publishing(published);
  return serve(async (request, response, base) => {
    if (request.method !== 'POST') return play(request, response, base);
    let text = '';
    for await (const chunk of request) text += chunk;
    const said = JSON.parse(text);
    told.push(said);
    json(response, said.refused ? status : 200, { status: 'success', new: 0 });
  });
};

test('a build says what its schema refused, each time, until it takes it', async () => {
  const published = some();
  const told: any[] = [];
  await using server = await hearing(published, told);
  const { context } = await site({ schema });
  const load = () => mastheadLoader({ url: server.url, buildKey: 'k' }).load(context);
  await load();
  expect(told).toEqual([
    { entries: [{ id: 'ann', digest: expect.any(String) }] },
    { entries: [], refused: [{ id: 'jo', digest: expect.any(String), reason: expect.stringMatching(/^course: .*math/) }, { id: 'kim', digest: expect.any(String), reason: expect.stringMatching(/^course: /) }] },
  ]);
  told.length = 0;
  await load();
  expect(told[1].refused).toHaveLength(2);
  told.length = 0;
  published.set('jo', file('jo', { frontmatter: 'course: physics\n' })).delete('kim');
  await load();
  expect(told).toEqual([{ entries: [expect.objectContaining({ id: 'ann' }), expect.objectContaining({ id: 'jo' })] }]);
});

test('what can’t be fetched or read is no refusal of the site’s', async () => {
  const published = some().set('jo', 'no frontmatter').set('kim', file('kim').replace('author:', 'author: ['));
  const told: any[] = [];
  await using server = await hearing(published, told);
  await mastheadLoader({ url: server.url, buildKey: 'k', attempts: 1 }).load((await site({ schema })).context);
  expect(told).toEqual([{ entries: [expect.objectContaining({ id: 'ann' })] }]);
});

test('a server that takes no refusals knows all the same what was read', async () => {
  const told: any[] = [];
  await using server = await hearing(some(), told, 400);
  const { context, log, entries } = await site({ schema });
  await mastheadLoader({ url: server.url, buildKey: 'k', attempts: 1 }).load(context);
  expect(told[0]).toEqual({ entries: [expect.objectContaining({ id: 'ann' })] });
  expect(log.at(-1)).toMatch(/^warn: Masthead doesn't know what this build read or refused/);
  expect([...entries.keys()]).toEqual(['ann']);
});

test('many refusals are said in parts', async () => {
  const published: Published = new Map(Array.from({ length: 450 }, (_, at) => [`jo/n${at}`, file(`jo/n${at}`)]));
  const told: any[] = [];
  await using server = await hearing(published, told);
  await mastheadLoader({ url: server.url, buildKey: 'k', failWhenEmpty: false }).load((await site({ schema })).context);
  expect(told.map(({ entries, refused }) => [entries.length, refused.length])).toEqual([[0, 200], [0, 200], [0, 50]]);
});
