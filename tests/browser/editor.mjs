// The author's desk in a browser: a document is written on a phone by the keyboard alone, with pictures, a preview and drafts that
// nothing takes away.
//
// Needs MASTHEAD_URL, MASTHEAD_PAT (password of Pat, who has published nothing), MASTHEAD_KIT (of Kit) and CHROMIUM; `run` sets them.
// PICTURES names a folder for pictures of the page.

import { createServer } from "node:http";
import { HOSTILE, png } from "./files.mjs";
import { drop, equal, eventually, fitsEverybody, launch, ok, says, step, watched, withFolder } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_PAT: PASSWORD, MASTHEAD_KIT: KIT, PICTURES } = process.env;
const PHONE = { width: 375, height: 812 };
const WIDE = { width: 1280, height: 900 };
/** How often the Tab key is pressed at most until something is found. */
const FAR = 60;

const browser = await launch();
const page = await watched(browser, { viewport: PHONE });
const run = (name, action, expected) => step(page, name, action, expected);

const text = (at = page) => at.locator(".mh-text");
const written = (at = page) => text(at).inputValue();
const seen = (at = page) => at.frameLocator(".mh-frame-of-preview:not(.mh-coming)").locator("body");
const button = (name, at = page) => at.getByRole("button", { name, exact: true });
const focused = (at = page) => at.evaluate(() => document.activeElement?.id || document.activeElement?.textContent.trim());
const state = (at = page) => at.locator(".mh-outcome");
const question = (at = page) => at.locator(".mh-question");

async function signIn(at = page, email = "pat@club.example", password = PASSWORD) {
  await at.locator("#email").fill(email);
  await at.getByRole("textbox", { name: "Password", exact: true }).fill(password);
  await at.keyboard.press("Enter");
  await at.locator("#signed-in").waitFor();
}

/** Signs in with another tab: a session is that of its tab. */
async function anotherTab() {
  const tab = await page.context().newPage();
  tab.setDefaultTimeout(90_000);
  await tab.goto(SITE);
  await signIn(tab);
  return tab;
}

/** Goes on by the Tab key until the focus is on what has these words. */
async function tabTo(words) {
  for (let pressed = 0; pressed < FAR; pressed += 1) {
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      return at.ariaLabel || at.labels?.[0]?.textContent.trim() || at.textContent.trim();
    });
    if (name === words) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  ok(false, `the Tab key leads to “${words}”`);
}

