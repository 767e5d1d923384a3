// The package against the real thing.

import { expect, test } from 'vitest';
import { z } from 'astro/zod';
import { createClient } from '../src/client.js';
import { missing } from '../src/folder/missing.js';
import { thumbnail } from '../src/folder/sizes.js';
import { mastheadLiveLoader } from '../src/live.js';
import { mastheadLoader } from '../src/loader.js';
import { mastheadMembers, mastheadMemberSchema } from '../src/members.js';
import { mastheadSchema } from '../src/schema.js';
import { site } from './support/context.js';
import { noise } from './support/noise.js';
import { markdown, stack } from './support/stack.js';

const signedIn = async () => {
  const client = createClient({ url: stack.url, storage: 'memory' });
  await client.login(stack.email, stack.password);
  return client;
};

test('a document goes all the way, and back', async () => {
  const client = await signedIn();
  const { slug } = await client.uploadReadme(markdown('Round trip.md', '# Round trip\n\nText.\n\n> [!TIP]\n> Look [[nowhere]].\n'));
  expect(slug).toBe('round-trip');
  const report = await client.watchReport(slug);
  expect(report).toMatchObject({ slug, entry_id: 'demo/round-trip', state: 'published', live: true });
  expect(report.warnings.map(({ code }) => code)).toContain('unresolved-link');
  expect((await client.readmes()).map((readme) => readme.slug)).toContain(slug);

  const { context, entries, log } = await site();
  await mastheadLoader({ url: stack.url }).load(context);
  expect(log.at(-1)).not.toContain('passed over');
  expect(entries.get('demo/round-trip').data).toMatchObject({ title: 'Round trip', author: 'Demo Member', masthead: { handle: 'demo' } });

  const live = mastheadLiveLoader({ url: stack.url });
  const entry = await live.loadEntry({ filter: { id: 'demo/round-trip' }, collection: 'members' });
  expect(entry).toMatchObject({ id: 'demo/round-trip', data: { title: 'Round trip' } });
  expect((entry as any).rendered.html).toContain('<p>Text.</p>');

  await client.deleteReadme(slug);
  await expect.poll(async () => live.loadEntry({ filter: { id: 'demo/round-trip' }, collection: 'members' })).toBe(undefined);
  await mastheadLoader({ url: stack.url }).load(context);
  expect(entries.has('demo/round-trip')).toBe(false);
});

test('a picture of any size becomes the profile’s, is shown by its name, and is removed', async () => {
  const client = await signedIn();
  const small = noise('Jo at sea.png', 300);
  const picture = await client.uploadPicture(small);
  expect(await client.account()).toMatchObject({ member: { handle: 'demo', picture }, pictureUpload: { state: 'ready' } });
  await client.uploadReadme(markdown('Portrait.md', '# Portrait\n\n![[Jo at sea.png]]\n'));
  expect((await client.watchReport('portrait')).warnings).toEqual([]);
  const published = async () => (await fetch(`${stack.url}/content/demo/portrait.md`)).text();
  expect(await published()).toContain(picture['512']);

  const large = noise('Jo ashore.png', 1300);
  expect(large.size).toBeGreaterThan(5e6);
  const stages: string[] = [];
  const larger = await client.uploadPicture(large, { onStage: (stage) => stages.push(stage) });
  expect(stages).toEqual(['preparing', 'sending', 'processing']);
  expect(larger).not.toEqual(picture);
  expect(await client.me()).toMatchObject({ picture: larger });
  for (const address of Object.values(larger)) expect((await fetch(address)).status).toBe(200);
  await client.uploadReadme(markdown('Portrait.md', '# Portrait\n\n![[Jo ashore.png]]\n'));
  expect((await client.watchReport('portrait')).warnings).toEqual([]);
  expect(await published()).toContain(larger['512']);

  const torn = new File([large.slice(0, 4_300_000)], 'Torn.png', { type: 'image/png' });
  await expect(client.uploadPicture(torn)).rejects.toMatchObject({ code: 'invalid_file', message: expect.stringMatching(/damaged/) });
  expect(await client.account()).toMatchObject({ member: { picture: larger }, pictureUpload: { state: 'rejected', reason: expect.stringMatching(/damaged/) } });

  await client.deletePicture();
  expect(await client.account()).toMatchObject({ member: { picture: null }, pictureUpload: null });
  await expect.poll(published, { timeout: 60_000 }).not.toContain('/pictures/');
  await client.deletePicture();
  await client.deleteReadme('portrait');
});

