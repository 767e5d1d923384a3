// Members of the running stack, and what they publish, through the package's own client.
import { spawnSync } from 'node:child_process';
import { createClient } from 'masthead-astro/client';
import { ok } from '../browser/harness.mjs';

const { MASTHEAD, MASTHEAD_DATA, MASTHEAD_PORT, MASTHEAD_URL, MASTHEAD_PASSWORD } = process.env;
const PASSWORD = 'four words of nonsense';
export const DEMO = { email: 'demo@example.com', password: MASTHEAD_PASSWORD };

/** A client that is signed in as a new member. */
export async function member(handle, name) {
  const email = `${handle}@club.example`;
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
