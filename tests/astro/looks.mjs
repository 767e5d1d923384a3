// How pages look: to axe, in light, dark and on a phone, and to whoever looks at the pictures of them.
//
// SCREENSHOTS names a folder for pictures of the pages.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { equal, ok, violations } from '../browser/harness.mjs';

const { SCREENSHOTS } = process.env;
export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1280, height: 900 };

if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });

/** What axe calls serious or worse, in light, dark and on a phone; with pictures of it where they are wanted. */
export async function looksRight(page, name) {
  const usual = page.viewportSize();
  for (const [scheme, size] of [['light', DESK], ['dark', DESK], ['light', PHONE], ['dark', PHONE]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    ok(width <= size.width, `${name} fits into ${size.width} pixels, but it is ${width} wide`);
    const serious = (await violations(page)).filter((found) => /^(serious|critical)/.test(found));
    equal(serious, [], `what axe finds in ${name}, ${scheme}, ${size.width} pixels wide`);
    await keep(page, `${name}-${scheme}-${size.width}`, size === PHONE);
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(usual);
}

/** Keeps a picture of a page, where pictures are wanted. */
export async function keep(page, name, fullPage = true) {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
}
