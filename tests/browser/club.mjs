// A club's first evening, with the browser alone: from an empty stack and a roster of thirty to thirty members signed in, a first
// page approved, another withdrawn with a note that its author reads, and the site handed over to a second administrator.
//
// Needs MASTHEAD_URL of a stack where every document waits for an editor, MASTHEAD_INVITATION (the link of an invited
// administrator) and CHROMIUM; `run` sets them. PICTURES names a folder for pictures of the page.

import { readFile } from "node:fs/promises";
import { equal, eventually, fitsEverybody, launch, ok, says, step, watched, withFolder } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_INVITATION: INVITATION, PICTURES } = process.env;
const PASSWORD = "five other words of nonsense";
const NAMES = ["Ada", "Bo", "Cy", "Dee", "Eve", "Fay", "Gus", "Hal", "Ida", "Jo", "Kit", "Lou", "Mo", "Nia", "Oz", "Pat", "Quin", "Ray", "Sam", "Tess", "Uma", "Val", "Wes", "Xan", "Yve", "Zed", "Åsa", "Émile", "さくら", "Łukasz"];
const ROSTER = `Email;Name\n${NAMES.map((name, number) => `member${number}@club.example;${name} Marsh`).join("\n")}\n`;
const NOTE = "Please leave the phone numbers out, and send it again.";
const OPTIONS = { viewport: { width: 375, height: 812 }, acceptDownloads: true };

const browser = await launch();
const admin = await watched(browser, OPTIONS);
const run = (name, action, page = admin, expected = []) => step(page, name, action, expected);

const office = (page) => page.locator("#office");
const button = (within, name) => within.getByRole("button", { name, exact: true });
const folded = (page, text) => office(page).locator(".mh-folded").filter({ has: page.locator("summary").getByText(text, { exact: true }) });
const person = (page, name) => office(page).locator(".mh-person").filter({ has: page.locator(".mh-name").getByText(name, { exact: true }) });
const steps = () => admin.locator(".mh-step").evaluateAll((steps) => steps.map((step) => step.dataset.done));

