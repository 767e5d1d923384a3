// <Members /> and <Review /> on the example site: a member sees neither, an administrator invites and makes an editor, and the editor
// withdraws a document with a note and restores it.
//
// `run` sets the environment.

import { equal, eventually, fitsEverybody, launch, ok, says, step, watched } from '../browser/harness.mjs';
import { DESK, PHONE, keep } from './looks.mjs';
import { DEMO, credentials, member, publish } from './members.mjs';
import { ORIGIN, build, show } from './site.mjs';

const { MASTHEAD_URL } = process.env;
const SITE = 'site';
const OFFICE = `${ORIGIN}/club/office/`;
const HOSTILE = '<b onclick="globalThis.ran=1">Una</b> O’Hara';
const author = await member('gus', 'Gus Hart');
const report = await publish(author, 'Tides.md', '# <i>Tides</i>\n\nTwice a day <script>globalThis.ran=1</script>.\n');
await build(SITE);

const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const page = await watched(browser, { viewport: DESK });
await show(page.context(), SITE);
const run = (name, action, expected) => step(page, name, action, expected);
const members = page.locator('masthead-members');
const review = page.locator('masthead-review');
const person = (name) => members.locator('.mh-person').filter({ has: page.locator('.mh-name').getByText(name, { exact: true }) });
const button = (name, within) => within.getByRole('button', { name, exact: true });
const dialog = page.locator('dialog[open]');
const told = review.locator('.mh-told');
const document = review.locator('[data-document="gus/tides"]');

async function signIn({ email, password }) {
  await page.goto(`${ORIGIN}/club/login/`);
  await page.locator('[name="email"]').fill(email);
  await page.locator('[name="password"]').fill(password);
  await button('Sign in', page).click();
  await page.waitForURL(`${ORIGIN}/club/account/`);
  await page.goto(OFFICE);
}

const signOut = async () => {
  await button('Sign out', page.locator('masthead-login')).click();
  await members.getByText('Sign in to use this.').waitFor();
};

try {
  await run('a member reads that it isn’t for them', async () => {
    await signIn(credentials('gus'));
    await members.getByText('Members are for administrators.').waitFor();
    await review.getByText('Everybody’s documents are for editors.').waitFor();
    equal([await members.locator('.mh-office').count(), await review.locator('.mh-office').count()], [0, 0], 'what is shown of the office');
    await signOut();
  });

  await run('an administrator invites somebody, whose slip is shown as it is printed', async () => {
    await signIn(DEMO);
    await members.locator('.mh-person').first().waitFor();
    await fitsEverybody(page, 'the office');
    await keep(page, 'office');
    await members.locator('summary').getByText('Invite one member').click();
    const form = members.locator('form').first();
    await form.getByLabel('Name', { exact: true }).fill(HOSTILE);
    await form.getByLabel('E-mail address').fill('una@club.example');
    await form.getByLabel('Name in addresses').fill('una');
    await button('Invite', form).click();
    const slip = members.locator('.mh-handout');
    await says(slip.locator('h3'), `The slip for ${HOSTILE}`);
    const frame = slip.locator('iframe');
    await eventually(() => frame.evaluate((frame) => frame.contentDocument?.adoptedStyleSheets.length === 1), 'the slip has its style, which the page’s policy forbids in a document');
    ok((await frame.evaluate((frame) => frame.contentDocument.body.innerText)).includes(HOSTILE), 'the slip names the member');
    equal(await page.evaluate(() => globalThis.ran), undefined, 'what ran');
    await page.setViewportSize(PHONE);
    await fitsEverybody(page, 'a slip on a phone');
    await keep(page, 'office-slip');
    await page.setViewportSize(DESK);
    const code = (await slip.locator('.mh-code').innerText()).replace(/^\s*Code\s*/, '').trim();
    equal((await page.request.post(`${MASTHEAD_URL}/api/set_password`, { data: { code, password: credentials('una').password } })).status(), 200, 'the answer to the code');
  });

  await run('the member is found and becomes an editor', async () => {
    await members.getByLabel('Find a member').fill('o’hara');
    await eventually(async () => (await members.locator('.mh-person').count()) === 1, 'one is found');
    await person(HOSTILE).locator('.mh-open').click();
    await person(HOSTILE).getByLabel('Role', { exact: true }).selectOption('editor');
    await button('Save', person(HOSTILE)).click();
    await says(person(HOSTILE).locator('.mh-panel > .mh-status'), `Saved: ${HOSTILE}.`);
    equal(await person(HOSTILE).locator('.mh-badge').allInnerTexts(), ['Editor', 'Active'], 'what the row says');
    await signOut();
    ok(!(await page.evaluate(() => globalThis.document.body.textContent)).includes('O’Hara'), 'nothing is left once the administrator has signed out');
  });

  await run('the editor reads who did it, looks at a document, and withdraws it with a note', async () => {
    await signIn(credentials('una'));
    await says(page.locator('masthead-login .mh-noticed'), /^Demo Member made you an editor on /);
    await members.getByText('Members are for administrators.').waitFor();
    await document.locator('a').click();
    await says(review.locator('h2').last(), /Tides/);
    await says(page.frameLocator('.mh-frame-of-preview:not(.mh-coming)').locator('body'), /Twice a day/);
    await fitsEverybody(page, 'a document to look at');
    await keep(page, 'office-document');
    await button('Withdraw with a note', review).click();
    await dialog.getByLabel('Your note').fill('Please say <b>when</b>.');
    await button('Withdraw with a note', dialog).click();
    await says(told, /Tides.*” is withdrawn\.$/);
    equal(new URL(page.url()).hash, '#/review', 'the address');
    await eventually(async () => (await author.readme(report.slug)).note?.text === 'Please say <b>when</b>.', 'the author’s report has the note');
    equal(await page.evaluate(() => globalThis.ran), undefined, 'what ran');
  });

  await run('and restores it', async () => {
    await says(document.locator('.mh-badge'), 'Withdrawn');
    await document.locator('a').click();
    await says(review.locator('.mh-noted p').first(), 'Please say <b>when</b>.');
    await button('Restore', review).click();
    await says(told, /Tides.*” is restored\./);
    await eventually(async () => (await author.readme(report.slug)).live, 'it is published again');
  });
} finally {
  await browser.close();
}
