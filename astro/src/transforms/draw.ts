// Diagrams drawn by beautiful-mermaid, in a thread of their own that is ended where one takes too long.

import { Worker } from 'node:worker_threads';

/** In characters. */
const MAX_SOURCE = 20_000;
/** Of a drawing, in characters. */
const MAX_SVG = 500_000;
/** Of one diagram, on a machine that has much else to do; some hundred boxes take a tenth of a second. */
const MAX_MS = 10_000;
/** For the library to load, which is no fault of the diagram's. */
const MAX_LOADING_MS = 60_000;
const MAX_MEGABYTES = 256;

/** In the thread. It is given where the library is, and then sources, one at a time. Only the drawing comes back. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const library = import(workerData.library);
library.then(() => parentPort.postMessage({ ready: true }), () => {});
parentPort.on('message', async ({ source, colours }) => {
  try {
    const { renderMermaidSVG } = await library;
    parentPort.postMessage({ svg: String(renderMermaidSVG(source, colours)) });
  } catch (error) {
    parentPort.postMessage({ error: String(error && error.message || error) });
  }
});
`;

/** CSS that stands for the colours, which drawing.ts chooses. */
export type Colours = Readonly<Record<string, string | number | boolean>>;

const TOO_LONG = `it takes longer than ${MAX_MS / 1000} seconds`;
const TOO_LARGE = `it takes more than ${MAX_MEGABYTES} MB`;

/** What ends the thread: more of the kind would cost as much again. */
export class TooMuch extends Error {}

interface Answer {
  ready?: boolean;
  svg?: string;
  error?: string;
}

/** Draws one after the other. */
export class Drawer {
  readonly #library: string;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `library`: the address of beautiful-mermaid. */
  constructor(library: string) {
    this.#library = library;
  }

  /**
   * Adds the milliseconds that it takes to `spent`, without those that it waits for others.
   *
   * @throws {Error} where it can't be drawn; the message says why.
   */
  draw(source: string, colours: Colours, spent = { ms: 0 }): Promise<string> {
    const drawn = this.#last.then(async () => {
      const started = performance.now();
      try {
        return await this.#draw(source, colours);
      } finally {
        spent.ms += performance.now() - started;
      }
    });
    this.#last = drawn.catch(() => undefined);
    return drawn;
  }

  async #draw(source: string, colours: Colours): Promise<string> {
    if (source.length > MAX_SOURCE) throw new Error(`a diagram has at most ${MAX_SOURCE.toLocaleString('en')} characters`);
    const isNew = !this.#worker;
    const worker = this.#started();
    const { svg, error } = await new Promise<Answer>((resolve) => {
      const done = (answer: Answer) => {
        clearTimeout(late);
        // The library is there, and the time begins.
        if (answer.ready) {
          late = setTimeout(end, MAX_MS, TOO_LONG);
          return;
        }
        worker.off('message', done).off('error', failed).off('exit', ended).unref();
        resolve(answer);
      };
      const end = (error: string) => {
        this.#worker = undefined;
        done({ error });
        // What it does meanwhile is nobody's.
        worker.on('error', () => {});
        void worker.terminate();
      };
      const failed = ({ code, message }: NodeJS.ErrnoException) => end(code === 'ERR_WORKER_OUT_OF_MEMORY' ? TOO_LARGE : message);
      const ended = () => end('the library ended');
      let late = setTimeout(end, isNew ? MAX_LOADING_MS : MAX_MS, TOO_LONG);
      worker.on('message', done).on('error', failed).on('exit', ended).ref();
      worker.postMessage({ source, colours });
    });
    if (error === TOO_LONG || error === TOO_LARGE) throw new TooMuch(error);
    if (svg === undefined) throw new Error(error ?? 'nothing came of it');
    if (svg.length > MAX_SVG) throw new Error('the drawing becomes too large');
    return svg;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(PROGRAM, { eval: true, env: {}, workerData: { library: this.#library }, resourceLimits: { maxOldGenerationSizeMb: MAX_MEGABYTES } });
    return (this.#worker = worker);
  }
}