async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/club-${name}.png`, fullPage: true });
}

/** Chooses a password with a link of an invitation, which signs its owner in. */
async function join(page, link) {
  await page.goto(link);
  await says(page.locator("#join-heading"), "Choose a password");
  await page.locator("#join-password").fill(PASSWORD);
  await page.locator("#join-password").press("Enter");
  await says(page.locator("#publish-heading"), "Publish a README");
}

async function signIn(page, email) {
  await page.goto(SITE);
  await page.locator("#email").fill(email);
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await says(page.locator("#publish-heading"), "Publish a README");
}

/** Publishes a text as a member does, by choosing a file. */
async function publish(page, name, text) {
  await page.getByLabel("Markdown file").setInputFiles({ name, mimeType: "text/markdown", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Publish", exact: true }).click();
}

const status = async (path) => (await admin.request.get(`${SITE}/content/${path}`)).status();

let links = [];
try {
  await run("the first administrator chooses a password, and reads what to do first", async () => {
    await join(admin, INVITATION);
    await admin.locator("#nav-members").click();
    await says(office(admin).locator("h2"), "Members");
    // What the local stack comes with.
    const demo = person(admin, "Demo Member");
    await demo.locator(".mh-open").click();
    await button(demo, "Remove …").click();
    await admin.locator("dialog[open]").getByRole("textbox").fill("demo");
    await admin.keyboard.press("Enter");
    await says(office(admin).locator(".mh-told"), /^Demo Member is removed\./);
    await admin.reload();
    await eventually(async () => (await steps()).length === 4, "the first steps are listed");
    equal(await steps(), ["false", "false", "false", "false"], "what is done");
    await fitsEverybody(admin, "the first steps");
    await picture(admin, "first");
  });

  await run("a roster of thirty becomes thirty invitations, and their slips", async () => {
    const imports = folded(admin, "Import a list");
    await imports.locator("summary").click();
    await withFolder("roster", { "roster.csv": ROSTER }, async (at) => {
      await imports.locator("input[type=file]").setInputFiles(`${at}/roster.csv`);
      await says(imports.locator("h3"), `${NAMES.length} members would be invited`);
    });
    await button(imports, `Invite ${NAMES.length} members`).click();
    await says(imports.locator(".mh-handout h3"), `${NAMES.length} members are invited`);
    const [download] = await Promise.all([admin.waitForEvent("download"), button(imports, "Save the slips as a file").click()]);
    const slips = await readFile(await download.path(), "utf8");
    const codes = [...slips.matchAll(/\b([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\b/g)].map(([code]) => code);
    links = [...new Set(codes)].map((code) => `${SITE}/join#${code}`);
    equal(links.length, NAMES.length, "codes on the slips");
    await eventually(async () => (await steps()).slice(0, 2).join() === "true,true", "members and slips are ticked");
    await picture(admin, "slips");
  });

  const members = [];
  await run("all thirty sign in, each with a slip of their own", async () => {
    for (const link of links) {
      const page = await watched(browser, OPTIONS);
      await join(page, link);
      equal(page.complaints, [], "the console of a member");
      if (members.length < 3) members.push(page);
      else await page.context().close();
    }
    await admin.reload();
    await office(admin).locator(".mh-person").nth(20).waitFor();
    const states = new Set(await office(admin).locator(".mh-person .mh-badge").allInnerTexts());
    ok(!states.has("Invited"), `nobody is only invited: ${[...states].join(", ")}`);
    await eventually(async () => (await steps()).join() === "true,true,true,false", "all steps but the last are done");
  });

  const [first, second, heir] = members;
  const handle = (page) => page.evaluate(async () => (await import("/client.js")).me());
  const authors = [];
  for (const page of members) authors.push(await handle(page));

  await run("a member's page waits, and says so", async () => {
    await publish(first, "README.md", "# The boat\n\nWe built a boat, and it floats.\n");
    await says(first.locator("#report-kicker .state"), /wait/i);
    equal(await status(`${authors[0].handle}.md`), 404, "the page before anybody looked");
    await picture(first, "waiting");
  }, first);

  const open = async (title, state) => {
    await admin.locator("#nav-review").click();
    await says(office(admin).locator("h2"), "Documents");
    await office(admin).getByLabel("Show", { exact: true }).selectOption(state);
    await office(admin).locator("[data-document] a").filter({ hasText: title }).click();
    await says(office(admin).locator("h2").last(), title);
  };

  await run("the first page is approved, and is on the site", async () => {
    await open("The boat", "waiting");
    await says(admin.frameLocator(".mh-frame-of-preview:not(.mh-coming)").locator("body"), /it floats\./);
    await button(office(admin), "Approve").click();
    await says(office(admin).locator(".mh-told"), /“The boat” is approved/);
    await eventually(async () => (await status(`${authors[0].handle}.md`)) === 200, "the page is on the site");
  });

  await run("another is approved, and withdrawn with a note", async () => {
    await publish(second, "Phones.md", "# Everybody's phones\n\nAsk the treasurer.\n");
    await says(second.locator("#report-kicker .state"), /wait/i);
    await open("Everybody's phones", "waiting");
    await button(office(admin), "Approve").click();
    await says(office(admin).locator(".mh-told"), /is approved/);
    await eventually(async () => (await status(`${authors[1].handle}/phones.md`)) === 200, "it is on the site");
    await open("Everybody's phones", "published");
    await button(office(admin), "Withdraw with a note").click();
    const dialog = admin.locator("dialog[open]");
    await dialog.getByRole("textbox").fill(NOTE);
    await button(dialog, "Withdraw with a note").click();
    await says(office(admin).locator(".mh-told"), /is withdrawn\.$/);
    await eventually(async () => (await status(`${authors[1].handle}/phones.md`)) === 404, "it is off the site");
  });

  await run("its author reads the note", async () => {
    await second.reload();
    await second.getByRole("link", { name: "Everybody's phones", exact: true }).click();
    await says(second.locator("#report"), new RegExp(NOTE.replaceAll(".", "\\.")));
    await fitsEverybody(second, "a report with an editor's note");
    await picture(second, "note");
  }, second);

  await run("a second administrator is made, and takes the site over", async () => {
    await admin.locator("#nav-members").click();
    await office(admin).getByLabel("Find a member").fill(authors[2].name);
    await office(admin).getByLabel("Find a member").press("Enter");
    await eventually(async () => (await office(admin).locator(".mh-person").count()) === 1, "the member is found");
    const row = person(admin, authors[2].name);
    await row.locator(".mh-open").click();
    await row.getByLabel("Role", { exact: true }).selectOption("admin");
    await button(row, "Save").click();
    await says(row.locator(".mh-panel .mh-status"), `Saved: ${authors[2].name}.`);

    await heir.reload();
    await heir.locator("#nav-members").click();
    const founder = person(heir, "Robin Roe");
    await heir.locator("#office").getByLabel("Find a member").fill("Robin Roe");
    await heir.locator("#office").getByLabel("Find a member").press("Enter");
    await eventually(async () => (await office(heir).locator(".mh-person").count()) === 1, "the founder is found");
    await founder.locator(".mh-open").click();
    await founder.getByLabel("Role", { exact: true }).selectOption("member");
    await button(founder, "Save").click();
    await says(founder.locator(".mh-panel .mh-status"), "Saved: Robin Roe.");
    await picture(heir, "heir");
  }, heir);

  await run("whoever handed over is a member among others", async () => {
    await signIn(admin, "robin@club.example");
    equal(await admin.locator("#office-nav").isVisible(), false, "whether there is a way to the office");
    const forbidden = await admin.evaluate(() => import("/client.js").then((client) => client.members({})).catch(({ code }) => code));
    equal(forbidden, "forbidden", "what the server says");
  }, admin, [/status of 40[13]/]);
} finally {
  await browser.close();
}
