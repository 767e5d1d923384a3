// A build's own requests are answered as those of `fetch` are.

import { afterEach, expect, test, vi } from 'vitest';
import { send } from '../src/connection.js';
import { ask, type Reading, type Send } from '../src/http.js';
import { inParallel } from '../src/options.js';
import { serve } from './support/server.js';

afterEach(() => void vi.restoreAllMocks());

const SENDERS: [string, Send | undefined][] = [['fetch', undefined], ['node:http', send]];
const READING = { attempts: 1, maxBytes: 1000 };
const get = (url: string, way: Send | undefined, reading: Partial<Reading> = {}) => ask(new URL(url), { ...READING, send: way, ...reading });

test.each(SENDERS)('%s: a body, its headers, a status without a body and a redirect are read', async (_name, way) => {
  await using server = await serve((request, response) => {
    if (request.url === '/old') return void response.writeHead(301, { Location: '/new' }).end('elsewhere');
    if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304, { ETag: '"1"' }).end();
    if (request.url === '/gone') return void response.writeHead(404).end();
    response.writeHead(200, { ETag: '"1"', 'Access-Control-Allow-Origin': '*' });
    response.write('é'.slice(0, 1));
    response.end(`${request.method} ${request.headers.authorization ?? ''} ü`);
  });
  expect(await get(`${server.url}/old`, way)).toEqual({ status: 200, etag: '"1"', allowsOrigin: '*', text: 'éGET  ü' });
  expect(await get(server.url, way, { etag: '"1"' })).toMatchObject({ status: 304, etag: '"1"', text: '' });
  expect(await get(`${server.url}/gone`, way)).toMatchObject({ status: 404, etag: null, allowsOrigin: null });
  expect(await get(server.url, way, { post: { key: 'k', json: {} } })).toMatchObject({ text: 'éPOST Bearer k ü' });
});

test.each(SENDERS)('%s: what can’t be had is named, and the next request is answered', async (_name, way) => {
  await using server = await serve((request, response) => {
    if (request.url === '/long') return void response.end('x'.repeat(1001));
    if (request.url === '/cut') return void (response.writeHead(200, { 'Content-Length': '10' }).write('x'), setTimeout(() => response.destroy(), 20));
    if (request.url === '/broken') return void request.socket.end('HTTP/9 nonsense\r\n\r\n');
    if (request.url === '/503') return void response.writeHead(503).end('x'.repeat(100_000));
    response.end('x');
  });
  await expect(get(`${server.url}/long`, way)).rejects.toThrow('is larger than 1000 bytes');
  await expect(get(`${server.url}/cut`, way)).rejects.toThrow(/\/cut can't be read \(.+\)/);
  await expect(get(`${server.url}/broken`, way)).rejects.toThrow(/\/broken can't be read \(.+\)/);
  await expect(get(`${server.url}/503`, way)).rejects.toThrow('answered with status 503');
  expect(await get(server.url, way)).toMatchObject({ text: 'x' });
  const away = await serve(() => {});
  await away[Symbol.asyncDispose]();
  await expect(get(away.url, way)).rejects.toThrow('ECONNREFUSED');
});

test.each(SENDERS)('%s: whoever doesn’t answer in time is given up, before the first byte and after it', async (_name, way) => {
  await using server = await serve((request, response) => void (request.url === '/begun' && response.writeHead(200).write('x')));
  const { timeout } = AbortSignal;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout.call(AbortSignal, 100));
  for (const path of ['', 'begun']) await expect(get(`${server.url}/${path}`, way)).rejects.toThrow('did not answer within 15 seconds');
});

test('files come over as many connections as are fetched side by side', async () => {
  const sockets = new Set<unknown>();
  await using server = await serve((request, response) => void (sockets.add(request.socket), response.end('x')));
  await inParallel(Array.from({ length: 200 }, (_, at) => at), 4, async (at) => void (await get(`${server.url}/${at}`, send)));
  expect(server.requests).toHaveLength(200);
  expect(sockets.size).toBeLessThanOrEqual(4);
});
