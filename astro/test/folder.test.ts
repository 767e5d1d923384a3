// What becomes of a chosen folder before anything is sent, on the table that every program reads which publishes
// folders; archives, made here byte by byte; and the sending of many files.

import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { belongings, finder, references, wantedPath } from '../src/folder/belongs.js';
import { addressOf, freeAddress, hasFile, hasNote, knownNotes, mayReplace, sha256 } from '../src/folder/changed.js';
import { MAX_PATH_BYTES, baseName, parsePath } from '../src/folder/paths.js';
import { sendAll, type State } from '../src/folder/queue.js';
import { contentType, prepared } from '../src/folder/scale.js';
import { isSilent, kindOf, sort, withoutTop } from '../src/folder/sort.js';
import { ZipError, readZip } from '../src/folder/zip.js';

interface Table {
  kinds: { path: string; is: string; fault?: string }[];
  belongs: { files: string[]; note: string; text: string; shows: string[]; missing?: string[] }[];
  tops: { paths: string[]; inside: string[] }[];
}
const table = JSON.parse(readFileSync(new URL('../../tests/folders.json', import.meta.url), 'utf8')) as Table;

describe('what is taken', () => {
  test.each(table.kinds)('$path is $is', ({ path, is, fault }) => {
    expect(kindOf(path)).toBe(is);
    expect(fault === undefined ? undefined : parsePath(path).fault).toBe(fault);
  });

  test.each(table.tops)('inside of $paths', ({ paths, inside }) => {
    expect(withoutTop(paths.map((path) => ({ path, size: 1 }))).map(({ path }) => path)).toEqual(inside);
  });

  test('paths follow the server’s rule', () => {
    const long = 'o'.repeat(MAX_PATH_BYTES - 1) + '\u0308';
    for (const [typed, fault] of [
      ['', 'empty'], ['n'.repeat(MAX_PATH_BYTES + 1), 'too-long'], ['a\0b', 'unseen'], ['a\\b', 'backslash'], ['/etc', 'empty-name'], ['img/', 'empty-name'],
      ['img//a', 'empty-name'], ['../a', 'climbs'], ['./a', 'climbs'], ['.env', 'hidden'], ['img/...', 'hidden'], [' a', 'outer-space'], ['img /a', 'outer-space'],
    ]) expect(parsePath(typed ?? '').fault, typed).toBe(fault);
    expect(parsePath(long).path?.length, 'it is shorter once composed').toBe(MAX_PATH_BYTES - 1);
    expect(parsePath('Ko\u0308ln/a b.png').path).toBe('Köln/a b.png');
  });

  test('notes come last, and what stays says why', () => {
    const file = (path: string, size = 10) => ({ path, size });
    const files = ['z.md', 'a/b.png', 'README.md', 'c.png', 'film.mp4', '.DS_Store', 'ü.md', 'u\u0308.md', '../up.md'].map((path) => file(path));
    const { taken, ignored } = sort([...files, file('empty.md', 0), file('long.md', 1024 ** 2 + 1), file('photo.jpg', 40 * 1024 ** 2), file('Plan.pdf', 26 * 1024 ** 2)]);
    expect(taken.map(({ path }) => path)).toEqual(['c.png', 'photo.jpg', 'a/b.png', 'README.md', 'z.md', 'ü.md']);
    expect(ignored.filter(({ reason }) => !isSilent(reason)).map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'film.mp4: recording', 'ü.md: twice', '../up.md: path', 'empty.md: empty', 'long.md: too-large', 'Plan.pdf: too-large',
    ]);
    expect(ignored.find(({ path }) => path === 'long.md')?.sentence).toBe('It is larger than 1 MiB.');
    expect(ignored.every(({ sentence }) => /\.$/.test(sentence))).toBe(true);
  });
});

