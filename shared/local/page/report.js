// The publish report: what became of a file, and the file that came out.

import { content, readme } from "/client.js";
import { element, find, plural, say, time } from "/dom.js";
import { t } from "/languages/say.js";
import * as missing from "/missing.js";
import * as schedule from "/schedule.js";

const PAUSES_MS = [100, 200, 300, 500, 800, 1200, 2000];
const PATIENCE_MS = 60_000;

const STATES = {
  processing: "In the works",
  published: "Published",
  draft: "Draft",
  rejected: "Rejected",
};

/** What a state is called. */
export const nameOf = (state) => (state === "scheduled" ? t("schedule.state") : (STATES[state] ?? state));

const SOURCES = {
  frontmatter: "your frontmatter",
  heading: "a heading",
  image_alt: "a picture’s description",
  paragraph: "a paragraph",
  body: "the text",
  file_name: "the file’s name",
  member: "your profile",
  upload: "the upload",
  default: "the default",
};

const [kicker, heading, status, error, body] = ["kicker", "heading", "status", "error", "body"].map(
  (part) => find(`report-${part}`),
);
const NOTHING = [kicker, heading, body].map((part) => [...part.childNodes]);

// Each opening has a number, so that what an older one still waits for is not shown.
let opening = 0;
let whenAdded = () => {};

/** `onAdded` is called when the member sent pictures that a document had missed. */
export function connect(onAdded) {
  whenAdded = onAdded;
}

export function titleOf(readme) {
  const title = readme.title ?? readme.fields?.find((field) => field.key === "title")?.value;
  return typeof title === "string" && title ? title : (readme.file_name ?? readme.slug);
}

/** Shows no report. */
export function close() {
  opening += 1;
  status.textContent = error.textContent = "";
  [kicker, heading, body].forEach((part, index) => part.replaceChildren(...NOTHING[index]));
}

/** Shows the report of `slug`, waiting for it where it is still being made; returns it. */
export async function open(slug) {
  close();
  const mine = opening;
  kicker.replaceChildren(`Publish report · ${slug}`);
  heading.replaceChildren("Fetching the report");
  body.replaceChildren();
  comeIntoView();
  try {
    const started = performance.now();
    for (let round = 0; ; round += 1) {
      const found = await readme(slug);
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
        error.textContent = "This takes longer than usual. The report comes by itself; open it again in a while.";
        return found;
      }
      await pause(PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)]);
      if (mine !== opening) {
        return null;
      }
    }
  } catch (refused) {
    if (mine === opening) {
      heading.replaceChildren("No report");
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
    element("span", { className: "state", dataset: { state: readme.state } }, nameOf(readme.state)),
    " ",
    element("span", {}, readme.file_name ?? readme.slug),
    " ",
    time(readme.uploaded_at, "long"),
  );
  heading.replaceChildren(titleOf(readme));
  body.replaceChildren(
    element("p", { className: "standfirst" }, ...[outcome(readme)].flat()),
    ...address(readme),
    ...missing.block(readme, (refused) => added(readme.slug, refused, isCurrent)),
    ...warnings(readme),
    ...fields(readme),
  );
  status.textContent = announcement(readme);
  // A page that was too short could not be led up; whoever is elsewhere by now stays there.
  if (document.activeElement === heading) {
    comeIntoView();
  }
  if (readme.live) {
    const file = await content(readme.entry_id).catch((refused) => refused);
    if (isCurrent()) {
      body.append(...converted(readme, file));
    }
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

function outcome({ state, live, reason, site, until }) {
  switch (state) {
    case "published":
      return inSite(site);
    case "scheduled":
      return schedule.outcome(until);
    case "draft":
      return "It is marked as a draft, so nothing of it is public.";
    case "rejected":
      return `${reason ?? "It can’t be converted."} ${live ? "The last good version is still live." : "Nothing of it is live."}`;
    default:
      return live ? "It is being converted; until then the last version stays live." : "It is being converted.";
  }
}

function inSite(site) {
  if (site?.state === "built") {
    return ["In the site since ", time(site.since, "long"), "."];
  }
  return site?.state === "queued" ? "Queued for the next build of the site." : "The next build of the site takes it in.";
}

function announcement({ state, warnings }) {
  return state === "processing" ? "Being converted." : `${nameOf(state)}, ${plural(warnings.length, "warning")}.`;
}

function address({ live, entry_id: entryId }) {
  if (!live) {
    return [];
  }
  const path = `/content/${entryId}.md`;
  return [element("p", { className: "address" }, element("a", { href: path }, path))];
}

function warnings({ state, warnings }) {
  if (state === "processing" || state === "rejected") {
    return [];
  }
  if (warnings.length === 0) {
    return [element("h3", {}, "No warnings")];
  }
  const inOrder = warnings.toSorted((one, other) => one.line - other.line || one.column - other.column);
  const items = inOrder.map(({ code, line, column, text, hint }) =>
    element(
      "li",
      {},
      element("p", { className: "place" }, `Line ${line}, column ${column}`),
      element("p", { className: "what" }, element("strong", {}, sentence(code)), ...(text ? [" ", element("code", {}, text)] : [])),
      element("p", { className: "advice" }, hint),
    ),
  );
  return [element("h3", {}, plural(warnings.length, "warning")), element("ol", { className: "warnings" }, ...items)];
}

/** `frontmatter-type:date` as “Frontmatter type: date”. */
function sentence(code) {
  const words = code.replaceAll("-", " ").replace(":", ": ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function fields({ fields }) {
  if (fields.length === 0) {
    return [];
  }
  const head = ["Field", "Value", "From"].map((name) => element("th", { scope: "col" }, name));
  const rows = fields.map(({ key, value, source }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, key),
      element("td", { className: "value" }, ...shown(value)),
      element("td", { className: "source" }, SOURCES[source] ?? source),
    ),
  );
  return [
    element("h3", { id: "fields-heading" }, "Where each field came from"),
    element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
  ];
}

function shown(value) {
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) {
    return value.length ? [value.join(", ")] : [element("span", { className: "none" }, "none")];
  }
  return [typeof value === "string" ? value : JSON.stringify(value)];
}

function converted({ state }, file) {
  const title = element("h3", {}, state === "published" ? "The converted file" : "The version that is live");
  if (file instanceof Error) {
    return file.name === "AbortError" ? [] : [title, element("p", { className: "error" }, file.message)];
  }
  const [, frontmatter, text] = /^---\r?\n([^]*?)\r?\n---\r?\n?([^]*)$/.exec(file) ?? [null, "", file];
  return [title, ...source("Frontmatter", frontmatter), ...source("Markdown", text.trim())];
}

function source(name, text) {
  const shown = element("pre", { tabIndex: 0, role: "region", ariaLabel: `${name} of the converted file` }, text);
  return [element("h4", {}, name), shown];
}
