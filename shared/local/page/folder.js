// Many notes and pictures at once: what belongs to what is shown before anything is sent, then how each gets on.

import * as client from "/client.js";
import { element, find, onSubmit, plural, say, size } from "/dom.js";
import { hasFile, hasNote, knownNotes, sha256 } from "/folder/changed.js";
import { baseName, endingOf, folderOf } from "/folder/paths.js";
import { planned } from "/folder/plan.js";
import { sendAll } from "/folder/queue.js";
import { whileThere } from "/folder/send.js";
import { sendFile, sendNote } from "/send.js";

/** Files go before the notes that show them. */
const STAGES = { note: 1 };
const WORDS = {
  new: "New",
  changed: "Changed",
  unchanged: "There already",
  kept: "Not sent",
  waiting: "Waiting",
  sending: "Sending",
  held: "Paused",
  done: "Sent",
  failed: "Not sent",
  rejected: "Can’t be shown",
  ask: "Asks you",
};
/** Marks of states, as the list of documents has them. */
const MARKS = { unchanged: "draft", kept: "draft", failed: "rejected", rejected: "rejected", sending: "processing", held: "processing", waiting: "processing" };

const [section, heading, kicker, summary, body, form, status, error, progress, bar, cancel, submit, unshown, unshownField] = [
  "folder", "folder-heading", "folder-kicker", "folder-summary", "folder-body", "folder-form", "folder-status", "folder-error",
  "folder-progress", "folder-bar", "folder-cancel", "folder-send", "folder-unshown", "folder-unshown-field",
].map(find);

/** What is chosen: its name, what is sent of it, and what the server has. */
let chosen = null;
/** Ends the sending; there is one while it lasts. */
let stop = null;
/** What a session that is over holds up: the promise that the member is there again, and what keeps it. */
let held = null;
/** Each choice has a number, so that what an older one still reads is not shown. */
let choice = 0;
let whenChanged = () => {};

/** Thumbnails are made of what comes into view: a vault may hold hundreds of photos. */
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      seen.unobserve(target);
      void paint(target);
    }
  }
});
const painted = new WeakMap();

/** `onChanged` is called when something was sent, and when the choice is put away. */
export function connect(onChanged) {
  whenChanged = onChanged;
  onSubmit(form, error, publish);
  cancel.addEventListener("click", () => {
    if (stop) {
      stop.abort();
    } else {
      clear();
      whenChanged();
      find("publish-heading").focus();
    }
  });
  unshown.addEventListener("change", () => {
    for (const item of chosen.items.filter(({ isUnshown }) => isUnshown)) {
      mark(item, unshown.checked ? "new" : "kept");
    }
    sayCounts();
  });
  window.addEventListener("beforeunload", (event) => {
    if (stop) {
      event.preventDefault();
    }
  });
}

/** The name of what is chosen and not all sent. */
export const name = () => (chosen && !chosen.isDone ? chosen.name : null);

/** Whether something of it is on its way. */
export const isSending = () => stop !== null;

/** Goes on with what a session held up that was over. */
export function resume() {
  held?.resolve();
  held = null;
}

/** The promise that the member has signed in again, one for everything that is held up. */
function signedIn() {
  if (!held) {
    held = {};
    held.promise = new Promise((resolve) => (held.resolve = resolve));
  }
  return held.promise;
}

export function clear() {
  choice += 1;
  stop?.abort();
  stop = held = chosen = null;
  section.hidden = true;
  body.replaceChildren();
  for (const part of [kicker, heading, summary, status, error]) {
    part.textContent = "";
  }
  progress.hidden = true;
}

/** Shows what `gathered`, a promise of `{ name, files }`, holds. */
export async function show(gathered) {
  clear();
  const mine = choice;
  section.hidden = false;
  kicker.textContent = "Being looked through";
  heading.textContent = "Reading the files";
  summary.textContent = "";
  form.hidden = true;
  heading.focus({ preventScroll: true });
  section.scrollIntoView({ block: "nearest" });
  const found = await gathered;
  const [site, known, { files, usage }] = await Promise.all([client.site().catch(() => null), client.readmes(), client.files()]);
  const plan = await planned(found.files, files, site ? { note: site.limits.readme, file: site.limits.large_picture } : undefined);
  const items = plan.taken.map((one) => ({ ...one, stage: STAGES[one.kind] ?? 0, percent: 0 }));
  const kept = new Set(plan.notes.length > 0 ? plan.unshown : []);
  for (const item of items) {
    item.isUnshown = kept.has(item.path);
    item.start = item.isUnshown ? "kept" : await (isNote(item) ? comparedNote(item, known) : compared(item, files));
    if (mine !== choice) {
      return;
    }
  }
  chosen = { name: found.name || counted(items) || "Nothing to send", items, files, known, taken: new Set(known.map(({ slug }) => slug)), usage, isDone: false };
  draw(plan);
  sayCounts();
  section.scrollIntoView({ block: "start" });
}

