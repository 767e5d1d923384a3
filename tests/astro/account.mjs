// The member's own account in a site, from another name to leaving; the site's own sentences, slots and another language around it; and pages
// that don't say their encoding.
//
// `run` sets the environment.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { equal, eventually, launch, ok, says, step, violations, watched } from '../browser/harness.mjs';
import { overflowing } from '../browser/pseudo.mjs';
import { keep } from './looks.mjs';
import { credentials, member } from './members.mjs';
import { ORIGIN, build, dist, folder, show } from './site.mjs';

const SITE = 'account';
const NEW_PASSWORD = 'another sentence to remember';
const { MASTHEAD_DATA, MASTHEAD_URL } = process.env;
const TABLES = join(import.meta.dirname, 'node_modules/masthead-astro/dist/tables');
const sentences = async (code) => (await import(join(TABLES, `${code}.js`))).default;
const LANGUAGES = readdirSync(TABLES).flatMap((name) => /^([a-z]{2})\.js$/.exec(name)?.[1] ?? []);

const IMPORTS = "import { Account, Login, MemberFiles, ProfilePicture, PublishReport } from 'masthead-astro/components';";
const head = (lang) => `<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Account</title><style>:root { color-scheme: light dark; background: light-dark(#fff, #14130f); color: light-dark(#111, #eee); } main { max-width: 40rem; margin: 0 auto; }</style></head>`;
/** As a site may have them in front of a component's own. */
const TRAPS = '<form action="/elsewhere"><label>Search <input name="name" type="search"></label><button type="submit">Find</button></form><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="A boat" hidden><p data-say="error">Ours</p>';
const PAGES = {
  'account.astro': `---\n${IMPORTS}\n---\n${head('en')}<body><main><h1>Account</h1><Login /><Account /></main></body></html>`,
  // No <head>, no <meta charset>.
  'bare.astro': `---\n${IMPORTS}\n---\n<Login />`,
  'bare-ja.astro': `---\n${IMPORTS}\n---\n<Login lang="ja" messages={{ 'forgot.open': 'パスワードを忘れた？' }} /><Account lang="ja" /><PublishReport lang="ja" />`,
  'own.astro': `---\n${IMPORTS}
const messages = { 'desk.sign_in': 'Hop aboard', 'desk.signed_in_as': 'Ahoy, {{name}}!', 'club.ahoy': '</script> & "welcome"' };
---
${head('en')}<body><main>
  <Login messages={messages}><Fragment slot="before">${TRAPS}</Fragment><p slot="heading">Members only</p><p slot="after" data-t="club.ahoy"></p><a slot="signed-in" href="/account/">Your account</a></Login>
  <Account messages={messages}><Fragment slot="before">${TRAPS}</Fragment><span slot="heading">Who you are</span><p slot="after" data-slot="after">That was all</p><p slot="signed-out">Come in first</p></Account>
  <ProfilePicture><Fragment slot="before">${TRAPS}</Fragment></ProfilePicture>
  <PublishReport><em slot="heading">Your logbook</em><p slot="empty">Blank pages</p></PublishReport>
  <MemberFiles>Your chest</MemberFiles>
</main></body></html>`,
  'pl.astro': `---\n${IMPORTS}\nimport pl from '../pl.json';\n---\n${head('pl')}<body><main><Login lang="pl" messages={pl} /><Account lang="pl" messages={pl} /></main></body></html>`,
  ...Object.fromEntries(LANGUAGES.map((code) => [`in-${code}.astro`, `---\n${IMPORTS}\n---\n${head(code)}<body><main><h1>Masthead</h1><Login lang="${code}" /><Account lang="${code}" /></main></body></html>`])),
};
const POLISH = { 'account.name': 'Twoje imię', 'account.rename': 'Zmień imię', 'account.renamed': 'Od teraz to {{name}}.', 'desk.sign_in': 'Zaloguj się' };

rmSync(folder(SITE), { recursive: true, force: true });
cpSync(join(import.meta.dirname, 'starters/steps'), folder(SITE), { recursive: true });
const put = (path, text) => {
  mkdirSync(dirname(join(folder(SITE), path)), { recursive: true });
  writeFileSync(join(folder(SITE), path), text);
};
for (const [name, text] of Object.entries(PAGES)) put(`src/pages/${name}`, text);
put('src/pl.json', JSON.stringify(POLISH));

