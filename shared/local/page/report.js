// The publish report: what became of a file, and the file that came out.

import { content, readme, site } from "/client.js";
import { element, find, say, time } from "/dom.js";
import * as earlier from "/history.js";
import { address as editor } from "/editor.js";
import { t } from "/languages/say.js";
import * as missing from "/missing.js";
import { announcement, details, outcome, stateOf, warnings } from "/report/draw.js";
import * as rename from "/rename.js";

const PAUSES_MS = [100, 200, 300, 500, 800, 1200, 2000];
const PATIENCE_MS = 60_000;

const [kicker, heading, status, error, body] = ["kicker", "heading", "status", "error", "body"].map(
  (part) => find(`report-${part}`),
);

// Each opening has a number, so that what an older one still waits for is not shown.
let opening = 0;
let whenAdded = () => {};
/** The address of the site, once it is known; `null` where Masthead wasn't told. */
let siteUrl;

/** `onAdded` is called when the member sent pictures that a document had missed. */
export function connect(onAdded) {
  whenAdded = onAdded;
}

export function titleOf(readme) {
  const title = readme.title ?? readme.fields?.find((field) => field.key === "title")?.value;
  return typeof title === "string" && title ? title : (readme.file_name ?? readme.slug);
}

/** Shows no report; that of `next` comes in its place. */
export function close(next = null) {
  opening += 1;
  earlier.show(next);
  rename.close();
  status.textContent = error.textContent = "";
  kicker.replaceChildren(t("report.title"));
  heading.replaceChildren(t("page.report_none"));
  body.replaceChildren(element("p", { className: "standfirst" }, t("page.report_hint")));
}

/** Shows the report of `slug`, waiting for it where it is still being made; returns it. */
export async function open(slug) {
  close(slug);
  const mine = opening;
  kicker.replaceChildren(t("page.report_of", { slug }));
  heading.replaceChildren(t("page.report_fetching"));
  body.replaceChildren();
  comeIntoView();
  try {
    const started = performance.now();
    for (let round = 0; ; round += 1) {
      const [found] = await Promise.all([readme(slug), lookUpSite()]);
      if (mine !== opening) {
        return null;
      }
      const waiting = found.state === "processing";
      if (!waiting || round === 0) {
        await show(found, () => mine === opening);
      }
      if (!waiting) {
        return found;
      }
      if (performance.now() - started > PATIENCE_MS) {
        error.textContent = t("page.report_late");
        return found;
      }
      await pause(PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)]);
      if (mine !== opening) {
        return null;
      }
    }
  } catch (refused) {
    if (mine === opening) {
      heading.replaceChildren(t("page.report_missing"));
      body.replaceChildren();
      say(error, refused);
    }
    return null;
  }
}

/** On a phone the report stands far below what was pressed. */
function comeIntoView() {
  const section = find("report");
  const { top } = section.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) {
    section.scrollIntoView({ block: "start" });
  }
  heading.focus({ preventScroll: true });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function show(readme, isCurrent) {
  kicker.replaceChildren(
    stateOf(readme.state),
    " ",
    element("span", {}, readme.file_name ?? readme.slug),
    " ",
    time(readme.uploaded_at, "long"),
  );
  heading.replaceChildren(titleOf(readme));
  const behind = details(readme, { file: `/content/${readme.entry_id}.md` });
  body.replaceChildren(
    ...outcome(readme, { page: siteUrl ? new URL(`/${readme.entry_id}/`, siteUrl).href : null }),
    ...rename.block(readme, (slug) => (location.hash = `#/readmes/${slug}`)),
    element("p", { className: "edit" }, element("a", { className: "button", href: editor(readme.slug) }, t("editor.edit"))),
    ...missing.block(readme, (refused) => added(readme.slug, refused, isCurrent)),
    ...warnings(readme),
    behind,
  );
  status.textContent = announcement(readme);
  // A page that was too short could not be led up; whoever is elsewhere by now stays there.
  if (document.activeElement === heading) {
    comeIntoView();
  }
  if (readme.live) {
    const file = await content(readme.entry_id).catch((refused) => refused);
    if (isCurrent()) {
      behind.append(...converted(readme, file));
    }
  }
}

/** Asks once where the site is; reports do without it where that fails. */
async function lookUpSite() {
  if (siteUrl === undefined) {
    siteUrl = await site().then(({ url }) => url, () => undefined);
  }
}

/** Shows the report anew, unless another one was opened. */
async function added(slug, refused, isCurrent) {
  whenAdded();
  if (isCurrent()) {
    await open(slug);
    error.textContent = refused;
  }
}

function converted({ state }, file) {
  const title = element("h3", {}, t(state === "published" ? "page.converted_file" : "page.live_version"));
  if (file instanceof Error) {
    return file.name === "AbortError" ? [] : [title, element("p", { className: "error" }, file.message)];
  }
  const [, frontmatter, text] = /^---\r?\n([^]*?)\r?\n---\r?\n?([^]*)$/.exec(file) ?? [null, "", file];
  return [
    title,
    ...source(t("page.frontmatter"), t("page.frontmatter_of_file"), frontmatter),
    ...source(t("page.markdown"), t("page.markdown_of_file"), text.trim()),
  ];
}

function source(name, ariaLabel, text) {
  return [element("h4", {}, name), element("pre", { tabIndex: 0, role: "region", ariaLabel }, text)];
}
