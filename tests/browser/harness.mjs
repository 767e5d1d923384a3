// A browser with a watch on it, steps with a name, and assertions that read as sentences.

import { AssertionError } from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// A machine that runs builds beside the browser is slow; what holds is seen long before.
const PATIENCE_MS = 90_000;
/** As much of a page's text is printed, in characters, when a step fails. */
const MAX_SEEN = 4000;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(flags = []) {
  // A browser that Playwright launches has a new --user-data-dir of its own.
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: [...FLAGS, ...flags], timeout: PATIENCE_MS });
}

/** Closes a dialog; that of a frame that was taken away meanwhile went with it. */
export function dismiss(dialog) {
  dialog.dismiss().catch((error) => {
    if (!/No dialog is showing|has been closed/.test(error.message)) throw error;
  });
}

/** A page whose every complaint is kept: console errors, exceptions, violations of the policy. */
export async function watched(browser, options) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // That of a frame is another, which is there to forbid.
      const whose = window === top ? "policy" : "policy of a frame";
      console.error(`${whose}: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      page.complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => page.complaints.push(`exception: ${error.message}`));
  return page;
}

/**
 * Runs one named step. What the page complained of meanwhile fails it, but for `expected`: each
 * pattern there must match one complaint or more.
 */
export async function step(page, name, action, expected = []) {
  const started = performance.now();
  try {
    await action();
    for (const pattern of expected) {
      const others = page.complaints.filter((complaint) => !pattern.test(complaint));
      ok(others.length < page.complaints.length, `the console says ${pattern}`);
      page.complaints = others;
    }
    equal(page.complaints, [], "the console");
    console.log(`ok    ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    console.error(`FAIL  ${name}\n\n${error instanceof AssertionError ? error.message : error.stack}\n`);
    const seen = await page.locator("body").innerText().catch(() => "(the page can't be read)");
    console.error(`--- the page, at ${page.url()}:\n${seen.slice(0, MAX_SEEN)}\n--- its console:\n${page.complaints.join("\n")}`);
    process.exitCode = 1;
    throw error;
  }
}

export function ok(value, what) {
  if (!value) {
    throw new AssertionError({ message: `expected that ${what}` });
  }
}

export function equal(actual, expected, what) {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  ok(got === wanted, `${what} is ${wanted}, but it is ${got}`);
}

/** Waits until an element's visible text is `expected`, or matches it. */
export async function says(locator, expected) {
  let text = null;
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await locator.isVisible()) {
      text = (await locator.innerText()).trim();
      if (expected instanceof RegExp ? expected.test(text) : text === expected) {
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new AssertionError({ message: `expected ${locator} to say ${expected}, but it says ${JSON.stringify(text)}` });
}

/** Waits until a condition holds, so many milliseconds at most. */
export async function eventually(condition, what, patience = PATIENCE_MS) {
  const deadline = performance.now() + patience;
  while (!(await condition())) {
    ok(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Runs `action` with a folder of these files, paths and bytes, on this machine. */
export async function withFolder(name, files, action) {
  const around = await mkdtemp(join(tmpdir(), "masthead-"));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      const file = join(around, name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    await action(join(around, name));
  } finally {
    await rm(around, { recursive: true });
  }
}

/** Drops files or a folder of this machine on the middle of an element, as a hand would. */
export async function drop(page, element, ...files) {
  await element.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await element.boundingBox();
  const line = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    const data = { items: [], files, dragOperationsMask: 1 };
    await line.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  }
  await line.detach();
}

/** What any view must be for everybody: labelled, roomy for fingers, within a phone's width. */
export async function fitsEverybody(page, view) {
  const usual = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const [width, unlabelled, small] = await page.evaluate(() => {
    const visible = (element) => element.checkVisibility();
    const inputs = [...document.querySelectorAll("input, select, textarea")];
    const targets = [...document.querySelectorAll("button, input, summary, .readmes a, .address a")].filter(visible);
    // A checkbox is pressed through its label, a listed README anywhere in its entry.
    const target = (element) => (element.type === "checkbox" ? element.labels[0] : element.closest(".readmes a") ? element.closest("li") : element);
    return [
      document.documentElement.scrollWidth,
      inputs.filter((input) => !input.labels?.[0]?.textContent.trim()).map((input) => input.outerHTML),
      targets.filter((element) => target(element).getBoundingClientRect().height < 44).map((element) => element.outerHTML),
    ];
  });
  ok(width <= 360, `${view} fits into 360 pixels, but it is ${width} wide`);
  equal(unlabelled, [], `what has no label in ${view}`);
  equal(small, [], `what is less than 44 pixels high in ${view}`);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const size of [{ width: 360, height: 740 }, usual]) {
      await page.setViewportSize(size);
      equal(await violations(page), [], `what axe finds in ${view}, ${colorScheme}, ${size.width} pixels wide`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** What axe finds, of any impact. The page's policy allows no foreign script; the debugger may. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    await page.evaluate(axe);
  }
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.failureSummary + " " + node.html).join(" | ")}`);
}
