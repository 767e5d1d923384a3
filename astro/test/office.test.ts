import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import english from '../../languages/en.json' with { type: 'json' };
import { speak } from '../src/languages/say.js';
import { sentenceOf } from '../src/office/acts.js';
import { listText, MAX_LIST_BYTES } from '../src/office/list.js';
import { noticeOf } from '../src/office/notices.js';
import { done } from '../src/office/steps.js';
import { isAtLeast, roles, stateOf } from '../src/office/words.js';

beforeEach(() => speak('en', english));
afterEach(() => speak('en', {}));

describe('the text of a list', () => {
  const bytes = (...parts: (string | number[])[]) => new Blob(parts.map((part) => (typeof part === 'string' ? part : new Uint8Array(part))));

  test('is read as UTF-8, and as UTF-16 where a mark says so', async () => {
    expect(await listText(bytes('email,name\nzoe@club.example,Zoë\n'))).toBe('email,name\nzoe@club.example,Zoë\n');
    expect(await listText(bytes([0xef, 0xbb, 0xbf], 'email\n'))).toBe('email\n');
    expect(await listText(bytes([0xff, 0xfe, 0x5a, 0, 0xeb, 0]))).toBe('Zë');
    expect(await listText(bytes([0xfe, 0xff, 0, 0x5a, 0, 0xeb]))).toBe('Zë');
  });

  test.each([
    ['an .xlsx', bytes([0x50, 0x4b, 0x03, 0x04, 1, 2]), english['roster.list_spreadsheet']],
    ['an .xls', bytes([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), english['roster.list_spreadsheet']],
    ['the encoding of a country', bytes('email,name\nzoe@club.example,Zo', [0xeb], '\n'), english['roster.list_encoding']],
    ['half a sign of UTF-16', bytes([0xff, 0xfe, 0x5a]), english['roster.list_encoding']],
    ['nothing', bytes(''), english['roster.list_empty']],
    ['white space', bytes(' \r\n\t'), english['roster.list_empty']],
    ['too much', bytes('x'.repeat(MAX_LIST_BYTES + 1)), 'The list is larger than 1 MiB. Import it in parts.'],
  ])('of %s is refused with what to do', async (_, file, sentence) => {
    await expect(listText(file)).rejects.toThrow(sentence);
  });

  test('that can’t be read any more is said to be gone', async () => {
    const gone = { size: 1, arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) } as unknown as Blob;
    await expect(listText(gone)).rejects.toThrow(english['desk.file_gone']);
  });

  test('as large as the server takes it is read', async () => {
    expect(await listText(bytes('x'.repeat(MAX_LIST_BYTES)))).toHaveLength(MAX_LIST_BYTES);
  });
});

describe('the first steps', () => {
  const member = (handle: string, more = {}) => ({ handle, state: 'active' as const, documents: 0, ...more });
  const me = { me: 'ada', isAll: true, isHanded: false };
  const ada = member('ada', { last_login: '2026-12-01' });

  test('are all to be done where the administrator is alone', () => {
    expect(done([ada], me)).toEqual({ members: false, slips: false, signed_in: false, document: false });
  });

  test('tick one by one', () => {
    const invited = member('jo', { state: 'invited' });
    expect(done([ada, invited], me)).toEqual({ members: true, slips: false, signed_in: false, document: false });
    expect(done([ada, invited], { ...me, isHanded: true })).toEqual({ members: true, slips: true, signed_in: false, document: false });
    // Who has signed in has had a slip, whoever printed it.
    expect(done([ada, member('jo', { last_login: '2026-12-01' })], me)).toEqual({ members: true, slips: true, signed_in: true, document: false });
  });

  test('count the administrator’s own document, and members beyond the first page', () => {
    expect(done([member('ada', { documents: 1 })], { ...me, isAll: false })).toEqual({ members: true, slips: false, signed_in: false, document: true });
  });
});

describe('roles and states', () => {
  test('each role may do what those before it may, and what none says is a member', () => {
    const ranks = roles().map(([role]) => role);
    expect(ranks).toEqual(['member', 'editor', 'admin']);
    expect(ranks.map((role) => ranks.filter((wanted) => isAtLeast(role, wanted)))).toEqual([['member'], ['member', 'editor'], ['member', 'editor', 'admin']]);
    expect(isAtLeast(undefined, 'member')).toBe(true);
    expect(isAtLeast(undefined, 'editor')).toBe(false);
  });

  test('a role that this page doesn’t know opens nothing', () => {
    expect(isAtLeast('owner' as 'admin', 'editor')).toBe(false);
  });

  test('an invitation that is over is told as that', () => {
    const until = '2026-12-01T12:00:00Z';
    expect(stateOf({ state: 'invited', invited_until: until }, Date.parse(until) - 1)).toBe('invited');
    expect(stateOf({ state: 'invited', invited_until: until }, Date.parse(until) + 1)).toBe('over');
    expect(stateOf({ state: 'disabled', invited_until: until }, Date.parse(until) + 1)).toBe('disabled');
    expect(stateOf({ state: 'invited' })).toBe('invited');
  });
});

test('every act of the server has its sentence, roles theirs, and what is new another one', () => {
  const source = readFileSync(join(import.meta.dirname, '../../shared/members/src/acts.rs'), 'utf8');
  const [, deeds = ''] = /pub enum Deed \{([^}]*)\}/.exec(source) ?? [];
  const acts = [...deeds.matchAll(/^\s+(\w+),/gm)].map(([, name = '']) => name.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase());
  expect(acts.length).toBeGreaterThan(10);
  for (const act of acts) expect([act, sentenceOf({ act })]).toEqual([act, `audit.${act}`]);
  expect(sentenceOf({ act: 'role_changed', became: 'admin' })).toBe('audit.role_admin');
  expect(sentenceOf({ act: 'role_changed', became: 'owner' })).toBe('audit.role_changed');
  expect(sentenceOf({ act: 'painted' })).toBe('audit.unknown');
});

test('what is told of one’s own account has its sentence, and what is new another one', () => {
  for (const what of ['name_changed', 'handle_changed', 'email_changed', 'role_changed', 'member_disabled', 'member_enabled', 'code_issued', 'signed_out']) {
    expect([what, noticeOf({ what })]).toEqual([what, `roster.notice_${what}`]);
  }
  expect(noticeOf({ what: 'role_changed', became: 'editor' })).toBe('roster.notice_role_editor');
  expect(noticeOf({ what: 'painted' })).toBe('roster.notice_else');
});
