// Pictures of every kind in a dropped folder: what the server takes, what the browser turns first, and what neither reads,
// which holds nothing else up.
//
// Needs MASTHEAD_URL, MASTHEAD_KIT (the password of kit@club.example, who has published nothing) and CHROMIUM; `run` sets
// them. PICTURES names a folder for pictures of the page at 375 and 1280 pixels.

import { AVIF, DRAWING, bmp, heic, tiff, zip } from "./files.mjs";
import { drop, equal, eventually, fitsEverybody, launch, ok, says, step, watched, withFolder } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_KIT: PASSWORD, PICTURES } = process.env;
const SIZES = { phone: { width: 375, height: 812 }, desk: { width: 1280, height: 900 } };
const HEIC = "This is a HEIC picture. Choose it in your phone’s browser, which sends it as JPEG, or export it as JPEG, and send that.";
const TIFF = "This kind of picture is not supported. Open it in any picture program, export it as JPEG, and send that.";
const FILES = {
  "Crane.md": "# The crane\n\n![How it lifts](img/crane.svg)\n\n![A leaf](leaf.avif)\n\n![The site plan](scan.bmp)\n",
  "Phone.md": "# From the phone\n\n![The hall](IMG_0042.HEIC)\n\n![On paper](paper.tif)\n\n![The crane again](crane.svg)\n",
  "img/crane.svg": DRAWING,
  "leaf.avif": AVIF,
  "scan.bmp": bmp(300, 200, (x, y) => [x % 256, 90, y]),
  "IMG_0042.HEIC": heic(),
  "paper.tif": tiff(),
};

const browser = await launch();
const page = await watched(browser, { viewport: SIZES.desk });
const run = (name, action, expected) => step(page, name, action, expected);
const id = (name) => page.locator(`#${name}`);
const button = (name) => page.getByRole("button", { name, exact: true });
const row = (name) => page.locator("#folder-body .item").filter({ has: page.locator(".item-name", { hasText: new RegExp(`^${name.replaceAll(".", "\\.")}\\b`) }) });
const listed = (name) => page.locator("#files-list li").filter({ hasText: name });

/** Pictures of the page as it is on a phone and a desk, where they are wanted. */
async function pictures(name) {
  for (const [device, size] of PICTURES ? Object.entries(SIZES) : []) {
    await page.setViewportSize(size);
    await id("folder").scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${PICTURES}/kinds-${name}-${device}.png`, fullPage: true });
  }
  await page.setViewportSize(SIZES.desk);
}

/** What a published page's text shows, by its descriptions. */
async function shown(slug) {
  const text = await (await page.request.get(`${SITE}/content/kit/${slug}.md`)).text();
  return Object.fromEntries([...text.split("\n---\n").at(-1).matchAll(/!\[([^\]]*)\]\((\S+)\)/g)].map(([, words, address]) => [words, address]));
}

/** Runs in the page: red, green, blue and alpha of a picture in the middle of its left and its right half. */
async function halves(address) {
  const image = Object.assign(new Image(), { crossOrigin: "anonymous", src: address });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return [1, 3].map((quarter) => [...context.getImageData((canvas.width * quarter) / 4, canvas.height / 2, 1, 1).data]);
}

async function journey() {
  await run("a folder with pictures of every kind is looked through", async () => {
    await page.goto(SITE);
    await page.locator("#email").fill("kit@club.example");
    await page.getByRole("textbox", { name: "Password", exact: true }).fill(PASSWORD);
    await button("Sign in").click();
    await withFolder("Site visit", FILES, async (at) => {
      await drop(page, id("drop"), at);
      await says(id("folder-heading"), "Site visit");
      await says(id("folder-summary"), "2 notes and 5 pictures to send.");
      for (const name of ["crane.svg", "leaf.avif", "scan.bmp"]) {
        await eventually(() => row(name).locator(".thumb img").evaluate((image) => image.naturalWidth > 0), `${name} has a thumbnail`);
      }
      await fitsEverybody(page, "a folder with pictures of every kind");
      await pictures("chosen");
      await button("Publish").click();
      await says(id("folder-kicker"), "Sent in part");
    });
  }, [/status of 415/]);

  await run("what can't be read says what to do in its row, and holds nothing up", async () => {
    for (const [name, sentence] of [["IMG_0042.HEIC", HEIC], ["paper.tif", TIFF]]) {
      await says(row(name).locator(".state"), "Not sent");
      await says(row(name).locator(".advice"), sentence);
    }
    for (const name of ["Crane.md", "Phone.md", "crane.svg", "leaf.avif", "scan.bmp"]) {
      await says(row(name).locator(".state"), "Sent");
    }
    await says(id("folder-summary"), "2 notes and 3 pictures sent.");
    await says(id("folder-error"), "2 pictures could not be sent; the reason stands beside each.");
    await fitsEverybody(page, "a folder of which some can't be read");
    await pictures("sent");
  });

  await run("a drawing, an AVIF and a bitmap become ready, and the published page shows them", async () => {
    for (const name of ["crane.svg", "leaf.avif", "scan.bmp"]) {
      await says(listed(name).locator(".state"), "Ready");
      // It is fetched once it is in view, and drawn anew when a page shows the file.
      const isShown = (image) => (image.scrollIntoView(), image.naturalWidth > 0);
      await eventually(() => listed(name).locator("img").evaluate(isShown), `${name} has a thumbnail in the list`);
    }
    await eventually(async () => Object.keys(await shown("crane")).length === 3, "the page shows all three");
    const { "How it lifts": drawing, "A leaf": leaf, "The site plan": plan } = await shown("crane");
    const served = await page.request.get(drawing);
    equal([served.status(), served.headers()["content-type"]], [200, "image/svg+xml"], "how the drawing is served");
    ok((await served.text()).includes(">The crane</text>"), "the drawing has its words");
    equal(Object.keys(await shown("phone")), ["The crane again"], "what the other page shows");
    const [left, right] = await page.evaluate(halves, leaf);
    ok(left[0] > 110 && left[1] < 70 && left[3] === 255, `the AVIF is red at its left: ${left}`);
    equal(right[3], 0, "the alpha of what is transparent in the AVIF");
    ok((await page.evaluate(halves, plan)).every(([, , , alpha]) => alpha === 255), "the bitmap is opaque");
    await pictures("ready");
  });

  await run("the same in an archive has thumbnails, and only what failed is left to send", async () => {
    await page.getByLabel("Markdown file").setInputFiles(zip("Site visit", FILES));
    await says(id("folder-heading"), "Site visit");
    await eventually(() => row("crane.svg").locator(".thumb img").evaluate((image) => image.naturalWidth > 0), "the drawing has a thumbnail");
    await button("Publish").or(button("Send")).click();
    await says(id("folder-kicker"), "Sent in part");
    await says(row("IMG_0042.HEIC").locator(".advice"), HEIC);
    for (const name of ["Crane.md", "Phone.md", "crane.svg", "leaf.avif", "scan.bmp"]) {
      await says(row(name).locator(".state"), "There already");
    }
    await button("Put away").click();
  }, [/status of 415/]);
}

try {
  await journey();
} catch (error) {
  // A step has said what is wrong.
  if (process.exitCode !== 1) {
    throw error;
  }
} finally {
  await browser.close();
}
