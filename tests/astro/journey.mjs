// From the sign-in to the built page and back, on the example site, as a member would walk it.
//
// `run` sets the environment. SCREENSHOTS names a folder for pictures of the pages.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HOSTILE, NOTE, markdown, portrait } from '../browser/files.mjs';
import { equal, eventually, fitsEverybody, launch, ok, says, step, violations, watched } from '../browser/harness.mjs';
import { CLUB } from './club.mjs';
import { DEMO, member, publish } from './members.mjs';
import { ORIGIN, build, show } from './site.mjs';

const { SCREENSHOTS } = process.env;
const SITE = 'site';
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
const WRONG = 'The e-mail address or the password is wrong.';

if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });
for (const { handle, name, picture, documents } of CLUB) {
  const client = await member(handle, name);
  if (picture) await client.uploadPicture(new File([portrait().buffer], 'me.png'));
  for (const [file, text] of Object.entries(documents)) {
    const report = await publish(client, file, text);
    ok(report?.state === 'published', `${file} of ${handle} is published`);
  }
}
// The shed's link to the spar, which came later, is found in the background.
await eventually(async () => (await (await fetch(`${process.env.MASTHEAD_URL}/content/ada/the-boat-shed-in-winter.md`)).text()).includes('](/ada/planing-a-spar-by-hand/'), 'the link to the later document is led there');

// Pages that this script hands to the browser are of no address space, and could not call this machine.
const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const page = await watched(browser, { viewport: DESK });
await show(page.context(), SITE);
const run = (name, action, expected) => step(page, name, action, expected);
const open = (path) => page.goto(ORIGIN + path);
const button = (name) => page.getByRole('button', { name, exact: true });
const login = page.locator('masthead-login');
const upload = page.locator('masthead-readme-upload');
const picture = page.locator('masthead-profile-picture');
const reports = page.locator('masthead-publish-report');
const listed = (title) => reports.locator('[data-list] li').filter({ hasText: title });
const said = (component) => component.locator('[data-say="status"]');
const refused = (component) => component.locator('[data-say="error"]');

async function signIn(password) {
  await page.getByLabel('E-mail address').fill(DEMO.email);
  await page.getByLabel('Password').fill(password);
  await button('Sign in').click();
}

