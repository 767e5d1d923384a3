// The pictures that a report misses, and the button that asks for just those.

import * as client from "/client.js";
import { element, say } from "/dom.js";
import { arePictures, missing, placed } from "/folder/missing.js";
import { baseName } from "/folder/paths.js";
import { sendAll } from "/folder/queue.js";
import { inARow, pieces, t } from "/languages/say.js";
import { sendFile } from "/send.js";

/** As often, and as long, the report is looked at until it shows what was sent. */
const LOOK_AGAIN_MS = 500;
const PATIENCE_MS = 30_000;
const MAX_NAMED = 6;

/** What a report says of files that are missing; `onAdded` is called when some were sent and the page has them. */
export function block(readme, onAdded) {
  const asked = missing(readme);
  const { paths, more } = asked;
  if (paths.length === 0) {
    return [];
  }
  const names = inARow(paths.slice(0, MAX_NAMED).map(baseName)).join("");
  const input = element("input", { type: "file", multiple: true, hidden: true, accept: "image/*,.heic,.heif,.pdf,application/pdf" });
  const hasOthers = more || paths.length > MAX_NAMED;
  // A report that names only some may miss any number.
  const count = more ? paths.length + 1 : paths.length;
  const button = element("button", { type: "button" }, t(arePictures(asked) ? "report.add_pictures" : "report.add_files", { count }));
  const [status, error] = [element("p", { className: "status", role: "status" }), element("p", { className: "error", role: "alert" })];
  button.addEventListener("click", () => button.ariaDisabled !== "true" && input.click());
  input.addEventListener("change", async () => {
    button.ariaDisabled = "true";
    error.textContent = "";
    try {
      await add([...input.files], readme, asked, status, error, onAdded);
    } catch (refused) {
      status.textContent = "";
      say(error, refused);
    } finally {
      button.ariaDisabled = null;
      input.value = "";
    }
  });
  return [
    element(
      "div",
      { className: "missing" },
      element("p", {}, ...pieces(hasOthers ? "report.missing_and_others" : "report.missing", { count, names: element("strong", {}, names) })),
      element("label", { className: "visually-hidden" }, t("report.missing_files"), input),
      button,
      status,
      error,
    ),
  ];
}

async function add(chosen, readme, asked, status, error, onAdded) {
  const jobs = placed(asked, readme.path ?? "", chosen).taken.map((one) => ({ stage: 0, ...one }));
  if (jobs.length === 0) {
    throw new Error(t("report.none_asked_for", { names: inARow(asked.paths.map(baseName)).join("") }));
  }
  status.textContent = t("report.sending_files", { count: jobs.length });
  const outcomes = await sendAll(jobs, ({ file, path }, signal) => sendFile(file, path, { signal }));
  const failed = outcomes.filter((outcome) => outcome.error);
  error.textContent = failed.map(({ job, error: refused }) => t("report.file_refused", { name: baseName(job.path), reason: refused.message })).join(" ");
  if (failed.length < jobs.length) {
    const sent = outcomes.filter((outcome) => !outcome.error).map(({ job }) => job.path);
    status.textContent = t("report.made_again");
    await remade(readme, sent, error);
    status.textContent = "";
    onAdded(error.textContent);
  }
}

/** Waits until the files are made and the report speaks of the document as it is with them. */
async function remade(readme, paths, error) {
  const deadline = performance.now() + PATIENCE_MS;
  const asked = (report) => JSON.stringify(missing(report));
  while (performance.now() < deadline) {
    const { files } = await client.files();
    const own = files.filter(({ path }) => paths.includes(path));
    const rejected = own.filter(({ state }) => state === "rejected");
    if (own.length > 0 && rejected.length === own.length) {
      error.textContent = rejected.map(({ path, reason }) => t("report.file_refused", { name: baseName(path), reason: reason ?? "" })).join(" ");
      return;
    }
    const now = await client.readme(readme.slug);
    if (now.state !== "processing" && asked(now) !== asked(readme)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
