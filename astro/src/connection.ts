// A request as a build sends it: over node:http, whose connections stay open from one file to the next. `fetch` takes more than twice
// the processor's time for a file, and loading it as much as a hundred files. Live loaders may run where there is no node:http.

import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Received, Send } from './http.js';

/** Sends a request and gives the answer once its headers are there. Redirects are for the caller. */
export const send: Send = (url, { method = 'GET', headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const over = url.protocol === 'https:' ? overHttps : overHttp;
    // Nothing here takes a coded body apart.
    const sent = over(url, { method, headers: { 'Accept-Encoding': 'identity', ...headers }, signal }, (message) => {
      const coding = message.headers['content-encoding'];
      if (message.statusCode === 200 && coding !== undefined && coding.toLowerCase() !== 'identity') {
        message.destroy();
        reject(new Error(`it came coded as ${coding}, which wasn't asked for: something between here and Masthead does that`));
        return;
      }
      resolve(received(message));
    });
    sent.on('error', reject);
    sent.end(body);
  });

function received(message: IncomingMessage): Received {
  return {
    status: message.statusCode ?? 0,
    headers: {
      get(name) {
        const value = message.headers[name];
        return (Array.isArray(value) ? value.join(', ') : value) ?? null;
      },
    },
    body: Object.assign(message, { cancel: async () => void message.destroy() }),
  };
}