async function comparedNote({ path, file }, known) {
  if (hasNote(known, path, await sha256(await file.open()))) {
    return "unchanged";
  }
  return knownNotes(known, path).length > 0 ? "changed" : "new";
}

/** Whether a file is there already, as far as that is told without making it smaller first. */
async function compared({ path, file }, files) {
  const before = files.find((known) => known.path === path);
  if (!before) {
    return "new";
  }
  const isSame = before.size === file.size && hasFile(files, path, await file.open().then(sha256, () => undefined));
  return isSame ? "unchanged" : "changed";
}

/** Says in the place of the choice why there is none. */
export function refuse(refused) {
  clear();
  if (refused.name !== "AbortError") {
    say(find("publish-error"), refused);
    find("publish-heading").focus();
  }
}

function draw({ notes, unshown: paths, ignored }) {
  const byPath = new Map(chosen.items.map((item) => [item.path, item]));
  const groups = notes.map(({ path, own, others, missing }) =>
    row(byPath.get(path), [
      ...own.map((file) => row(byPath.get(file))),
      ...(others.length > 0 ? [element("li", { className: "aside" }, `Shows ${others.map(baseName).join(", ")}, too.`)] : []),
      ...missing.map((file) => element("li", { className: "aside lacking" }, element("strong", {}, baseName(file)), " isn’t among the files.")),
    ]),
  );
  const alone = paths.map((path) => byPath.get(path));
  const noNotes = notes.length === 0;
  body.replaceChildren(
    ...(groups.length > 0 ? [element("ul", { className: "items" }, ...groups)] : []),
    ...(alone.length > 0
      ? [
          element("h3", {}, noNotes ? "Pictures and files" : "Shown by no note here"),
          element("ul", { className: "items" }, ...alone.map((item) => row(item))),
        ]
      : []),
    ...(ignored.length > 0
      ? [
          element("details", { className: "ignored" }, element("summary", {}, `${plural(ignored.length, "file")} left out, and why`),
            element("ul", {}, ...ignored.map(({ path, sentence }) => element("li", {}, element("strong", {}, path), ` ${sentence}`)))),
        ]
      : []),
  );
  unshownField.hidden = noNotes || alone.length === 0;
  unshown.checked = false;
  unshownField.querySelector("label").textContent =
    alone.length === 1 ? "Send the file that no note here shows, too" : `Send the ${alone.length} files that no note here shows, too`;
}

/** A note, picture or file in the list; `inner` are the rows of what belongs to it. */
function row(item, inner = []) {
  const isPicture = item.kind === "picture" || item.kind === "turned";
  const thumb = element("span", { className: "thumb", ariaHidden: "true" }, item.kind === "note" ? "¶" : isPicture ? "" : "PDF");
  if (isPicture) {
    painted.set(thumb, item);
    seen.observe(thumb);
  }
  item.label = element("span", {}, baseName(item.path));
  item.state = element("span", { className: "state" });
  item.told = element("div", { className: "advice" });
  const folder = folderOf(item.path);
  const made = element(
    "li",
    {},
    element(
      "div",
      { className: "item" },
      thumb,
      element(
        "div",
        {},
        element("p", { className: "item-name" }, item.label, ...(folder ? [" ", element("span", { className: "folder-name" }, folder)] : [])),
        element("p", { className: "byline" }, item.state, ` ${size(item.file.size)}`),
        item.told,
      ),
    ),
    ...(inner.length > 0 ? [element("ul", {}, ...inner)] : []),
  );
  mark(item, item.start);
  return made;
}

