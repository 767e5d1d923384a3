// Takes what a stack has published into a folder, and copies of it under other ids, as many as are wanted.
//
//   node take.mjs FOLDER COUNT
//
// MASTHEAD_URL is a running Masthead.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { MASTHEAD_URL } = process.env;
const [folder, count] = process.argv.slice(2);
const bodies = [];
for (let cursor = ''; cursor !== null; ) {
  const page = await (await fetch(`${MASTHEAD_URL}/api/content${cursor && `?cursor=${cursor}`}`)).json();
  for (const { id, url } of page.entries) bodies.push({ id, text: await (await fetch(url)).text() });
  cursor = page.cursor;
}
// Of a thousand documents few are as large as may be.
const ordinary = bodies.filter(({ text }) => text.length < 500_000);
const large = bodies.find(({ text }) => text.length >= 500_000);
for (let at = 0; at < Number(count); at += 1) {
  const { id, text } = large && at % 1000 === 999 ? large : ordinary[at % ordinary.length];
  const round = Math.floor(at / ordinary.length);
  const [handle, slug] = id.split('/');
  const name = `${handle}-${round}${slug ? `/${slug}` : ''}${at % 1000 === 999 ? `-${at}` : ''}`;
  const file = join(folder, `${name}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text.replace(`slug: "${id}"`, `slug: "${name}"`));
}
console.log(`${bodies.length} documents taken, ${count} written`);
