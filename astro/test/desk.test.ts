// The editor's modules that need no page: edits, drafts, previews, names and what is published.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { free, proposed } from '../src/desk/address.js';
import { Drafts, NotKept, opening, type Draft } from '../src/desk/drafts.js';
import { framed } from '../src/desk/frame.js';
import { marked, type Edit, type Mark } from '../src/desk/marks.js';
import { cleanName, found, freePath, inserted, placeholder, sendPicture, shown, withoutPlaceholders } from '../src/desk/pictures.js';
import { AGAIN_MS, againIn, BETWEEN_MS, PAUSE_MS, previews, type Wanted } from '../src/desk/preview.js';
import { publishNew, publishVersion, type Terms } from '../src/desk/publish.js';
import { cut, MAX_DESCRIPTION, MAX_TITLE, result, shownAddress } from '../src/desk/result.js';
import { decoded, encoded, offsetAt, placeOf } from '../src/desk/text.js';

const WORDS = { heading: 'Heading', bold: 'bold', link: 'words', item: 'point', quote: 'said', callout: 'know' };

/** A text with its selection between `[` and `]`, or its cursor at `|`. */
function select(marked: string): { text: string; start: number; end: number } {
  const at = marked.indexOf('|');
  if (at >= 0) return { text: marked.replace('|', ''), start: at, end: at };
  const [start, end] = [marked.indexOf('⟦'), marked.indexOf('⟧') - 1];
  return { text: marked.replace(/[⟦⟧]/g, ''), start, end };
}

function after({ text }: { text: string }, { from, to, insert, start, end }: Edit): string {
  const now = text.slice(0, from) + insert + text.slice(to);
  return start === end ? `${now.slice(0, start)}|${now.slice(start)}` : `${now.slice(0, start)}⟦${now.slice(start, end)}⟧${now.slice(end)}`;
}

describe('buttons', () => {
  test.each<[Mark, string, string]>([
    ['bold', 'one ⟦two⟧ three', 'one **⟦two⟧** three'],
    ['bold', 'one ⟦two ⟧three', 'one **⟦two⟧** three'],
    ['bold', 'one **⟦two⟧** three', 'one ⟦two⟧ three'],
    ['bold', 'one ⟦**two**⟧ three', 'one ⟦two⟧ three'],
    ['bold', 'one |', 'one **⟦bold⟧**'],
    ['bold', '⟦one\n\ntwo⟧', '⟦**one**\n\n**two**⟧'],
    ['link', 'see ⟦this⟧', 'see [this](⟦https://⟧)'],
    ['link', 'see ⟦https://example.org/x⟧', 'see [⟦words⟧](https://example.org/x)'],
    ['link', 'see |', 'see [⟦words⟧](https://)'],
    ['heading', 'A |part', '## A |part'],
    ['heading', '## A |part', 'A |part'],
    ['heading', '- A |part', '## A |part'],
    ['heading', '|', '## ⟦Heading⟧'],
    ['list', '⟦one\ntwo⟧', '⟦- one\n- two⟧'],
    ['list', '⟦- one\n- two⟧', '⟦one\ntwo⟧'],
    ['list', 'Text\n⟦one\ntwo\n⟧next', 'Text\n\n⟦- one\n- two⟧\nnext'],
    ['quote', '⟦one\n\ntwo⟧', '⟦> one\n>\n> two⟧'],
    ['callout', 'Text\n|', 'Text\n\n> [!note]\n> ⟦know⟧'],
    ['callout', '⟦one\n\ntwo⟧', '⟦> [!note]\n> one\n>\n> two⟧'],
  ])('%s of %j', (mark, before, expected) => {
    const selected = select(before);
    expect(after(selected, marked(mark, selected, WORDS))).toBe(expected);
  });

  test('no button, wherever it is pressed, loses a word', () => {
    const text = '# Über 🎈\n\n- one\n- two\n\n> said\n\nLast **bold** line';
    const words = (of: string): string[] => of.match(/[\p{L}🎈]+/gu) ?? [];
    for (const mark of ['heading', 'bold', 'link', 'list', 'quote', 'callout'] as const) {
      for (let start = 0; start <= text.length; start += 1) {
        for (const end of [start, Math.min(text.length, start + 7), text.length]) {
          const { from, to, insert, start: first, end: last } = marked(mark, { text, start, end }, WORDS);
          const now = text.slice(0, from) + insert + text.slice(to);
          const left = words(now);
          for (const word of words(text.slice(0, from)).concat(words(text.slice(to)))) expect(left.join(' ')).toContain(word);
          for (const word of words(text.slice(from, to))) expect(left.join(' ')).toContain(word);
          expect(0 <= first && first <= last && last <= now.length, `${mark} at ${start} to ${end}`).toBe(true);
        }
      }
    }
  });
});

