// What the loaders store and fetch, with the converter taken away.

import { expect, test, vi } from 'vitest';
import { z } from 'astro/zod';
import { guarded } from '../src/guards.js';
import { withoutFiles } from '../src/images.js';
import { mastheadLiveLoader } from '../src/live.js';
import { mastheadLoader } from '../src/loader.js';
import { neutralData, neutralHtml, neutralText } from '../src/neutral.js';
import { site } from './support/context.js';
import { MARKUP } from './support/hostile.js';
import { fault } from './support/scan.js';
import { file, json, publishing, serve, type Handler, type Published } from './support/server.js';

const MARK = /__ASTRO_|__astro_|__VITE_|@@ASTRO|\$\$server-islands|!~\{|ROLLDOWN_FILE_URL/;
const MARKS = ['__ASTRO_IMAGE_../../secret.png', '__ASTRO_ASSET_IMAGE__x__', '__VITE_ASSET__aaaaaaaaaaaaaaaaaaaaaa__', `__astro_import_meta_env${'_'.repeat(20)}`, '"@@ASTRO_MANIFEST_REPLACE@@"', "'$$server-islands-map$$'", '!~{001}~', 'import.meta.ROLLDOWN_FILE_URL_x'];

test('both loaders let nothing hostile through', async () => {
  const published: Published = new Map(MARKUP.map((body, at) => [`jo/h${at}`, file(`h${at}`, { body })]));
  await using server = await serve(publishing(published));
  const { context, entries } = await site({ markdown: { image: { domains: ['e.example'] } as never } });
  await mastheadLoader({ url: server.url }).load(context);
  const all: any = await mastheadLiveLoader({ url: server.url }).loadCollection({ collection: 'members' });
  expect([entries.size, all.entries.length]).toEqual([MARKUP.length, MARKUP.length]);
  for (const { id, rendered } of [...entries.values(), ...all.entries]) expect(fault(rendered.html), `${id}: ${rendered.html}`).toBe(null);
});

test('nothing that is stored holds a mark that Astro or Vite takes for a command', async () => {
  const text = MARKS.map((mark) => `# ${mark}\n\n${mark} \`${mark}\` [x](https://e.example/${mark.replaceAll(/["']/g, '')})`).join('\n\n');
  const frontmatter = `tags: ${JSON.stringify(MARKS)}\nlicense: ${JSON.stringify(MARKS[1])}\n${JSON.stringify(MARKS[0])}: 1\nextra: {a: [{${JSON.stringify(MARKS[2])}: ${JSON.stringify(MARKS[3])}}]}\n`;
  await using server = await serve(publishing(new Map([['jo', file('jo', { title: MARKS[0]!, frontmatter, body: text })]])));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect(log).toEqual(['info: 1 entries, 1 fetched, 0 removed']);
  const live: any = await mastheadLiveLoader({ url: server.url }).loadEntry({ filter: { id: 'jo' }, collection: 'members' });
  for (const entry of [entries.get('jo'), { data: live.data, rendered: live.rendered }]) expect(JSON.stringify(entry)).not.toMatch(MARK);
  // People read what they wrote, and links lead where they led.
  const { data, rendered } = entries.get('jo');
  expect(data.title.replaceAll('\u2060', '')).toBe(MARKS[0]);
  expect(rendered.html).toContain('<code>&#95;_VITE_ASSET__');
  expect(neutralText('https://e.example/__VITE_ASSET__x')).toBe('https://e.example/%5F_VITE_ASSET__x');
  expect(neutralHtml('<a href="https://e.example/__VITE_x">y</a>')).toBe('<a href="https://e.example/&#95;_VITE_x">y</a>');
  // Each heading is still found under its own name.
  for (const { slug } of rendered.metadata.headings) if (!/_/.test(slug)) expect(rendered.html).toContain(`id="${slug}"`);
});

test('what a theme prints as HTML or takes for an address is text or a link, or goes', () => {
  for (const [key, right, wrong] of [
    ['head', [{ tag: 'meta', attrs: { property: 'og:title', content: 'x' } }, { tag: 'title', content: 'A' }], [{ tag: 'script', content: 'globalThis.ran=1' }]],
    ['head', [], [{ tag: 'meta', attrs: { 'http-equiv': 'refresh', content: '0' } }]],
    ['head', [{ tag: 'title' }], [{ tag: 'title', content: '</title><script>' }]],
    ['head', [{ tag: 'meta' }], [{ tag: 'meta', attrs: { name: 'a', onload: 'x' } }]],
    ['hero', { title: 'A', tagline: '1 > 0', actions: [{ text: 'a', link: '/b', variant: 'minimal' }] }, { tagline: '<b>' }],
    ['hero', {}, { image: { html: '<b>' } }],
    ['hero', { actions: [] }, { image: { file: '../../secret.png' } }],
    ['hero', { actions: [{ text: 'a', link: 'https://e.example/' }] }, { actions: [{ text: 'a', link: 'javascript:globalThis.ran=1' }] }],
    ['hero', { actions: [{ text: 'a', link: '#b' }] }, { actions: [{ text: 'a', link: '/b', attrs: { onclick: 'x' } }] }],
    ['hero', { other: 1 }, { actions: [{ text: 'a', link: '/b', icon: '<svg onload=x>' }] }],
    ['banner', { content: 'x' }, { content: '<script>' }],
    ['banner', { content: 'a > b' }, { content: '&lt;script>' }],
    ['sidebar', { order: 1, badge: 'New' }, { attrs: { onclick: 'x' } }],
    ['prev', { link: '/a', label: 'A' }, { link: 'javascript:x' }],
    ['next', false, { link: '//evil.example' }],
    ['editUrl', 'https://e.example/', 'javascript:x'],
    ['editUrl', true, '/here'],
    ['anything', '<b>', undefined],
  ] as const) {
    expect(guarded({ [key]: right, title: 'A' }), `${key}: ${JSON.stringify(right)}`).toEqual({ [key]: right, title: 'A' });
    if (wrong !== undefined) expect(guarded({ [key]: wrong, title: 'A' }), `${key}: ${JSON.stringify(wrong)}`).toEqual({ title: 'A' });
  }
  expect(guarded({ layout: '../../x.astro', toString: 1 })).toEqual({ toString: 1 });
});

test('a key that Astro’s store can’t hold goes, however deep', async () => {
  const frontmatter = '__proto__: {a: 1}\nextra: {b: [{"__proto__": 1, c: 2}]}\n';
  await using server = await serve(publishing(new Map([['jo', file('jo', { frontmatter })]])));
  const { context, entries } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  const { data } = entries.get('jo');
  expect(data.extra).toEqual({ b: [{ c: 2 }] });
  expect([Object.hasOwn(data, '__proto__'), Object.hasOwn(data.extra.b[0], '__proto__')]).toEqual([false, false]);
});

test('a mark within another, or right behind it, is broken as well', () => {
  const names = ['__ASTRO_', '__astro_', '__VITE_', '__vite_', '__ROLLDOWN', '__rolldown', '__ROLLUP', '__rollup', '@@ASTRO', '$$server-islands', '!~{', 'ROLLDOWN_FILE_URL', 'ROLLUP_FILE_URL'];
  for (const one of names) {
    for (const other of names) {
      for (let shared = 0; shared <= 2; shared += 1) {
        if (!other.startsWith(one.slice(one.length - shared))) continue;
        const text = `x${one}${other.slice(shared)}x`;
        for (const made of [neutralText(text), neutralHtml(text), neutralText(`https://e.example/${text}`)]) expect(names.filter((name) => made.includes(name)), made).toEqual([]);
      }
    }
  }
});

test('text that is no command stays byte for byte', () => {
  const date = new Date();
  const data = { a: 'snake_case __init__ __proto', b: [1, null, true, date], 'c d': { e: '$$x$$ @astro !~ import.meta.env' } };
  expect(neutralData(data)).toBe(data);
  expect(neutralData({ a: [data, '__VITE_x'] })).toEqual({ a: [data, '_\u2060_VITE_x'] });
  expect(neutralData(date)).toBe(date);
});

test('aliases that make billions of values cost one entry', async () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`).join('\n')}\n`;
  await using server = await serve(publishing(new Map([['ann', file('ann')], ['jo', file('jo', { frontmatter: bomb })]])));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url }).load(context);
  expect([...entries.keys()]).toEqual(['ann']);
  expect(log[0]).toMatch(/“jo” is passed over, it has no page: .*more than 200,000 values/);
});

