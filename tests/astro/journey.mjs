// From the sign-in to the built page and back, on the example site, as a member would walk it.
//
// `run` sets the environment.

import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOSTILE, NOTE, markdown, phonePhoto, portrait } from '../browser/files.mjs';
import { equal, eventually, fitsEverybody, launch, ok, says, step, watched } from '../browser/harness.mjs';
import { CLUB } from './club.mjs';
import { DESK, PHONE, keep, looksRight } from './looks.mjs';
import { DEMO, member, publish, published, signedIn } from './members.mjs';
import { ORIGIN, build, dist, show } from './site.mjs';
import { lookAtVault, publishVault } from './pictures.mjs';

const SITE = 'site';
/** What a document's page may ask for, without the pictures in its text. */
const MAX_FILES = 5;
const MAX_PAGE_BYTES = 60_000;
const WRONG = 'The e-mail address or the password is wrong.';

for (const { handle, name, picture, documents } of CLUB) {
  const client = await member(handle, name);
  if (picture) await client.uploadPicture(new File([portrait().buffer], 'me.png'));
  for (const [file, text] of Object.entries(documents)) {
    const report = await publish(client, file, text);
    ok(report?.state === 'published', `${file} of ${handle} is published`);
  }
}
await publishVault();
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
  await page.locator('[name="email"]').fill(DEMO.email);
  await page.getByLabel('Password').fill(password);
  await button('Sign in').click();
}

/** Sends what is chosen more slowly while `action` runs, so that there is something to see. */
async function slowly(bytesPerSecond, action) {
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond });
  await action();
  await line.detach();
}

