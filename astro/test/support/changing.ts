// A server that knows what changed since, as Masthead does: entries in shards, a number for each change of a shard, and what it was of.

import type { Handler } from './server.js';
import { file, json } from './server.js';

interface Shard {
  entries: Map<string, { version: number; picture: number }>;
  former: Map<string, string>;
  revision: number;
  /** The revision that each record has, and the id that it is of; the oldest go. */
  records: { revision: number; id: string }[];
}

const SHARDS = 3;

export class Changing {
  shards: Shard[] = Array.from({ length: SHARDS }, () => ({ entries: new Map(), former: new Map(), revision: 0, records: [] }));
  epoch = 'e1';
  /** As before it knew of changes: the question is passed over. */
  isOlder = false;
  pageSize = 4;
  /** Ids that an answer tells at most. */
  limit = 3;
  /** Called before each answer, and in its middle: what else changes while a build reads. */
  meanwhile: () => void = () => {};
  #version = 0;

  shardOf(id: string): Shard {
    const handle = id.split('/')[0]!;
    return this.shards[[...handle].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % SHARDS]!;
  }

  #note(shard: Shard, id: string): void {
    shard.revision += 1;
    shard.records.push({ revision: shard.revision, id });
  }

  put(id: string): void {
    const shard = this.shardOf(id);
    shard.entries.set(id, { version: (this.#version += 1), picture: shard.entries.get(id)?.picture ?? 0 });
    this.#note(shard, id);
  }

  remove(id: string): void {
    const shard = this.shardOf(id);
    if (shard.entries.delete(id)) this.#note(shard, id);
  }

  lead(from: string, to: string): void {
    const shard = this.shardOf(from);
    shard.former.set(from, to);
    this.#note(shard, from);
  }

  forget(from: string): void {
    const shard = this.shardOf(from);
    if (shard.former.delete(from)) this.#note(shard, from);
  }

  /** Another picture of a member: all of their entries are told again. */
  picture(handle: string): void {
    const shard = this.shardOf(handle);
    for (const [id, entry] of shard.entries) {
      if (id.split('/')[0] !== handle) continue;
      shard.entries.set(id, { ...entry, picture: entry.picture + 1 });
      this.#note(shard, id);
    }
  }

  /** Old records are deleted. */
  expire(): void {
    for (const shard of this.shards) shard.records = shard.records.slice(-2);
  }

  all(): string[] {
    return this.shards.flatMap(({ entries }) => [...entries.keys()]);
  }

  former(): string[] {
    return this.shards.flatMap(({ former }) => [...former.keys()]);
  }

  token(): string {
    return [this.epoch, ...this.shards.map(({ revision }) => revision)].join('.');
  }

  #entry(id: string, base: string) {
    const { version, picture } = this.shardOf(id).entries.get(id)!;
    const pictures = picture ? Object.fromEntries(['96', '256', '512'].map((size) => [size, `/pictures/${picture}-${size}.webp`])) : null;
    return { id, url: `${base}/content/${id}.md`, digest: `v${version}`, updated: '2025-07-10T09:30:00Z', picture: pictures };
  }

  page(cursor: string | null, base: string) {
    const since = this.isOlder ? {} : { since: this.token() };
    this.meanwhile();
    const keys = this.shards.flatMap(({ entries, former }, at) => [...new Set([...entries.keys(), ...former.keys()])].map((id) => `0${at}-${id}`)).sort();
    const left = keys.filter((key) => cursor === null || key > cursor);
    const ids = left.slice(0, this.pageSize).map((key) => key.slice(3));
    const entries = ids.filter((id) => this.shardOf(id).entries.has(id)).map((id) => this.#entry(id, base));
    const moved = ids.filter((id) => !this.shardOf(id).entries.has(id)).map((id) => ({ from: id, to: this.shardOf(id).former.get(id)! }));
    return { status: 'success', entries, moved, cursor: left.length > this.pageSize ? left[this.pageSize - 1] : null, ...since };
  }

  changes(token: string, base: string) {
    const [epoch, ...from] = token.split('.');
    const revisions = from.map(Number);
    const isKept = this.shards.every(({ revision, records }, at) => revisions[at]! <= revision && (revisions[at] === revision || (records[0]?.revision ?? Infinity) <= revisions[at]! + 1));
    if (epoch !== this.epoch || !isKept) return { status: 'success', entries: [], gone: [], moved: [], since: null, more: false, cursor: null };
    const ids = new Set<string>();
    let more = false;
    for (const [at, { records }] of this.shards.entries()) {
      for (const { revision, id } of records.filter(({ revision }) => revision > revisions[at]!)) {
        if (ids.size >= this.limit && !ids.has(id)) {
          more = true;
          break;
        }
        ids.add(id);
        revisions[at] = revision;
      }
      if (more) break;
    }
    this.meanwhile();
    const told = { entries: [] as unknown[], gone: [] as string[], moved: [] as unknown[] };
    for (const id of ids) {
      const { entries, former } = this.shardOf(id);
      if (entries.has(id)) told.entries.push(this.#entry(id, base));
      else {
        told.gone.push(id);
        if (former.has(id)) told.moved.push({ from: id, to: former.get(id) });
      }
    }
    return { status: 'success', ...told, since: [epoch, ...revisions].join('.'), more, cursor: null };
  }

  readonly handler: Handler = (request, response, base) => {
    const url = new URL(request.url ?? '/', base);
    this.meanwhile();
    if (url.pathname !== '/api/content') {
      const id = /^\/content\/(.*)\.md$/.exec(url.pathname)?.[1] ?? '';
      const entry = this.shardOf(id).entries.get(id);
      if (!entry) return json(response, 404, { status: 'error', code: 'not_found', message: 'Not here.' });
      response.end(file(id, { title: `${id} v${entry.version}` }));
      return;
    }
    const token = this.isOlder ? null : url.searchParams.get('since');
    const answer = token === null ? this.page(url.searchParams.get('cursor'), base) : this.changes(token, base);
    const etag = `"${Buffer.from(JSON.stringify(answer)).toString('base64url')}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end();
    json(response, 200, answer, { ETag: etag });
  };
}
