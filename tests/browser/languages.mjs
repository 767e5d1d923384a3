// The page in another language: chosen by the browser or by the member, without a flash of English, and with room for
// longer words and for texts without spaces (pseudo.mjs).
//
// Needs MASTHEAD_URL, MASTHEAD_LOU (the password of lou@club.example, who has published nothing) and CHROMIUM; `run` sets
// them. PICTURES names a folder for pictures of the page at 375 pixels.

import { markdown, portrait, vault, NOTE } from "./files.mjs";
import { drop, equal, eventually, launch, ok, step, violations, watched, withFolder } from "./harness.mjs";
import { overflowing, pseudo, untranslated } from "./pseudo.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_LOU: PASSWORD, PICTURES } = process.env;
const PHONE = { width: 375, height: 812 };
/** As long the page waits for the sentences of a language, in milliseconds, and a little more. */
const WAITS_MS = 6000;

const OWN =
  "#site-name, #member-name, .warnings code, .warnings .advice, pre, code, .error, .item .advice:not(:has(button)), .item-name, .aside, .ignored li, #readmes a, #drafts a, #files-list a, #folder-body a, #report-heading, #report-kicker, dd, tbody, time, .address span, #address-is bdi, h4, select, .mh-advice, .mh-result-box, .mh-page-title";
const NAMES = "Masthead|Lou Marsh|Robot club";

const english = await (await fetch(`${SITE}/languages/en.json`)).json();

const browser = await launch();
const browsers = {};
for (const locale of ["de-AT", "ja-JP"]) {
  const language = locale.slice(0, 2);
  const page = await watched(browser, { viewport: PHONE, locale });
  // Whatever is offered when this runs, these are what it says.
  await page.route("**/languages/say.js", async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const offered = text.replace(/(OFFERED = )\[[^\]]*\]/, "$1['en', 'de', 'ja']");
    await route.fulfill({ response, body: offered });
  });
  await page.route(`**/languages/${language}.json`, (route) => route.fulfill({ json: pseudo(language, english) }));
  browsers[language] = page;
}

