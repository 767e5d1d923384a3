// Diagrams that no build draws, drawn in the reader's browser once they are near. Mermaid runs in a frame that may do nothing else, and what it
// draws is shown as an image. A file of the site, on pages with such a diagram.

/** The page that Mermaid runs in; integration/islands.ts writes its address here. */
const FRAME = 'MASTHEAD_DIAGRAM_FRAME';
/** Mermaid is large, and phones are slow. */
const MAX_LOADING_MS = 60_000;
const MAX_DRAWING_MS = 20_000;
/** In characters. */
const MAX_SVG = 2_000_000;
const MAX_ALT = 300;
/** In pixels, either way. */
const MAX_SIZE = 20_000;
/** Of a drawing that takes the place of code on the screen, in pixels. */
const MIN_HEIGHT = 120;
/** How long before it is seen a diagram is drawn. */
const NEAR = '100% 0px';
/** @typedef {{ url: string, width: number, height: number, alt: string }} Drawn */
/** @typedef {{ source: string, dark: boolean, done: (drawing: Drawn) => void, failed: () => void }} Task */

/** The frame, for as long as there is something to draw. One diagram is drawn after the other. */
class Draughtsman {
  /** @type {Task[]} */
  #waiting = [];
  /** @type {Task | undefined} */
  #task;
  /** @type {HTMLIFrameElement | undefined} */
  #frame;
  /** @type {MessagePort | undefined} */
  #port;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;
  /** Whether the page's policy, or that of the frame's own answer, lets nothing be drawn here. */
  #forbidden = false;

  /**
   * @param {string} source
   * @param {boolean} dark
   * @returns {Promise<Drawn>}
   */
  draw(source, dark) {
    return new Promise((done, reject) => {
      this.#waiting.push({ source, dark, done, failed: () => reject(new Error('it can’t be drawn')) });
      this.#next();
    });
  }

