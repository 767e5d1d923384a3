// The pictures that a report misses, and the button that asks for just those.

import * as client from "/client.js";
import { element, plural, say } from "/dom.js";
import { missingFiles } from "/folder/belongs.js";
import { baseName, fold } from "/folder/paths.js";
import { sendAll } from "/folder/queue.js";
import { kindOf } from "/folder/sort.js";
import { sendFile } from "/send.js";

/** As often, and as long, the report is looked at until it shows what was sent. */
const LOOK_AGAIN_MS = 500;
const PATIENCE_MS = 30_000;
const MAX_NAMED = 6;

/** What a report says of files that are missing; `onAdded` is called when some were sent and the page has them. */
export function block(readme, onAdded) {
  const { files, more } = missingFiles(readme.warnings, readme.path ?? "");
  if (files.length === 0) {
    return [];
  }
  const names = files.slice(0, MAX_NAMED).map(({ name }) => name);
  const others = more || files.length > MAX_NAMED ? " and others" : "";
  const input = element("input", { type: "file", multiple: true, hidden: true, accept: "image/*,.heic,.heif,.pdf,application/pdf" });
  const isOne = files.length === 1 && !more;
  const what = files.every(({ name }) => kindOf(name) !== "document") ? "picture" : "file";
  const button = element("button", { type: "button" }, isOne ? `Add the ${what}` : `Add ${what}s`);
  const [status, error] = [element("p", { className: "status", role: "status" }), element("p", { className: "error", role: "alert" })];
  button.addEventListener("click", () => button.ariaDisabled !== "true" && input.click());
  input.addEventListener("change", async () => {
    button.ariaDisabled = "true";
    error.textContent = "";
    try {
      await add([...input.files], readme, files, more, status, error, onAdded);
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
      element("p", {}, element("strong", {}, `${names.join(", ")}${others}`), ` ${isOne ? "is" : "are"} missing. The page has words in ${isOne ? "its" : "their"} place.`),
      element("label", { className: "visually-hidden" }, `Missing ${what}s`, input),
      button,
      status,
      error,
    ),
  ];
}

async function add(chosen, readme, files, more, status, error, onAdded) {
  const jobs = chosen.flatMap((file) => {
    const path = destination(file.name, readme, files, more);
    return path ? [{ stage: 0, file, path }] : [];
  });
  if (jobs.length === 0) {
    throw new Error(`None of these is asked for. The page misses ${files.map(({ name }) => name).join(", ")}; a picture must have that name.`);
  }
  status.textContent = `Sending ${plural(jobs.length, "file")}.`;
  const outcomes = await sendAll(jobs, ({ file, path }, signal) => sendFile(file, path, { signal }));
  const failed = outcomes.filter((outcome) => outcome.error);
  error.textContent = failed.map(({ job, error: refused }) => `${baseName(job.path)}: ${refused.message}`).join(" ");
  if (failed.length < jobs.length) {
    const sent = outcomes.filter((outcome) => !outcome.error).map(({ job }) => job.path);
    status.textContent = "Sent. The page is being made again.";
    await remade(readme, sent, error);
    status.textContent = "";
    onAdded(error.textContent);
  }
}

/** Where a chosen file goes: the path that the note asks for by its name; else beside the note, where the report names only some. */
function destination(name, { path: folder = "" }, files, more) {
  // A phone may have made a JPEG of a HEIC picture.
  const stem = (text) => fold(text).replace(/\.[^.]*$/, "");
  const found = files.find((file) => fold(file.name) === fold(name)) ?? files.find((file) => stem(file.name) === stem(name));
  if (found) {
    return found.path;
  }
  const isOne = ["picture", "turned", "document"].includes(kindOf(name));
  return more && isOne ? [folder, name].filter(Boolean).join("/") : null;
}

/** Waits until the files are made and the report speaks of the document as it is with them. */
async function remade(readme, paths, error) {
  const deadline = performance.now() + PATIENCE_MS;
  const asked = ({ warnings, path = "" }) => JSON.stringify(missingFiles(warnings, path));
  while (performance.now() < deadline) {
    const { files } = await client.files();
    const own = files.filter(({ path }) => paths.includes(path));
    const rejected = own.filter(({ state }) => state === "rejected");
    if (own.length > 0 && rejected.length === own.length) {
      error.textContent = rejected.map(({ path, reason }) => `${baseName(path)}: ${reason}`).join(" ");
      return;
    }
    const now = await client.readme(readme.slug);
    if (now.state !== "processing" && asked(now) !== asked(readme)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