/** What any view must be in any language. */
async function isWhole(page, language, view) {
  equal(await page.evaluate(overflowing, "body"), [], `what has no room in ${view}, ${language}`);
  const left = await page.evaluate(untranslated, { within: "body", own: OWN, names: NAMES });
  equal(left, [], `what is left in English in ${view}`);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    equal(await violations(page), [], `what axe finds in ${view}, ${language}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
  if (PICTURES) {
    await page.screenshot({ path: `${PICTURES}/${language}-${view.replaceAll(" ", "-")}.png`, fullPage: true });
  }
}

async function choosing() {
  const page = browsers.de;
  const run = (name, action, expected) => step(page, name, action, expected);
  const language = () => page.evaluate(() => [document.documentElement.lang, document.getElementById("language").value]);
  const heading = page.locator("#sign-in-heading");

  await run("a German browser gets German, and sees no English before", async () => {
    let answer = () => {};
    const held = new Promise((resolve) => (answer = resolve));
    await page.route("**/languages/de.json", async (route) => {
      await held;
      await route.fulfill({ json: pseudo("de", english) });
    });
    const asked = page.waitForRequest("**/languages/de.json");
    await page.goto(SITE, { waitUntil: "commit" });
    await asked;
    await page.locator("#site-name").waitFor({ state: "attached" });
    equal(await page.evaluate(() => document.body.checkVisibility({ visibilityProperty: true })), false, "whether the page is seen before it is spoken");
    const site = page.waitForRequest("**/api/site");
    answer();
    equal((await (await site).allHeaders())["accept-language"], "de", "what the server is asked to speak");
    await heading.waitFor();
    equal(await language(), ["de", "de"], "the language of the page, and of the list");
    await eventually(async () => (await heading.innerText()) === "Sïïgn ïïn töö Masthead", "the heading is in German");
    await page.unroute("**/languages/de.json");
    await page.route("**/languages/de.json", (route) => route.fulfill({ json: pseudo("de", english) }));
    ok(/\p{L}+, \d+\. \p{L}+ \d{4}/u.test(await page.locator("#today").innerText()), "the date is written as in Austria");
  });

  await run("another language is chosen on the page, by its own name, and stays", async () => {
    equal(await page.locator("#language option").allInnerTexts(), ["English", "Deutsch", "日本語"], "what is offered");
    await page.getByRole("combobox").selectOption("English");
    await eventually(async () => (await heading.innerText()) === "Sign in to Masthead", "the page is in English");
    equal([await language(), await page.evaluate(() => Object.entries(localStorage))], [["en", "en"], [["masthead.language", "en"]]], "what is spoken and kept");
    await page.reload();
    await heading.waitFor();
    equal(await language(), ["en", "en"], "the language after a reload");
    await page.evaluate(() => localStorage.setItem("masthead.language", "xx"));
    await page.reload();
    await heading.waitFor();
    equal(await language(), ["de", "de"], "the language where one was kept that isn't offered");
    await page.evaluate(() => localStorage.clear());
  });

  await run("a language that can't be loaded, or not in time, gives English", async () => {
    await page.route("**/languages/de.json", (route) => route.fulfill({ status: 404, body: "" }));
    await page.reload();
    await heading.waitFor();
    equal(await language(), ["en", "en"], "the language where there is no table");
    await page.unroute("**/languages/de.json");
    await page.route("**/languages/de.json", () => {});
    const started = performance.now();
    await page.reload();
    await heading.waitFor();
    equal(await language(), ["en", "en"], "the language where the table doesn't come");
    ok(performance.now() - started < WAITS_MS, "the page waits a few seconds at most");
    await page.unroute("**/languages/de.json");
    await page.route("**/languages/de.json", (route) => route.fulfill({ json: pseudo("de", english) }));
  }, [/status of 404/, /de\.json is answered with status 404/, /de\.json can't be loaded: signal timed out/]);

  await run("without any table, the page says so", async () => {
    await page.route("**/languages/*.json", (route) => route.abort());
    await page.reload();
    await page.getByText("This page could not be loaded whole. Please reload it.").waitFor();
    await page.unroute("**/languages/*.json");
    await page.route("**/languages/de.json", (route) => route.fulfill({ json: pseudo("de", english) }));
  }, [/ERR_FAILED/, /can't be loaded/, /exception: none of the page's sentences/]);
}

async function views(language) {
  const page = browsers[language];
  const id = (name) => page.locator(`#${name}`);
  const run = (name, action, expected) => step(page, `${language}: ${name}`, action, expected);
  const dialog = async (name, open) => {
    await open();
    await id(name).waitFor();
    await isWhole(page, language, name);
    await page.keyboard.press("Escape");
  };

  await run("the forms in front have room", async () => {
    await page.goto(`${SITE}/join`);
    await id("join-heading").waitFor();
    await isWhole(page, language, "join");
    await page.goto(SITE);
    await id("sign-in-heading").waitFor();
    await isWhole(page, language, "sign-in");
    await id("email").fill("lou@club.example");
    await id("password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await id("publish-heading").waitFor();
  });

  await run("the desk has room, and its questions", async () => {
    await page.locator("section:has(#password-form) summary").click();
    await id("profile_pic").setInputFiles(portrait());
    await id("picture-preview-image").waitFor();
    await isWhole(page, language, "desk");
    await page.locator("#picture-form button[type=submit]").click();
    await id("picture-stored").waitFor();
    await dialog("picture-remove", () => id("picture-remove-ask").click());
  });

  await run("a folder has room, before and after it is sent", async () => {
    await withFolder("Robot club", vault(), async (at) => {
      await drop(page, id("drop"), at);
      await page.locator("#folder-body li").first().waitFor();
      await page.locator(".ignored summary").click();
      await isWhole(page, language, "folder");
      if (await id("folder-send").isVisible()) {
        await id("folder-send").click();
        await page.locator("#folder-body .state[data-state=published]").first().waitFor();
        await eventually(() => id("folder-progress").isHidden(), "the folder is sent");
        await isWhole(page, language, "folder sent");
      }
    });
  });

  await run("a report has room, with what is missing and its details", async () => {
    await page.evaluate(() => (location.hash = "#/readmes/arm"));
    await page.locator(".missing").waitFor();
    await page.locator("#report-body details summary").click();
    await page.locator("#report-body pre").first().waitFor();
    await isWhole(page, language, "report");
    equal(await id("report-kicker").locator(".state").getAttribute("data-state"), "published", "the state of the report");
  });

  await run("the editor has room, on both of its sides", async () => {
    await page.evaluate(() => (location.hash = "#/write"));
    await page.locator(".mh-outcome:not(:empty)").waitFor();
    await page.locator(".mh-text").press("End");
    await page.keyboard.insertText(" <script></script>");
    await page.locator(".mh-jump").waitFor();
    await isWhole(page, language, "editor");
    await page.locator(".mh-views button").last().click();
    await isWhole(page, language, "preview");
    await page.evaluate(() => (location.hash = "#/readmes/arm"));
    await page.locator(".missing").waitFor();
    // The way back has kept what was written.
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage).filter((key) => key.startsWith("masthead.draft"))) localStorage.removeItem(key);
    });
  });

  await run("lists have room, and the questions before something goes", async () => {
    await page.locator("#files-list li").first().waitFor();
    await isWhole(page, language, "lists");
    await dialog("delete-file", () => page.locator("#files-list button").first().click());
    await dialog("delete", () => page.locator("#readmes button").first().click());
    await page.evaluate(() => (location.hash = ""));
    if (await id("folder").isVisible()) {
      await id("folder-cancel").click();
    }
    await id("readme_file").setInputFiles(markdown("README.md", NOTE));
    await dialog("other-title", () => page.locator("#publish-form button[type=submit]").click());
  }, [/status of 409/]);
}

try {
  await choosing();
  await views("de");
  await views("ja");
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) {
    throw error;
  }
} finally {
  await browser.close();
}