async function picture(name) {
  if (!PICTURES) {
    return;
  }
  const usual = page.viewportSize();
  for (const size of [PHONE, WIDE]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${PICTURES}/editor-${name}-${size.width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(usual);
}

/** Pastes a picture as a clipboard has it. */
async function paste(bytes, name = "image.png") {
  await text().evaluate(
    (area, [base64, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name, { type: "image/png" }));
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [bytes.toString("base64"), name],
  );
}

/** Publishes a document without the editor, and waits for its report. */
async function publish(name, content, at = page) {
  await at.evaluate(
    async ([name, content]) => {
      const client = await import("/client.js");
      const { slug } = await client.uploadReadme(new File([content], name), "", () => {});
      while ((await client.readme(slug)).state === "processing") {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    [name, content],
  );
}

const source = (slug, at = page) => at.evaluate(async (slug) => (await (await import("/client.js")).source(slug)).blob.text(), slug);

async function edit(slug, at = page) {
  await at.evaluate((slug) => (location.hash = `#/edit/${slug}`), slug);
  await text(at).waitFor();
}

await run("somebody who has never seen Markdown finds a page that explains itself", async () => {
  await page.goto(SITE);
  await signIn();
  await tabTo("Write a new document");
  await page.keyboard.press("Enter");
  await says(page.locator(".mh-desk-heading"), "Write a document");
  equal(await focused(), "Write a document", "the focus");
  ok(/^# /.test(await written()), "a text stands there");
  await says(state(), "Would be published.");
  await fitsEverybody(page, "the editor");
  await tabTo("Preview");
  await page.keyboard.press("Enter");
  await says(seen(), /A part of it/);
  ok(!(await text().isVisible()), "on a phone one of both is seen");
  await fitsEverybody(page, "the preview");
  await picture("new");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
});

await run("buttons work on the selection, by keys and in the toolbar, and Ctrl-Z takes each back", async () => {
  await tabTo("Heading");
  await page.keyboard.press("ArrowRight");
  equal(await focused(), "Bold", "the focus after an arrow");
  await tabTo("Your text");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("# Summer camp\n\nWe sail a boat");
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await page.keyboard.press("Control+b");
  ok((await written()).endsWith("We sail a **boat**"), `the word is bold: ${await written()}`);
  await page.keyboard.press("Control+z");
  equal(await written(), "# Summer camp\n\nWe sail a boat", "the text without it");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  for (const [keys, expected] of [["Control+Shift+Digit8", "- First point"], ["Control+Shift+Digit9", "> What somebody said"], ["Control+Shift+Digit7", "> [!note]\n> What readers should know"], ["Control+Shift+Digit1", "## Heading"], ["Control+k", "[words to press](https://)"]]) {
    const before = await written();
    await page.keyboard.press(keys);
    ok((await written()).endsWith(expected), `${keys} writes ${expected}: ${await written()}`);
    // A step back for each thing that was done.
    await page.keyboard.press("Control+z");
    equal(await written(), before, `the text before ${keys}`);
  }
  await page.keyboard.press("Control+y");
  ok((await written()).includes("words to press"), "what was taken back can be done again");
  await page.keyboard.press("Control+z");
});

await run("a picture is pasted: described, sent, and shown where the cursor stood", async () => {
  await paste(png(300, 200, () => [200, 60, 40]));
  const dialog = page.getByRole("dialog", { name: "What does the picture show?" });
  await dialog.waitFor();
  await fitsEverybody(page, "the question about a picture");
  await picture("picture");
  await page.keyboard.type("Our boat [at sea]");
  await page.keyboard.press("Enter");
  await eventually(async () => (await written()).includes("![Our boat \\[at sea\\]](Our-boat-at-sea.png)"), "the picture is in the text");
  ok(!(await written()).includes("being sent"), "nothing is left of what stood there");
  ok(await text().evaluate((area) => area === document.activeElement), "writing goes on");
  await button("Preview").click();
  // A picture that isn't loaded is as wide as its description.
  await eventually(async () => (await seen().locator("img").boundingBox())?.width === 300, "the preview shows the picture");
  await button("Write").click();
});

await run("several pictures are dropped, none takes another's place, and what is none is refused", async () => {
  await text().evaluate((area) => area.setSelectionRange(area.value.length, area.value.length));
  const files = { "boat.png": png(40, 40, () => [0, 0, 200]), "Our-boat-at-sea.png": png(50, 50, () => [0, 200, 0]) };
  await withFolder("pictures", files, async (folder) => {
    await drop(page, text(), ...Object.keys(files).map((name) => `${folder}/${name}`));
    await page.getByRole("dialog", { name: "What do the pictures show?" }).waitFor();
    await page.getByLabel("boat.png", { exact: true }).fill("One");
    await button("Put them into the text").click();
    await eventually(async () => /!\[One\]\(boat\.png\)\n\n!\[\]\(Our-boat-at-sea-2\.png\)/.test(await written()), "both are in the text");
  });
  const before = await written();
  await paste(Buffer.concat([png(40, 40, () => [0, 0, 0]).subarray(0, 60), Buffer.from("broken")]), "torn.png");
  await button("Put it into the text").click();
  await says(page.locator(".mh-under .error"), /^torn\.png isn’t put in: /);
  await eventually(async () => (await written()) === before, "nothing is left of it");
  await withFolder("texts", { "a.txt": "no picture" }, async (folder) => {
    await drop(page, text(), `${folder}/a.txt`);
    await says(page.locator(".mh-under .error"), /^That is no picture\./);
  });
});

await run("leaving asks while a picture is being sent, and never otherwise", async () => {
  let goOn = () => {};
  let isSent = false;
  await page.route("**/api/upload_file", async (route) => {
    isSent = true;
    await new Promise((resolve) => (goOn = resolve));
    await route.abort();
  });
  const asked = () => page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
  ok(!(await asked()), "nothing is asked");
  await paste(png(60, 60, () => [1, 2, 3]), "slow.png");
  await button("Put it into the text").click();
  await eventually(async () => (await written()).includes("slow.png is being sent"), "its place is held");
  await eventually(asked, "leaving is asked about");
  await button("Publish").click();
  await says(page.locator(".mh-desk > .error"), /^A picture is still being sent\./);
  await eventually(() => isSent, "the picture is on its way");
  goOn();
  await eventually(async () => !(await written()).includes("slow.png"), "its place is given up");
  ok(!(await asked()), "nothing is asked any more");
  await page.unroute("**/api/upload_file");
}, [/ERR_FAILED/]);

await run("a warning leads to its place in the text", async () => {
  await text().evaluate((area) => area.setSelectionRange(area.value.length, area.value.length));
  await text().focus();
  await page.keyboard.insertText("\n\n🎈 See [the map](maps/missing.png) and <script>alert(1)</script>.\n");
  await says(state(), /^Would be published, with \d things? to look at\.$/);
  const warning = page.locator(".mh-jump").filter({ hasText: "<script>" });
  await warning.waitFor();
  await warning.focus();
  await page.keyboard.press("Enter");
  equal(await text().evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), "<script>", "what is selected");
  ok(await text().evaluate((area) => area === document.activeElement), "the field has the focus");
  await fitsEverybody(page, "the warnings");
  await picture("warnings");
  await text().evaluate((area) => (area.value = area.value.replace(/\n\n🎈[^]*$/, "\n")));
  await page.keyboard.press("End");
  await page.keyboard.insertText(" ");
  await says(state(), "Would be published.");
  ok(/Summer camp/.test(await page.locator(".mh-result-title").innerText()), "the search result has the title");
});

await run("what is written is there after a reload, and after a crash it is offered", async () => {
  const before = await written();
  await says(page.locator(".mh-kept"), /^Kept in this browser at /);
  await page.reload();
  await text().waitFor();
  equal(await written(), before, "the text after a reload");
  await says(question(), /is back\./);
  const tab = await anotherTab();
  await says(tab.locator("#drafts"), /Summer camp/);
  await tab.locator("#drafts a").click();
  await says(question(tab), /^You have a draft from .*isn’t published\./);
  ok(!(await written(tab)).includes("Summer camp"), "it isn't put in unasked");
  await button("Start anew", tab).click();
  await says(question(tab), /is put away\./);
  await button("Bring it back", tab).click();
  equal(await written(tab), before, "the draft that came back");
  // Both tabs write what was one draft.
  await text(tab).press("Control+End");
  await tab.keyboard.insertText("There.");
  await says(tab.locator(".mh-kept"), /^Kept in this browser at /);
  await tab.waitForTimeout(800);
  await text().press("Control+End");
  await page.keyboard.insertText("Here.");
  await says(page.locator(".mh-warned"), /in another tab as well/);
  const kept = await page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("masthead.draft")).map(([, value]) => JSON.parse(value).text));
  ok(kept.some((one) => one.endsWith("There.")) && kept.some((one) => one.endsWith("Here.")), "each text is kept");
  await tab.evaluate(() => { for (const key of Object.keys(localStorage).filter((key) => key.startsWith("masthead.draft") && JSON.parse(localStorage[key]).text.endsWith("There."))) localStorage.removeItem(key); });
  await tab.close({ runBeforeUnload: false });
  await page.evaluate(() => { for (const key of Object.keys(localStorage).filter((key) => key.startsWith("masthead.draft") && JSON.parse(localStorage[key]).text.endsWith("There."))) localStorage.removeItem(key); });
});

await run("a session that ends takes no text with it, and another member sees nothing of it", async () => {
  const before = await written();
  await page.evaluate(() => sessionStorage.setItem("masthead.token", "over"));
  await text().press("Control+End");
  await page.keyboard.insertText(" And more.");
  await page.locator("#sign-in").waitFor();
  ok(!(await text().isVisible()), "the editor is gone");
  await signIn(page, "kit@club.example", KIT);
  await text().waitFor();
  ok(!(await written()).includes("Summer camp"), "Kit doesn't see the text");
  ok(!(await question().isVisible()), "and is offered none");
  await button("Close").click();
  ok(!(await page.locator("#drafts").innerText()).includes("Summer camp"), "nor listed");
  await button("Sign out").click();
  await page.locator("#sign-in").waitFor();
  await signIn();
  await says(page.locator("#drafts"), /Summer camp/);
  await page.locator("#drafts a").first().click();
  await text().waitFor();
  equal(await written(), `${before} And more.`, "the text after the session ended");
}, [/status of 401/]);

await run("signing out asks what becomes of drafts", async () => {
  await button("Sign out").click();
  const dialog = page.getByRole("dialog", { name: "Keep what isn’t published?" });
  await dialog.waitFor();
  await fitsEverybody(page, "the question about drafts");
  await picture("leave");
  await button("Cancel").click();
  ok(await text().isVisible(), "the member stays");
  await button("Sign out").click();
  await button("Keep, and sign out").click();
  await page.locator("#sign-in").waitFor();
  await signIn();
  await page.evaluate(() => (location.hash = "#/write"));
  await text().waitFor();
  ok((await written()).includes("And more."), "it was kept");
});

await run("a new document is published under a name of its own, and its report opens", async () => {
  await publish("summer-camp.md", "# Another camp\n\nOf last year.\n");
  await tabTo("Publish");
  await page.keyboard.press("Enter");
  const name = page.locator(".mh-asked").getByLabel("Name in the address");
  equal(await name.inputValue(), "summer-camp", "the name that is proposed");
  await fitsEverybody(page, "the question for a name");
  await picture("name");
  await name.press("Enter");
  await says(page.locator("#mh-name-error"), "“summer-camp” is the address of your document “Another camp”. “summer-camp-2” is free.");
  equal(await name.inputValue(), "summer-camp-2", "the name that is free");
  await name.press("Enter");
  await says(page.locator("#report-heading"), "Summer camp");
  equal(await source("summer-camp"), "# Another camp\n\nOf last year.\n", "the other document");
  ok((await source("summer-camp-2")).endsWith(" And more."), "the text arrived");
  equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("masthead.draft"))), [], "drafts that are left");
});

