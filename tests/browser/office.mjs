// The office, on a phone and by keyboard alone: whoever runs the site invites, finds, changes and removes members, two thousand of them
// too, and an editor looks at documents, withdraws one with a note and restores it.
//
// Needs MASTHEAD_URL, MASTHEAD_PASSWORD (of demo@example.com, an administrator), MASTHEAD_ORA (of ora@club.example, a member), MASTHEAD_MANY
// (how many members there are of whom the handle begins with `crew-`) and CHROMIUM; `run` sets them. PICTURES names a folder for
// pictures of the page.

import { readFile } from "node:fs/promises";
import { drop, equal, eventually, fitsEverybody, launch, ok, says, step, violations, watched, withFolder } from "./harness.mjs";
import { overflowing, pseudo, untranslated } from "./pseudo.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_PASSWORD: PASSWORD, MASTHEAD_ORA: ORA, PICTURES } = process.env;
const MANY = Number(process.env.MASTHEAD_MANY);
const PHONE = { width: 375, height: 812 };
const NEW_PASSWORD = "five other words of nonsense";
/** A list of two thousand is there within this, on a machine that does other things beside; in milliseconds. */
const SOON_MS = 20_000;
/** What members and the server wrote, and addresses. */
const OWN = "bdi, .mh-name, .mh-about .mh-hint, dd, time, .mh-source, .mh-example, .mh-kicker, .mh-act, .warnings code, .warnings .advice, .mh-words, option";
const HOSTILE = '<img src=x onerror="globalThis.ran=1"> O’Neill';

const browser = await launch();
const page = await watched(browser, { viewport: PHONE, acceptDownloads: true });
const run = (name, action, expected) => step(page, name, action, expected);

const id = (name) => page.locator(`#${name}`);
const office = id("office");
const people = office.locator(".mh-person");
const person = (name) => people.filter({ has: page.locator(".mh-name").getByText(name, { exact: true }) });
const counted = office.locator(".mh-told-count").first();
const told = office.locator(".mh-told");
const dialog = page.locator("dialog[open]");
const handout = office.locator(".mh-handout");
const folded = (text) => office.locator(".mh-folded").filter({ has: page.locator("summary").getByText(text, { exact: true }) });
const field = (within, label) => within.getByLabel(label, { exact: true });
const button = (name, within = office) => within.getByRole("button", { name, exact: true });

const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until the keyboard is at this element, which it must come to. */
async function tabTo(goal, key = "Tab") {
  for (let pressed = 0; pressed < 500; pressed += 1) {
    if (await hasFocus(goal)) {
      return;
    }
    await page.keyboard.press(key);
  }
  ok(false, `${key} leads to ${goal}`);
}

/** Goes to something by Tab and presses Enter. */
async function enter(goal, key) {
  await tabTo(goal, key);
  await page.keyboard.press("Enter");
}

/** Goes to a field by Tab and types over what is in it. */
async function type(goal, text, key) {
  await tabTo(goal, key);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

async function picture(name, element) {
  if (PICTURES) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await (element ?? page).screenshot({ path: `${PICTURES}/office-${name}-${colorScheme}.png`, ...(element ? {} : { fullPage: true }) });
    }
    await page.emulateMedia({ colorScheme: null });
  }
}

async function signIn(email, password) {
  await page.goto(SITE);
  await id("email").fill(email);
  await id("password").fill(password);
  await page.keyboard.press("Enter");
  await says(id("publish-heading"), "Publish a README");
}

async function signOut() {
  await id("sign-out").click();
  await says(id("sign-in-heading"), /^Sign in/);
}

/** What the server answers somebody else, on another connection. */
const api = (path, { token, ...json }, method = "POST") =>
  page.request.fetch(`${SITE}/api/${path}`, { method, ...(method === "GET" ? {} : { data: json }), ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) });
const login = (email, password) => api("login", { email, password });