describe('what belongs to what', () => {
  test.each(table.belongs)('$note: $text', ({ files, note, text, shows, missing = [] }) => {
    const { notes, unshown } = belongings([{ path: note, text }], files);
    expect(notes[0]?.shows).toEqual(shows);
    expect([...new Set(notes[0]?.missing.map((path) => baseName(path).toLowerCase()))]).toEqual(missing);
    expect(unshown).toEqual(files.filter((path) => !shows.includes(path)));
  });

  test('what the server has isn’t missing, and isn’t sent', () => {
    const { notes, unshown } = belongings([{ path: 'n/a.md', text: '![](x.png) ![](y.png)' }], ['n/x.png', 'z.png'], ['n/y.png', 'n/x.png']);
    expect(notes).toEqual([{ path: 'n/a.md', shows: ['n/x.png', 'n/y.png'], missing: [] }]);
    expect(unshown).toEqual(['z.png']);
  });

  test('a destination is decoded and straightened', () => {
    expect(wantedPath('', '../../a.png')).toBe('a.png');
    expect(finder(['Ä.png'])('', 'a\u0308.PNG')).toBe('Ä.png');
  });

  test('long and hostile notes are read in no time', () => {
    const started = performance.now();
    for (const piece of ['![](', '[[', '<img src=', '```\n', '<!--', '%%', '`', '[a]: <', '![](a(b', '<img a="', '---\n', '\\(']) references(piece.repeat(Math.ceil(1024 ** 2 / piece.length)));
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('what is there already', () => {
  test('is told by digests and paths', async () => {
    const digest = await sha256(new Blob(['abc']));
    expect(digest).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const file = { path: 'a.png', state: 'ready', sha256: digest ?? null };
    expect([hasFile([file], 'a.png', digest), hasFile([file], 'b.png', digest), hasFile([{ ...file, state: 'rejected' }], 'a.png', digest), hasFile([{ ...file, sha256: null }], 'a.png', undefined)]).toEqual([true, false, false, false]);
    const note = { slug: 'arm', file_name: 'ü.md', path: 'notes', sha256: digest ?? null };
    expect([hasNote([note], 'notes/ü.md', digest), hasNote([note], 'ü.md', digest), hasNote([note], 'notes/ü.md', undefined)]).toEqual([true, false, false]);
    expect(knownNotes([{ slug: 'a', file_name: 'u\u0308.md' }], 'ü.md')).toHaveLength(1);
    const both = [{ slug: 'club', file_name: 'README.md', sha256: 'x' }, { slug: 'readme', file_name: 'README.md', sha256: digest ?? null }];
    expect([hasNote(both, 'README.md', digest), mayReplace(both, 'README.md'), addressOf(both, 'README.md')], 'two of one name').toEqual([true, false, undefined]);
    expect([addressOf(both.slice(1), 'README.md'), addressOf([note], 'notes/ü.md'), addressOf([note], 'ü.md')]).toEqual([undefined, 'arm', undefined]);
    expect([mayReplace([note], 'notes/ü.md'), mayReplace([{ ...note, path: '' }], 'ü.md'), mayReplace([note], 'notes/x.md')]).toEqual([true, false, false]);
  });

  test('a second note of one name gets an address of its own', () => {
    const free = (path: string, ...taken: string[]) => freeAddress(path, new Set(taken));
    expect(free('notes/robots/arm.md')).toBe('robots-arm');
    expect(free('notes/robots/arm.md', 'robots-arm')).toBe('notes-robots-arm');
    expect(free('arm.md', 'arm', 'arm-2')).toBe('arm-3');
    expect(free('a/robots/README.md', 'robots')).toBe('a-robots');
    expect(free('2025-07-10/Über uns.md')).toBe('note-2025-07-10-uber-uns');
    expect(free('山/川.md')).toBeUndefined();
  });
});

/** A ZIP archive of stored and deflated files, with what a case changes in the records. */
function zip(files: { name: string | Buffer; data?: Buffer; stored?: boolean; flags?: number; method?: number; size?: number; crc?: number; mode?: number; host?: number; offset?: number }[], comment = ''): Blob {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name: written, data = Buffer.from('x'), stored, flags = 0, method, size = data.length, crc = crc32(data), mode = 0, host = 3, offset } of files) {
    const name = Buffer.from(written as string);
    const packed = stored ? data : deflateRawSync(data);
    const head = Buffer.alloc(26);
    [20, flags, method ?? (stored ? 0 : 8)].forEach((value, index) => head.writeUInt16LE(value, 2 * index));
    [crc, packed.length, size].forEach((value, index) => head.writeUInt32LE(value, 10 + 4 * index));
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, name, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset ?? at, 10);
    list.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, host]), head, rest, name]));
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(at, 12);
  end.writeUInt16LE(comment.length, 16);
  return new Blob([Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), end, Buffer.from(comment)])]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const opened = async (archive: Blob) => Promise.all((await readZip(archive)).map(async ({ path, size, open }) => ({ path, size, text: await (await open()).text() })));