for (const [handle, name] of [['acca', 'Acca Berg'], ['otto', 'Otto Stein']]) await member(handle, name);
const browser = await launch(['--disable-features=LocalNetworkAccessChecks']);
const pageIn = async (options, types) => {
  const page = await watched(browser, { viewport: { width: 375, height: 812 }, ...options });
  await show(page.context(), SITE, types);
  return page;
};
const page = await pageIn({});
const run = (name, action, expected) => step(page, name, action, expected);
const id = (name) => page.locator(`#mh-${name}`);
const login = page.locator('masthead-login');
const account = page.locator('masthead-account');
const focused = () => page.evaluate(() => document.activeElement.id.replace('mh-', ''));
const submit = (form) => id(`${form}-form`).locator('button[type="submit"]').click();

async function signIn({ email, password }, path) {
  await page.goto(ORIGIN + path);
  await login.locator('[name="email"]').fill(email);
  await login.locator('[name="password"]').fill(password);
  await page.keyboard.press('Enter');
}

/** Signs in on the page that is there, and waits until the account is shown. */
async function signedInAgain(handle) {
  const { email, password } = credentials(handle);
  await login.locator('[name="email"]').fill(email);
  await login.locator('[name="password"]').fill(password);
  await page.keyboard.press('Enter');
  await says(id('address-is'), `You sign in as ${email}.`);
}

/** What a field is refused with: said below it, read with it, and the field has the focus. */
async function refusedAt(field, error, sentence) {
  await says(id(`${error}-error`), sentence);
  equal(await focused(), field, 'the focus');
  const [isInvalid, described, below] = await id(field).evaluate((input) => [input.ariaInvalid, input.getAttribute('aria-describedby'), input.parentElement.lastElementChild.id]);
  equal([isInvalid, described.split(' ').includes(`mh-${error}-error`), below], ['true', true, `mh-${error}-error`], 'what says that it is wrong');
  await id(field).press('End');
  await page.keyboard.type('x');
  equal([await id(`${error}-error`).textContent(), await id(field).getAttribute('aria-invalid')], ['', null], 'what is said once it is mended');
}

/** The code of the newest letter to an address. */
async function codeFor(to) {
  let code;
  await eventually(async () => {
    const list = await (await fetch(`${MASTHEAD_URL}/mail`)).text();
    for (const [, address] of list.matchAll(/<a href="([^"]+)"/g)) {
      const letter = await (await fetch(new URL(address, MASTHEAD_URL))).text();
      code ??= letter.includes(to) ? /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/.exec(letter.replace(/^.*http.*$/gm, ''))?.[0] : undefined;
    }
    return code !== undefined;
  }, `a letter with a code to ${to}`);
  return code;
}

