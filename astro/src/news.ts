// What loaders did last, for whoever shows it in `astro dev`.

/** What a look at Masthead came to. */
export interface News {
  collection: string;
  /** When, RFC 3339. */
  at: string;
  entries: number;
  fetched: number;
  removed: number;
  /** Entries that can't be used, and why. */
  passedOver: { id: string; why: string }[];
  /** Why Masthead is away; what it was before stands in the rest. */
  away?: string | undefined;
}

/** Survives this module's being loaded anew: the integration and the loaders come from different loads of it. */
const NEWS = Symbol.for('masthead-astro.news');

interface Board {
  latest: Map<string, News>;
  listeners: Set<() => void>;
}

function board(): Board {
  const home = globalThis as { [NEWS]?: Board };
  return (home[NEWS] ??= { latest: new Map(), listeners: new Set() });
}

const NOTHING = { entries: 0, fetched: 0, removed: 0, passedOver: [] };

/** Notes what a look came to. One that says nothing of `fetched` found nothing new, or Masthead away: the counts are those of the one before. */
export function tellNews({ collection, away, ...counts }: Partial<Omit<News, 'at'>> & Pick<News, 'collection'>): void {
  const { latest, listeners } = board();
  const before = latest.get(collection);
  const at = counts.fetched === undefined && before ? before.at : new Date().toISOString();
  const now: News = { ...NOTHING, ...before, ...counts, collection, away, at };
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  latest.set(collection, now);
  for (const listener of listeners) listener();
}

/** The latest of each collection. */
export const news = (): News[] => [...board().latest.values()];

/** Calls `listener` whenever there is something new; only the last one that was given. */
export function onNews(listener: () => void): void {
  const { listeners } = board();
  listeners.clear();
  listeners.add(listener);
}