await run("a document is opened from its report, keeps its line ends, and the back button leads back", async () => {
  await publish("Lines.md", "# Lines\r\n\r\nOne.\r\n");
  await page.evaluate(() => (location.hash = "#/readmes/lines"));
  await says(page.locator("#report-heading"), "Lines");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await says(page.locator(".mh-desk-heading"), "Edit “Lines”");
  await page.goBack();
  await says(page.locator("#report-heading"), "Lines");
  await page.goForward();
  await text().press("Control+End");
  await page.keyboard.insertText("Two.\n");
  await button("Publish").click();
  await says(page.locator("#report-heading"), "Lines");
  equal(await source("lines"), "# Lines\r\n\r\nOne.\r\nTwo.\r\n", "what was stored");
});

await run("of two who edit one document neither loses anything", async () => {
  await publish("Shared.md", "# Shared\n\nFirst.\n");
  const tab = await anotherTab();
  await edit("shared");
  await edit("shared", tab);
  await text().press("Control+End");
  await page.keyboard.insertText("Mine.\n");
  await text(tab).press("Control+End");
  await tab.keyboard.insertText("Theirs.\n");
  await button("Publish", tab).click();
  await says(tab.locator("#report-heading"), "Shared");
  await button("Publish").click();
  await says(question().locator("h3"), "It was changed meanwhile");
  equal(await focused(), "It was changed meanwhile", "the focus");
  await fitsEverybody(page, "the question about a newer version");
  await button("Look at the newer one").click();
  await says(page.locator(".mh-newer pre"), /Theirs\.$/);
  await picture("changed");
  await button("Save mine under another address").click();
  await page.locator(".mh-asked").getByLabel("Name in the address").fill("Shared, mine");
  await page.keyboard.press("Enter");
  await says(page.locator("#report-heading"), "Shared");
  equal([await source("shared"), await source("shared-mine")], ["# Shared\n\nFirst.\nTheirs.\n", "# Shared\n\nFirst.\nMine.\n"], "both texts");
  // Once more, and this one is kept as the newest.
  await edit("shared");
  await text().press("Control+End");
  await page.keyboard.insertText("Newest.\n");
  await publish("Shared.md", "# Shared\n\nMeanwhile.\n", tab);
  await button("Publish").click();
  await button("Keep mine as the newest").click();
  await says(page.locator("#report-heading"), "Shared");
  equal(await source("shared"), "# Shared\n\nFirst.\nTheirs.\nNewest.\n", "the newest text");
  // A draft of an older version is offered, and not put over the newer one.
  await edit("shared");
  await text().press("Control+End");
  await page.keyboard.insertText("Later.\n");
  await says(page.locator(".mh-kept"), /^Kept in this browser/);
  await publish("Shared.md", "# Shared\n\nNewer.\n", tab);
  await page.reload();
  await says(question(), /The document was changed since you began it\./);
  equal(await written(), "# Shared\n\nNewer.\n", "what is published");
  await picture("draft");
  await button("Continue with it").click();
  ok((await written()).endsWith("Later.\n"), "the draft is taken up");
  await tab.evaluate(async () => (await import("/client.js")).deleteReadme("shared"));
  await button("Publish").click();
  await says(question(), /The document was deleted while you wrote\./);
  await button("Publish mine again").click();
  await says(page.locator("#report-heading"), "Shared");
  await tab.close();
}, [/status of 40[49]/]);