const code = (promise: Promise<unknown>) => promise.then(() => 'none', (error: unknown) => (error instanceof ZipError ? error.code : String(error)));

describe('archives', () => {
  test('are read, whoever made them', async () => {
    const archive = zip([
      { name: 'vault/', data: Buffer.alloc(0), stored: true },
      { name: 'vault/a.md', data: Buffer.from('# A\n'.repeat(100)) },
      { name: 'vault/b.md', data: Buffer.from('# B\n'), stored: true },
      { name: 'Köln.md', flags: 0x800 },
      { name: 'Ko\u0308ln.md' },
      { name: Buffer.from([0x4b, 0x94, 0x6c, 0x6e, 0x2e, 0x6d, 0x64]) },
      { name: 'old\\windows.md', host: 0 },
      { name: 'link', mode: 0o120777 },
    ], 'made by PK\x05\x06 hand');
    expect(await opened(archive)).toEqual([
      { path: 'vault/a.md', size: 400, text: '# A\n'.repeat(100) },
      { path: 'vault/b.md', size: 4, text: '# B\n' },
      ...['Köln.md', 'Ko\u0308ln.md', 'Köln.md', 'old/windows.md'].map((path) => ({ path, size: 1, text: 'x' })),
    ]);
  });

  test('that lead out of their folder give nothing', async () => {
    const files = await readZip(zip(['../up.md', '/etc/x.md', 'a/../../b.md', 'fine.md'].map((name) => ({ name }))));
    expect(sort(files).taken.map(({ path }) => path)).toEqual(['fine.md']);
  });

  test('that can’t be read say why', async () => {
    const one = async (archive: Blob) => (await readZip(archive))[0]?.open() ?? Promise.reject(new Error('no file'));
    const plain = Buffer.from(await zip([{ name: 'a.md', data: Buffer.from('text') }]).arrayBuffer());
    const zeros = Buffer.alloc(2 * 1024 ** 2);
    for (const [archive, wanted] of [
      [new Blob(['# no archive']), 'no-zip'],
      [new Blob([]), 'no-zip'],
      [new Blob([plain.subarray(0, plain.length - 8)]), 'no-zip'],
      [new Blob([plain.subarray(20)]), 'damaged'],
      [zip([{ name: 'a.md', flags: 1 }]), 'encrypted'],
      [zip([{ name: 'a.md', method: 12 }]), 'method'],
      [zip([{ name: 'a.md', crc: 7 }]), 'damaged'],
      [zip([{ name: 'a.md', size: 0xffffffff }]), 'too-large'],
      [zip([{ name: 'a.md', data: zeros, size: 10 }]), 'damaged'],
      [zip([{ name: 'a.md', size: 10 }]), 'damaged'],
      [zip([{ name: 'a.md', data: zeros }]), 'too-large'],
      [zip([{ name: 'a.md', offset: 5 }]), 'damaged'],
      [zip(Array.from({ length: 40 }, () => ({ name: 'a.md', data: Buffer.from('aXbY'.repeat(9)), stored: true, offset: 0 })).concat([])), 'none'],
    ] as const) expect(await code(one(archive)), `${archive.size} bytes: ${wanted}`).toBe(wanted);
  });

  test('that are damaged anywhere never do more than say so', async () => {
    const whole = Buffer.from(await zip([{ name: 'a.md', data: Buffer.from('# A note\n'.repeat(20)) }, { name: 'b.md', stored: true }]).arrayBuffer());
    for (let at = 0; at < whole.length; at += 1) {
      const bad = Buffer.from(whole);
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      expect(await code(opened(new Blob([bad])))).toMatch(/^(none|damaged|no-zip|zip64|encrypted|method|too-large|too-many)$/);
    }
  });
});

