// Members of the running stack, and what they publish, through the package's own client.
import { spawnSync } from 'node:child_process';
import { createClient } from 'masthead-astro/client';
import { ok } from '../browser/harness.mjs';

const { MASTHEAD, MASTHEAD_DATA, MASTHEAD_PORT, MASTHEAD_URL, MASTHEAD_PASSWORD } = process.env;
const PASSWORD = 'four words of nonsense';
export const DEMO = { email: 'demo@example.com', password: MASTHEAD_PASSWORD };

/** What a member that `member` adds signs in with. */
export const credentials = (handle) => ({ email: `${handle}@club.example`, password: PASSWORD });

/** A client that is signed in as a new member. */
export async function member(handle, name) {
  const { email } = credentials(handle);
  const made = spawnSync(MASTHEAD, ['users', 'add', email, '--name', name, '--handle', handle, '--password-stdin', '--port', MASTHEAD_PORT, '--data', MASTHEAD_DATA], { input: PASSWORD, encoding: 'utf8' });
  ok(made.status === 0, `${handle} is added: ${made.stderr}`);
  return signedIn({ email, password: PASSWORD });
}

export async function signedIn({ email, password }) {
  const client = createClient({ url: MASTHEAD_URL, storage: 'memory' });
  await client.login(email, password);
  return client;
}

/** Publishes a file and gives its report; `null` where it is refused at once, for itself or for its name. */
export async function publish(client, name, bytes, slug) {
  try {
    const sent = await client.uploadReadme(new File([bytes], name, { type: 'text/markdown' }), { slug });
    return await client.watchReport(sent.slug);
  } catch (error) {
    if (['invalid_file', 'conflict'].includes(error.code)) return null;
    throw error;
  }
}

/** Sends a file for the documents of a member whom `member` added, under its path. */
export async function sendFile(handle, path, bytes) {
  const form = new FormData();
  form.append('file', new Blob([bytes]), path.split('/').at(-1));
  form.append('path', path);
  const answer = await fetch(`${MASTHEAD_URL}/api/upload_file`, { method: 'POST', headers: await authorization(handle), body: form });
  ok(answer.status === 202, `${path} is taken, but the answer is ${answer.status}: ${await answer.text()}`);
}

/** The files of a member whom `member` added. */
export async function filesOf(handle) {
  return (await (await fetch(`${MASTHEAD_URL}/api/files`, { headers: await authorization(handle) })).json()).files;
}

async function authorization(handle) {
  const answer = await fetch(`${MASTHEAD_URL}/api/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email: `${handle}@club.example`, password: PASSWORD }) });
  return { Authorization: `Bearer ${(await answer.json()).access_token}` };
}

/** What is published now: entry ids. */
export async function published() {
  const ids = [];
  for (let cursor = ''; cursor !== null; ) {
    const answer = await fetch(`${MASTHEAD_URL}/api/content${cursor && `?cursor=${cursor}`}`);
    const page = await answer.json();
    ids.push(...page.entries.map(({ id }) => id));
    cursor = page.cursor;
  }
  return ids;
}

/**
 * Publishes the documents of `clubOf`, several side by side, by members of theirs; the picture that they show goes first. Gives each
 * document with the entry id that it has, or `null` where it is refused.
 */
export async function publishClub(documents, picture) {
  const handles = [...new Set(documents.map(({ handle }) => handle))];
  const clients = new Map();
  for (const handle of handles) {
    clients.set(handle, await member(handle, `Member ${handle.replace(/^\D+/, '')}`));
    await sendFile(handle, 'img/chart.png', picture);
  }
  const rest = documents.entries();
  const published = [];
  const worker = async () => {
    for (const [at, document] of rest) {
      const report = await publish(clients.get(document.handle), document.name, document.text);
      const id = report?.state === 'published' ? (report.slug === 'readme' ? document.handle : `${document.handle}/${report.slug}`) : null;
      published[at] = { ...document, id };
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return published;
}
