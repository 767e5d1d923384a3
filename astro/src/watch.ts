// Looking for changes while `astro dev` runs: one watch for each collection.

/** Survives this module's being loaded anew, which happens with the site's configuration. */
const WATCHES = Symbol.for('masthead-astro.watches');

type Watches = Map<string, () => void>;

function watches(): Watches {
  const home = globalThis as { [WATCHES]?: Watches };
  return (home[WATCHES] ??= new Map());
}

/** Calls `look` again and again, `pauseMs` after its last call ended; ends an older watch of that name. */
export function watch(name: string, pauseMs: number, look: () => Promise<void>): void {
  watches().get(name)?.();
  let ended = false;
  let timer: NodeJS.Timeout;
  const next = () => {
    timer = setTimeout(async () => {
      await look();
      if (!ended) next();
    }, pauseMs);
    // The dev server ends when it ends, and not when this does.
    timer.unref();
  };
  watches().set(name, () => {
    ended = true;
    clearTimeout(timer);
  });
  next();
}

/** Ends every watch: for tests. */
export function endWatches(): void {
  for (const end of watches().values()) end();
  watches().clear();
}
