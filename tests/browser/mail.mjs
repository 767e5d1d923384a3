// A forgotten password, another address, and the letters of a local stack, one of them hostile.
//
// Needs MASTHEAD_URL, MASTHEAD_LEA (the password of lea@club.example), MASTHEAD_DATA (the stack's folder) and CHROMIUM; `run`
// sets them.

import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { equal, eventually, launch, ok, step, violations, watched } from "./harness.mjs";

const { MASTHEAD_URL, MASTHEAD_LEA: PASSWORD, MASTHEAD_DATA: DATA } = process.env;
// The address that letters name, so that their links lead to the session of this page.
const SITE = MASTHEAD_URL.replace("localhost", "127.0.0.1");
const NEW = "another sentence to remember";
// Where the hostile letter would like to be heard of.
const heard = [];
const elsewhere = createServer((request, answer) => {
  heard.push(request.url);
  answer.end();
});
await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
const ELSEWHERE = `http://127.0.0.1:${elsewhere.address().port}`;
const HOSTILE = `From: "<script>alert(1)</script>" <a@b.example>\r
To: "<img src=x onerror=alert(2)>" <jo@club.example>\r
Subject: </title><script>alert(3)</script>\r
Date: Tue, 01 Dec 2026 18:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8\r
\r
<script>alert(4)</script>\r
https://club.example/"onmouseover="alert(5)\r
--x\r
Content-Type: text/html; charset=utf-8\r
\r
<script>alert(6)</script><img src="${ELSEWHERE}/pixel" onerror="alert(7)"><form action="${ELSEWHERE}/"><button>Send</button></form>\r
<a href="javascript:alert(8)">here</a><meta http-equiv="refresh" content="0; url=${ELSEWHERE}/">the hostile letter\r
--x--\r
`;

const browser = await launch();
const page = await watched(browser);
const run = (name, action, expected) => step(page, name, action, expected);
const isIn = () => page.locator("#desk").waitFor();

async function signIn(email, password) {
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("#sign-in-form button[type=submit]");
}

/** Waits for the newest letter to an address, and opens it. */
async function openLetter(to, subject) {
  await eventually(async () => {
    await page.goto(`${SITE}/mail`);
    const newest = await page.locator("li a").first().innerText({ timeout: 1000 }).catch(() => "");
    return newest.includes(to) && newest.includes(subject);
  }, `a letter to ${to}: ${subject}`);
  await page.locator("li a").first().click();
  return page.locator("pre").innerText();
}

const codeIn = (text) => /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/.exec(text.replace(/^http.*$/gm, ""))[0];

await run("the page asks for the address of who forgot the password, and says the same whoever it is", async () => {
  for (const email of ["nobody@club.example", "lea@club.example"]) {
    await page.goto(SITE);
    await page.fill("#email", email);
    await page.click("#forgot summary");
    await eventually(async () => (await page.inputValue("#forgot-email")) === email, "what was typed above is there");
    equal(await violations(page), [], "what axe finds");
    await page.click("#forgot-form button[type=submit]");
    await page.locator("#forgot-status", { hasText: "a letter with a code is on its way" }).waitFor();
  }
});

await run("the letter's link fills the form, and the code signs in with a new password", async () => {
  const text = await openLetter("lea@club.example", "A new password");
  const link = page.locator("pre a");
  ok((await link.getAttribute("href")).endsWith(codeIn(text)), "the link holds the code");
  await link.click();
  await page.locator("#join").waitFor();
  equal(await page.inputValue("#code"), codeIn(text), "the code is filled in");
  equal(new URL(page.url()).hash, "", "and out of the address");
  await page.fill("#join-password", NEW);
  await page.click("#join-form button[type=submit]");
  await isIn();
});

await run("another address is taken by the code that was sent there", async () => {
  await page.locator("#address-is", { hasText: "lea@club.example" }).waitFor();
  await page.click("#address-change summary");
  await page.fill("#new-email", "lea@new.example");
  await page.fill("#email-password", NEW);
  await page.click("#address-form button[type=submit]");
  await page.locator("#address-status", { hasText: "lea@new.example" }).waitFor();
  equal(await violations(page), [], "what axe finds");
  const code = codeIn(await openLetter("lea@new.example", "A code for your new address"));
  await page.goto(SITE);
  await isIn();
  await page.locator("#address-code-form").waitFor({ state: "attached" });
  await page.click("#address-change summary");
  await page.fill("#email-code", code.toLowerCase());
  await page.click("#address-code-form button[type=submit]");
  await page.locator("#sign-in").waitFor();
  await page.locator("#notice", { hasText: "Your address is changed" }).waitFor();
  await signIn("lea@new.example", NEW);
  await isIn();
  await openLetter("lea@club.example", "was changed");
});

await run("letters are turned off on the page, where a letter's link leads", async () => {
  await page.goto(`${SITE}/#letters`);
  const box = page.locator("#letter-page_up");
  await box.waitFor();
  ok(await box.isChecked(), "they come unless somebody says otherwise");
  await box.uncheck();
  await page.locator("#letters-status", { hasText: "Kept." }).waitFor();
  await page.reload();
  await box.waitFor();
  await eventually(async () => !(await box.isChecked()), "the choice is kept");
});

await run(
  "a hostile letter is text, and its HTML does nothing and reaches nobody",
  async () => {
    await writeFile(join(DATA, "mail", "29990101T000000.000000Z-hostile.eml"), HOSTILE);
    page.on("dialog", (dialog) => {
      heard.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    await page.goto(`${SITE}/mail`);
    await page.locator("li a").first().click();
    ok((await page.locator("pre").innerText()).includes("<script>alert(4)</script>"), "it is shown as text");
    await page.frameLocator("iframe").locator("body", { hasText: "the hostile letter" }).waitFor();
    await page.waitForTimeout(1500);
    equal(heard, [], "what was heard of elsewhere, and what it said");
    equal(await page.locator("script, img, [onmouseover], [onerror]").count(), 0, "markup of the letter in the page");
    equal(await violations(page), [], "what axe finds");
  },
  // The browser says what it blocked in the frame.
  [/Content Security Policy|sandbox/i],
);

await browser.close();
elsewhere.close();