await run("previews that are refused are waited for, and the text stays", async () => {
  await edit("lines");
  await says(state(), "Would be published.");
  let refused = 0;
  await page.route("**/api/preview", (route) => {
    refused += 1;
    return refused > 1 ? route.continue() : route.fulfill({ status: 429, headers: { "Retry-After": "3" }, json: { status: "error", code: "too_many_attempts", message: "Too many." } });
  });
  await text().press("Control+End");
  await page.keyboard.insertText("After a while.\n");
  await says(page.locator(".mh-behind"), "You have seen as many previews as one minute has. The next comes in 3 seconds; what you write is safe.");
  await button("Preview").click();
  await says(seen(), /After a while\.$/);
  equal(await page.locator(".mh-behind").innerText(), "", "what is said of it then");
  await page.unroute("**/api/preview");
  await button("Write").click();
}, [/status of 429/]);

await run("the preview stays where it was scrolled to, and nothing is asked for where nothing changed", async () => {
  await page.setViewportSize(WIDE);
  await text().evaluate((area) => (area.value += `\n\n${"A paragraph of some words that fill a line or two of the page.\n\n".repeat(60)}`));
  await text().press("Control+End");
  await page.keyboard.insertText("Last.");
  await says(seen(), /Last\.$/);
  const top = await page.locator(".mh-scroller").evaluate((scroller) => (scroller.scrollTop = 900));
  await page.keyboard.insertText(" Really.");
  await says(seen(), /Really\.$/);
  equal(await page.locator(".mh-scroller").evaluate((scroller) => scroller.scrollTop), top, "where the preview is scrolled to");
  const [frame, last] = [await page.locator(".mh-frame-of-preview").boundingBox(), await seen().locator("p").last().boundingBox()];
  ok(frame.y + frame.height >= last.y + last.height, `the frame (${JSON.stringify(frame)}) is as high as what it shows (${JSON.stringify(last)})`);
  let previews = 0;
  page.on("request", (request) => (previews += request.url().endsWith("/api/preview") ? 1 : 0));
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.insertText("x");
  await page.keyboard.press("Backspace");
  await page.waitForTimeout(1500);
  equal(previews, 0, "previews of what is shown already");
});

