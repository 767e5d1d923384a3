// examples/vault as a member's documents: sent as it lies there, and every picture in its place on the example site, from the
// moment the page is there.

import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { equal, eventually, ok, watched } from '../browser/harness.mjs';
import { filesOf, member, sendFile } from './members.mjs';
import { ORIGIN, files, show } from './site.mjs';

const VAULT = join(import.meta.dirname, '../../examples/vault');
const HANDLE = 'mira';
/** Each document with the number of its pictures, the one at its head included. */
const PICTURES = { mira: 1, 'mira/robots': 2, 'mira/gripper-arm': 2, 'mira/line-follower': 2, 'mira/battery-test': 2, 'mira/2026-03-club-evening': 2 };

/** Publishes the vault: its pictures, and then its notes. */
export async function publishVault() {
  const client = await member(HANDLE, 'Mira Lindqvist');
  const paths = (await files(VAULT)).map((path) => path.replaceAll('\\', '/'));
  const isNote = (path) => extname(path) === '.md';
  for (const path of paths.filter((path) => !isNote(path))) await sendFile(HANDLE, path, await readFile(join(VAULT, path)));
  await eventually(async () => (await filesOf(HANDLE)).every(({ state }) => state !== 'processing'), 'the pictures are ready');
  equal((await filesOf(HANDLE)).filter(({ state }) => state !== 'ready').map(({ path, reason }) => `${path}: ${reason}`), [], 'pictures that are refused');
  for (const path of paths.filter(isNote)) {
    const folder = dirname(path);
    await client.uploadReadme(new File([await readFile(join(VAULT, path))], basename(path)), folder === '.' ? {} : { path: folder });
  }
  // Links to notes that came later are found in the background.
  const faults = async () => (await client.readmes()).filter(({ state, warning_count }) => state !== 'published' || warning_count > 0).map(({ slug }) => slug);
  await eventually(async () => (await client.readmes()).length === Object.keys(PICTURES).length && (await faults()).length === 0, 'every note is published, and all it names is found');
}

/** Looks at the vault's pages while their pictures are held up and after; `picture` keeps what there is to see. */
export async function lookAtVault(browser, site, picture) {
  for (const [width, height] of [[1280, 900], [375, 740]]) {
    const page = await watched(browser, { viewport: { width, height } });
    await page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => globalThis.shifts.push(...list.getEntries().map(({ value, sources }) => ({ value, of: sources.map(({ node }) => node?.outerHTML?.slice(0, 200)) })))).observe({ type: 'layout-shift', buffered: true });
    });
    await show(page.context(), site);
    let release;
    let released;
    await page.route(/\/(files|pictures)\//, async (route) => {
      await released;
      await route.continue();
    });
    for (const [id, count] of Object.entries(PICTURES)) {
      const what = `${id}, ${width} pixels wide,`;
      released = new Promise((resolve) => (release = resolve));
      await page.goto(`${ORIGIN}/${id}/`, { waitUntil: 'domcontentloaded' });
      // Until then a browser shows nothing.
      await page.waitForFunction(() => [...document.querySelectorAll('link[rel="stylesheet"]')].every(({ sheet }) => sheet));
      const before = await pictures(page);
      equal(before.length, count, `the number of pictures of ${what}`);
      for (const one of before) ok(!one.loaded && /^\d+$/.test(one.width) && /^\d+$/.test(one.height) && one.alt !== null, `${what} has pictures that are still held up and say their size, but it has ${JSON.stringify(one)}`);
      release();
      for (let at = 0; at < count; at += 1) {
        const image = page.locator(IMAGES).nth(at);
        await image.scrollIntoViewIfNeeded();
        await eventually(() => image.evaluate((image) => image.complete && image.naturalWidth > 0), `picture ${at + 1} of ${what} is shown`);
      }
      await page.evaluate(() => scrollTo(0, 0));
      const after = await pictures(page);
      // Within a pixel: a smaller rendition has whole pixels of its own.
      const moved = after.filter(({ box }, at) => box.some((edge, of) => Math.abs(edge - before[at].box[of]) >= 1));
      equal(moved, [], `pictures of ${what} that are elsewhere, now that they are loaded,`);
      equal(await page.evaluate(() => globalThis.shifts), [], `what moved in ${what}`);
      for (const { box, natural, chosen, set } of after) {
        ok(box[0] >= 0 && box[0] + box[2] <= width, `no picture of ${what} is wider than the page, but one is at ${box}`);
        ok(Math.abs(box[2] / box[3] - natural) < 0.02 * natural, `pictures of ${what} keep their proportions, but one is ${box[2]} to ${box[3]} and not ${natural}`);
        // A phone's is the smallest that fills its screen.
        ok(width > 480 || set === null || chosen.includes('-480x'), `${what} takes small pictures, but it takes ${chosen} of ${set}`);
      }
      ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${what} fits`);
      await picture(page, `vault-${id.split('/').at(-1)}-${width}`);
    }
    equal(page.complaints, [], 'the console');
    await page.context().close();
  }
}

/** Those of the document, and not the portrait of its author. */
const IMAGES = 'article img:not(.portrait)';

function pictures(page) {
  return page.locator(IMAGES).evaluateAll((all) =>
    all.map((image) => {
      const { left, top, width, height } = image.getBoundingClientRect();
      const attribute = (name) => image.getAttribute(name);
      return {
        box: [left, top + scrollY, width, height],
        loaded: image.complete && image.naturalWidth > 0,
        natural: image.naturalWidth / image.naturalHeight,
        chosen: image.currentSrc,
        width: attribute('width'),
        height: attribute('height'),
        alt: attribute('alt'),
        set: attribute('srcset'),
      };
    }),
  );
}
