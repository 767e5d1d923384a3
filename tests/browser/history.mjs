// A member has their own text back, on a phone and by keyboard alone: earlier versions, what changed in them, and what
// was deleted.
//
// Needs MASTHEAD_URL, MASTHEAD_SAM (the password of sam@club.example) and CHROMIUM; `run` sets them. PICTURES names a folder
// for pictures of the page.

import { readFile } from "node:fs/promises";
import { equal, eventually, fitsEverybody, launch, ok, says, step, watched } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_SAM: PASSWORD, PICTURES } = process.env;
const PHONE = { width: 375, height: 812 };
const TEXTS = [
  "# A trip\n\nWe went to Rome by train.\n\n- bread\n- cheese\n\nIt was hot.\n",
  "# A trip\n\nWe went to Naples by train.\n\n- bread\n- cheese\n\nIt was hot.\n",
  "# A trip\n\nWe went to Naples by bus, all of us.\n\n- bread\n- olives\n\nIt rained.\n\nIt was hot.\n",
];

const browser = await launch();
const page = await watched(browser, { viewport: PHONE, acceptDownloads: true });
const run = (name, action, expected) => step(page, name, action, expected);

const id = (name) => page.locator(`#${name}`);
const versions = page.locator("#report-history .mh-version");
const versionsStatus = page.locator("#report-history .mh-status");
const told = page.locator("#undo .mh-told");
const deleted = page.locator("#deleted .mh-version");
const dialog = page.locator("dialog[open]");
// A question is closed a moment before it is done with: until then what asked it does nothing.
const question = page.locator("dialog:not([id])");
const listed = (title) => page.locator("#readmes li").filter({ has: page.getByRole("link", { name: title, exact: true }) });

/** What the keyboard is at: an id, or the name that a screen reader says. */
const focused = () => page.evaluate(() => {
  const { activeElement: at } = document;
  return at?.id || at?.ariaLabel || at?.textContent.trim() || "";
});

const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until the keyboard is at this, a name or an element, which it must come to. */
async function tabTo(goal, key = "Tab") {
  const isThere = async () => (typeof goal === "string" ? (await focused()) === goal : hasFocus(goal));
  for (let pressed = 0; pressed < 400; pressed += 1) {
    if (await isThere()) {
      return;
    }
    await page.keyboard.press(key);
  }
  ok(false, `${key} leads to ${goal}, but it leads to “${await focused()}”`);
}

/** Goes to something by Tab and presses Enter. */
async function enter(goal, key) {
  await tabTo(goal, key);
  await page.keyboard.press("Enter");
}

async function picture(name, element) {
  if (PICTURES) {
    await (element ?? page).screenshot({ path: `${PICTURES}/history-${name}.png` });
  }
}

/** Sends a text as the page does, and waits until it is converted. */
async function send(name, text) {
  await page.evaluate(async ([name, text]) => {
    const client = await import("/client.js");
    const { slug } = await client.uploadReadme(new File([text], name, { type: "text/markdown" }), "", () => {});
    while ((await client.readme(slug)).state === "processing") await new Promise((resolve) => setTimeout(resolve, 30));
  }, [name, text]);
}

/** The rows of what changed, as a screen reader has them. */
const rows = () => page.locator("#report-history .mh-lines > *").evaluateAll((lines) => lines.map((line) => line.textContent.replace(/\s+/g, " ").trim()));

/** The lines of what changed: line number and sign, and the words with what was added and removed. */
const seen = () => page.locator("#report-history .mh-line:not([data-is=same])").evaluateAll((lines) => lines.map((line) => {
  const words = line.querySelector(".mh-words").cloneNode(true);
  for (const heard of words.querySelectorAll(".mh-heard")) heard.remove();
  for (const [name, sign] of [["ins", "+"], ["del", "-"]]) for (const part of words.querySelectorAll(name)) part.textContent = `[${sign}${part.textContent}]`;
  return `${line.querySelector(".mh-number").textContent}${line.querySelector(".mh-sign").textContent} ${words.textContent}`;
}));