/** Sends a text as another member, and waits until it is converted. */
async function sendAs(token, name, text) {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await page.request.post(`${SITE}/api/upload_readme`, { headers, multipart: { readme_file: { name, mimeType: "text/markdown", buffer: Buffer.from(text) } } });
  const { slug } = (await answer.json()).readme;
  const report = async () => (await (await page.request.get(`${SITE}/api/readmes/${slug}`, { headers })).json()).readme;
  await eventually(async () => (await report()).state !== "processing", `${name} is converted`);
  return report;
}

async function search(words) {
  const box = office.getByLabel("Find a member");
  await box.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.type(words, { delay: 20 });
  await page.keyboard.press("Enter");
  // It is looked through page by page.
  await eventually(async () => (await office.locator(".mh-people[aria-busy]").count()) === 0, `“${words}” is searched`);
}

/** Goes to the members, and opens the row of one. */
async function openPerson(name) {
  await search(name);
  const row = person(name);
  await row.first().waitFor();
  await enter(row.locator(".mh-open"));
  await row.locator(".mh-panel").waitFor();
  return row;
}

let editor = "";
try {
  await run("a member sees nothing of the office, whatever the address says", async () => {
    await signIn("ora@club.example", ORA);
    equal(await id("office-nav").isVisible(), false, "whether there is a way");
    for (const hash of ["#/members", "#/review", "#/review/demo/readme"]) {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await id("publish-heading").waitFor();
      equal(await office.isVisible(), false, `whether ${hash} shows the office`);
    }
    await signOut();
  });

  await run("an administrator is led to the members", async () => {
    await signIn("demo@example.com", PASSWORD);
    await id("office-nav").waitFor();
    await fitsEverybody(page, "an administrator's desk");
    await picture("desk");
    await enter(id("nav-members"), "Shift+Tab");
    await says(office.locator("h2"), "Members");
    ok(await hasFocus(office.locator("h2")), "the heading has the focus");
    await people.first().waitFor();
    await fitsEverybody(page, "the members");
    await picture("members");
  });

  await run(`${MANY} members are there at once, in pages, and each is found`, async () => {
    await page.reload();
    const started = performance.now();
    await people.nth(20).waitFor();
    ok(performance.now() - started < SOON_MS, `the first of ${MANY} are there within ${SOON_MS} ms`);
    await says(counted, /^\d+ members are shown; there are more\.$/);
    const before = await people.count();
    await enter(button("Show more").first());
    await eventually(async () => (await people.count()) > before, "more are shown");
    ok(await hasFocus(people.nth(before).locator(".mh-open")), "the first of them has the focus");
    const last = `Crew Member ${MANY - 1}`;
    const sought = performance.now();
    await search(last.toLowerCase());
    await eventually(async () => (await people.count()) === 1 && (await person(last).count()) === 1, "the last one is found");
    ok(performance.now() - sought < 4 * SOON_MS, `the last of ${MANY} is found within ${4 * SOON_MS} ms`);
    await search("nobody of this name");
    await says(counted, "Nobody is found for “nobody of this name”.");
    equal(await people.count(), 0, "members that are shown");
    await search("");
    await people.nth(20).waitFor();
  });

  let code = "";
  await run("one is invited, whatever the name, and the slip is shown once", async () => {
    const invites = folded("Invite one member");
    await page.evaluate(() => window.scrollTo(0, 0));
    await office.locator("h2").focus();
    await enter(invites.locator("summary"));
    await type(field(invites, "Name"), HOSTILE);
    await type(field(invites, "E-mail address"), "oneill@club.example");
    await type(field(invites, "Name in addresses"), "oneill");
    await enter(button("Invite", invites));
    await says(handout.locator("h3"), `The slip for ${HOSTILE}`);
    ok(await hasFocus(handout.locator("h3")), "the slip has the focus");
    code = (await handout.locator(".mh-code").innerText()).replace(/^\s*Code\s*/, "").trim();
    ok(/^[\dA-Z]{4}(-[\dA-Z]{4}){3}$/.test(code), `a code is shown: ${code}`);
    ok((await handout.locator(".mh-link").innerText()).endsWith(`/join#${code}`), "the link holds the code");
    const frame = handout.locator("iframe");
    await eventually(() => frame.evaluate((frame) => frame.contentDocument.adoptedStyleSheets.length === 1), "the slip has its style");
    ok((await frame.evaluate((frame) => frame.contentDocument.body.innerText)).includes(HOSTILE), "the slip names the member");
    await frame.evaluate((frame) => (frame.contentWindow.print = () => (globalThis.printed = true)));
    await enter(button("Print the slip", handout));
    ok(await page.evaluate(() => globalThis.printed), "the slip is printed");
    ok(await hasFocus(button("Print the slip", handout)), "the button has the focus");
    const [download] = await Promise.all([page.waitForEvent("download"), enter(button("Save the slip as a file", handout))]);
    equal(download.suggestedFilename(), "slips.html", "the file's name");
    ok((await readFile(await download.path(), "utf8")).includes(code), "the file has the code");
    equal(await page.evaluate(() => globalThis.ran), undefined, "what ran");
    await fitsEverybody(page, "a slip");
    await picture("slip");
  });

  await run("the code lets the member in, and the list says so", async () => {
    equal((await api("set_password", { code, password: NEW_PASSWORD })).status(), 200, "the answer to the code");
    await search("oneill");
    await says(person(HOSTILE).locator(".mh-badge"), "Active");
  });

  await run("an address that a member has is refused where it was typed", async () => {
    const invites = folded("Invite one member");
    await type(field(invites, "Name"), "Somebody", "Shift+Tab");
    await type(field(invites, "E-mail address"), "oneill@club.example");
    await enter(button("Invite", invites));
    await says(invites.locator("form .mh-error"), /\S/);
    await page.evaluate(() => document.querySelector("#office summary").click());
  }, [/status of 409/]);

  await run("name and role are changed; what can't be is said, and the rest stays", async () => {
    const row = await openPerson(HOSTILE);
    await type(field(row, "Name"), "Nora O’Neill");
    await tabTo(field(row, "Role"));
    await page.keyboard.press("ArrowDown");
    await enter(button("Save", row));
    await says(office.locator(".mh-panel .mh-status"), "Saved: Nora O’Neill.");
    equal(await person("Nora O’Neill").locator(".mh-badge").allInnerTexts(), ["Editor", "Active"], "what the row says");
    await type(field(person("Nora O’Neill"), "E-mail address"), "ora@club.example", "Shift+Tab");
    await enter(button("Save", person("Nora O’Neill")));
    await says(person("Nora O’Neill").locator("form .mh-error"), /\S/);
    equal(await person("Nora O’Neill").locator(".mh-open .mh-hint").innerText(), "oneill@club.example", "the address that is shown");
    await fitsEverybody(page, "a member's row");
    await picture("row");
  }, [/status of 409/]);

  await run("the last administrator stays one, and reads why", async () => {
    const row = await openPerson("Demo Member");
    await tabTo(field(row, "Role"));
    await page.keyboard.press("ArrowUp");
    await enter(button("Save", row));
    await says(row.locator("form .mh-error"), /administrator/);
    await enter(button("Disable", row));
    await enter(button("Disable", dialog));
    await says(dialog.locator(".mh-error"), /administrator/);
    await fitsEverybody(page, "the question before a member is disabled");
    await page.keyboard.press("Escape");
    equal(await row.locator(".mh-badge").allInnerTexts(), ["Administrator", "Active"], "what the row says");
  }, [/status of 409/]);

  await run("signing out, disabling, enabling and a new code each do what they say", async () => {
    const row = await openPerson("Nora O’Neill");
    const status = row.locator(".mh-panel > .mh-status");
    const token = async (password) => (await (await login("oneill@club.example", password)).json()).access_token;
    const before = await token(NEW_PASSWORD);
    await enter(button("Sign out everywhere", row));
    await says(status, "Nora O’Neill is signed out everywhere.");
    equal((await api("me", { token: before }, "GET")).status(), 401, "the answer to the session");
    await enter(button("Disable", row), "Shift+Tab");
    await says(dialog.locator("h2"), "Disable Nora O’Neill?");
    ok(await hasFocus(button("Cancel", dialog)), "what does nothing has the focus");
    await enter(button("Disable", dialog));
    await says(status, "Nora O’Neill is disabled.");
    equal(await token(NEW_PASSWORD), undefined, "the token of somebody disabled");
    equal(await row.locator(".mh-badge").allInnerTexts(), ["Editor", "Disabled"], "what the row says");
    await enter(button("Enable", row));
    await says(status, "Nora O’Neill may sign in again.");
    await enter(button("New code", row), "Shift+Tab");
    await enter(button("New code", dialog));
    await says(row.locator(".mh-handout h3"), "The slip for Nora O’Neill");
    editor = await token(NEW_PASSWORD);
    ok(editor, "the password works until the code is used");
  });

  await run("a list is looked through before anybody is invited, and each row says what becomes of it", async () => {
    const imports = folded("Import a list");
    await office.locator("h2").focus();
    await enter(imports.locator("summary"));
    const list = `email,name\nbea@club.example,Bea <b>Moss</b>\nno address,Nobody\noneill@club.example,Nora\nzoe@club.example,Zoë Müller\n`;
    const failed = imports.locator(".mh-error").filter({ hasText: /\S/ });
    await withFolder("lists", { "members.xlsx": Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "members.csv": Buffer.from(list.replace("ë", "\xeb"), "latin1"), "good.csv": list }, async (at) => {
      const input = imports.locator("input[type=file]");
      await input.setInputFiles(`${at}/members.xlsx`);
      await says(failed, "This is a spreadsheet’s own file. Save it as CSV in UTF-8, and choose that.");
      await input.setInputFiles(`${at}/members.csv`);
      await says(failed, /^The list isn’t in UTF-8/);
      await drop(page, imports.locator(".mh-drop"), `${at}/good.csv`);
      await says(imports.locator("h3"), "2 members would be invited");
    });
    ok(await hasFocus(imports.locator("h3")), "what would happen has the focus");
    const rows = await imports.locator(".mh-rostered").evaluateAll((rows) => rows.map((row) => [row.dataset.outcome, row.querySelector(".mh-name").textContent]));
    equal(rows, [["bad", "Nobody"], ["add", "Bea <b>Moss</b>"], ["add", "Zoë Müller"], ["member", "Nora"]], "the rows");
    ok(/\S/.test(await imports.locator(".mh-why").innerText()), "the bad row says why");
    await fitsEverybody(page, "what would become of a list");
    await picture("list");
    await enter(button("Invite 2 members", imports));
    await says(failed, /^Mend the row that can’t be used/);
    await tabTo(imports.getByLabel("Leave out the row that can’t be used"), "Shift+Tab");
    await page.keyboard.press("Space");
    await enter(button("Invite 2 members", imports));
    await says(imports.locator(".mh-handout h3"), "2 members are invited");
    await id("sign-out").click();
    await says(dialog.locator("h2"), "Sign out without the slips?");
    await fitsEverybody(page, "the question before slips are lost");
    await page.keyboard.press("Escape");
    await says(imports.locator(".mh-handout h3"), "2 members are invited");
    const [download] = await Promise.all([page.waitForEvent("download"), enter(button("Save the slips as a file", imports))]);
    const slips = await readFile(await download.path(), "utf8");
    equal(slips.match(/class="code"/g)?.length, 2, "slips in the file");
    ok(!slips.includes("<b>Moss"), "a name stays text in the slips");
    await search("zoe muller");
    await says(person("Zoë Müller").locator(".mh-badge"), "Invited");
    await fitsEverybody(page, "slips of several");
  });

  await run("a member is removed once the name in addresses was typed again", async () => {
    const row = await openPerson("Zoë Müller");
    await enter(button("Remove …", row));
    const typed = dialog.getByRole("textbox");
    ok(await hasFocus(typed), "the field has the focus");
    await page.keyboard.insertText("zoe");
    await page.keyboard.press("Enter");
    await says(dialog.locator(".mh-error"), /^That is not “.+”\.$/);
    await fitsEverybody(page, "the question before a member is removed");
    await picture("remove");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("zoe-muller");
    await page.keyboard.press("Enter");
    await says(told, /^Zoë Müller is removed\./);
    ok(await hasFocus(told), "what happened has the focus");
    equal(await person("Zoë Müller").count(), 0, "rows of who was removed");
  });

  await run("what was done is told in sentences, and no code is in them", async () => {
    const log = folded("What was done");
    await enter(log.locator("summary"));
    await log.locator(".mh-act").nth(8).waitFor();
    const said = (await log.locator(".mh-act p:first-child").allInnerTexts()).join("\n");
    for (const sentence of ["Demo Member invited ", "Demo Member disabled Nora O’Neill.", "Demo Member removed "]) {
      ok(said.includes(sentence), `“${sentence}” is told in:\n${said}`);
    }
    ok(!said.includes(code) && !said.includes("@") && !said.includes("”"), `no code, no address and no act without its sentence is told in:\n${said}`);
    await fitsEverybody(page, "what was done");
    await picture("acts");
  });

  await run("whoever signs out leaves no code and no name on the page", async () => {
    await signOut();
    const left = await page.evaluate(() => document.body.textContent);
    ok(!left.includes(code) && !left.includes("Nora O’Neill"), "nothing of the office is left");
    equal(await id("office-nav").isVisible(), false, "whether there is a way into the office");
  });

  await run("the member reads at the next sign-in what was done to the account, and puts it away", async () => {
    await signIn("oneill@club.example", NEW_PASSWORD);
    await id("notices").locator("li").first().waitFor();
    const notices = await id("notices").locator("li").allInnerTexts();
    ok(notices.length > 0 && notices.every((one) => one.startsWith("Demo Member ")), `the notices say who did it: ${notices.join(" ")}`);
    await fitsEverybody(page, "notices");
    await picture("notices");
    await enter(button("I have read this", id("notices")), "Shift+Tab");
    await eventually(async () => (await id("notices").locator("li").count()) === 0, "they are put away");
    await page.reload();
    await id("readmes").locator("li").first().waitFor();
    equal(await id("notices").locator("li").count(), 0, "notices after a reload");
  });

  const { access_token: author } = await (await login("ora@club.example", ORA)).json();
  let report = () => {};
  const rude = page.locator('[data-document="ora/trip"]');
  await run("an editor sees everybody's documents, and not the members", async () => {
    report = await sendAs(author, "Trip.md", "# <i>Trip</i> to the sea\n\nWe went <script>globalThis.ran=1</script> by train.\n");
    await id("office-nav").waitFor();
    equal(await id("nav-members").isVisible(), false, "whether there is a way to the members");
    await page.evaluate(() => document.getElementById("nav-review").focus());
    await page.keyboard.press("Enter");
    await says(office.locator("h2"), "Documents");
    await rude.waitFor();
    await fitsEverybody(page, "everybody's documents");
    await picture("documents");
    await enter(rude.locator("a"));
    await says(office.locator("h2").last(), /to the sea$/);
    const shown = page.frameLocator(".mh-frame-of-preview:not(.mh-coming)").locator("body");
    await says(shown, /by train\./);
    await office.locator("summary").filter({ hasText: "The text as it was sent" }).click();
    ok((await office.locator(".mh-source").innerText()).includes("<script>"), "the text is shown as it was sent");
    equal(await page.evaluate(() => globalThis.ran), undefined, "what ran");
    await fitsEverybody(page, "a document to look at");
    await picture("document");
  });

  const trip = () => page.request.get(`${SITE}/content/ora/trip.md`);
  const onSite = async (status, what) => eventually(async () => (await trip()).status() === status, what);
  const note = "Please leave names of others out.\n<b>Thanks</b>";

  await run("it is withdrawn with a note that its author reads", async () => {
    await enter(button("Withdraw with a note"), "Shift+Tab");
    await says(dialog.locator("h2"), /^Withdraw “.+”\?$/);
    await fitsEverybody(page, "the question before a document is withdrawn");
    await picture("withdraw");
    await page.keyboard.insertText(note);
    await enter(button("Withdraw with a note", dialog));
    await says(told, /Trip.*” is withdrawn\.$/);
    ok(await hasFocus(told), "what happened has the focus");
    await onSite(404, "it is off the site");
    equal((await report()).note?.text, note, "the note in the author's report");
    await says(rude.locator(".mh-badge"), "Withdrawn");
    await enter(rude.locator("a"));
    await says(office.locator(".mh-noted p").first(), note);
    await fitsEverybody(page, "a document that was withdrawn");
    await picture("withdrawn");
  });

  await run("who looks at an older version decides nothing, and sees the newer one", async () => {
    report = await sendAs(author, "Trip.md", "# Trip to the sea\n\nWe went by bus.\n");
    await enter(button("Restore"));
    await says(office.locator(".mh-error").filter({ hasText: /\S/ }), /^The author has sent a newer version meanwhile, and nothing was decided\./);
    await says(page.frameLocator(".mh-frame-of-preview:not(.mh-coming)").locator("body"), /by bus\./);
    equal([(await report()).state, (await trip()).status()], ["waiting", 404], "the state, and what the site shows");
  }, [/status of 409/]);

  await run("what waits is approved, withdrawn again and restored", async () => {
    await enter(button("Approve"));
    await says(told, "“Trip to the sea” is approved. The site’s next build has it.");
    await onSite(200, "it is on the site");
    await says(rude.locator(".mh-badge"), "Published");
    await enter(rude.locator("a"));
    await enter(button("Withdraw with a note"));
    await enter(button("Withdraw with a note", dialog));
    await onSite(404, "it is off the site");
    await says(rude.locator(".mh-badge"), "Withdrawn");
    await enter(rude.locator("a"));
    await enter(button("Restore"));
    await says(told, "“Trip to the sea” is restored. The site’s next build has it again.");
    await onSite(200, "it is on the site again");
  });

  await run("a session that ends midway leaves nothing of the office on the page", async () => {
    // At once: the list is fetched page by page, and the next page would find the session ended before the keyboard came to the document.
    await rude.locator("a").evaluate((link) => {
      sessionStorage.setItem("masthead.token", "not.a.token");
      link.click();
    });
    await says(id("sign-in-heading"), /^Sign in/);
    equal([await office.isVisible(), await people.count()], [false, 0], "what is left");
  }, [/status of 401/]);

  const english = await (await fetch(`${SITE}/languages/en.json`)).json();
  for (const locale of ["de-AT", "ja-JP"]) {
    const language = locale.slice(0, 2);
    const other = await watched(browser, { viewport: PHONE, locale });
    await other.route(`**/languages/${language}.json`, (route) => route.fulfill({ json: pseudo(language, english) }));
    /** What any view must be in any language. */
    const isWhole = async (view) => {
      equal(await other.evaluate(overflowing, "#office"), [], `what has no room in ${view}, ${language}`);
      equal(await other.evaluate(untranslated, { within: "#office", own: OWN, names: "Masthead" }), [], `what is left in English in ${view}`);
      equal(await violations(other), [], `what axe finds in ${view}, ${language}`);
      if (PICTURES) {
        await other.screenshot({ path: `${PICTURES}/office-${language}-${view}.png`, fullPage: true });
      }
    };
    await step(other, `${language}: the office has room for longer words, and for texts without spaces`, async () => {
      await other.goto(SITE);
      await other.locator("#email").fill("demo@example.com");
      await other.locator("#password").fill(PASSWORD);
      await other.keyboard.press("Enter");
      await other.locator("#nav-members").click();
      await other.locator(".mh-person").first().waitFor();
      for (const summary of await other.locator("#office summary").all()) {
        await summary.click();
      }
      await other.locator(".mh-person .mh-open").first().click();
      await other.locator(".mh-act").first().waitFor();
      await isWhole("members");
      await other.locator("#nav-review").click();
      await other.locator("#office select").and(other.locator(":not(form *)")).selectOption("");
      await other.locator('[data-document="ora/trip"] a').click();
      await other.locator(".mh-frame-of-preview:not(.mh-coming)").waitFor();
      await isWhole("document");
    });
    await other.context().close();
  }
} finally {
  await browser.close();
}