async function paint(thumb) {
  const { path, file } = painted.get(thumb);
  try {
    const image = element("img", { alt: "", width: 44, height: 44, src: URL.createObjectURL(await file.open()) });
    const done = () => URL.revokeObjectURL(image.src);
    image.addEventListener("load", done);
    image.addEventListener("error", () => {
      done();
      thumb.textContent = endingOf(path).toUpperCase();
    });
    thumb.append(image);
  } catch {
    // It has no thumbnail; when it is sent, its row says what is wrong.
    thumb.textContent = "?";
  }
}

function mark(item, is, detail = "") {
  item.is = is;
  item.state.dataset.state = MARKS[is] ?? "published";
  item.state.textContent = is === "sending" && item.percent > 0 ? `${item.percent} %` : WORDS[is];
  item.told.replaceChildren(...(detail ? [detail] : []));
}

const isNote = ({ kind }) => kind === "note";
const counted = (items) => {
  const [notes, files] = [items.filter(isNote).length, items.filter((item) => !isNote(item)).length];
  return [notes && plural(notes, "note"), files && plural(files, items.some(({ kind }) => kind === "document") ? "file" : "picture")].filter(Boolean).join(" and ");
};
const pending = () => chosen.items.filter(({ is }) => ["new", "changed", "failed", "held", "waiting"].includes(is));

function sayCounts() {
  const { name, items, usage, files } = chosen;
  form.hidden = false;
  heading.textContent = name;
  const toSend = pending();
  const there = items.filter(({ is }) => is === "unchanged");
  kicker.textContent = "To be published";
  const parts = [
    items.length === 0 ? "No note, picture or PDF is in it." : toSend.length > 0 ? `${counted(toSend)} to send.` : "All of it is there already.",
    there.length > 0 && toSend.length > 0 ? `${counted(there)} there already.` : "",
  ];
  const added = toSend.filter((item) => !isNote(item) && !files.some(({ path }) => path === item.path)).length;
  if (usage.files + added > usage.max_files) {
    parts.push(`You may have ${usage.max_files} files and have ${usage.files}; not all of these will fit. Delete some you don’t need.`);
  }
  summary.textContent = parts.filter(Boolean).join(" ");
  submit.hidden = toSend.length === 0;
  submit.textContent = toSend.some(isNote) ? "Publish" : "Send";
  cancel.textContent = "Put away";
}

async function publish() {
  await run(pending());
}

/** Sends items, and says how it ended. */
async function run(items) {
  const mine = choice;
  stop = new AbortController();
  const { signal } = stop;
  const names = new Set(items);
  for (const item of items) {
    item.percent = 0;
    mark(item, "waiting");
  }
  cancel.textContent = "Stop";
  submit.hidden = true;
  unshownField.hidden = true;
  progress.hidden = false;
  kicker.textContent = "Being sent";
  status.textContent = `Sending ${counted(items)}.`;
  measure(names);
  let outcomes = [];
  try {
    outcomes = await sendAll(items, (item) => sendItem(item, signal, () => measure(names)), {
      signal,
      onState: (item, state, refused) => follow(item, state, refused, names),
      holds: (refused) => (refused.name === "AbortError" && !signal.aborted ? signedIn() : undefined),
      online,
    });
  } catch (refused) {
    if (mine !== choice) {
      return;
    }
    items.filter(({ is }) => !["done", "unchanged", "failed", "ask"].includes(is)).forEach((item) => mark(item, item.start === "kept" ? "new" : item.start));
    if (!signal.aborted) {
      throw refused;
    }
  } finally {
    if (mine === choice) {
      stop = null;
      progress.hidden = true;
    }
  }
  if (mine !== choice) {
    return;
  }
  ended(outcomes, signal.aborted);
  // Questions that were answered while the others were being sent.
  const answered = chosen.items.filter(({ is, answer }) => is === "waiting" && answer);
  if (answered.length > 0 && !signal.aborted) {
    await run(answered);
  }
}

function sendItem(item, signal, onProgress) {
  const progressed = (percent) => {
    item.percent = percent;
    mark(item, "sending");
    onProgress();
  };
  const { known, taken, files } = chosen;
  return whileThere(async () => {
    const bytes = await item.file.open();
    return isNote(item)
      ? sendNote(bytes, item.path, { known, taken, answer: item.answer, onProgress: progressed, signal })
      : sendFile(bytes, item.path, { known: files, onProgress: progressed, signal });
  });
}