async function journey() {
  await run('the site is built, and the forms stand in its pages before any script runs', async () => {
    await build(SITE);
    const html = readFileSync(join(dist(SITE), 'account/index.html'), 'utf8');
    for (const text of ['>Your name<', '>Change name<', '>Change password<', '>Your letters<', '>Leave for good?<']) ok(html.includes(text), `the page has ${text}`);
  });

  await run('pages that don’t say their encoding are read as they were meant, with scripts and without', async () => {
    // As a plain file server sends them.
    const plain = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
    const [english, japanese] = [await sentences('en'), await sentences('ja')];
    for (const javaScriptEnabled of [false, true]) {
      for (const [path, wanted] of [['/bare/', english['forgot.text']], ['/bare-ja/', 'パスワードを忘れた？'], ['/bare-ja/', japanese['account.leave_stays']]]) {
        const bare = await pageIn({ javaScriptEnabled }, plain);
        await bare.goto(ORIGIN + path);
        if (javaScriptEnabled) await bare.evaluate(() => customElements.whenDefined('masthead-login'));
        const text = await bare.locator('body').evaluate((body) => body.textContent);
        ok(text.includes(wanted), `${path} says ${wanted}, but it says ${text}`);
        equal(text.match(/\u00e2\u20ac|\u00e3[\u0080-\u00bf]|\ufffd/g), null, `what is read wrongly in ${path}`);
        if (javaScriptEnabled) equal(await bare.evaluate(() => document.characterSet), 'windows-1252', `what ${path} is read as`);
        equal(bare.complaints.filter((complaint) => !/doctype|quirks/i.test(complaint)), [], `the console of ${path}`);
        await bare.context().close();
      }
    }
  });

  await run('marks that style sheets put in are read as they were meant there, too', async () => {
    const bare = await pageIn({}, { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' });
    await bare.goto(`${ORIGIN}/bare/`);
    const marks = await bare.evaluate(() => {
      const state = document.createElement('span');
      state.className = 'mh-state';
      state.textContent = 'x';
      document.querySelector('masthead-login').append(state);
      const seen = ['', 'draft', 'rejected', 'scheduled'].map((name) => {
        state.dataset.state = name;
        return getComputedStyle(state, '::before').content;
      });
      return [document.characterSet, ...seen];
    });
    equal(marks, ['windows-1252', ...['●', '○', '✕', '◷'].map((mark) => `"${mark}" / ""`)], 'the encoding and the marks of states');
    await bare.context().close();
  });

  await run('nothing of the account is shown while nobody is signed in', async () => {
    await page.goto(`${ORIGIN}/account/`);
    await says(account, 'Sign in to use this.');
    equal(await id('account-name').isVisible(), false, 'whether the form is shown');
    await signIn(credentials('acca'), '/account/');
    await says(login.locator('[data-name]'), 'Signed in as Acca Berg');
    await eventually(async () => (await id('account-name').inputValue()) === 'Acca Berg', 'the name stands in its field');
    await says(id('address-is'), 'You sign in as acca@club.example.');
  });

  await run('the account has room and is for everybody, in light and dark', async () => {
    for (const name of ['password-change', 'address-change']) await id(name).locator('summary').click();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      equal(await page.evaluate(overflowing, 'main'), [], `what has no room, ${colorScheme}`);
      equal((await violations(page)).filter((found) => !/region|landmark|page-has/.test(found)), [], `what axe finds, ${colorScheme}`);
      await keep(page, `account-${colorScheme}`);
      await id('leave-ask').click();
      await keep(page, `account-leave-${colorScheme}`, false);
      equal((await violations(page)).filter((found) => !/region|landmark|page-has/.test(found)), [], `what axe finds in the question, ${colorScheme}`);
      await page.keyboard.press('Escape');
      equal(await focused(), 'leave-ask', 'the focus after the question');
    }
    await page.emulateMedia({ colorScheme: null });
    const small = await account.locator('button, input, summary').evaluateAll((all) => all.filter((one) => one.checkVisibility() && (one.type === 'checkbox' ? one.labels[0] : one).getBoundingClientRect().height < 44).map((one) => one.outerHTML));
    equal(small, [], 'what is less than 44 pixels high');
  });

  await run('another name is shown by all elements of the page, and told to it', async () => {
    await page.evaluate(() => document.addEventListener('masthead:account', ({ detail }) => (globalThis.told ??= []).push([detail.changed, detail.member?.name])));
    await id('account-name').fill('Acca  Ü. Berg');
    await id('account-name').press('Enter');
    await says(id('account-status'), /^You are Acca Ü\. Berg from now on\./);
    await says(login.locator('[data-name]'), 'Signed in as Acca Ü. Berg');
    equal(await page.evaluate(() => globalThis.told), [['name', 'Acca Ü. Berg']], 'what is told');
    equal(await id('account-name').inputValue(), 'Acca Ü. Berg', 'the name as it is kept');
    await id('account-name').fill('\u200b');
    await submit('account');
    await refusedAt('account-name', 'account', /name/i);
  }, [/status of 400/]);

  await run('what no field is about is said at the end of the form, and a late answer isn’t shown to who came next', async () => {
    await page.route(`${MASTHEAD_URL}/api/me`, (route) => (route.request().method() === 'PATCH' ? route.abort() : route.fallback()));
    await id('account-name').fill('Acca Berg');
    await id('account-form').locator('button').click();
    await says(id('account-error'), (await sentences('en'))['desk.unreachable']);
    equal([await id('account-error').evaluate((error) => error.nextElementSibling.type), await id('account-form').locator('[aria-invalid]').count()], ['submit', 0], 'where it is said');
    equal(await page.evaluate(() => document.activeElement.type), 'submit', 'the focus');
    equal(await id('account-name').inputValue(), 'Acca Berg', 'what was typed');
    await page.unroute(`${MASTHEAD_URL}/api/me`);
    const late = new Promise((resolve) => {
      void page.route(`${MASTHEAD_URL}/api/me`, async (route) => {
        if (route.request().method() !== 'PATCH') return route.fallback();
        resolve(route);
      });
    });
    await id('account-form').locator('button').click();
    const held = await late;
    await login.locator('[data-sign-out]').click();
    await signedInAgain('otto');
    await held.continue();
    await held.request().response();
    await page.waitForTimeout(300);
    equal([await id('account-name').inputValue(), await id('account-status').textContent(), (await login.locator('[data-name]').textContent()).trim()], ['Otto Stein', '', 'Signed in as Otto Stein'], 'what the next one sees');
    await page.unroute(`${MASTHEAD_URL}/api/me`);
    await login.locator('[data-sign-out]').click();
    await signedInAgain('acca');
  }, [/net::ERR_FAILED/]);

  await run('each letter is turned off and on, and stays so', async () => {
    await id('letter-page_up').uncheck();
    await says(id('letters-status'), 'Kept.');
    await page.reload();
    await eventually(async () => (await id('letters').isVisible()) && !(await id('letter-page_up').isChecked()), 'the choice is kept');
    ok(await id('letter-editor_note').isChecked(), 'the other one stays as it was');
    await page.goto('about:blank');
    await page.goto(`${ORIGIN}/account/#letters`);
    await eventually(async () => (await focused()) === 'letters', 'a letter’s link leads to them');
  });

  await run('another address is taken by the code that was sent there', async () => {
    await id('address-change').locator('summary').click();
    await id('new-email').fill('acca@new.example');
    await id('email-password').fill('not the password');
    await submit('address');
    await refusedAt('email-password', 'address', 'The current password is wrong.');
    await id('new-email').fill('acca@club.example');
    await id('email-password').fill(credentials('acca').password);
    await submit('address');
    await refusedAt('new-email', 'address', /./);
    await id('new-email').fill('acca@new.example');
    await submit('address');
    await says(id('address-status'), /^If acca@new\.example can be used, a code is on its way there\./);
    equal([await focused(), await id('email-password').inputValue()], ['email-code', ''], 'the focus, and what is left of the password');
    await id('email-code').fill('AAAA-AAAA-AAAA-AAAA');
    await submit('address-code');
    await refusedAt('email-code', 'address-code', /code/i);
    await id('email-code').fill((await codeFor('acca@new.example')).toLowerCase());
    await submit('address-code');
    await says(account.locator('[data-ending]'), 'Your address is changed. Please sign in with it.');
    ok(await account.locator('[data-ending]').evaluate((said) => said === document.activeElement), 'what happened has the focus');
    equal(await id('account-name').isVisible(), false, 'whether the forms are shown');
    await signIn({ ...credentials('acca'), email: 'acca@new.example' }, '/account/');
    await says(id('address-is'), 'You sign in as acca@new.example.');
  }, [/status of 400/, /status of 401/]);

  await run('the password is changed, and every session with the old one ends', async () => {
    const other = await pageIn({ storageState: await page.context().storageState() });
    await other.goto(`${ORIGIN}/account/`);
    await eventually(async () => (await other.locator('#mh-account-name').inputValue()) !== '', 'a second browser is signed in');
    await id('password-change').locator('summary').click();
    await says(id('new_password-hint'), /^15 to 128 characters/);
    await id('current_password').fill('not the current one');
    await id('new_password').fill('short');
    await submit('password');
    await refusedAt('new_password', 'password', /^The password needs at least 15 characters/);
    await id('new_password').fill(NEW_PASSWORD);
    await submit('password');
    await refusedAt('current_password', 'password', 'The current password is wrong.');
    await id('show-passwords').check();
    equal(await id('new_password').getAttribute('type'), 'text', 'the field’s type');
    await id('current_password').fill(credentials('acca').password);
    await submit('password');
    await says(account.locator('[data-ending]'), /^Your password is changed/);
    equal([await id('new_password').inputValue(), await id('new_password').getAttribute('type')], ['', 'password'], 'what is left of it');
    await other.locator('#mh-account-form button').click();
    await says(other.locator('masthead-account [data-ending]'), /^Your session is over/);
    equal(await other.locator('#mh-account-name').inputValue(), '', 'what is left of the member where the session ended by itself');
    await other.context().close();
    await signIn({ email: 'acca@new.example', password: NEW_PASSWORD }, '/account/');
    await says(login.locator('[data-name]'), /Acca/);
  }, [/status of 400/, /status of 401/]);

  await run('a member leaves, by the password alone', async () => {
    await id('leave-ask').click();
    await id('leave-password').fill('not the password');
    await page.keyboard.press('Enter');
    await refusedAt('leave-password', 'leave', 'The password is wrong.');
    await id('leave-keep').click();
    equal(await focused(), 'leave-ask', 'the focus of who stays');
    await id('leave-ask').click();
    equal(await id('leave-password').inputValue(), '', 'what is left of the password');
    await id('leave-password').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await says(account.locator('[data-ending]'), /^You have left\./);
    await signIn({ email: 'acca@new.example', password: NEW_PASSWORD }, '/account/');
    await says(login.locator('[data-say="error"]'), 'The e-mail address or the password is wrong.');
  }, [/status of 401/]);

  await run('a site has its own sentences and its own parts, and what it puts in gets in no one’s way', async () => {
    const html = readFileSync(join(dist(SITE), 'own/index.html'), 'utf8');
    ok(html.includes('>Hop aboard<'), 'the build says the site’s sentence');
    equal(html.match(/data-masthead-messages/g)?.length, 1, 'how often a page has them');
    await page.goto(`${ORIGIN}/own/`);
    await says(login.locator('[slot], p').filter({ hasText: 'Members only' }), 'Members only');
    await says(page.locator('[data-t="club.ahoy"]'), '</script> & "welcome"');
    await says(account, 'Come in first');
    await login.locator('[name="email"]').fill(credentials('otto').email);
    await login.locator('[name="password"]').fill('wrong');
    await page.getByRole('button', { name: 'Hop aboard', exact: true }).click();
    await says(login.locator('[data-session="out"] > form [data-say="error"]'), 'The e-mail address or the password is wrong.');
    await login.locator('[name="password"]').fill(credentials('otto').password);
    await page.keyboard.press('Enter');
    await says(login.locator('[data-name]'), 'Ahoy, Otto Stein!');
    await says(login.getByRole('link'), 'Your account');
    for (const [element, text] of [['masthead-account h2', 'Who you are'], ['masthead-publish-report h2', 'Your logbook'], ['masthead-member-files h2', 'Your chest'], ['masthead-publish-report .mh-empty', 'Blank pages']]) await says(page.locator(element).first(), text);
    await says(page.locator('[data-slot="after"]'), 'That was all');
    await id('account-name').fill('Otto');
    await id('account-name').press('Enter');
    await says(id('account-status'), /^You are Otto from now on/);
    await says(login.locator('[data-name]'), 'Ahoy, Otto!');
    const traps = await page.locator('[data-say="error"]:text-is("Ours")').count();
    equal(traps, 3, 'what the site put in and is still as it was');
  }, [/status of 401/]);

  await run('a language that the package doesn’t have is one that the site brings', async () => {
    await page.goto(`${ORIGIN}/pl/`);
    const asked = page.waitForRequest((request) => request.method() === 'PATCH');
    await id('account-name').fill('Otto Stein');
    await page.getByRole('button', { name: 'Zmień imię', exact: true }).click();
    equal((await (await asked).allHeaders())['accept-language'], 'pl', 'what the server is asked to speak');
    await says(id('account-status'), 'Od teraz to Otto Stein.');
    await says(account.locator('label[for="mh-account-name"]'), 'Twoje imię');
    await says(id('leave-ask'), 'Leave');
  });

  await run('the account has room in every language', async () => {
    for (const code of LANGUAGES) {
      const own = await sentences(code);
      await page.goto(`${ORIGIN}/in-${code}/`);
      await says(id('account-form').locator('button'), own['account.rename']);
      for (const name of ['password-change', 'address-change']) await id(name).locator('summary').click();
      await id('leave-ask').click();
      equal(await page.evaluate(overflowing, 'main'), [], `what has no room in ${code}`);
      await keep(page, `account-in-${code}`, false);
      await page.keyboard.press('Escape');
      await keep(page, `account-${code}`);
    }
  });
}

try {
  ok(LANGUAGES.length > 1 && MASTHEAD_DATA, 'there are languages, and a stack');
  await journey();
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) throw error;
} finally {
  await browser.close();
}