await run("a hostile text runs nothing and asks for nothing", async () => {
  const asked = [];
  const canary = createServer((request, answer) => {
    asked.push(request.url);
    answer.end();
  });
  await new Promise((resolve) => canary.listen(0, "127.0.0.1", resolve));
  const there = `http://127.0.0.1:${canary.address().port}`;
  await page.evaluate(() => {
    globalThis.ran = 0;
    globalThis.alert = () => (globalThis.ran += 1);
    addEventListener("message", () => (globalThis.ran += 1));
  });
  const hostile = `# Hostile <img src=x onerror=parent.postMessage(1,'*')>\n\n${HOSTILE.replace(/^---[^]*?---\n/, "")}\n\n<script>parent.postMessage(1,'*')</script>\n<img src="${there}/a" onerror="alert(1)">\n![b](${there}/b)\n<iframe src="${there}/c"></iframe>\n<link rel=stylesheet href="${there}/d"><style>@import "${there}/e"</style>\n<form action="${there}/f"><button>x</button></form>\n<svg><use href="${there}/g#x"/></svg><meta http-equiv=refresh content="0;url=${there}/h">\n</body></html></textarea></iframe>{site}{html}\n\nThe end.\n`;
  await text().fill(hostile);
  await says(seen(), /The end\./);
  await page.waitForTimeout(500);
  equal(asked, [], "what was asked for elsewhere");
  equal(await page.evaluate(() => globalThis.ran), 0, "scripts that ran");
  equal(await page.locator(".mh-frame-of-preview").getAttribute("sandbox"), "", "what the frame allows");
  // With the server's wall down the frame stands alone.
  await page.route("**/api/preview", async (route) => {
    const answer = await (await route.fetch()).json();
    answer.preview.html = `<p>Bare</p>${hostile}`;
    await route.fulfill({ json: answer });
  });
  await text().press("End");
  await page.keyboard.insertText("!");
  await says(seen(), /Bare/);
  await page.waitForTimeout(500);
  equal(asked, [], "what the frame asked for elsewhere");
  equal(await page.evaluate(() => globalThis.ran), 0, "scripts that ran in the frame");
  await page.unroute("**/api/preview");
  await text().fill("# Lines\n\nHarmless.\n");
  await says(seen(), /Harmless/);
  canary.close();
  // What the frames say of what they forbid comes late at times, and never once they are gone.
  await page.waitForFunction(() => Object.entries(localStorage).some(([key, value]) => key.startsWith("masthead.draft") && value.includes("Harmless")));
  await page.reload();
  await says(seen(), /Harmless/);
  page.complaints = page.complaints.filter((complaint) => !/Content Security Policy|sandbox|violates|policy:|^Unsafe attempt to load URL/i.test(complaint));
});

await run("a browser that keeps nothing says so", async () => {
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await text().press("Control+End");
  await page.keyboard.insertText("More.");
  await says(page.locator(".mh-warned"), /^This browser has no room left for a draft\./);
  await page.reload();
  await text().waitFor();
  await button("Sign out").click();
  await button("Throw away, and sign out").click();
  await page.locator("#sign-in").waitFor();
  equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("masthead.draft"))), [], "drafts that are left");
});

await browser.close();