describe('texts', () => {
  const bytes = (text: string, code: 'le' | 'be') => new Uint8Array([...`\ufeff${text}`].flatMap((sign) => { const unit = sign.charCodeAt(0); return code === 'le' ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]; }));

  test('a file comes back as it was', () => {
    for (const text of ['', 'one\ntwo\n', 'one\r\ntwo\r\n', 'Ünï 🎈\n']) {
      const edited = decoded(new TextEncoder().encode(text));
      expect(new TextDecoder().decode(encoded(edited!))).toBe(text);
      expect(edited!.text).not.toContain('\r');
    }
  });

  test('UTF-16 is read, and what is no text is told', () => {
    expect(decoded(bytes('Ü\r\nx', 'le'))).toEqual({ text: 'Ü\nx', crlf: true });
    expect(decoded(bytes('Üx', 'be'))).toEqual({ text: 'Üx', crlf: false });
    expect(decoded(new Uint8Array([0x61, 0xff, 0x62]))).toBeUndefined();
  });

  test('columns are counted in characters', () => {
    const text = 'one\n🎈 two three\n';
    expect(offsetAt(text, 2, 3)).toBe(7);
    expect(placeOf(text, { line: 2, column: 3, text: 'two' })).toEqual([7, 10]);
    expect(placeOf(text, { line: 2, column: 1, text: 'three' })).toEqual([11, 16]);
    expect(placeOf(text, { line: 2, column: 3, text: 'other' })).toEqual([7, 16]);
    expect(offsetAt(text, 9, 9)).toBe(text.length);
    expect(offsetAt(text, 1, 99)).toBe(3);
  });
});

