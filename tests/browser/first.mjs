// Somebody who has never seen Markdown, in each language: with the template and the preview alone, a page with a heading, a picture and a
// link is on the site within five minutes.
//
// Needs MASTHEAD_URL, MASTHEAD_NIA (password of Nia, who has published nothing) and CHROMIUM; `run` sets them. PICTURES names a folder
// for pictures of the page.

import { png } from "./files.mjs";
import { equal, eventually, fitsEverybody, launch, ok, step, watched, withFolder } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_NIA: PASSWORD, PICTURES } = process.env;
const MOST_MS = 5 * 60_000;
/** Between two keys, as one types who looks for them; in milliseconds. */
const PER_KEY = 60;
const LINK = "https://club.example/camp";

/** What each of them writes, in their own language. */
const WRITERS = [
  { locale: "en-GB", title: "Our summer camp", first: "We sailed for a week, and it rained twice.", more: "All about the camp", shows: "The boat on the beach" },
  { locale: "de-DE", title: "Unser Sommerlager", first: "Wir sind eine Woche gesegelt, und es hat zweimal geregnet.", more: "Alles über das Lager", shows: "Das Boot am Strand" },
  { locale: "es-MX", title: "Nuestro campamento", first: "Navegamos una semana y llovió dos veces.", more: "Todo sobre el campamento", shows: "El barco en la playa" },
  { locale: "fr-FR", title: "Notre camp d’été", first: "Nous avons navigué une semaine, et il a plu deux fois.", more: "Tout sur le camp", shows: "Le bateau sur la plage" },
  { locale: "tr-TR", title: "Yaz kampımız", first: "Bir hafta yelken açtık, iki kez yağmur yağdı.", more: "Kamp hakkında her şey", shows: "Sahildeki tekne" },
  { locale: "ja-JP", title: "夏のキャンプ", first: "一週間ヨットに乗りました。雨は二回降りました。", more: "キャンプについて", shows: "浜辺のボート" },
];

const browser = await launch();
for (const { locale, title, first, more, shows } of WRITERS) {
  const code = locale.slice(0, 2);
  const said = await (await fetch(`${SITE}/languages/${code}.json`)).json();
  const page = await watched(browser, { viewport: { width: 375, height: 812 }, locale });
  const button = (key, within = page) => within.getByRole("button", { name: said[key], exact: true });
  const plural = (key) => said[`${key}_one`] ?? said[`${key}_other`];
  const text = page.locator(".mh-text");
  const type = (words) => page.keyboard.type(words, { delay: PER_KEY });

  await step(page, `${code}: a page with a heading, a picture and a link is on the site within five minutes`, async () => {
    await page.goto(SITE);
    await page.locator("#email").fill("nia@club.example");
    await page.locator("#password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    const started = Date.now();

    // What stands there says what it is for; it is overwritten, line by line.
    await button("editor.write_new").or(page.getByRole("link", { name: said["editor.write_new"], exact: true })).click();
    await text.waitFor();
    equal(await text.inputValue(), said["editor.template"], "what the editor begins with");
    await fitsEverybody(page, `the editor, ${code}`);
    const select = (words) =>
      text.evaluate((area, words) => {
        const start = area.value.indexOf(words);
        area.setSelectionRange(start, start + words.length);
        area.focus();
      }, words);
    const [heading, , paragraph] = said["editor.template"].split("\n");
    await select(heading.replace(/^# /, ""));
    await type(title);
    await select(paragraph);
    await type(first);

    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await type(more);
    await select(more);
    await button("editor.tool_link").click();
    // The address is what is selected now.
    await type(LINK);

    await text.press("Control+End");
    await withFolder("camp", { "IMG_0042.png": png(320, 200, (x, y) => [x / 2, 120, y]) }, async (folder) => {
      const chooser = page.waitForEvent("filechooser");
      await button("editor.tool_picture").click();
      await (await chooser).setFiles(`${folder}/IMG_0042.png`);
      await page.getByRole("dialog", { name: plural("editor.pictures_title") }).waitFor();
      await type(shows);
      await button(said["editor.pictures_insert_one"] ? "editor.pictures_insert_one" : "editor.pictures_insert_other").click();
      await eventually(async () => (await text.inputValue()).includes(`![${shows}](`), "the picture is in the text");
    });

    await button("editor.preview").click();
    const seen = page.frameLocator(".mh-frame-of-preview:not(.mh-coming)").locator("body");
    await eventually(async () => (await seen.locator("img").boundingBox())?.width > 200, "the preview shows the picture");
    equal(await seen.locator(`a[href="${LINK}"]`).innerText(), more, "the link in the preview");
    await fitsEverybody(page, `the preview, ${code}`);
    if (PICTURES) {
      await page.screenshot({ path: `${PICTURES}/first-${code}.png`, fullPage: true });
    }

    await button("editor.publish").click();
    const dialog = page.getByRole("dialog", { name: said["editor.name_title"] });
    await eventually(async () => (await dialog.getByLabel(said["editor.name_label"]).inputValue()) !== "", "the page has a name");
    const slug = await dialog.getByLabel(said["editor.name_label"]).inputValue();
    await button("editor.publish", dialog).click();
    await page.locator('#report .state[data-state="published"]').waitFor();
    equal(await page.locator("#report-heading").innerText(), title, "the report's heading");

    const published = await (await fetch(`${SITE}/content/nia/${slug}.md`)).text();
    ok(published.includes(`title: "${title}"`) && published.includes(`description: "${first}"`), published);
    ok(published.includes(`[${more}](${LINK})`), published);
    const address = new RegExp(`!\\[${shows}\\]\\((\\S+?)[ )]`).exec(published)?.[1] ?? "";
    const picture = await fetch(new URL(address, SITE));
    equal([picture.status, picture.headers.get("content-type")], [200, "image/webp"], "the picture on the site");
    const took = Date.now() - started;
    ok(took < MOST_MS, `it took ${took} ms`);
    console.log(`      ${Math.round(took / 1000)} s`);
  });
  await page.context().close();
}
await browser.close();
