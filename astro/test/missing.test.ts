import { expect, test } from 'vitest';
import { arePictures, missing, placed } from '../src/folder/missing.js';

const file = (name: string) => new File(['x'], name);

test('a report’s warnings say where each file must lie', () => {
  const told = (text: string, code = 'missing-asset', hint = 'Upload it.') => ({ code, line: 1, column: 1, text, hint });
  expect(missing({ path: 'notes/robots', warnings: [told('./img/Arm.png'), told('../top.gif'), told('![[leg.png|300]]'), told('/a%20b.png'), told('plan.pdf', 'relative-link'), told('notes.txt', 'relative-link'), told('x.png', 'unresolved-link'), told('song.mp3')] })).toEqual({
    paths: ['notes/robots/img/Arm.png', 'notes/top.gif', 'notes/robots/leg.png', 'a b.png', 'notes/robots/plan.pdf'],
    more: false,
  });
  expect(missing({ path: '', warnings: [told('a.png', 'missing-asset', '7 places, on lines 1 and others.')] })).toEqual({ paths: ['a.png'], more: true });
  const many = { ...told('m.png', 'missing-asset', '7 places, on lines 1, 3.'), also: ['img/n.png', '![[o.gif]]'] };
  expect(missing({ path: 'a', warnings: [many] })).toEqual({ paths: ['a/m.png', 'a/img/n.png', 'a/o.gif'], more: false });
  expect(missing({ path: '', warnings: [{ ...many, also: Array.from({ length: 50 }, (_, at) => `${at}.png`) }] }).more).toBe(true);
  expect(missing({ warnings: [told('notes.txt', 'relative-link', '7 places, on lines 1 and others.')] })).toEqual({ paths: [], more: false });
  expect(missing({ path: '', warnings: [told('a.mp3', 'missing-asset', '7 places, on lines 1 and others.')] })).toEqual({ paths: [], more: false });
});

test('chosen files are taken for what is missing by their names', () => {
  const [arm, leg, cat, map] = [file('ARM.PNG'), file('le\u0301g.png'), file('cat.png'), file('IMG_1.jpeg')];
  const two = { paths: ['img/arm.png', 'l\u00e9g.png'], more: false };
  expect(placed(two, 'notes', [arm, leg, cat])).toEqual({ taken: [{ file: arm, path: 'img/arm.png' }, { file: leg, path: 'l\u00e9g.png' }], others: [cat] });
  expect(placed({ paths: ['IMG_1.heic', 'IMG_2.heic'], more: false }, '', [map]).taken).toEqual([{ file: map, path: 'IMG_1.heic' }]);
  expect(placed({ ...two, more: true }, 'notes', [cat]).taken).toEqual([{ file: cat, path: 'notes/cat.png' }]);
  expect(placed({ ...two, more: true }, '', [file('film.mp4')]).taken).toEqual([]);
  // A phone names its photos itself.
  expect(placed({ paths: ['img/arm.png'], more: false }, '', [cat]).taken).toEqual([{ file: cat, path: 'img/arm.png' }]);
  expect(placed({ paths: ['img/arm.png'], more: false }, '', [cat, arm])).toEqual({ taken: [{ file: arm, path: 'img/arm.png' }], others: [cat] });
  expect([arePictures(two), arePictures({ paths: ['a.pdf'], more: false })]).toEqual([true, false]);
});
