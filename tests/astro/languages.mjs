// The components in another language: rendered in it where the build is told, said in it in the browser where only the page is,
// and with room for longer words. A language that doesn't exist is put into the installed package for it (../browser/pseudo.mjs).
//
// `run` sets the environment.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOTE, portrait } from '../browser/files.mjs';
import { equal, eventually, launch, ok, says, step, violations, watched } from '../browser/harness.mjs';
import { overflowing, pseudo, untranslated } from '../browser/pseudo.mjs';
import { keep } from './looks.mjs';
import { credentials, member, publish } from './members.mjs';
import { ORIGIN, build, dist, folder, show } from './site.mjs';

const SITE = 'languages';
const WITHIN = '.masthead';
/** What the member, the server or the site wrote. */
const OWN = '.mh-byline, .mh-warnings code, .mh-warnings .mh-advice, .mh-list .mh-title, .mh-thumb, .mh-files a, h2, h3, dd, tbody, .mh-address span, time, .mh-error';
const NAMES = 'Masthead|Mona Reif';
const TABLES = join(import.meta.dirname, 'node_modules/masthead-astro/dist/tables');

const tables = ['index.js', 'de.js'].map((name) => join(TABLES, name));
const before = tables.map((path) => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return null;
  }
});
const { default: english } = await import(join(TABLES, 'en.js'));
const german = pseudo('de', english);
writeFileSync(tables[0], "export const TABLES = { de: () => import('./de.js') };\n");
writeFileSync(tables[1], `export default ${JSON.stringify(german)};\n`);
rmSync(folder(SITE), { recursive: true, force: true });
cpSync(folder('site'), folder(SITE), { recursive: true });
const edit = (path, change) => writeFileSync(join(folder(SITE), path), change(readFileSync(join(folder(SITE), path), 'utf8')));
// All pages are in German, and one form alone says so to the build.
edit('src/layouts/Page.astro', (text) => text.replace('<html lang="en">', '<html lang="de">'));
edit('src/pages/club/login.astro', (text) => text.replace('<Login ', '<Login lang="de" '));

const client = await member('mona', 'Mona Reif');
await client.uploadPicture(new File([portrait().buffer], 'me.png'));
await publish(client, 'Note.md', NOTE);
await publish(client, 'Lamp.md', '---\ndraft: true\n---\n# A lamp\n\n![[lamp.png]]\n');
await client.uploadFile(new File([portrait().buffer], 'shore.png'));

// What a build puts into documents is in the language of each, whatever the site's is.
const TASKS = '- [x] Segel\n- [ ] Ruder\n\n> [!tip]\n> Text.\n\n> [!note] Eigener\n> Text.\n';
const greta = await member('greta', 'Greta Reif');
for (const [name, lang] of [['Deutsch.md', 'de-AT'], ['Francais.md', 'fr']]) await publish(greta, name, `---\ntitle: ${name}\nlang: ${lang}\n---\n${TASKS}`);

const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const page = await watched(browser, { viewport: { width: 375, height: 812 }, locale: 'de-CH' });
await show(page.context(), SITE);
const run = (name, action, expected) => step(page, name, action, expected);

/** What any view must be in any language. */
async function isWhole(view) {
  equal(await page.evaluate(overflowing, WITHIN), [], `what has no room in ${view}`);
  equal(await page.evaluate(untranslated, { within: WITHIN, own: OWN, names: NAMES }), [], `what is left in English in ${view}`);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    equal((await violations(page)).filter((found) => /^(serious|critical)/.test(found)), [], `what axe finds in ${view}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
  await keep(page, `de-${view}`);
}

async function journey() {
  await run('a form is rendered in the language that the build was told', async () => {
    await build(SITE);
    // What isn't ASCII stands there as references.
    const read = (name) => readFileSync(join(dist(SITE), `club/${name}/index.html`), 'utf8').replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
    const [login, join_] = ['login', 'join'].map(read);
    ok(login.includes(`>${german['desk.email']}<`), 'the sign-in is in German');
    ok(join_.includes(`>${english['desk.code']}<`), 'what the build wasn’t told is in English');
  });

  await run('and what it puts into a document is in the document’s own', async () => {
    const words = (name) => [...readFileSync(join(dist(SITE), `greta/${name}/index.html`), 'utf8').matchAll(/class="callout-title">([^<]*)|<input[^>]* aria-label="([^"]*)"/g)].map(([, title, label]) => title ?? label);
    equal(words('deutsch'), ['erledigt', 'zu erledigen', 'Tipp', 'Eigener'], 'words in a German document');
    equal(words('francais'), ['fait', 'à faire', 'Astuce', 'Eigener'], 'words in a French one');
  });

  await run('and said in the page’s where it wasn’t; the server is asked for it, too', async () => {
    await page.goto(`${ORIGIN}/club/join/`);
    await says(page.locator('masthead-join button'), german['desk.set_password']);
    await isWhole('join');
    await page.goto(`${ORIGIN}/club/login/`);
    await says(page.locator('masthead-login form [data-t="desk.sign_in"]'), german['desk.sign_in']);
    await isWhole('login');
    const { email, password } = credentials('mona');
    await page.locator('[name="email"]').fill(email);
    await page.locator('[name="password"]').fill(password);
    const asked = page.waitForRequest('**/api/login');
    await page.keyboard.press('Enter');
    equal((await (await asked).allHeaders())['accept-language'], 'de', 'what the server is asked to speak');
    await page.waitForURL(`${ORIGIN}/club/account/`);
  });

  await run('the account has room, with a report, its details and each question', async () => {
    const list = page.locator('masthead-publish-report [data-list] li');
    await eventually(async () => (await list.count()) === 2, 'both documents are listed');
    await page.locator('masthead-member-files [data-list] li').first().waitFor();
    await isWhole('account');
    for (const title of ['A lamp', 'Flask Backend']) {
      await list.filter({ hasText: title }).locator('button').first().click();
      await says(page.locator('[data-report] h3'), title);
      const details = page.locator('[data-details] details');
      if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
      await isWhole(`report-${title.split(' ')[0]}`);
    }
    const questions = ['masthead-publish-report [data-list] .mh-quiet', 'masthead-member-files [data-list] button', 'masthead-profile-picture [data-remove]'];
    for (const question of questions) {
      await page.locator(question).first().click();
      await isWhole(question.split(' ')[0]);
      await page.keyboard.press('Escape');
    }
  });
}

try {
  await journey();
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) throw error;
} finally {
  await browser.close();
  // What comes after this has the package as it was.
  tables.forEach((path, at) => (before[at] === null ? rmSync(path) : writeFileSync(path, before[at])));
}