test('an image of the site’s schema is no file that a document names', async () => {
  // As `image()` of Astro's content layer.
  const image = z.string().transform((path) => `__ASTRO_IMAGE_${path}`);
  const schema = z.object({ title: z.string(), heroImage: image.prefault('./default.png'), cover: image.optional() });
  const published: Published = new Map([
    ['a', file('a')],
    ['b', file('b', { frontmatter: 'heroImage: "../../secret.png"\n' })],
    ['c', file('c', { frontmatter: 'cover: /etc/secret.png\n' })],
    ['d', file('d', { frontmatter: 'cover: https://e.example/x.png\n' })],
  ]);
  await using server = await serve(publishing(published));
  const { context, entries, log } = await site({ schema });
  await mastheadLoader({ url: server.url }).load(context);
  expect([...entries.keys()].sort()).toEqual(['a', 'd']);
  expect(log.join('\n')).toMatch(/“b” is passed over, .*names a file of the site for an image: “\.\.\/\.\.\/secret\.png”/);
  expect(entries.get('a').data.heroImage).toBe('__ASTRO_IMAGE_./default.png');
  expect(() => withoutFiles({ x: '__ASTRO_IMAGE_./a.png' }, { x: 'a.png' })).toThrow('“./a.png”');
});

test('nothing is fetched from another server than Masthead’s own', async () => {
  const seen: string[] = [];
  await using elsewhere = await serve((request, response) => void (seen.push(request.url!), response.end(file('jo'))));
  const listing = (url: string): Handler => (request, response, base) => {
    if (request.url === '/content/away.md') return void response.writeHead(302, { Location: url }).end();
    if (request.url === '/content/moved.md') return void response.writeHead(301, { Location: '/content/ann.md' }).end();
    if (request.url !== '/api/content') return void response.end(file('ann'));
    const entry = (id: string, address: string) => ({ id, url: address, digest: 'd', updated: '2025-07-10T09:30:00Z', picture: null });
    json(response, 200, { status: 'success', cursor: null, entries: [entry('ann', `${base}/content/ann.md`), entry('away', '/content/away.md'), entry('jo', url), entry('moved', '/content/moved.md')] });
  };
  await using server = await serve(listing(`${elsewhere.url}/content/jo.md`));
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url, attempts: 2 }).load(context);
  expect([...entries.keys()].sort()).toEqual(['ann', 'moved']);
  expect(log.join('\n')).toMatch(new RegExp(`“jo” is passed over, it has no page: its file lies at ${elsewhere.url}, and not at ${server.url}`));
  expect(log.join('\n')).toMatch(new RegExp(`“away” is passed over.* leads to ${elsewhere.url}, which is not followed`));

  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const all: any = await mastheadLiveLoader({ url: server.url }).loadCollection({ collection: 'members' });
  expect(all.entries.map(({ id }: any) => id)).toEqual(['ann', 'moved']);
  expect(warn).toHaveBeenCalledTimes(2);
  expect(seen).toEqual([]);
});

test('this machine has three names, and the key is sent nowhere else', async () => {
  const keys: unknown[] = [];
  await using elsewhere = await serve((request, response) => void (keys.push(request.headers.authorization), response.end('{}')));
  const play = publishing(new Map([['jo', file('jo')]]));
  await using server = await serve((request, response, base) => {
    if (request.method === 'POST') return void response.writeHead(307, { Location: `${elsewhere.url}/api/content` }).end();
    return play(request, response, base);
  });
  const { context, entries, log } = await site();
  await mastheadLoader({ url: server.url.replace('127.0.0.1', 'localhost'), buildKey: 'k'.repeat(64) }).load(context);
  expect(entries.size).toBe(1);
  expect(log.at(-1)).toContain('which is not followed');
  expect(keys).toEqual([]);
});