async function open(title) {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.locator("#readmes-heading").focus();
  await enter(title);
  await says(id("report-heading"), title);
  await eventually(async () => (await page.locator("#report-kicker .state").innerText()) !== "In the works", "the report is there");
  await enter("Earlier versions");
  await versions.first().waitFor();
}

try {
  await run("somebody signs in who has sent a document three times", async () => {
    await page.goto(SITE);
    await page.locator("#email").fill("sam@club.example");
    await page.getByRole("textbox", { name: "Password", exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await says(id("publish-heading"), "Publish a README");
    for (const text of TEXTS) {
      await send("A trip.md", text);
    }
    await page.reload();
    await listed("A trip").waitFor();
    equal(await page.locator(".mh-deleted").isVisible(), false, "whether something is listed as deleted");
  });

  await run("a report lists the earlier versions", async () => {
    await open("A trip");
    equal(await versions.locator(".mh-kept").allInnerTexts(), ["Present version", "Replaced", "Replaced"], "the states");
    ok(/^\d+ bytes$/.test((await versions.first().locator(".mh-hint").innerText()).replace("Present version ", "")), "the size is said");
    await fitsEverybody(page, "the earlier versions");
    await picture("versions");
  });

  const changesOf = (at) => versions.nth(at).locator("button").first();
  const downloadOf = (at) => versions.nth(at).getByRole("button", { name: /^Download/ });
  const restoreOf = (at) => versions.nth(at).getByRole("button", { name: /^Restore/ });
  await run("what changed is told word by word, to the eye and to the ear", async () => {
    await enter(changesOf(0));
    await says(versions.first().locator(".mh-summary"), "It changed in 3 places.");
    equal(await seen(), ["3± We went to Naples by [-train][+bus, all of us].", "6± - [-cheese][+olives]", "7+ [+]", "8+ [+It rained.]"], "what is seen");
    const heard = await rows();
    ok(heard.includes("3± Line 3, changed: We went to Naples by [removed: train ] [added: bus, all of us ] ."), `it is heard: ${heard.join(" | ")}`);
    equal(await versions.first().locator("button").first().getAttribute("aria-expanded"), "true", "whether it is open");
    await fitsEverybody(page, "what changed");
    await picture("changes", versions.first());
    await page.emulateMedia({ colorScheme: "dark" });
    await picture("changes-dark", versions.first());
    await page.emulateMedia({ colorScheme: null });
    await page.keyboard.press("Enter");
    await page.locator(".mh-lines").waitFor({ state: "hidden" });
  });

  await run("an older version is compared with the one before it, and with the present one", async () => {
    await enter(changesOf(1));
    await eventually(async () => (await seen()).length > 0 && (await page.locator(".mh-version:nth-child(2) .mh-line").first().isVisible()), "it is compared");
    equal(await versions.nth(1).locator(".mh-line:not([data-is=same]) del").allTextContents(), [" [removed: Rome ] "], "what was removed");
    await enter("Since then");
    await eventually(async () => (await versions.nth(1).locator("ins").count()) === 4, "it is compared with the present one");
    equal(await versions.nth(1).locator("[aria-pressed=true]").innerText(), "Since then", "what is shown");
    await enter(changesOf(2));
    await says(versions.nth(2).locator(".mh-summary"), "Nothing is kept from before this version: all of it is new.");
    await picture("older", id("report-history"));
  });

  await run("a version is downloaded as it was sent", async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), enter(downloadOf(2))]);
    equal([download.suggestedFilename(), await readFile(await download.path(), "utf8")], ["A trip.md", TEXTS[0]], "the file");
    ok(await hasFocus(downloadOf(2)), "the button has the focus");
  });

  await run("a version comes back, after a question, and the one before it stays", async () => {
    await enter(restoreOf(2));
    await says(dialog.locator("h2"), "Restore this version?");
    equal(await focused(), "Cancel", "the focus");
    await fitsEverybody(page, "the question before a restore");
    await picture("restore");
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    ok(await hasFocus(restoreOf(2)), "the button has the focus again once nothing is restored");
    await page.keyboard.press("Enter");
    await enter("Restore");
    await says(versionsStatus, /^The version of .+ is back\. The one before it stays in this list\.$/);
    await eventually(async () => (await focused()) === "report-heading", "the report has the focus");
    await eventually(async () => (await page.request.get(`${SITE}/content/sam/a-trip.md`)).text().then((text) => text.includes("Rome")), "it is published");
    equal(await versions.locator(".mh-kept").allInnerTexts(), ["Present version", "Replaced", "Replaced", "Replaced"], "the states");
  });

  await run("a deletion says until when it can be undone, and is undone", async () => {
    await page.locator("#readmes-heading").focus();
    await enter("Delete A trip");
    await says(id("delete-text"), /^“A trip” and its report go, .+ Until \d+ \w+ \d{4} you can bring it back\.$/);
    await enter("Delete");
    await says(told, /^“A trip” is deleted\. Until \d+ \w+ \d{4} you can bring it back\.$/);
    ok(await hasFocus(told), "what happened has the focus");
    await says(page.locator("#deleted summary"), "Deleted: one document");
    await fitsEverybody(page, "what was deleted");
    await picture("deleted");
    await page.keyboard.press("Tab");
    equal(await focused(), "Undo: bring “A trip” back", "the focus");
    await page.keyboard.press("Enter");
    await says(told, "“A trip” is back.");
    await listed("A trip").waitFor();
    await eventually(async () => !(await page.locator("#deleted summary").isVisible()), "nothing is listed as deleted");
    ok(await hasFocus(told), "what happened has the focus");
    // A look at the report that was on its way when the document went finds none.
    page.complaints = page.complaints.filter((complaint) => !/status of 404/.test(complaint));
  });

  await run("what was deleted is listed, comes back, or is erased for good after another question", async () => {
    await send("Other.md", "# Other\n");
    await page.reload();
    for (const title of ["A trip", "Other"]) {
      await listed(title).waitFor();
      await page.locator("#readmes-heading").focus();
      await enter(`Delete ${title}`);
      await enter("Delete");
      await says(told, new RegExp(`^“${title}” is deleted`));
    }
    await eventually(async () => (await page.locator("#deleted summary").innerText()) === "Deleted: 2 documents", "both are listed");
    await enter("Deleted: 2 documents");
    equal(await deleted.locator(".mh-when").allInnerTexts(), ["A trip.md", "Other.md"], "what is listed");
    ok(/^Deleted on .+ It can come back until .+\.$/.test(await deleted.first().locator(".mh-hint").innerText()), "it says until when");
    await fitsEverybody(page, "the list of what was deleted");
    await picture("deleted-list");
    await enter("Restore “Other.md”");
    await says(told, "“Other.md” is back.");
    await listed("Other").waitFor();
    await enter("Erase for good: “A trip.md”");
    await says(dialog.locator("h2"), "Erase “A trip.md” for good?");
    equal(await focused(), "Keep it", "the focus");
    await fitsEverybody(page, "the question before an erasure");
    await picture("erase");
    await page.keyboard.press("Enter");
    await question.waitFor({ state: "detached" });
    equal(await deleted.count(), 1, "documents that are listed");
    await page.keyboard.press("Enter");
    await enter("Erase for good");
    await says(told, "“A trip.md” is erased. Nothing of it can come back.");
    ok(await hasFocus(told), "what happened has the focus");
    equal(await page.locator("#deleted summary").isVisible(), false, "whether something is listed");
    const gone = await page.evaluate(async () => (await import("/client.js")).versions("a-trip").catch(({ code }) => code));
    equal(gone, "not_found", "what the server says");
  }, [/status of 404/]);

  await run("where another document has the address by now, that is said, with the file", async () => {
    await send("My Notes.md", "# One\n");
    await page.evaluate(async () => (await import("/client.js")).deleteReadme("my-notes"));
    await send("my-notes.md", "# Two\n");
    await page.reload();
    await open("Two");
    equal(await versions.locator(".mh-kept").allInnerTexts(), ["Present version", "Deleted"], "the states");
    await enter(restoreOf(1));
    await enter("Restore");
    await says(dialog.locator(".mh-error"), /^Another document has the address “my-notes” by now\./);
    await fitsEverybody(page, "a version that can't come back");
    await picture("taken");
    const [download] = await Promise.all([page.waitForEvent("download"), enter("Download", "Shift+Tab")]);
    equal(await readFile(await download.path(), "utf8"), "# One\n", "the file");
    await page.keyboard.press("Escape");
  }, [/status of 409/]);

  await run("hostile, long and foreign texts stay text, and within a phone", async () => {
    const hostile = ["# Odd\n", '<img src=x onerror="globalThis.ran = true"> <script>globalThis.ran = true</script>', "w".repeat(3000), "שלום \u202e abc 👩‍👩‍👧 日本語", "trailing  ", "a\u200bb"];
    await send("Odd.md", "# Odd\n\nBefore.\n");
    await send("Odd.md", hostile.join("\n"));
    await send("Odd.md", hostile.join("\n").replace("trailing  ", "trailing").replace("\u200b", ""));
    await page.reload();
    await open("Odd");
    await enter(changesOf(0));
    await eventually(async () => (await seen()).length > 0, "it is compared");
    equal(await seen(), ["6± trailing[-␣␣]", "7− [-aU+200Bb]", "7+ [+ab]"], "what is seen");
    await enter(changesOf(1));
    await eventually(async () => (await versions.nth(1).locator("ins").count()) > 0, "it is compared");
    await fitsEverybody(page, "hostile text");
    await picture("hostile", id("report-history"));
    equal(await page.evaluate(() => globalThis.ran), undefined, "what ran");
  });

  await run("a long list comes in pages, and a long text in parts", async () => {
    await page.evaluate(async () => {
      const client = await import("/client.js");
      for (let number = 0; number < 104; number += 1) await client.uploadReadme(new File([`# Long\n\n${number}\n`], "Long.md"), "", () => {});
      await client.uploadReadme(new File([`# Long\n\n${"line\n\n".repeat(3000)}`], "Long.md"), "", () => {});
    });
    await send("Long.md", "# Long\n\nEnd.\n");
    await page.reload();
    await open("Long");
    equal(await versions.count(), 100, "versions");
    await tabTo("Show older versions");
    await page.keyboard.press("Enter");
    await eventually(async () => (await versions.count()) === 106, "the rest comes");
    ok(await hasFocus(changesOf(100)), "the first of them has the focus");
    await page.locator("#report-history summary").focus();
    await enter(changesOf(1));
    await eventually(async () => (await versions.nth(1).locator(".mh-lines > *").count()) === 400, "the beginning of a long text");
    await enter("Show more lines");
    equal(await versions.nth(1).locator(".mh-lines > *").count(), 800, "rows");
    ok(await versions.nth(1).locator(".mh-lines > :nth-child(401)").evaluate((line) => line === document.activeElement), "the next row has the focus");
  });

  await run("a session that ends midway leaves nothing of it on the page", async () => {
    await page.evaluate(() => sessionStorage.setItem("masthead.token", "not.a.token"));
    await page.locator("#report-history summary").focus();
    await enter(changesOf(0));
    await says(id("sign-in-heading"), /^Sign in/);
    equal([await versions.count(), await deleted.count()], [0, 0], "what is left");
    equal(await page.locator(".mh-history").isVisible(), false, "whether versions are shown");
  }, [/status of 401/]);
} finally {
  await browser.close();
}
