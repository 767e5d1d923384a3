// The frame that a preview is shown in: nothing in it runs, and nothing of elsewhere is loaded.

import { h } from './dom.js';

/** Height of a line and mean width of a letter in the frame's document, in pixels; generous, since there is no way to measure. */
const LINE_PX = 26;
const LETTER_PX = 8.6;
/** Space between blocks, in pixels. */
const BETWEEN_PX = 20;
/** Height of a picture that says nothing of its own. */
const PICTURE_PX = 320;
/** After this a frame is shown, though not everything in it is loaded, in milliseconds. */
const LOADED_WITHIN_MS = 1500;

/**
 * The frame's document with what it shows, as `framed` of shared/page/src/frame.rs makes it: the site's address first, since the
 * HTML may hold the mark of it.
 *
 * @param {string} document of the frame, with the marks `{site}` and `{html}`
 * @param {string} site the public address, whose pictures and files are all that is loaded
 * @param {string} html that the server has made safe
 */
export function framed(document, site, html) {
  const address = site.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return document.replaceAll('{site}', () => address).replace('{html}', () => html);
}

/**
 * How high a preview is at most, in pixels, at a width: estimated from what it holds, since nothing may look into its frame.
 *
 * @param {string} html
 * @param {number} width of the frame
 */
export function heightOf(html, width) {
  // A document of the parser's is inert: it loads nothing and runs nothing.
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const perLine = Math.max(10, (width - 48) / LETTER_PX);
  let height = 64;
  for (const block of body.querySelectorAll('p, li, h1, h2, h3, h4, h5, h6, pre, tr, summary, dt, dd, figcaption, .callout-title, hr')) {
    const lines = (block.textContent ?? '').split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(wideness(line) / perLine)), 0);
    const cells = block.localName === 'tr' ? Math.max(1, block.childElementCount) : 1;
    const isHeading = /^h\d$/.test(block.localName);
    height += lines * LINE_PX * (isHeading ? 1.7 : 1) * cells + BETWEEN_PX;
  }
  for (const picture of body.querySelectorAll('img, video, iframe, svg, table, details')) {
    const [wide, high] = ['width', 'height'].map((name) => Number(picture.getAttribute(name)));
    height += wide && high ? Math.min(1, (width - 32) / wide) * high + BETWEEN_PX : PICTURE_PX;
  }
  return Math.ceil(height);
}

/** Chinese, Japanese and Korean letters are twice as wide. @param {string} line */
const wideness = (line) => line.length + (line.match(/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0);

/**
 * Shows previews in a place that scrolls. The frame is as high as what it shows, so that the place around it scrolls and not
 * the frame: the position is kept when another preview comes. That one is loaded behind the one that is seen.
 *
 * @param {HTMLElement} place
 * @param {{ document: string, site: () => string, title: string }} about
 */
export function frames(place, { document: around, site, title }) {
  /** @type {HTMLIFrameElement | undefined} */
  let seen;
  /** @type {HTMLIFrameElement | undefined} */
  let coming;
  let html = '';

  /** @param {HTMLIFrameElement} frame */
  const swap = (frame) => {
    if (frame !== coming) return;
    coming = undefined;
    const hadFocus = seen !== undefined && document.activeElement === seen;
    seen?.remove();
    seen = frame;
    frame.classList.remove('mh-coming');
    if (hadFocus) frame.focus({ preventScroll: true });
  };

  const fit = () => {
    const height = place.clientWidth > 0 ? heightOf(html, place.clientWidth) : 0;
    for (const frame of [seen, coming]) if (frame && height) frame.height = String(height);
  };
  const watching = new ResizeObserver(fit);
  watching.observe(place);

  return {
    /** @param {string} safe */
    show(safe) {
      html = safe;
      coming?.remove();
      const frame = h('iframe', { sandbox: '', title, class: 'mh-frame-of-preview mh-coming', referrerpolicy: 'no-referrer', tabindex: '-1' });
      coming = frame;
      frame.srcdoc = framed(around, site(), safe);
      frame.addEventListener('load', () => swap(frame), { once: true });
      setTimeout(() => swap(frame), LOADED_WITHIN_MS);
      place.append(frame);
      fit();
    },
    clear() {
      seen?.remove();
      coming?.remove();
      seen = coming = undefined;
    },
    stop() {
      watching.disconnect();
    },
  };
}
