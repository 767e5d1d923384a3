// Several notes with their pictures and files: what belongs to what, and all of it sent, notes last.

import type { Client } from './client.js';
import type { Chosen } from './folder/gather.js';
import { folderOf } from './folder/paths.js';
import { planned as sorted, type PlannedNote } from './folder/plan.js';
import { sendAll } from './folder/queue.js';
import { sendNote as send, whileThere, type Answer } from './folder/send.js';
import type { Kind } from './folder/sort.js';
import { t } from './languages/say.js';
import { MastheadError, type Files, type ListedReadme, type Progress, type Replacement, type Site, type StoredFile } from './wire.js';

/** How long the notes wait for the files to be ready, in milliseconds: those that are late come into them later. */
const READY_WITHIN_MS = 60_000;

/**
 * Where a file is; `there` is one that the server has already, as it is, and `kept` one that the member keeps, since no
 * note shows it.
 */
export type Progressed = 'waiting' | 'kept' | 'sending' | 'held' | 'sent' | 'there' | 'failed';

/** A file that is to be sent. */
export interface Item {
  kind: Kind;
  path: string;
  /** Bytes, as it was chosen. */
  size: number;
  open: () => Promise<File>;
  state: Progressed;
  /** How much of it is sent, from 0 to 1. */
  share: number;
  /** Why it failed. */
  reason?: string;
  /** A note's, once it has arrived. */
  slug?: string;
  /** A file's, once it has arrived. */
  id?: string;
}

export interface Plan {
  /** Notes are the last ones. */
  items: Item[];
  /** Each note with the files that it shows or leads to, and what it asks for and nobody has. */
  notes: PlannedNote[];
  /** Files that no note asks for. Where there are notes, they are kept until the member says otherwise. */
  unshown: Item[];
  /** Whether there are more files than the member may have, with those on the server. */
  isTooMany: boolean;
  /** What stays where it is, and why. */
  ignored: { path: string; sentence: string }[];
}

/** What becomes of the chosen files. `known` are the member's files on the server, `limits` the largest ones, in bytes. */
export async function planned(chosen: readonly Chosen[], { files: known, usage }: Files, limits: Site['limits']): Promise<Plan> {
  const { taken, notes, unshown, ignored } = await whileThere(() => sorted(chosen, known, { note: limits.readme, file: limits.large_picture }));
  const [alone, there] = [new Set(unshown), new Set(known.map(({ path }) => path))];
  const stateOf = (path: string) => (notes.length > 0 && alone.has(path) ? 'kept' : 'waiting');
  const items = taken.map(({ kind, path, file }): Item => ({ kind, path, size: file.size, open: file.open, state: stateOf(path), share: 0 }));
  const isNew = (item: Item) => !isNote(item) && item.state !== 'kept' && !there.has(item.path);
  return {
    items,
    notes,
    unshown: items.filter(({ path }) => alone.has(path)),
    isTooMany: usage.files + items.filter(isNew).length > usage.max_files,
    ignored: ignored.map(({ path, sentence }) => ({ path, sentence })),
  };
}

export function isNote({ kind }: Item): boolean {
  return kind === 'note';
}

export interface Publishing {
  signal?: AbortSignal | undefined;
  /** Called with whatever has another state or share. */
  onChange: (item: Item) => void;
  /** Called once the files are sent and the notes wait for them. */
  onWait?: () => void;
  /** What to do with a note that would replace a document of another title: `replace`, `instead` or nothing. */
  ask: (replacement: Replacement) => Promise<string>;
  /** For an error that the member can mend: the promise that it is mended. */
  holds?: (error: unknown) => Promise<void> | undefined;
  /** The promise that the line is back. */
  online?: () => Promise<void>;
}

/** The order in which everything is sent. Notes are last, so that no page lacks a picture that is on its way. */
const STAGES = { files: 0, ready: 1, notes: 2 };