/** The files that the page sends while `action` runs: to which path, under which name, and how large. */
async function filesSentBy(action) {
  // Requests to another origin don't show their length to the debugger.
  await page.evaluate(() => {
    const { open, send } = XMLHttpRequest.prototype;
    globalThis.sent = [];
    XMLHttpRequest.prototype.open = function (method, url) {
      this.path = `${method} ${new URL(url).pathname}`;
      return open.call(this, method, url);
    };
    XMLHttpRequest.prototype.send = function (body) {
      const file = body instanceof FormData ? [...body.values()].find((value) => value instanceof File) : body;
      globalThis.sent.push({ path: this.path, name: file.name, size: file.size });
      return send.call(this, body);
    };
    globalThis.unwatch = () => Object.assign(XMLHttpRequest.prototype, { open, send });
  });
  await action();
  return page.evaluate(() => {
    globalThis.unwatch();
    return globalThis.sent;
  });
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
    await looksRight(page, 'documents');
    await page.getByRole('link', { name: 'Planing a spar by hand' }).click();
    await says(page.locator('h1'), 'Planing a spar by hand');
    await says(page.locator('.head .byline'), /Ada Brandt[\s\S]*min to read/);
    ok((await page.locator('.contents a').count()) >= 3, 'the page has a table of contents');
    await says(page.locator('.tail .backlinks'), /^Linked from\s+The boat shed in winter$/);
    await says(page.locator('.tail .related'), /^On the same subjects\s+Reading the tide table without tears\s+Jun Okada$/);
    equal(await page.locator('.callout[data-callout="tip"]').count(), 1, 'callouts');
    await looksRight(page, 'document');
    await page.locator('.contents a').first().click();
    ok(new URL(page.url()).hash.length > 1, 'a line of the contents leads into the text');
    await page.locator('.tail .tags a').first().click();
    await says(page.locator('h1'), 'woodwork');
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await eventually(() => page.locator('.members img').first().evaluate((image) => image.naturalWidth > 0), 'the members’ pictures are shown');
    await looksRight(page, 'members');
    await page.locator('.members').getByRole('link', { name: 'Noor el-Amin' }).click();
    await says(page.locator('h1'), 'Noor el-Amin');
    equal(await page.locator('.listing h2 a').allInnerTexts(), ['مكتبة النادي'], 'the documents on the page of a member who has written none about themselves');
    await looksRight(page, 'author');
    await open('/ada/');
    equal(await page.locator('.tail .documents h3').allInnerTexts(), ['Planing a spar by hand', 'The boat shed in winter'], 'the documents on a member’s own page');
    await looksRight(page, 'own');
    await page.getByRole('link', { name: 'All documents' }).click();
    equal(await page.locator('.year a:not(.by)').count(), (await published()).length, 'documents in the list of all');
    await looksRight(page, 'all');
    await page.getByRole('link', { name: 'How to publish' }).click();
    await says(page.locator('h1'), 'How to publish');
    await looksRight(page, 'publish');
    await page.getByRole('link', { name: 'Subjects', exact: true }).click();
    await looksRight(page, 'subjects');
    await open('/nowhere/');
    await says(page.locator('h1'), 'Not here');
  }, [/status of 404/]);

  await run('what a document has is found, and its words are only text', async () => {
    await open('/');
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByRole('searchbox').fill('twelfths');
    await says(page.locator('club-search [role="status"]'), 'One document');
    equal(await page.locator('.listing mark').first().innerText(), 'twelfths.', 'what is marked');
    equal(new URL(page.url()).search, '?q=twelfths', 'the words in the address');
    await looksRight(page, 'search');
    await fitsEverybody(page, 'the search');
    await page.getByRole('link', { name: 'Reading the tide table without tears' }).click();
    await says(page.locator('h1'), 'Reading the tide table without tears');
    await open('/club/search/?q=مكتبة');
    await page.getByRole('link', { name: 'مكتبة النادي' }).waitFor();
    // One whose author keeps it out of the search, and one in which nobody has that word.
    await page.getByRole('searchbox').fill('zymurgy');
    await says(page.locator('club-search [role="status"]'), 'No document has “zymurgy”.');
    await page.getByRole('searchbox').fill('zeppelin');
    await says(page.locator('club-search [role="status"]'), 'No document has “zeppelin”.');
    equal(await page.locator('.listing li').count(), 0, 'documents that are listed');
    // Names of pages around a document, and what its page says of others, are no words of the document.
    await page.getByRole('searchbox').fill('"Linked from"');
    await says(page.locator('club-search [role="status"]'), 'No document has “"Linked from"”.');
  });

  await run('the feed and the sitemap lead to documents, and to no page for members', async () => {
    await open('/');
    const feed = await page.evaluate((text) => {
      const xml = new DOMParser().parseFromString(text, 'application/xml');
      return { wrong: xml.querySelector('parsererror')?.textContent, links: [...xml.querySelectorAll('item > link')].map(({ textContent }) => textContent), by: [...xml.getElementsByTagName('dc:creator')].map(({ textContent }) => textContent) };
    }, await readFile(join(dist(SITE), 'rss.xml'), 'utf8'));
    equal(feed.wrong, undefined, 'what is wrong in the feed');
    equal(feed.links.toSorted(), (await published()).map((id) => `${ORIGIN}/${id}/`).toSorted(), 'addresses in the feed');
    ok(feed.by.includes('Noor el-Amin'), 'the feed names authors');
    const sitemap = await readFile(join(dist(SITE), 'sitemap-0.xml'), 'utf8');
    for (const path of ['ada/planing-a-spar-by-hand/', 'noor/', 'club/publish/']) ok(sitemap.includes(`<loc>${ORIGIN}/${path}</loc>`), `the sitemap has ${path}`);
    for (const path of ['account', 'join', 'login', 'office', 'search', 'write']) ok(!sitemap.includes(`/club/${path}/`), `the sitemap has no ${path}`);
    ok((await readFile(join(dist(SITE), 'robots.txt'), 'utf8')).includes(`Sitemap: ${ORIGIN}/sitemap-index.xml`), 'robots.txt names the sitemap');
  });

  await run('a document’s page is light: no script, no font, few files', async () => {
    for (const id of await published()) {
      const answers = [];
      const note = (response) => answers.push(response);
      page.on('response', note);
      await page.goto(`${ORIGIN}/${id}/`, { waitUntil: 'load' });
      page.off('response', note);
      const own = answers.filter((response) => new URL(response.url()).origin === ORIGIN);
      const kinds = own.map((response) => response.request().resourceType());
      equal(kinds.filter((kind) => !['document', 'stylesheet', 'image', 'other'].includes(kind)), [], `files of another kind of ${id}`);
      const built = own.map((response) => join(dist(SITE), new URL(response.url()).pathname.replace(/\/$/, '/index.html')));
      const bytes = built.reduce((sum, file) => sum + statSync(file).size, 0);
      // Members’ pictures stand on another server.
      ok(own.length <= MAX_FILES && bytes <= MAX_PAGE_BYTES, `${id} asks for ${MAX_FILES} files and ${MAX_PAGE_BYTES} bytes at most, but it asks for ${own.length} and ${bytes}`);
    }
  });

  await run('a vault’s pictures are in their places before they are loaded, and nothing moves', async () => {
    await lookAtVault(browser, SITE, keep);
  });

  await run('a wrong password shows the server’s sentence', async () => {
    await open('/club/login/');
    await fitsEverybody(page, 'the sign-in');
    await signIn('not the password at all');
    await says(refused(login), WRONG);
    equal(await page.evaluate(() => document.activeElement.name), 'password', 'the focus');
    await looksRight(page, 'login');
  }, [/status of 401/]);

  await run('signing in, by keyboard alone, leads to the account', async () => {
    await page.locator('[name="email"]').fill(DEMO.email);
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

  await run('12 MB straight from a phone are scaled down before they are sent, and shown by their name', async () => {
    const photo = await phonePhoto(page);
    ok(photo.buffer.length > 12e6, `the photo has 12 MB, it has ${photo.buffer.length} bytes`);
    const sent = await filesSentBy(async () => {
      await page.getByLabel('Picture file').setInputFiles(photo);
      await says(picture.locator('[data-caption]'), 'As it will be cut');
      await button('Upload picture').click();
      await says(said(picture), 'Your profile shows the new picture.');
    });
    equal(sent.map(({ path, name }) => [path, name]), [['POST /api/upload_profile_pic', photo.name]], 'what is sent');
    ok(sent[0].size > 1024 && sent[0].size < 4 * 1024 ** 2, `what is sent fits into a form, it has ${sent[0].size} bytes`);
    const demo = await signedIn(DEMO);
    const report = await publish(demo, 'Portrait.md', `# Portrait\n\n![[${photo.name}]]\n`);
    equal([report.state, report.warnings], ['published', []], 'the report on a README that names the photo');
    const text = await (await fetch(`${process.env.MASTHEAD_URL}/content/demo/portrait.md`)).text();
    ok(text.includes((await demo.me()).picture[512]), `the photo is in the README: ${text}`);
    await demo.deleteReadme('portrait');
  });

  await run('what the browser can’t scale down goes to the store whole, can be stopped, and is waited for', async () => {
    await page.evaluate(() => {
      globalThis.createImageBitmap = () => Promise.reject(new DOMException('can’t', 'InvalidStateError'));
    });
    const before = await picture.locator('img').getAttribute('data-stored');
    const photo = await phonePhoto(page);
    await page.getByLabel('Picture file').setInputFiles(photo);
    await slowly(100_000, async () => {
      await button('Upload picture').click();
      await says(said(picture), 'Sending the picture.');
      await eventually(() => picture.locator('progress').evaluate((bar) => bar.value > 0), 'the bar moves');
      ok(!(await button('Remove picture').isVisible()), 'nothing can be removed meanwhile');
      await looksRight(page, 'account-sending');
      await button('Stop').focus();
      await page.keyboard.press('Enter');
      await says(said(picture), 'Stopped.');
      equal(await page.evaluate(() => document.activeElement.textContent), 'Upload picture', 'the focus');
    });
    const client = await signedIn(DEMO);
    equal((await client.me()).picture[256], before, 'the picture, where a newer one was stopped');
    const sent = await filesSentBy(async () => {
      await button('Upload picture').click();
      await says(said(picture), 'Your profile shows the new picture.');
    });
    equal([sent.length, sent[0].path.slice(0, 4), sent[0].size], [1, 'PUT ', photo.buffer.length], 'what is put to the store');
    await eventually(() => picture.locator('img').evaluate((image, before) => image.naturalWidth === 256 && image.dataset.stored !== before, before), 'the new picture is shown');

    const large = { mimeType: 'image/heic', buffer: Buffer.alloc(5 * 1024 ** 2), name: 'IMG_0816.HEIC' };
    const none = await filesSentBy(async () => {
      await page.getByLabel('Picture file').setInputFiles(large);
      await button('Upload picture').click();
      await says(refused(picture), 'The picture can’t be read here. Please export it as JPEG and send that.');
    });
    equal([await said(picture).innerText(), none], ['', []], 'what is said beside, and sent');
    await page.reload();
  });

  await run('a picture is removed, once that is confirmed', async () => {
    await button('Remove picture').click();
    await looksRight(page, 'account-removing');
    await page.keyboard.press('Enter');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Remove picture', 'the focus after “Keep it”');
    ok(await picture.locator('img').isVisible(), 'the picture is kept');
    await page.keyboard.press('Enter');
    await button('Remove').click();
    await says(said(picture), 'Your profile shows no picture.');
    await says(picture.locator('[data-initials]'), 'DM');
    equal(await page.evaluate(() => document.activeElement.type), 'file', 'the focus');
    ok(!(await button('Remove picture').isVisible()), 'there is nothing to remove any more');
    equal((await (await signedIn(DEMO)).account()).pictureUpload, null, 'what the server has of it');
  });

  await run('what became of the last picture is told on the next visit, too', async () => {
    const client = await signedIn(DEMO);
    const { name, buffer, mimeType: type } = portrait();
    const torn = new File([buffer.subarray(0, buffer.length / 2), Buffer.alloc(5 * 1024 ** 2)], name, { type });
    const reason = await client.uploadPicture(torn).then(() => 'taken', (error) => error.message);
    await page.reload();
    await says(refused(picture), `The picture that you sent last was not taken. ${reason}`);
    ok(/damaged/.test(reason), `the reason is the server’s: ${reason}`);
    await looksRight(page, 'account-rejected');
    await client.uploadPicture(new File([buffer], name, { type }));
    // Held back until it is seen; what follows is the server's own.
    let seen = false;
    await page.route('**/api/me', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      await route.fulfill({ response, json: seen ? answer : { ...answer, picture_upload: { state: 'processing' } } });
    });
    await page.reload();
    await says(said(picture), 'The picture that you sent last is being made into squares.');
    seen = true;
    await says(said(picture), 'Your profile shows the new picture.');
    equal(await refused(picture).innerText(), '', 'the reason of before');
    await page.unroute('**/api/me');
  });

  await run('a README is published, and its report arrives by itself', async () => {
    await page.getByLabel('Markdown file').setInputFiles(markdown('README.md', NOTE));
    await says(upload.locator('[data-hint]'), /^README\.md, \d+ bytes$/);
    await button('Publish').click();
    await says(said(upload), '“README.md” is sent; its report follows.');
    await says(said(reports), /^Published, \d warnings\.$/);
    await says(reports.locator('[data-report] h3'), 'Flask Backend');
    await says(reports.locator('.mh-standfirst'), 'Queued for the next build of the site.');
    equal(await reports.locator('.mh-address a').getAttribute('href'), '/demo/', 'where the page is');
    await says(reports.locator('.mh-warnings li').first(), /Line \d+, column \d+/);
    ok(!(await reports.locator('table').isVisible()), 'where each field came from is behind a button');
    await reports.locator('summary').click();
    await says(reports.locator('tbody tr').first(), /title\s+Flask Backend\s+a heading/);
    await looksRight(page, 'account');
    await fitsEverybody(page, 'the account');
  });

  await run('a README of another title asks before it replaces, and its report comes into view', async () => {
    await page.setViewportSize(PHONE);
    await page.getByLabel('Markdown file').setInputFiles(markdown('README.md', '# Chess Clock\n\nIt ticks.\n'));
    await button('Publish').click();
    await says(upload.locator('[data-question]'), /^The file’s title is “Chess Clock”\. It would take the place of “Flask Backend”, your own page\./);
    await looksRight(page, 'account-question');
    await button('Cancel').click();
    await says(said(upload), '“README.md” is not sent, and still chosen.');
    await button('Publish').click();
    // The first look finds it in the works, with a page too short to be led up.
    const inTheWorks = async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), state: 'processing', fields: [], warnings: [] } });
    };
    await page.route('**/api/readmes/chess-clock', inTheWorks, { times: 1 });
    await button('Keep both').click();
    await says(said(reports), /^Published/);
    await says(reports.locator('[data-report] h3'), 'Chess Clock');
    await eventually(() => reports.locator('[data-report] h3').evaluate((heading) => {
      const { top } = heading.getBoundingClientRect();
      return top >= -1 && top <= innerHeight / 2 && document.activeElement === heading;
    }), 'the report comes into view, and has the focus');
    await says(reports.locator('[data-list] li').first().locator('.mh-title'), 'Chess Clock');
    ok((await reports.locator('[data-list] li').first().locator('time').innerText()).length > 5, 'the list has dates');
    await (await signedIn(DEMO)).deleteReadme('chess-clock');
    await page.setViewportSize(DESK);
    await page.reload();
    await listed('Flask Backend').waitFor();
  }, [/status of 409/]);

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
    await page.getByLabel('Markdown file').setInputFiles({ name: 'Essay.md', mimeType: 'text/markdown', buffer: Buffer.from('PK\x03\x04 word/document.xml \xff', 'latin1') });
    await button('Publish').click();
    await says(refused(upload), /^This is a Word document\. Save it as plain text/);
  }, [/status of 413/, /status of 422/]);

  await run('an upload that takes long can be stopped', async () => {
    await slowly(20_000, async () => {
      await page.getByLabel('Markdown file').setInputFiles(markdown('slow.md', `# Slow\n\n${'Tides wait for nobody. '.repeat(20_000)}`));
      await button('Publish').click();
      await upload.locator('progress').waitFor();
      await button('Stop').click();
      await says(said(upload), 'Stopped; nothing was published.');
      equal(await listed('Slow').count(), 0, 'entries of it in the list');
    });
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
    await says(reports.locator('.mh-standfirst'), /^In the site since .+\.$/);
    const history = page.locator('masthead-readme-history');
    await history.getByText('Earlier versions', { exact: true }).click();
    await says(history.locator('.mh-kept').first(), 'Present version');
    await history.getByRole('button', { name: /^What changed/ }).first().click();
    await history.locator('.mh-line').first().waitFor();
    const remove = async () => {
      await listed('Flask Backend').getByRole('button', { name: /^Delete/ }).click();
      await reports.locator('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
      await says(said(reports), '“Flask Backend” is deleted.');
      await says(history.locator('.mh-told'), /^“Flask Backend” is deleted\. Until .+ you can bring it back\.$/);
      equal(await listed('Flask Backend').count(), 0, 'entries of it in the list');
    };
    await remove();
    await history.getByRole('button', { name: /^Undo/ }).click();
    await says(history.locator('.mh-told'), '“Flask Backend” is back.');
    await listed('Flask Backend').waitFor();
    await remove();
    await eventually(async () => (await fetch(`${process.env.MASTHEAD_URL}/content/demo.md`)).status === 404, 'the file leaves the server');
    const { output } = await build(SITE);
    ok(/ 0 fetched, 1 removed/.test(output), `nothing is fetched, one is removed: ${output}`);
    // Of a member who has published something else, a page is left that lists it.
    await open('/demo/');
    await says(page.locator('h1'), 'Demo Member');
    equal(await page.locator('.listing h2').count(), 1, 'documents that are left');
  });

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
    await says(upload.locator('[data-hint]'), 'late.md, 7 bytes');
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
    await says(page.locator('[data-welcome]'), 'Choose your password for Masthead.');
    await says(page.locator('[data-rule]'), '15 to 128 characters, not a common password.');
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
