// A Masthead that has nothing but what a build asks for: the list of what is published and the files, from a folder.
//
//   node masthead.mjs FOLDER
//
// Prints its address. Files are read once, so that a build isn't measured by this server's disk.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** As the server has it. */
const PAGE = 500;
const [folder] = process.argv.slice(2);
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

const names = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.md')).sort();
const files = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
const entries = names.map((name) => ({ id: name.slice(0, -3), name, digest: digestOf(files.get(name)), updated: '2025-07-10T09:30:00Z', picture: null }));

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/api/content') {
    const from = Number(searchParams.get('cursor') ?? 0);
    const origin = `http://127.0.0.1:${server.address().port}`;
    const page = entries.slice(from, from + PAGE).map(({ name, ...entry }) => ({ ...entry, url: `${origin}/content/${name}` }));
    // Cursors come in the order of their pages.
    const next = from + PAGE < entries.length ? String(from + PAGE).padStart(8, '0') : null;
    const body = JSON.stringify({ status: 'success', entries: page, moved: [], cursor: next });
    const etag = `"${digestOf(body)}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { ETag: etag }).end();
    return response.writeHead(200, { 'Content-Type': 'application/json', ETag: etag }).end(body);
  }
  const file = files.get(pathname.replace(/^\/content\//, ''));
  return file ? response.writeHead(200, { 'Content-Type': 'text/markdown; charset=utf-8' }).end(file) : response.writeHead(404).end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
