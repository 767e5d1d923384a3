// From a dropped folder to the built page, with every picture in its place; by drop, by choice and as an archive.
//
// `run` sets the environment.

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AVIF, heic, markdown, portrait, tiff } from '../browser/files.mjs';
import { equal, eventually, fitsEverybody, launch, ok, says, step, watched } from '../browser/harness.mjs';
import { DESK, looksRight, PHONE } from './looks.mjs';
import { credentials, member } from './members.mjs';
import { ORIGIN, build, folder, show } from './site.mjs';
import { FILES, written } from './vault.mjs';

const SITE = 'site';
const root = written(folder('vault'));
const client = await member('vera', 'Vera Holm');
const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const page = await watched(browser, { viewport: DESK });
await show(page.context(), SITE);
const run = (name, action, expected) => step(page, name, action, expected);
const open = (path) => page.goto(ORIGIN + path);
const button = (name) => page.getByRole('button', { name, exact: true });
const login = page.locator('masthead-login');
const upload = page.locator('masthead-readme-upload');
const reports = page.locator('masthead-publish-report');
const files = page.locator('masthead-member-files');
const said = (component) => component.locator('[data-say="status"]');
const refused = (component) => component.locator('[data-say="error"]');
const rows = () => upload.locator('[data-rows] .mh-plan > li').allInnerTexts();
const listed = (path) => files.locator('[data-list] li').filter({ hasText: path });

async function signIn() {
  const { email, password } = credentials('vera');
  await page.locator('[name="email"]').fill(email);
  await page.getByLabel('Password').fill(password);
  await button('Sign in').click();
}

/** Drops files or folders of this machine onto the page, as a file manager does. */
async function drop(paths) {
  await upload.locator('[data-drop]').scrollIntoViewIfNeeded();
  const { x, y, width, height } = await upload.locator('[data-drop]').boundingBox();
  const line = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await line.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
  await line.detach();
}

/** Every picture of the page's text, with its description and whether the browser has it. */
const pictures = () =>
  page.locator('.text').evaluate(async (text) => {
    const images = [...text.querySelectorAll('img')];
    for (const image of images) {
      image.loading = 'eager';
      await image.decode().catch(() => {});
    }
    return images.map((image) => [image.alt, image.naturalWidth > 0, /\/files\/vera\/[\w-]+\.(webp|svg)$/.test(image.src)]);
  });