/** The promise that the line is back, as far as the browser knows. */
function online() {
  status.textContent = "The server can’t be reached. The rest is sent as soon as it is back.";
  return navigator.onLine ? Promise.resolve() : new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
}

function follow(item, state, refused, names) {
  if (state === "failed") {
    if (refused.code === "other_title") {
      ask(item, refused);
    } else {
      mark(item, "failed", refused.message);
    }
  } else {
    mark(item, state);
  }
  if (state === "sending" && status.textContent.startsWith("The server")) {
    status.textContent = "Sending goes on.";
  }
  if (state === "done" || state === "failed") {
    item.percent = 100;
    measure(names);
  }
}

/** A question that holds nothing up: the member answers it in the row. */
function ask(item, { replaces, instead }) {
  const answer = (text, given) => {
    const button = element("button", { type: "button", className: "quiet" }, text, element("span", { className: "visually-hidden" }, ` ${item.path}`));
    button.addEventListener("click", () => {
      item.answer = given;
      item.told.replaceChildren();
      mark(item, "waiting");
      heading.focus();
      if (!stop) {
        void run([item]).catch((refused) => say(error, refused));
      }
    });
    return button;
  };
  const place = replaces.slug === "readme" ? "your own page" : `“${replaces.slug}”`;
  mark(item, "ask");
  item.told.replaceChildren(
    element("p", {}, `Is this another document? Its title is “${instead.title}”, and it would take the place of “${replaces.title}”, ${place}.`),
    element("div", { className: "choices" }, answer("Keep both", { slug: instead.slug }), answer("Replace it", { replace: true })),
  );
}

/** The bar is moved by bytes; its words count. */
function measure(items) {
  let [all, gone, ready, failed] = [0, 0, 0, 0];
  for (const { file, percent, is } of items) {
    all += file.size;
    gone += (file.size * percent) / 100;
    ready += Number(percent === 100 && !["sending", "waiting", "held", "failed"].includes(is));
    failed += Number(is === "failed");
  }
  bar.value = all > 0 ? (100 * gone) / all : 100;
  bar.labels[0].textContent = `${ready} of ${items.size} done${failed > 0 ? `, ${failed} not sent` : ""}`;
}

function ended(outcomes, isStopped) {
  for (const { job, result, error: refused } of outcomes) {
    if (!result && !refused) {
      mark(job, "unchanged");
    } else if (result && isNote(job)) {
      job.label.replaceChildren(element("a", { href: `#/readmes/${result.slug}` }, baseName(job.path)));
    }
  }
  const { items } = chosen;
  const with_ = (is) => items.filter((item) => item.is === is);
  const [done, there, failed, asking] = ["done", "unchanged", "failed", "ask"].map(with_);
  kicker.textContent = isStopped ? "Stopped" : failed.length > 0 || asking.length > 0 ? "Sent in part" : "Sent";
  summary.textContent = [
    done.length > 0 ? `${counted(done)} sent.` : "Nothing new was sent.",
    there.length > 0 ? `${counted(there)} there already.` : "",
    asking.length > 0 ? `${counted(asking)} with a question for you.` : "",
  ].filter(Boolean).join(" ");
  status.textContent = isStopped ? "What was sent stays, and the rest can be sent later." : failed.length > 0 ? "" : asking.length > 0 ? "Your answer is asked for below." : "Done.";
  error.textContent = failed.length > 0 ? `${counted(failed)} could not be sent; the reason stands beside each.` : "";
  const rest = pending();
  chosen.isDone = rest.length === 0 && asking.length === 0;
  submit.hidden = rest.length === 0;
  submit.textContent = !isStopped ? "Try again" : rest.some(isNote) ? "Publish" : "Send";
  cancel.textContent = rest.length > 0 ? "Put away" : "Done";
  heading.focus({ preventScroll: true });
  whenChanged();
}

/** Says of what was sent that the server can't show it; `files` is the member's list. */
export function told(files) {
  for (const item of chosen?.items.filter(({ is, kind }) => is === "done" && kind !== "note") ?? []) {
    const file = files.find(({ path }) => path === item.path);
    if (file?.state === "rejected") {
      mark(item, "rejected", file.reason ?? "");
    }
  }
}