/**
 * Sends what isn't there yet, a few side by side. What fails stops nothing else, and says why in its item.
 *
 * @throws the signal's reason when it is aborted
 */
export async function publish(client: Client, items: readonly Item[], { signal, onChange, onWait, ask, holds, online }: Publishing): Promise<void> {
  const [{ files }, readmes] = await Promise.all([client.files(signal), client.readmes(signal)]);
  const addresses = new Set(readmes.map(({ slug }) => slug));
  const sent = new Map<string, Item>();
  const change = (item: Item, changes: Partial<Item>) => onChange(Object.assign(item, changes));
  const failed = (item: Item, reason: string) => change(item, { state: 'failed', share: 0, reason });

  const sendItem = async (item: Item): Promise<void> => {
    const sending = { onProgress: (share: number) => change(item, { share }), signal };
    if (isNote(item)) {
      const slug = await sendNote(client, item, readmes, addresses, { ask, ...sending });
      return change(item, { share: 1, ...(slug === undefined ? { state: 'there' } : { state: 'sent', slug }) });
    }
    const { id, unchanged } = await client.uploadFile(await item.open(), { path: item.path, known: files, ...sending });
    if (unchanged) return change(item, { share: 1, state: 'there' });
    sent.set(id, item);
    change(item, { share: 1, state: 'sent', id });
  };
  const wait = async (): Promise<void> => {
    if (sent.size === 0) return;
    onWait?.();
    for (const { id, state, reason } of await readyFiles(client, signal)) {
      const item = sent.get(id);
      if (item && state === 'rejected') failed(item, reason ?? t('site.file_rejected'));
    }
  };

  const left = items.filter(({ state }) => !['sent', 'there', 'kept'].includes(state));
  const jobs = left.map((item): { stage: number; item?: Item } => ({ stage: isNote(item) ? STAGES.notes : STAGES.files, item }));
  for (const item of left) change(item, { state: 'waiting', share: 0 });
  try {
    await sendAll([...jobs, { stage: STAGES.ready }], ({ item }) => (item ? whileThere(() => sendItem(item)) : wait()), {
      signal,
      holds,
      online,
      onState: ({ item }, state, error) => {
        if (!item || state === 'done') return;
        if (state === 'failed') failed(item, error instanceof Error ? error.message : String(error));
        else change(item, { state });
      },
    });
  } finally {
    for (const item of left) if (['sending', 'held'].includes(item.state)) change(item, { state: 'waiting', share: 0 });
  }
}

/** The member's files once none is worked on any more; as they stand where that takes long. */
async function readyFiles(client: Client, signal: AbortSignal | undefined): Promise<StoredFile[]> {
  let seen: StoredFile[] = [];
  try {
    await client.watchFiles({ signal, timeoutMs: READY_WITHIN_MS, onFiles: ({ files }) => (seen = files) });
  } catch (error) {
    if (!(error instanceof MastheadError && error.code === 'unavailable')) throw error;
  }
  return seen;
}

/** Sends a note, unless it is there; its slug then. Asks where it would replace a document of another title. */
async function sendNote(
  client: Client,
  { path, open }: Item,
  known: readonly ListedReadme[],
  taken: Set<string>,
  { ask, ...sending }: Pick<Publishing, 'ask' | 'signal'> & { onProgress: Progress },
): Promise<string | undefined> {
  const file = await open();
  const upload = (answer: Answer) => send(file, path, { known, taken, answer }, (to) => client.uploadReadme(file, { path: folderOf(path), ...to, ...sending }));
  try {
    return (await upload({}))?.slug;
  } catch (error) {
    if (!(error instanceof MastheadError && error.replacement)) throw error;
    const choice = await ask(error.replacement);
    if (choice === 'replace') return (await upload({ replace: true }))?.slug;
    if (choice === 'instead') return (await upload({ slug: error.replacement.instead.slug }))?.slug;
    throw new MastheadError('other_title', error.status, t('site.not_replaced'));
  }
}