  #next() {
    if (this.#task) return;
    this.#task = this.#waiting.shift();
    if (!this.#task) return;
    if (this.#forbidden) return this.#end(undefined);
    if (!this.#frame) return this.#open();
    if (this.#port) this.#ask(this.#port, this.#task);
  }

  /** @param {MessagePort} port @param {Task} task */
  #ask(port, { source, dark }) {
    this.#late = setTimeout(() => this.#fail(), MAX_DRAWING_MS);
    port.postMessage({ source, dark });
  }

  #open() {
    const frame = document.createElement('iframe');
    // An origin of its own, that of nobody: no cookie, no storage and no part of this page is within its reach.
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.setAttribute('aria-hidden', 'true');
    frame.tabIndex = -1;
    frame.referrerPolicy = 'no-referrer';
    frame.src = FRAME;
    // Text is measured in it, so it has a size; what lies outside of the window is measured late.
    Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto 0', width: '1000px', height: '800px', border: '0', opacity: '0', pointerEvents: 'none', zIndex: '-1' });
    const { port1: port, port2: theirs } = new MessageChannel();
    port.onmessage = ({ data }) => {
      clearTimeout(this.#late);
      if (this.#port) return this.#end(data);
      this.#port = port;
      if (this.#task) this.#ask(port, this.#task);
    };
    frame.addEventListener('load', () => frame.contentWindow?.postMessage('masthead-diagrams', '*', [theirs]), { once: true });
    document.addEventListener('securitypolicyviolation', this.#refused);
    this.#late = setTimeout(() => {
      this.#forbidden = true;
      this.#fail();
    }, MAX_LOADING_MS);
    this.#frame = frame;
    document.body.append(frame);
  }

  /** @param {SecurityPolicyViolationEvent} violation */
  #refused = ({ effectiveDirective, blockedURI }) => {
    if (!/^(?:frame|child|default)-src$/.test(effectiveDirective) || !new URL(FRAME, location.href).href.startsWith(blockedURI)) return;
    this.#forbidden = true;
    this.#fail();
  };

  /** Another frame goes on with the others: what one diagram makes of Mermaid is its own affair. */
  #fail() {
    this.#close();
    this.#end(undefined);
  }

  #close() {
    clearTimeout(this.#late);
    document.removeEventListener('securitypolicyviolation', this.#refused);
    this.#port?.close();
    this.#frame?.remove();
    this.#port = this.#frame = undefined;
  }

  /** @param {unknown} answer whatever the frame has sent, which may be anything */
  #end(answer) {
    const task = this.#task;
    this.#task = undefined;
    const drawing = drawingOf(answer);
    if (drawing) task?.done(drawing);
    else task?.failed();
    this.#next();
  }

  /** Lets the frame go where nobody is going to ask for anything. */
  rest() {
    if (!this.#task && waiting.size === 0) this.#close();
  }
}

/**
 * @param {any} answer
 * @returns {Drawn | undefined}
 */
function drawingOf(answer) {
  const { svg, width, height, contents } = answer ?? {};
  if (typeof svg !== 'string' || typeof contents !== 'string' || svg.length > MAX_SVG) return undefined;
  if (![width, height].every((size) => typeof size === 'number' && size > 0 && size < MAX_SIZE)) return undefined;
  return { url: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, width, height, alt: contents.slice(0, MAX_ALT) };
}

/** Whether a place in the page is dark, by the colour scheme that it has there. @param {Element} place */
function isDark(place) {
  const probe = document.createElement('span');
  probe.style.color = 'light-dark(#fff, #000)';
  if (!probe.style.color) return matchMedia('(prefers-color-scheme: dark)').matches;
  probe.hidden = true;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color === 'rgb(0, 0, 0)';
}

const draughtsman = typeof document === 'undefined' ? undefined : new Draughtsman();
/** Elements that haven't been near yet, or are being drawn. @type {Set<Element>} */
const waiting = new Set();

function start() {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || !(target instanceof Diagram)) continue;
        near.unobserve(target);
        void target.draw();
      }
    },
    { rootMargin: NEAR },
  );

  class Diagram extends HTMLElement {
    /** @type {HTMLImageElement | undefined} */
    #image;
    /** Whether what is drawn, or being drawn, is for a dark page. @type {boolean | undefined} */
    #dark;

    connectedCallback() {
      if (this.#dark !== undefined) return;
      waiting.add(this);
      near.observe(this);
    }

    disconnectedCallback() {
      waiting.delete(this);
      draughtsman?.rest();
      near.unobserve(this);
    }

    /** As transforms/code.ts reads it. */
    get #source() {
      const lines = [...this.querySelectorAll('pre .ec-line')].map(({ textContent }) => (textContent ?? '').replace(/\n$/, ''));
      return lines.length > 0 ? lines.join('\n') : (this.querySelector('pre code, pre')?.textContent ?? '');
    }

    async draw() {
      const dark = isDark(this);
      if (dark === this.#dark) return;
      this.#dark = dark;
      try {
        const drawn = await draughtsman?.draw(this.#source, dark);
        // The page has changed meanwhile: it is drawn anew.
        if (!drawn || dark !== this.#dark) return;
        const image = new Image(drawn.width, drawn.height);
        image.src = drawn.url;
        image.alt = (this.dataset['alt'] ?? '{{contents}}').replace('{{contents}}', () => drawn.alt);
        await image.decode();
        this.#show(image);
      } catch {
        // Whatever the reason, the code says what the drawing would, and is there.
        if (!this.#image) this.#keepCode();
      } finally {
        waiting.delete(this);
        draughtsman?.rest();
      }
    }

    /** @param {HTMLImageElement} image */
    #show(image) {
      const shown = this.#image;
      this.#image = image;
      if (shown) {
        Object.assign(image.style, { maxBlockSize: shown.style.maxBlockSize, objectFit: shown.style.objectFit });
        shown.replaceWith(image);
        return;
      }
      const { top, height } = this.getBoundingClientRect();
      const summary = Object.assign(document.createElement('summary'), { textContent: this.dataset['source'] ?? '' });
      const details = document.createElement('details');
      details.append(summary, ...this.childNodes);
      const figure = Object.assign(document.createElement('figure'), { className: 'masthead-diagram' });
      figure.append(image, details);
      this.append(figure);
      // What is on the screen stays where it is: the drawing has the place of the code.
      if (top < innerHeight && height > 0) {
        const around = this.getBoundingClientRect().height - image.getBoundingClientRect().height;
        image.style.maxBlockSize = `${Math.max(height - around, MIN_HEIGHT)}px`;
        image.style.objectFit = 'contain';
        this.style.minBlockSize = `${height}px`;
      }
    }

    #keepCode() {
      const sentence = Object.assign(document.createElement('p'), { className: 'masthead-diagram-failed', textContent: this.dataset['failed'] ?? '' });
      this.append(sentence);
    }
  }

  customElements.define('masthead-diagram', Diagram);

  const again = () => {
    for (const diagram of document.querySelectorAll('masthead-diagram:has(img)')) if (diagram instanceof Diagram) void diagram.draw();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  // Sites have their readers choose by an attribute or a class of the page.
  new MutationObserver(again).observe(document.documentElement, { attributes: true });
}

if (typeof document !== 'undefined') start();