/** What axe calls serious or worse, in light, dark and on a phone; with pictures of it where they are wanted. */
async function looksRight(name) {
  const usual = page.viewportSize();
  for (const [scheme, size] of [['light', DESK], ['dark', DESK], ['light', PHONE], ['dark', PHONE]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    ok(width <= size.width, `${name} fits into ${size.width} pixels, but it is ${width} wide`);
    const serious = (await violations(page)).filter((found) => /^(serious|critical)/.test(found));
    equal(serious, [], `what axe finds in ${name}, ${scheme}, ${size.width} pixels wide`);
    if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}-${scheme}-${size.width}.png`), fullPage: size === PHONE });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(usual);
}

async function journey() {
  await run('the site is built', async () => {
    const { output, seconds } = await build(SITE);
    ok(/entries, \d+ fetched, 0 removed/.test(output), `the loader says what it did: ${output}`);
    console.log(`      ${seconds.toFixed(1)} s`);
  });

  await run('documents, members and subjects have their pages', async () => {
    await open('/');
    await page.getByRole('link', { name: 'Planing a spar by hand' }).waitFor();
    await looksRight('documents');
    await page.getByRole('link', { name: 'Planing a spar by hand' }).click();
    await says(page.locator('h1'), 'Planing a spar by hand');
    await says(page.locator('.head .byline'), /Ada Brandt[\s\S]*min to read/);
    ok((await page.locator('.contents a').count()) >= 3, 'the page has a table of contents');
    await says(page.locator('.tail section'), /Linked from[\s\S]*The boat shed in winter/);
    equal(await page.locator('.callout[data-callout="tip"]').count(), 1, 'callouts');
    await looksRight('document');
    await page.locator('.contents a').first().click();
    ok(new URL(page.url()).hash.length > 1, 'a line of the contents leads into the text');
    await page.locator('.tail .tags a').first().click();
    await says(page.locator('h1'), 'woodwork');
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await eventually(() => page.locator('.members img').first().evaluate((image) => image.naturalWidth > 0), 'the members’ pictures are shown');
    await looksRight('members');
    await page.getByRole('link', { name: 'Subjects', exact: true }).click();
    await looksRight('subjects');
    await open('/nowhere/');
    await says(page.locator('h1'), 'Not here');
  }, [/status of 404/]);

  await run('a wrong password shows the server’s sentence', async () => {
    await open('/club/login/');
    await fitsEverybody(page, 'the sign-in');
    await signIn('not the password at all');
    await says(refused(login), WRONG);
    equal(await page.evaluate(() => document.activeElement.name), 'password', 'the focus');
    await looksRight('login');
  }, [/status of 401/]);

  await run('signing in, by keyboard alone, leads to the account', async () => {
    await page.getByLabel('E-mail address').fill(DEMO.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(DEMO.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${ORIGIN}/club/account/`);
    await says(login, /Signed in as Demo Member/);
    await says(reports.locator('[data-none]'), 'Nothing is published yet.');
    const kept = await page.evaluate(() => [Object.keys(localStorage).sort(), sessionStorage.length, document.cookie]);
    equal(kept, [['accessToken', 'accessTokenExpires'], 0, ''], 'what the browser keeps');
  });

  await run('a picture is shown before it is sent, and as it is stored after', async () => {
    await says(picture.locator('[data-initials]'), 'DM');
    await page.getByLabel('Picture file').setInputFiles(portrait());
    const image = picture.locator('img');
    await eventually(() => image.evaluate((image) => image.naturalWidth === 640), 'the preview is the chosen file');
    await button('Upload picture').click();
    await says(said(picture), 'Your profile shows the new picture.');
    await eventually(() => image.evaluate((image) => image.naturalWidth === 256 && image.src.includes('/pictures/demo/')), 'the stored picture is shown');
    await page.getByLabel('Picture file').setInputFiles(markdown('notes.md', NOTE));
    await says(picture.locator('[data-caption]'), 'This browser can’t show the file; you may still send it.');
    ok(await image.evaluate((image) => image.src.includes('/pictures/demo/')), 'the stored picture is still shown');
    await button('Upload picture').click();
    await says(refused(picture), /Please send a JPEG, PNG, WebP or GIF picture\.$/);
  }, [/status of 422/]);

  await run('a README is published, and its report arrives by itself', async () => {
    await page.getByLabel('Markdown file').setInputFiles(markdown('README.md', NOTE));
    await says(upload.locator('[data-hint]'), /^README\.md, \d+ bytes$/);
    await button('Publish').click();
    await says(said(upload), '“README.md” is sent; its report follows.');
    await says(said(reports), /^Published, \d warnings\.$/);
    await says(reports.locator('[data-report] h3'), 'Flask Backend');
    await says(reports.locator('.mh-address'), /^Queued for the next build: /);
    await says(reports.locator('.mh-warnings li').first(), /Line \d+, column \d+/);
    await says(reports.locator('tbody tr').first(), /title\s+Flask Backend\s+a heading/);
    await looksRight('account');
    await fitsEverybody(page, 'the account');
  });

  await run('a member’s HTML is text, wherever it is shown', async () => {
    const title = '<img src=x onerror="globalThis.ran = true">';
    await page.getByLabel('Markdown file').setInputFiles(markdown('Markup.md', HOSTILE));
    await button('Publish').click();
    await says(reports.locator('[data-report] h3'), title);
    await listed(title).getByRole('button', { name: /^Delete/ }).click();
    await says(reports.locator('[data-question]'), /onerror/);
    await button('Keep it').click();
    const [ran, made] = await page.evaluate(() => ['ran' in globalThis, document.querySelectorAll('masthead-publish-report :is(img, script, b)').length]);
    equal([ran, made], [false, 0], 'whether a script ran, and elements that the file made');
  });

  await run('what is too large, and what is no text, get the server’s sentence', async () => {
    await page.getByLabel('Markdown file').setInputFiles(markdown('large.md', 'x'.repeat(1024 * 1024 + 1)));
    await button('Publish').click();
    await says(refused(upload), 'The file is larger than 1 MiB.');
    await page.getByLabel('Markdown file').setInputFiles({ name: 'latin.md', mimeType: 'text/markdown', buffer: Buffer.from('# Caf\xe9\n', 'latin1') });
    await button('Publish').click();
    await says(refused(upload), /^The file is not UTF-8 text/);
  }, [/status of 413/, /status of 422/]);

  await run('an upload that takes long can be stopped', async () => {
    const line = await page.context().newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 20_000 });
    await page.getByLabel('Markdown file').setInputFiles(markdown('slow.md', `# Slow\n\n${'Tides wait for nobody. '.repeat(20_000)}`));
    await button('Publish').click();
    await upload.locator('progress').waitFor();
    await button('Stop').click();
    await says(said(upload), 'Stopped; nothing was published.');
    equal(await listed('Slow').count(), 0, 'entries of it in the list');
    await line.detach();
  });

  await run('the next build has the page', async () => {
    const { output } = await build(SITE, { MASTHEAD_BUILD_KEY: process.env.STACK_BUILD_KEY });
    ok(/ 2 fetched, 0 removed/.test(output), `two bodies are fetched, the new one and the hostile one: ${output}`);
    await open('/demo/');
    await says(page.locator('h1'), 'Flask Backend');
    await eventually(() => page.locator('.head img.portrait').evaluate((image) => image.naturalWidth > 0), 'the new picture is on the page');
    const text = await page.locator('.text').innerText();
    ok(!text.includes('[[') && !text.includes('nobody else'), `wiki links and comments are gone: ${text}`);
    await open('/demo/markup/');
    equal(await page.evaluate(() => ['ran' in globalThis, document.querySelectorAll('.text script, .text [onerror]').length]), [false, 0], 'whether a script ran, and its traces');
  });

  await run('a README is deleted, and the next build has no page of it', async () => {
    await open('/club/account/');
    await listed('Flask Backend').locator('button').first().click();
    await says(reports.locator('.mh-address'), /^In the site since .+: /);
    await listed('Flask Backend').getByRole('button', { name: /^Delete/ }).click();
    await page.locator('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await says(said(reports), '“Flask Backend” is deleted.');
    equal(await listed('Flask Backend').count(), 0, 'entries of it in the list');
    await eventually(async () => (await fetch(`${process.env.MASTHEAD_URL}/content/demo.md`)).status === 404, 'the file leaves the server');
    const { output } = await build(SITE);
    ok(/ 0 fetched, 1 removed/.test(output), `nothing is fetched, one is removed: ${output}`);
    equal((await open('/demo/')).status(), 404, 'the status of the page');
  }, [/status of 404/]);

  await run('a session that the server ended is said so', async () => {
    await open('/club/account/');
    await listed('<img').waitFor();
    await page.evaluate(() => localStorage.setItem('accessToken', `${localStorage.getItem('accessToken')}x`));
    await page.getByLabel('Markdown file').setInputFiles(markdown('late.md', '# Late\n'));
    await button('Publish').click();
    await says(login.locator('[data-ending]'), 'Your session is over. Please sign in again.');
    equal(await page.evaluate(() => localStorage.length), 0, 'tokens kept');
    ok(!(await upload.isVisible()), 'the desk is put away');
  }, [/status of 401/]);

  await run('a session that is over by the clock is said so', async () => {
    await signIn(DEMO.password);
    await says(login, /Signed in as Demo Member/);
    await page.clock.install();
    await page.reload();
    await says(login, /Signed in as Demo Member/);
    await page.clock.fastForward('13:00:00');
    await says(login.locator('[data-ending]'), 'Your session is over. Please sign in again.');
  });

  await run('a code from a slip sets a password, and leaves the address', async () => {
    await open('/club/join/#ABCD-EFGH-JKMN-PQRS');
    equal(await page.getByLabel('Code').inputValue(), 'ABCD-EFGH-JKMN-PQRS', 'the code in the form');
    equal(new URL(page.url()).hash, '', 'what is left of it in the address');
    await page.getByLabel('New password').fill('lanterns over quiet marshland');
    await button('Set password').click();
    await says(refused(page.locator('masthead-join')), /code/i);
    await fitsEverybody(page, 'the joining');
  }, [/status of 40[0-9]/]);
}

try {
  await journey();
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) throw error;
} finally {
  await browser.close();
}