describe('previews', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const wanted = (text: string): Wanted => ({ text, fileName: 'a.md', path: '' });

  /** Previews whose answers the test gives. */
  function asked() {
    const questions: { text: string; answer: (preview: string) => void; refuse: (error: object) => void; signal: AbortSignal }[] = [];
    const [shown, failed] = [[] as string[], [] as (number | undefined)[]];
    const preview = previews<string>({
      ask: ({ text }, signal) => new Promise((answer, refuse) => questions.push({ text, answer, refuse, signal })),
      show: (preview) => shown.push(preview),
      fail: (_, again) => failed.push(again),
    });
    return { preview, questions, shown, failed };
  }

  test('one is asked for after a pause, and none where nothing changed', async () => {
    const { preview, questions, shown } = asked();
    for (const text of ['a', 'ab', 'abc']) {
      preview.want(wanted(text));
      await vi.advanceTimersByTimeAsync(PAUSE_MS / 2);
    }
    expect(questions).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(questions.map(({ text }) => text)).toEqual(['abc']);
    questions[0]!.answer('ABC');
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual(['ABC']);
    preview.want(wanted('abcd'));
    preview.want(wanted('abc'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(questions).toHaveLength(1);
  });

  test('the newest answer alone is shown, and no more than a member has in a minute are asked for', async () => {
    const { preview, questions, shown } = asked();
    for (let at = 0; at < 600; at += 1) {
      preview.want(wanted(`text ${at}`), 0);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(questions.length).toBeGreaterThan(20);
    expect(questions.length).toBeLessThanOrEqual(60_000 / BETWEEN_MS + 1);
    await vi.advanceTimersByTimeAsync(BETWEEN_MS);
    const last = questions.at(-1)!;
    for (const question of questions.slice(0, -1)) {
      expect(question.signal.aborted).toBe(true);
      question.answer('old');
    }
    last.answer('new');
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual(['new']);
    expect(last.text).toBe('text 599');
  });

  test('where there are too many, the server’s time is waited for, and the text that is there then is sent', async () => {
    const { preview, questions, shown, failed } = asked();
    preview.want(wanted('a'), 0);
    await vi.advanceTimersByTimeAsync(0);
    questions[0]!.refuse(Object.assign(new Error('too many'), { status: 429, retryAfter: 40 }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(failed).toEqual([40_000]);
    preview.want(wanted('ab'), 0);
    await vi.advanceTimersByTimeAsync(38_000);
    expect(questions).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(questions[1]?.text).toBe('ab');
    questions[1]!.answer('AB');
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual(['AB']);
  });

  test('what the server won’t take is not sent again, and nothing after a stop', async () => {
    const { preview, questions, failed } = asked();
    preview.want(wanted('a'), 0);
    await vi.advanceTimersByTimeAsync(0);
    questions[0]!.refuse(Object.assign(new Error('too large'), { status: 413 }));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(failed).toEqual([undefined]);
    expect(questions).toHaveLength(1);
    preview.want(wanted('b'), 0);
    preview.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(questions).toHaveLength(1);
  });

  test('pauses grow, and end', () => {
    const error = Object.assign(new Error('away'), { status: 0 });
    expect([0, 1, 2, 3, 99].map((failures) => againIn(error, failures))).toEqual([...AGAIN_MS, AGAIN_MS.at(-1)]);
    expect(againIn(Object.assign(new Error(), { status: 503, retryAfter: 1e9 }), 0)).toBe(300_000);
  });
});

describe('drafts', () => {
  class Memory {
    kept = new Map<string, string>();
    get length() { return this.kept.size; }
    key = (at: number) => [...this.kept.keys()][at] ?? null;
    getItem = (key: string) => this.kept.get(key) ?? null;
    setItem(key: string, value: string) { this.kept.set(key, value); }
    removeItem(key: string) { this.kept.delete(key); }
  }
  const storage = (memory: Memory) => () => memory as unknown as Storage;
  const writing = (text: string, more: Partial<Draft> = {}) => ({ id: 'one', slug: 'notes', base: 'v1', title: 'Notes', text, ...more });

  test('they are found by member, server and document', () => {
    const memory = new Memory();
    const drafts = new Drafts(storage(memory), 'https://a.example', 'jo');
    drafts.keep(writing('mine'), undefined);
    drafts.keep(writing('new', { slug: null, base: null }), undefined);
    expect(drafts.list('notes').map(({ text }) => text)).toEqual(['mine']);
    expect(drafts.list(null).map(({ text }) => text)).toEqual(['new']);
    expect(drafts.list()).toHaveLength(2);
    for (const other of [new Drafts(storage(memory), 'https://a.example', 'kit'), new Drafts(storage(memory), 'https://b.example', 'jo')]) expect(other.list()).toEqual([]);
    drafts.drop({ id: 'one', slug: 'notes' });
    expect(drafts.list()).toHaveLength(1);
  });

  test('two tabs that took up one draft keep both texts', () => {
    const memory = new Memory();
    const drafts = new Drafts(storage(memory), 'https://a.example', 'jo');
    const first = drafts.keep(writing('first'), undefined);
    const here = drafts.keep(writing('here'), first.at);
    const there = drafts.keep(writing('there'), first.at);
    expect([here.split, there.split]).toEqual([false, true]);
    expect(drafts.keep(writing('here, more'), here.at).split).toBe(false);
    expect(drafts.list('notes').map(({ text }) => text).sort()).toEqual(['here, more', 'there']);
  });

  test('what the browser won’t keep is told, and other entries are left alone', () => {
    const refusing = (name: string) => () => { throw new DOMException('no', name); };
    const full = new Memory();
    full.setItem = refusing('QuotaExceededError');
    expect(() => new Drafts(storage(full), 's', 'jo').keep(writing('x'), undefined)).toThrow(expect.objectContaining({ name: 'NotKept', why: 'full' }));
    const forbidden = new Drafts(refusing('SecurityError'), 's', 'jo');
    expect(forbidden.list()).toEqual([]);
    expect(() => forbidden.keep(writing('x'), undefined)).toThrow(NotKept);
    const memory = new Memory();
    for (const value of ['', '{', 'null', '{"id":1}', '[]']) memory.setItem(`masthead.draft ${JSON.stringify(['s', 'jo', 'notes', value])}`, value);
    for (const key of ['masthead.draft', 'masthead.draft x', 'masthead.draft null', 'accessToken']) memory.setItem(key, '{}');
    expect(new Drafts(storage(memory), 's', 'jo').list()).toEqual([]);
  });

  test('a draft is never put over a newer version unasked', () => {
    const draft: Draft = { id: 'one', slug: 'notes', base: 'v1', text: 'mine', title: '', at: 1 };
    const now = { text: 'theirs', version: 'v1', own: 'one' };
    expect(opening([draft], now).from).toBe('draft');
    expect(opening([draft], { ...now, own: null }).from).toBe('question');
    expect(opening([draft], { ...now, version: 'v2' }).from).toBe('question');
    expect(opening([{ ...draft, text: 'theirs' }], { ...now, version: 'v2' }).from).toBe('published');
    expect(opening([], now).from).toBe('published');
  });
});

describe('search results', () => {
  test('titles and descriptions are cut at a word', () => {
    expect(cut('Short', MAX_TITLE)).toBe('Short');
    const long = cut('A word and another '.repeat(20), MAX_DESCRIPTION);
    expect(long.length).toBeLessThanOrEqual(MAX_DESCRIPTION + 1);
    expect(long).toMatch(/(word|and|another|A) …$/);
    expect(cut('長'.repeat(80), MAX_TITLE)).toBe(`${'長'.repeat(59)} …`);
    expect(cut('👩‍👩‍👧'.repeat(80), MAX_TITLE)).toBe(`${'👩‍👩‍👧'.repeat(59)} …`);
    expect(result({ title: 'One', description: 3 })).toEqual({ title: 'One', description: '' });
    expect(shownAddress('https://club.example/pages/', 'jo/notes')).toBe('club.example › pages › jo › notes');
  });
});

describe('names', () => {
  test('a name is made of the title, and never one that is taken', () => {
    expect(proposed('Größe & Ähnliches: 3 Dinge!')).toBe('grosse-ahnliches-3-dinge');
    expect(proposed('夏の合宿')).toBe('');
    expect(proposed('word '.repeat(40))).toMatch(/^(word-)+word$/);
    expect(proposed('word '.repeat(40)).length).toBeLessThanOrEqual(60);
    expect(free('notes', new Set(['notes', 'notes-2']))).toBe('notes-3');
  });

  test('a picture is called so that a link finds it, and takes nobody’s place', () => {
    expect(cleanName('My (old) photo[1].JPEG', 'image/jpeg', '', 'picture')).toBe('My-old-photo-1.jpg');
    expect(cleanName('IMG_4711.heic', 'image/jpeg', 'Our boat', 'picture')).toBe('IMG-4711.jpg');
    expect(cleanName('image.png', 'image/png', 'Our boat, at sea', 'picture')).toBe('Our-boat-at-sea.png');
    expect(cleanName('image.png', 'image/png', '', 'picture')).toBe('picture.png');
    expect(cleanName('../../x/..y.png', 'image/png', '', 'picture')).toBe('y.png');
    expect(freePath('boat.png', '', ['Boat.png', 'img/boat-2.PNG'])).toBe('boat-3.png');
    expect(freePath('boat.png', 'notes', [])).toBe('notes/boat.png');
  });

  test('a placeholder stands on a line of its own and is found again', () => {
    const piece = placeholder('boat].png is sent', '#1');
    const { text, start, end } = select('One|\n\nTwo');
    const { from, to, insert } = inserted({ text, start, end }, [piece]);
    const now = text.slice(0, from) + insert + text.slice(to);
    expect(now).toBe(`One\n\n${piece}\n\nTwo`);
    const place = found(`more ${now}`, piece)!;
    expect(`more ${now}`.slice(place.from, place.to)).toBe(piece);
    expect(found('gone', piece)).toBeUndefined();
    expect(withoutPlaceholders(`One\n\n${piece}\n\n![a #1](b.png) ![](c.png)`)).toBe('One\n\n![a #1](b.png) ![](c.png)');
    // One that goes leaves the text as it was, but for the end of its last line.
    for (const before of ['One|\n\nTwo', 'One|\nTwo', '|', '|Two', 'One\n\n|Two', 'One|', 'One\n|']) {
      const was = select(before);
      const edit = inserted(was, [piece]);
      const held = was.text.slice(0, edit.from) + edit.insert + was.text.slice(edit.to);
      const gone = found(held, piece, true)!;
      const left = held.slice(0, gone.from) + held.slice(gone.to);
      expect(left.trim().split(/\n+/), before).toEqual(was.text.trim().split(/\n+/));
      expect(left, before).not.toMatch(/\n{3}|^\n|\n\n$/);
    }
    expect(shown('A [boat] \n at sea', 'notes/boat.png')).toBe('![A \\[boat\\] at sea](boat.png)');
  });
});

describe('pictures', () => {
  const png = () => new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])], 'boat.png', { type: 'image/png' });
  const about = () => ({ file: png(), description: 'A boat', folder: '', instead: 'picture', also: new Set<string>() });

  test('one is sent beside what is there, and waited for', async () => {
    const sent: string[] = [];
    let looks = 0;
    const ways = {
      files: async () => [{ path: 'boat.png', state: 'ready', sha256: 'other' }, ...sent.map((path) => ({ path, state: (looks += 1) > 1 ? 'ready' : 'processing' }))],
      upload: async (_: File, path: string) => void sent.push(path),
      badName: '',
      rejected: () => '',
    };
    expect(await sendPicture(about(), ways, new AbortController().signal)).toBe('boat-2.png');
    expect(sent).toEqual(['boat-2.png']);
    expect(looks).toBe(2);
  });

  test('a rejected one says why', async () => {
    const sent: string[] = [];
    const ways = { files: async () => sent.map((path) => ({ path, state: 'rejected', reason: 'It is broken.' })), upload: async (_: File, path: string) => void sent.push(path), badName: '', rejected: (reason: string | null | undefined) => reason ?? '' };
    await expect(sendPicture(about(), ways, new AbortController().signal)).rejects.toThrow('It is broken.');
  });
});