async function journey() {
  await run('a folder that is dropped shows what belongs to what before anything is sent', async () => {
    await build(SITE);
    await open('/club/login/');
    await signIn();
    await page.waitForURL(`${ORIGIN}/club/account/`);
    await says(files.locator('[data-none]'), /^There are none yet\./);
    await drop([root]);
    await says(upload.locator('[data-hint]'), /^4 notes, 5 pictures, 1 PDF, [\d.]+ KiB$/);
    equal(
      (await rows()).map((row) => row.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter(Boolean)),
      [
        ['Logbook.md', 'Not among these: pictures/mooring.png'],
        ['README.md', 'img/Chart.png'],
        ['notes/Tides.md', 'attachments/wave.gif', 'drawings/Crane.svg', 'Also shows img/Chart.png'],
        ['notes/boats/pram.md', 'notes/boats/pram.png', 'stove.png', 'papers/Plan of 1911.pdf'],
        ['No note shows these', 'private/diary.png Not sent'],
        ['These stay with you', 'film.mp4', 'Put it on a site that is made for sound and video, and link to it in your note.'],
      ],
      'what belongs to what',
    );
    equal(await page.evaluate(() => document.activeElement.textContent), 'Publish', 'the focus');
    equal((await client.files()).files, [], 'what is sent before anybody said so');
    ok(!(await page.getByLabel('Name in the address').isVisible()), 'no address is asked for');
    const unshown = page.getByLabel('Send the file that no note here shows, too');
    await unshown.check();
    await says(upload.locator('[data-hint]'), /^4 notes, 6 pictures, 1 PDF/);
    await unshown.uncheck();
    await button('Publish').focus();
    await looksRight(page, 'folder-plan');
    await fitsEverybody(page, 'the folder');
  });

  await run('all of it is sent, notes last', async () => {
    const sent = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname));
    await page.keyboard.press('Enter');
    await says(said(upload), '10 files are sent. Their reports follow.');
    const last = sent.lastIndexOf('/api/upload_file');
    equal([sent.filter((path) => path === '/api/upload_file').length, sent.slice(last + 1)], [6, Array(4).fill('/api/upload_readme')], 'what was sent, and what came last');
    await says(files.locator('[data-usage]'), /^6 of 500 files, [\d.]+ KiB of 200 MiB$/);
    await eventually(async () => (await files.locator('[data-state="ready"]').count()) === 6, 'every file is ready');
    await says(listed('img/Chart.png'), /Ready\s+640 × 480/);
    await eventually(() => listed('img/Chart.png').locator('img').evaluate((image) => image.naturalWidth === 480), 'its thumbnail is the small rendition');
    await eventually(async () => (await reports.locator('[data-list] .mh-state[data-state="published"]').count()) === 4, 'every note is published');
    await eventually(async () => /Shown in tides/.test(await listed('attachments/wave.gif').innerText()), 'the list says where the GIF is shown');
    const lacking = () => reports.locator('[data-list] li').filter({ hasText: 'warning' }).locator('.mh-title').allInnerTexts();
    await eventually(async () => (await lacking()).join() === 'Logbook', 'one note alone misses something');
  });

  await run('the report asks for the one picture that is missing, and the page has it', async () => {
    await reports.locator('[data-list] li').filter({ hasText: 'Logbook' }).locator('button').first().click();
    await looksRight(page, 'report-missing');
    ok(await button('Add “mooring.png”').isVisible(), 'it is asked for by its name');
    // A phone calls its photos as it likes.
    await reports.locator('input[type="file"]').setInputFiles({ ...portrait(), name: 'IMG_0001.PNG' });
    await says(reports.locator('[data-missing-status]'), 'Nothing is missing any more.');
    ok(!(await reports.locator('[data-send]').isVisible()), 'nothing is asked for any more');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Logbook', 'the focus');
    await eventually(async () => /Shown in logbook/.test(await listed('pictures/mooring.png').innerText()), 'the list says where it is shown');
    await fitsEverybody(page, 'the account with files');
    await looksRight(page, 'files');
  });

  await run('the next build has every picture in its place', async () => {
    await eventually(async () => (await client.readmes()).every(({ state, warning_count }) => state === 'published' && warning_count === 0), 'no note misses anything');
    await build(SITE);
    const expected = {
      '/vera/': ['The harbour in 1911'],
      '/vera/pram/': ['Bottom boards', 'The stove'],
      '/vera/tides/': ['wave.gif', 'How the crane lifts', 'chart.png', 'The chart, as HTML'],
      '/vera/logbook/': ['The mooring'],
    };
    for (const [path, descriptions] of Object.entries(expected)) {
      await open(path);
      const seen = await pictures();
      equal(seen.map(([, ...well]) => well), descriptions.map(() => [true, true]), `whether the pictures of ${path} are there: ${JSON.stringify(seen)}`);
    }
    const wave = (await client.files()).files.find(({ path }) => path === 'attachments/wave.gif');
    ok(Buffer.from(await (await fetch(wave.url)).arrayBuffer()).includes('ANIM'), 'the GIF still moves');
    await open('/vera/pram/');
    const plan = await page.locator('.text a').filter({ hasText: 'The plan' }).getAttribute('href');
    equal((await fetch(plan)).headers.get('content-disposition'), 'attachment', 'how the PDF comes');
    await looksRight(page, 'folder-page');
  });

  await run('the same folder again, chosen, sends nothing', async () => {
    await open('/club/account/');
    await says(login, /Signed in as Vera Holm/);
    await upload.locator('[data-folder-input]').setInputFiles(root);
    await says(upload.locator('[data-hint]'), /^4 notes, 5 pictures, 1 PDF/);
    const sent = [];
    page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
    await button('Publish').click();
    await says(said(upload), '10 files were there already.');
    equal(sent, [], 'what was sent');
    writeFileSync(join(root, 'notes/Tides.md'), `${FILES['notes/Tides.md']}\nHigh water is late.\n`);
    await upload.locator('[data-folder-input]').setInputFiles(root);
    await says(upload.locator('[data-hint]'), /^4 notes/);
    await button('Publish').click();
    await says(said(upload), /^1 file is sent\. 9 files were there already\. Its report follows\.$/);
    equal((await client.readmes()).map(({ path, file_name }) => `${path}/${file_name}`).sort(), ['/Logbook.md', '/README.md', 'notes/Tides.md', 'notes/boats/pram.md'], 'where the notes lie');
  });

  await run('an archive does as well, and what fails is listed and tried again', async () => {
    const zip = spawnSync('python3', ['-m', 'zipfile', '-c', `${root}.zip`, root], { encoding: 'utf8' });
    ok(zip.status === 0, `an archive is made: ${zip.stderr}`);
    await upload.locator('[data-drop] input').first().setInputFiles(`${root}.zip`);
    await says(upload.locator('[data-hint]'), /^4 notes, 5 pictures, 1 PDF/);
    await client.deleteFile((await client.files()).files.find(({ path }) => path === 'stove.png').id);
    await page.route('**/api/upload_file', (route) => route.fulfill({ status: 415, headers: { 'access-control-allow-origin': ORIGIN }, json: { status: 'error', code: 'unsupported_media_type', message: 'This is a stove.' } }));
    await button('Publish').click();
    await says(refused(upload), '1 file was not sent.');
    await says(upload.locator('[data-failed]'), /stove\.png\s*This is a stove\./);
    await says(said(upload), '9 files were there already.');
    await looksRight(page, 'folder-failed');
    await page.unroute('**/api/upload_file');
    await button('Try again').click();
    await says(said(upload), /^1 file is sent\. 9 files were there already\.$/);
    equal(await page.evaluate(() => document.activeElement.textContent), 'Publish', 'the focus');
  }, [/status of 415/]);

  await run('what can’t be read here says what to do and holds nothing up, and an AVIF is turned', async () => {
    const file = (name, buffer) => ({ name, mimeType: '', buffer });
    await page.getByLabel('Markdown file').setInputFiles([markdown('Shore.md', '# Shore\n\n![[IMG_7.HEIC]] ![[leaf.avif]] ![[scan.tif]]\n'), file('IMG_7.HEIC', heic()), file('leaf.avif', AVIF), file('scan.tif', tiff())]);
    await says(upload.locator('[data-hint]'), /^1 note, 3 pictures, /);
    await button('Publish').click();
    await says(refused(upload), '2 files were not sent.');
    await says(upload.locator('[data-failed]'), /IMG_7\.HEIC\s*This is a HEIC picture\. .*export it as JPEG, and send that\.\s*scan\.tif\s*This kind of picture is not supported\. .*export it as JPEG, and send that\./);
    await says(said(upload), '2 files are sent. Its report follows.');
    await looksRight(page, 'folder-unreadable');
    await says(listed('leaf.avif'), /Ready\s+32 × 24/);
    await eventually(async () => /Shown in shore/.test(await listed('leaf.avif').innerText()), 'the list says where it is shown');
  }, [/status of 415/]);

  await run('what is stopped goes on where it was', async () => {
    const line = await page.context().newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 });
    const noise = (name) => ({ name, mimeType: 'image/png', buffer: Buffer.concat([portrait().buffer, randomBytes(700_000)]) });
    await page.getByLabel('Markdown file').setInputFiles([markdown('Buoys.md', '# Buoys\n\n![[red.png]] ![[green.png]]\n'), portrait(), noise('green.png')].map((file, at) => (at === 1 ? { ...file, name: 'red.png' } : file)));
    await says(upload.locator('[data-hint]'), /^1 note, 2 pictures, /);
    await button('Publish').click();
    await says(upload.locator('[data-amount]'), '1 of 3 files');
    await eventually(async () => /[1-9]\d? %/.test((await rows()).join()), 'each file says how far it is');
    await looksRight(page, 'folder-sending');
    await button('Stop').focus();
    await page.keyboard.press('Enter');
    await says(said(upload), 'Stopped. What has arrived stays; “Publish” sends the rest.');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Publish', 'the focus');
    await line.detach();
    await says(listed('red.png'), /Ready/);
    ok(!(await client.readmes()).some(({ slug }) => slug === 'buoys'), 'the note waits for its pictures');
    const sent = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).pathname));
    await page.keyboard.press('Enter');
    await says(said(upload), '3 files are sent. Its report follows.');
    equal(sent, ['/api/upload_file', '/api/upload_readme'], 'what was left to send');
    await says(reports.locator('[data-report] h3'), 'Buoys');
    await says(said(reports), 'Published.');
  });

  await run('what a lost line interrupts goes on by itself', async () => {
    await page.getByLabel('Markdown file').setInputFiles([markdown('Bell.md', '# Bell\n\n![[bell.png]]\n'), { ...portrait(), name: 'bell.png' }]);
    await says(upload.locator('[data-hint]'), /^1 note, 1 picture, /);
    // The line is away once the picture is on it.
    await page.route('**/api/upload_file', async (route) => {
      await page.context().setOffline(true);
      await route.abort('internetdisconnected');
    }, { times: 1 });
    await button('Publish').click();
    await says(said(upload), 'There is no connection. Sending goes on by itself once it is back.');
    await page.context().setOffline(false);
    await says(said(upload), '2 files are sent. Its report follows.');
    await says(reports.locator('[data-report] h3'), 'Bell');
    await says(said(reports), 'Published.');
  }, [/ERR_INTERNET_DISCONNECTED/]);

  await run('a session that ends on the way goes on with the next sign-in', async () => {
    await client.deleteFile((await client.files()).files.find(({ path }) => path === 'stove.png').id);
    await page.setViewportSize(PHONE);
    await drop([root]);
    await says(upload.locator('[data-hint]'), /^4 notes/);
    const over = { status: 401, headers: { 'access-control-allow-origin': ORIGIN }, json: { status: 'error', code: 'invalid_token', message: 'Please sign in again.' } };
    await page.route('**/api/upload_file', (route) => route.fulfill(over), { times: 1 });
    await button('Publish').click();
    await says(login.locator('[data-ending]'), 'Your session is over. Please sign in again.');
    await signIn();
    await says(said(upload), /^1 file is sent\. 9 files were there already\.$/);
    await page.setViewportSize(DESK);
  }, [/status of 401/]);

  await run('a file is deleted, once that is confirmed, and the documents leave it out', async () => {
    await listed('stove.png').getByRole('button', { name: 'Delete stove.png' }).click();
    await says(files.locator('[data-question]'), /^“stove\.png” goes for good\./);
    await looksRight(page, 'file-deleting');
    await page.keyboard.press('Enter');
    ok(await listed('stove.png').isVisible(), '“Keep it” has the focus, and keeps it');
    await listed('stove.png').getByRole('button').click();
    await files.locator('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await says(said(files), '“stove.png” is deleted.');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Your pictures and files', 'the focus');
    equal(await listed('stove.png').count(), 0, 'entries of it in the list');
    await eventually(async () => (await client.readme('pram')).warnings.some(({ code, text }) => code === 'missing-asset' && text.endsWith('stove.png')), 'the report says that it is missing');
  });
}

try {
  await journey();
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) throw error;
} finally {
  await browser.close();
  rmSync(root, { recursive: true });
}