describe('pictures', () => {
  test('are known by their content, and whether they move', async () => {
    const png = (...names: string[]) => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...names.map((name) => Buffer.concat([Buffer.alloc(4), Buffer.from(name), Buffer.alloc(4)]))]);
    expect(contentType(png('IHDR', 'IDAT'))).toEqual({ type: 'image/png', moves: false });
    expect(contentType(png('IHDR', 'acTL', 'IDAT'))).toEqual({ type: 'image/png', moves: true });
    expect(contentType(Buffer.from('GIF89a'))?.moves).toBe(true);
    expect(contentType(Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'))?.type).toBe('image/webp');
    expect(contentType(Buffer.from('%PDF-1.7'))?.type).toBe('application/pdf');
    expect(contentType(Buffer.from('<?xml version="1.0"?><!-- made by hand -->\n<svg xmlns="x">'))).toEqual({ type: 'image/svg+xml', moves: true });
    expect(contentType(Buffer.from('<html>'))).toBeUndefined();
    const gif = new Blob(['GIF89a', new Uint8Array(6 * 1024 ** 2)]);
    expect(await prepared(gif)).toEqual({ bytes: gif, type: 'image/gif' });
    await expect(prepared(new Blob(['\0\0\0\x18ftypheic']))).rejects.toMatchObject({ code: 'unreadable' });
    await expect(prepared(new Blob(['GIF89a', new Uint8Array(26 * 1024 ** 2)]))).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('sending', () => {
  const jobs = (...stages: number[]) => stages.map((stage, index) => ({ stage, name: index }));
  const pause = () => Promise.resolve();
  const refused = (status: number, retryAfter?: number) => Object.assign(new Error(`status ${status}`), { status, retryAfter, ...(status === 0 ? { code: 'unreachable' } : {}) });

  test('ends each stage before the next, three at a time', async () => {
    const all = jobs(1, 0, 0, 1, 0, 0, 0);
    const log: number[] = [];
    let [now, most] = [0, 0];
    const outcomes = await sendAll(all, async ({ stage, name }) => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setTimeout(resolve, 2));
      now -= 1;
      log.push(stage);
      return name;
    });
    expect([log, most]).toEqual([[0, 0, 0, 0, 0, 1, 1], 3]);
    expect(outcomes.map(({ result }) => result)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('goes on where one fails, and waits as it is told', async () => {
    const pauses: number[] = [];
    let busy = 2;
    const outcomes = await sendAll(jobs(0, 0, 0, 0), async ({ name }) => {
      if (name === 1) throw refused(415);
      if (name === 2 && (busy -= 1) >= 0) throw refused(429, 7);
      if (name === 3) throw refused(503);
      return 'sent';
    }, { sideBySide: 1, pause: async (ms) => void pauses.push(ms) });
    expect(outcomes.map(({ result, error }) => result ?? (error as Error).message)).toEqual(['sent', 'status 415', 'sent', 'status 503']);
    expect(pauses.slice(0, 2)).toEqual([7000, 7000]);
    expect(pauses).toHaveLength(5);
  });

  test('is held up by a line that is away, however often, and by what the member mends', async () => {
    let [away, over] = [9, true];
    const states: State[] = [];
    let mend = () => {};
    const mended = new Promise<void>((resolve) => (mend = resolve));
    const outcomes = await sendAll(jobs(0, 0), async ({ name }) => {
      if (name === 0 && (away -= 1) >= 0) throw refused(0);
      if (name === 1 && over) throw refused(401);
      return 'sent';
    }, {
      pause,
      onState: (_, state) => states.push(state),
      holds: (error) => {
        if ((error as { status: number }).status !== 401) return undefined;
        setTimeout(() => { over = false; mend(); }, 5);
        return mended;
      },
    });
    expect(outcomes.map(({ result }) => result)).toEqual(['sent', 'sent']);
    expect(states).toContain('held');
    expect(states.filter((state) => state === 'failed')).toEqual([]);
  });

  test('ends when it is told to', async () => {
    const stop = new AbortController();
    const sending = sendAll(jobs(0, 0), () => Promise.reject(refused(0)), { signal: stop.signal, online: () => new Promise(() => {}) });
    setTimeout(() => stop.abort(new Error('stopped')), 5);
    await expect(sending).rejects.toThrow('stopped');
  });
});