describe('publishing', () => {
  const edited = { text: 'one\n', crlf: true };
  const refusal = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more });

  test('a version replaces the one that it was begun from, under its own name', async () => {
    const sent: [string, string, object][] = [];
    const upload = async (file: File, terms: object) => (sent.push([file.name, await file.text(), terms]), { slug: 'notes' });
    await publishVersion(edited, { slug: 'notes', fileName: 'My notes.md', path: 'club', version: 'v1' }, upload);
    await publishVersion(edited, { slug: 'readme', fileName: null, path: '', version: 'v1' }, upload);
    expect(sent).toEqual([
      ['My notes.md', 'one\r\n', { slug: 'notes', path: 'club', replace: 'any', ifVersion: 'v1' }],
      ['README.md', 'one\r\n', { slug: undefined, path: '', replace: 'any', ifVersion: 'v1' }],
    ]);
    const outcome = await publishVersion(edited, { slug: 'notes', fileName: null, path: '', version: 'v1' }, async () => Promise.reject(refusal('conflict')));
    expect(outcome).toEqual({ is: 'changed' });
  });

  test('a new document takes nobody’s place, whoever was faster', async () => {
    const documents = async () => [{ slug: 'notes', title: 'Notes' }];
    let uploads = 0;
    const upload = (answer: () => Promise<{ slug: string }>) => async (_file: File, _terms: Omit<Terms, 'slug'>) => ((uploads += 1), answer());
    expect(await publishNew(edited, 'notes', { documents, upload: upload(async () => ({ slug: 'notes' })) })).toEqual({ is: 'taken', by: { slug: 'notes', title: 'Notes' }, free: 'notes-2' });
    expect(uploads).toBe(0);
    const there = { replaces: { slug: 'camp', title: 'Camp' }, instead: { slug: 'camp-2', title: 'Other' } };
    for (const told of [there, { replacement: there }]) {
      expect(await publishNew(edited, 'camp', { documents, upload: upload(() => Promise.reject(refusal('other_title', told))) })).toEqual({ is: 'taken', by: there.replaces, free: 'camp-2' });
    }
    expect(await publishNew(edited, 'camp', { documents, upload: upload(() => Promise.reject(refusal('conflict'))) })).toMatchObject({ is: 'taken', free: 'camp-2' });
    await expect(publishNew(edited, 'camp', { documents, upload: upload(() => Promise.reject(refusal('quota_exceeded'))) })).rejects.toThrow('quota_exceeded');
  });
});

test('the frame’s document keeps what it is given apart', () => {
  const document = '<meta content="img-src {site}/pictures/ {site}/files/"><body>{html}';
  expect(framed(document, 'https://a.example', '<p>$& {site} {html}</p>')).toBe('<meta content="img-src https://a.example/pictures/ https://a.example/files/"><body><p>$& {site} {html}</p>');
  expect(framed(document, 'https://a"><script>', '')).not.toContain('<script>');
});
