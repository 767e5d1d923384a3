// A small HTTP server that plays Masthead with faults.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, base: string) => void | Promise<void>;

export interface Server {
  url: string;
  /** Method and path of every request so far. */
  requests: string[];
  handler: Handler;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function serve(handler: Handler): Promise<Server> {
  const http = createServer((request, response) => {
    server.requests.push(`${request.method} ${request.url}`);
    Promise.resolve(server.handler(request, response, server.url)).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: Server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    handler,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A published file as Masthead writes it. */
export function file(id: string, { title = id, frontmatter = '', body = `Text of ${id}.` } = {}): string {
  return `---
title: "${title}"
description: "About ${id}"
slug: "${id}"
date: 2025-07-10T09:30:00Z
author: "Jo"
draft: false
${frontmatter}derived:
  schema: 1
  converter: "masthead/0.1.0"
  bodySha256: "${'0'.repeat(64)}"
  words: 3
  readingMinutes: 1
---

${body}
`;
}

/** What a server publishes: entry id to file. */
export type Published = Map<string, string>;

/** The routes that a build reads, `pageSize` entries a page; `more` is what else a page says, such as `moved`. */
export function publishing(published: Published, pageSize = 100, more: Record<string, unknown> = {}): Handler {
  return (request, response, base) => {
    const url = new URL(request.url ?? '/', base);
    const id = url.searchParams.get('id');
    if (url.pathname === '/api/content' && id !== null) {
      const moved = published.has(id) ? [] : ((more['moved'] ?? []) as { from: string; to: string }[]).filter(({ from }) => from === id);
      const found = [id, ...moved.map(({ to }) => to)].filter((id) => published.has(id));
      const etag = `"${found.map((id) => id + digest(published.get(id))).join()}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end();
      return json(response, 200, { status: 'success', entries: found.map((id) => entry(id, published, base)), moved, cursor: null }, { ETag: etag });
    }
    if (url.pathname !== '/api/content') {
      const text = published.get(url.pathname.replace(/^\/content\/(.*)\.md$/, '$1'));
      if (text === undefined) return json(response, 404, { status: 'error', code: 'not_found', message: 'Not here.' });
      response.end(text);
      return;
    }
    const after = url.searchParams.get('cursor') ?? '';
    const ids = [...published.keys()].sort().filter((id) => id > after);
    const page = ids.slice(0, pageSize);
    const etag = `"${page.map((id) => id + digest(published.get(id))).join()}${ids.length > pageSize}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { ETag: etag }).end();
      return;
    }
    const entries = page.map((id) => entry(id, published, base));
    json(response, 200, { status: 'success', entries, cursor: ids.length > pageSize ? page.at(-1) : null, ...more }, { ETag: etag });
  };
}

const entry = (id: string, published: Published, base: string) => ({ id, url: `${base}/content/${id}.md`, digest: digest(published.get(id)), updated: '2025-07-10T09:30:00Z', picture: null });

/** The same of a server from before it was asked for one entry: it passes over the question. */
export function older(handler: Handler): Handler {
  return (request, response, base) => {
    request.url = request.url!.replace(/\?id=.*$/, '');
    return handler(request, response, base);
  };
}

/** A member, as the directory has them. */
export interface Somebody {
  handle: string;
  name: string;
  picture?: Record<string, string> | null;
}

/** A server with a directory of members, `pageSize` of them a page; `null`: it has none. Everything else is for `rest`. */
export function listing(directory: { members: Somebody[] | null }, rest: Handler, pageSize = 100): Handler {
  return (request, response, base) => {
    const url = new URL(request.url ?? '/', base);
    if (url.pathname !== '/api/members/public') return rest(request, response, base);
    const { members } = directory;
    if (members === null) return json(response, 200, { status: 'success', public: false, members: [], cursor: null });
    const after = url.searchParams.get('cursor') ?? '';
    const left = members.filter(({ handle }) => handle > after);
    const page = left.slice(0, pageSize).map(({ picture = null, ...member }) => ({ ...member, picture, digest: digest(JSON.stringify([member, picture])) }));
    const cursor = left.length > pageSize ? page.at(-1)!.handle : null;
    const etag = `"${digest(JSON.stringify([page, cursor]))}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end();
    json(response, 200, { status: 'success', public: true, members: page, cursor }, { ETag: etag });
  };
}

/** Short and good enough: FNV-1a. */
function digest(text = ''): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16);
}