test('a file is shown where a document asks for it, whatever its size, and goes again', async () => {
  const client = await signedIn();
  const small = await client.uploadFile(noise('arm.png', 300), { path: 'robots/img/arm.png' });
  expect(small).toEqual({ id: expect.any(String), path: 'robots/img/arm.png' });
  const large = noise('Big Map.png', 1300);
  expect(large.size).toBeGreaterThan(5e6);
  const shares: number[] = [];
  const map = await client.uploadFile(large, { onProgress: (share) => shares.push(share) });
  expect([map.path, shares.at(-1)]).toEqual(['Big Map.png', 1]);
  const { files, usage } = await client.watchFiles();
  const [arm, big] = [small.id, map.id].map((id) => files.find((file) => file.id === id)!);
  expect(arm).toMatchObject({ state: 'ready', type: 'image/webp', width: 300, height: 300, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), shown_by: [] });
  expect(big).toMatchObject({ state: 'ready', width: 1300, size: large.size });
  expect(usage.bytes).toBeGreaterThanOrEqual(large.size);
  const small480 = thumbnail(big!.url!)!;
  expect([small480.width, (await fetch(small480.url)).status]).toEqual([480, 200]);

  const { slug } = await client.uploadReadme(markdown('README.md', '# Robots\n\n![Arm](img/arm.png) ![[big map.png]]\n'), { path: 'robots' });
  expect(await client.watchReport(slug)).toMatchObject({ slug: 'robots', path: 'robots', warnings: [] });
  expect((await client.watchReadmes()).find((readme) => readme.slug === slug)).toMatchObject({ path: 'robots', warning_count: 0 });
  const text = await (await fetch(`${stack.url}/content/demo/robots.md`)).text();
  expect(text).toContain(`![Arm](${arm!.url})`);
  expect((await client.files()).files.find(({ id }) => id === small.id)?.shown_by).toEqual(['robots']);

  // Missing again, it is asked for where the document looks for it.
  await client.deleteFile(small.id);
  await expect.poll(async () => missing(await client.readme(slug)).paths, { timeout: 60_000 }).toEqual(['robots/img/arm.png']);
  await expect(client.deleteFile(small.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(client.uploadFile(markdown('song.mp3', 'ID3 no picture'))).rejects.toMatchObject({ code: 'unsupported_media_type', status: 415 });
  await expect(client.uploadFile(noise('a.png', 8), { path: '../a.png' })).rejects.toMatchObject({ code: 'bad_request' });
  await client.deleteFile(map.id);
  await client.deleteReadme(slug);
});

test('the client’s refusals are the server’s own', async () => {
  const client = createClient({ url: stack.url, storage: 'memory' });
  await expect(client.login(stack.email, 'not the password at all')).rejects.toMatchObject({ code: 'invalid_credentials', status: 401 });
  const member = await signedIn();
  expect(await member.me()).toMatchObject({ handle: 'demo', name: 'Demo Member' });
  await expect(member.uploadReadme(markdown('a.md', 'x'.repeat(1024 * 1024 + 1)))).rejects.toMatchObject({ code: 'too_large' });
  await expect(member.uploadPicture(markdown('a.png', 'no picture'))).rejects.toMatchObject({ code: 'invalid_file' });
  await expect(member.readme('nothing')).rejects.toMatchObject({ code: 'not_found' });
  await expect(member.setPassword({ currentPassword: 'wrong', password: 'lanterns over quiet marshland' })).rejects.toMatchObject({ code: 'invalid_credentials' });
  await expect(client.setPassword({ code: 'AAAA-AAAA-AAAA-AAAA', password: 'lanterns over quiet marshland' })).rejects.toMatchObject({ name: 'MastheadError' });
  expect(member.signedIn).toBe(true);
});

test('a report says that a document is queued, and then since when the site has it', async () => {
  const client = await signedIn();
  await client.uploadReadme(markdown('Queue.md', '# Queue\n'));
  expect((await client.watchReport('queue')).site).toEqual({ state: 'queued', since: null });

  const { context, log } = await site();
  await mastheadLoader({ url: stack.url, buildKey: 'f'.repeat(64) }).load(context);
  expect(log.at(-1)).toContain('another build key');
  expect((await client.watchReport('queue')).site?.state).toBe('queued');

  await mastheadLoader({ url: stack.url, buildKey: stack.buildKey }).load(context);
  const { site: inSite } = await client.watchReport('queue');
  expect(inSite?.state).toBe('built');
  expect(Date.now() - Date.parse(inSite!.since!)).toBeLessThan(60_000);
  await client.deleteReadme('queue');
});

test('an author is told what the site’s own schema refused, until a build takes it', async () => {
  const client = await signedIn();
  await client.uploadReadme(markdown('Lesson.md', '---\ntitle: Lesson\ncourse: art\n---\nText.\n'));
  await client.watchReport('lesson');
  const schema = mastheadSchema.extend({ course: z.enum(['math', 'physics'], 'a course is math or physics').optional() });
  const { context } = await site({ schema });
  const build = () => mastheadLoader({ url: stack.url, buildKey: stack.buildKey }).load(context);
  const refused = async () => (await client.readme('lesson')).warnings.filter(({ code }) => code === 'site-refused');
  await build();
  expect(await refused()).toEqual([{ code: 'site-refused', line: 3, column: 1, text: 'course', hint: expect.stringMatching(/The site says: course: a course is math or physics$/) }]);
  expect((await client.readme('lesson')).site).toEqual({ state: 'refused', since: expect.any(String) });

  await client.uploadReadme(markdown('Lesson.md', '---\ntitle: Lesson\ncourse: math\n---\nText.\n'));
  await client.watchReport('lesson');
  expect(await refused()).toEqual([]);
  await build();
  expect((await client.readme('lesson')).site?.state).toBe('built');
  await client.deleteReadme('lesson');
});

test('members are a collection, and whoever has one decides whether they are in it', async () => {
  const client = await signedIn();
  await client.uploadReadme(markdown('Own.md', '# Own\n'));
  await client.watchReport('own');
  const { context, entries } = await site({ schema: mastheadMemberSchema });
  await mastheadMembers({ url: stack.url, prefix: 'docs' }).load(context);
  const { public_members: isPublic } = await client.site();
  // Without a directory by what is published.
  expect(entries.get('demo').data).toMatchObject({ handle: 'demo', name: 'Demo Member', documents: expect.arrayContaining(['docs/demo/own']) });
  expect((await client.beListed(false)).listed).toBe(false);
  await mastheadMembers({ url: stack.url }).load(context);
  expect(entries.has('demo')).toBe(!isPublic);
  expect((await client.beListed(true)).listed).toBe(true);
  await mastheadMembers({ url: stack.url }).load(context);
  expect(entries.has('demo')).toBe(true);
  await client.deleteReadme('own');
});
