// Diagrams drawn by beautiful-mermaid, in a thread of their own that is ended where one takes too long.

import { Worker } from 'node:worker_threads';

/** Of a drawing, in characters. */
const MAX_SVG = 500_000;
/** Of one diagram. What mermaid.ts lets through takes two seconds at most where nothing else is done: this is for what nobody knows of the library. */
const MAX_MS = 120_000;
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

const TOO_LONG = 'it takes too long';
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
  readonly #maxMs: number;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `library`: the address of beautiful-mermaid. */
  constructor(library: string, maxMs = MAX_MS) {
    this.#library = library;
    this.#maxMs = maxMs;
  }

  /** @throws {Error} where it can't be drawn; the message says why. */
  draw(source: string, colours: Colours): Promise<string> {
    const drawn = this.#last.then(() => this.#draw(source, colours));
    this.#last = drawn.catch(() => undefined);
    return drawn;
  }

  async #draw(source: string, colours: Colours): Promise<string> {
    const isNew = !this.#worker;
    const worker = this.#started();
    const { svg, error } = await new Promise<Answer>((resolve) => {
      const done = (answer: Answer) => {
        clearTimeout(late);
        // The library is there, and the time begins.
        if (answer.ready) {
          late = setTimeout(end, this.#maxMs, TOO_LONG);
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
      let late = setTimeout(end, isNew ? MAX_LOADING_MS : this.#maxMs, TOO_LONG);
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
