// <ReadmeEditor /> on the example site, in CodeMirror and in the plain text area: written, seen, published, and its report opened.
//
// `run` sets the environment.

import { readFileSync } from 'node:fs';
import { png } from '../browser/files.mjs';
import { equal, eventually, fitsEverybody, launch, ok, says, step, watched } from '../browser/harness.mjs';
import { DESK, PHONE, keep } from './looks.mjs';
import { credentials, member } from './members.mjs';
import { ORIGIN, build, dist, files, show } from './site.mjs';

const SITE = 'site';
await member('pat', 'Pat Lee');
await build(SITE);

const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const page = await watched(browser, { viewport: DESK });
await show(page.context(), SITE);
const run = (name, action, expected) => step(page, name, action, expected);
const button = (name) => page.getByRole('button', { name, exact: true });
const seen = page.frameLocator('.mh-frame-of-preview:not(.mh-coming)').locator('body');
const field = page.getByRole('textbox', { name: 'Your text' });
const reports = page.locator('masthead-publish-report');

async function signIn() {
  await page.goto(`${ORIGIN}/club/login/`);
  await page.locator('[name="email"]').fill(credentials('pat').email);
  await page.getByLabel('Password').fill(credentials('pat').password);
  await button('Sign in').click();
  await page.waitForURL(`${ORIGIN}/club/account/`);
}

try {
  await run('the account leads to the editor, which loads what it needs and no page before', async () => {
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await signIn();
    const codeMirror = (await files(dist(SITE))).filter((name) => name.endsWith('.js') && readFileSync(`${dist(SITE)}/${name}`, 'utf8').includes('cm-scroller')).map((name) => `/${name}`);
    ok(codeMirror.length > 0, 'the site has CodeMirror');
    equal(asked.filter((path) => codeMirror.includes(path)), [], 'what is loaded of CodeMirror where nobody writes');
    await page.getByRole('link', { name: 'Write a new document', exact: true }).click();
    await says(page.locator('.mh-desk-heading'), 'Write a document');
    await page.locator('.mh-write .cm-editor').waitFor();
    await says(seen, /A part of it/);
    await fitsEverybody(page, 'the editor');
    await keep(page, 'editor');
  });

  await run('a document is written in CodeMirror, with a button, its undo and a picture', async () => {
    await field.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('# Tides\n\nThey come twice a day');
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await page.keyboard.press('Control+b');
    await says(seen, /They come twice a day$/);
    ok((await seen.locator('strong').innerText()) === 'day', 'the word is bold');
    await page.keyboard.press('Control+z');
    await eventually(async () => (await seen.locator('strong').count()) === 0, 'Ctrl-Z takes it back');
    await page.keyboard.press('Control+End');
    await field.evaluate((area, base64) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], 'tide.png', { type: 'image/png' }));
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true, composed: true }));
    }, png(120, 80, () => [20, 80, 160]).toString('base64'));
    await page.getByLabel('tide.png').fill('The tide');
    await page.keyboard.press('Enter');
    await eventually(async () => (await field.innerText()).includes('![The tide](tide.png)'), 'the picture is in the text');
    // A picture that isn't loaded is as wide as its description.
    await eventually(async () => (await seen.locator('img').boundingBox())?.width === 120, 'the preview shows the picture');
  });

  await run('it is published, and the report beside it follows', async () => {
    await button('Publish').click();
    equal(await page.getByLabel('Name in the address').inputValue(), 'tides', 'the name that is proposed');
    await page.keyboard.press('Enter');
    await says(reports.locator('h3').first(), 'Tides');
    equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('masthead.draft'))), [], 'drafts that are left');
  });

  await run('it is mended from its report, on a phone, in the plain text area where CodeMirror can’t be loaded', async () => {
    await page.setViewportSize(PHONE);
    await page.route(/code\..*\.js$/, (route) => route.abort());
    await page.reload();
    await reports.getByRole('button', { name: /Tides/ }).first().click();
    await reports.getByRole('link', { name: 'Edit', exact: true }).click();
    await says(page.locator('.mh-desk-heading'), 'Edit “Tides”');
    equal(await field.evaluate((area) => area.localName), 'textarea', 'what one writes in');
    await field.press('Control+End');
    await page.keyboard.insertText('\n\nAnd [a map](missing.pdf).\n');
    await page.locator('.mh-jump').first().click();
    ok(await field.evaluate((area) => area.selectionEnd > area.selectionStart), 'the warning’s place is selected');
    await fitsEverybody(page, 'the editor on a phone');
    await keep(page, 'editor-phone');
    await says(page.locator('.mh-kept'), /^Kept in this browser at /);
  }, [/ERR_FAILED/]);

  await run('who signs out is asked what becomes of the draft', async () => {
    await page.evaluate(() => {
      localStorage.removeItem('accessToken');
      dispatchEvent(new StorageEvent('storage', { key: 'accessToken', newValue: null }));
    });
    await page.getByRole('dialog', { name: 'Keep what isn’t published?' }).waitFor();
    await button('Throw away').click();
    await eventually(() => page.evaluate(() => !Object.keys(localStorage).some((key) => key.startsWith('masthead.draft'))), 'no draft is left');
  });
} finally {
  await browser.close();
}
