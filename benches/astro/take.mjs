// Publishes a club's documents in an empty stack, and writes folders of what came of them: each document and copies of it under other
// ids, as many as are wanted.
//
//   node take.mjs FOLDER COUNT..
//
// The folders are FOLDER/COUNT. MASTHEAD_URL is a running Masthead; the environment is that of tests/astro.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clubOf } from '../../tests/astro/documents.mjs';
import { publishClub } from '../../tests/astro/members.mjs';
import { portrait } from '../../tests/browser/files.mjs';

const { MASTHEAD_URL } = process.env;
const [folder, ...counts] = process.argv.slice(2);
await publishClub(clubOf(), portrait().buffer);
const bodies = [];
for (let cursor = ''; cursor !== null; ) {
  const page = await (await fetch(`${MASTHEAD_URL}/api/content${cursor && `?cursor=${cursor}`}`)).json();
  for (const { id, url } of page.entries) bodies.push({ id, text: await (await fetch(url)).text() });
  cursor = page.cursor;
}
// Of a thousand documents few are as large as may be.
const ordinary = bodies.filter(({ text }) => text.length < 500_000);
const large = bodies.find(({ text }) => text.length >= 500_000);
for (const count of counts) {
  for (let at = 0; at < Number(count); at += 1) {
    const isLarge = large !== undefined && at % 1000 === 999;
    const { id, text } = isLarge ? large : ordinary[at % ordinary.length];
    const [handle, slug] = id.split('/');
    const name = `${handle}-${Math.floor(at / ordinary.length)}${slug ? `/${slug}` : ''}${isLarge ? `-${at}` : ''}`;
    const file = join(folder, count, `${name}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replace(`slug: "${id}"`, `slug: "${name}"`));
  }
}
console.log(`${bodies.length} documents published, ${counts.join(' and ')} written`);
