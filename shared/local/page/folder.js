// Many notes and pictures at once: what belongs to what is shown before anything is sent, then how each gets on.

import * as client from "/client.js";
import { element, find, onSubmit, say } from "/dom.js";
import { hasFile, hasNote, knownNotes, sha256 } from "/folder/changed.js";
import { baseName, endingOf, folderOf } from "/folder/paths.js";
import { planned } from "/folder/plan.js";
import { sendAll } from "/folder/queue.js";
import { whileThere } from "/folder/send.js";
import { percentage, size } from "/languages/amounts.js";
import { inARow, pieces, t } from "/languages/say.js";
import { sendFile, sendNote } from "/send.js";

/** Files go before the notes that show them. */
const STAGES = { note: 1 };
const WORDS = {
  new: "page.item.new",
  changed: "page.item.changed",
  unchanged: "desk.item.there",
  kept: "desk.item.kept",
  waiting: "page.item.waiting",
  sending: "page.item.sending",
  held: "desk.item.held",
  done: "desk.item.sent",
  failed: "desk.item.failed",
  rejected: "desk.file.rejected",
  ask: "page.item.ask",
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
/** Whether the line is away, and the page says so. */
let isAway = false;
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
  labelUnshown(1);
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
  kicker.textContent = t("page.folder_looking");
  heading.textContent = t("page.folder_reading");
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
  chosen = { name: found.name || counted(items) || t("page.folder_nothing"), items, files, known, taken: new Set(known.map(({ slug }) => slug)), usage, isDone: false };
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
      ...(others.length > 0 ? [element("li", { className: "aside" }, t("page.folder_shows_too", { names: inARow(others.map(baseName)).join("") }))] : []),
      ...missing.map((file) => element("li", { className: "aside lacking" }, ...pieces("page.folder_lacks", { name: element("strong", {}, baseName(file)) }))),
    ]),
  );
  const alone = paths.map((path) => byPath.get(path));
  const noNotes = notes.length === 0;
  body.replaceChildren(
    ...(groups.length > 0 ? [element("ul", { className: "items" }, ...groups)] : []),
    ...(alone.length > 0
      ? [
          element("h3", {}, t(noNotes ? "page.folder_files" : "page.folder_unshown")),
          element("ul", { className: "items" }, ...alone.map((item) => row(item))),
        ]
      : []),
    ...(ignored.length > 0
      ? [
          element("details", { className: "ignored" }, element("summary", {}, t("page.folder_left_out", { count: ignored.length })),
            element("ul", {}, ...ignored.map(({ path, sentence }) => element("li", {}, element("strong", {}, path), ` ${sentence}`)))),
        ]
      : []),
  );
  unshownField.hidden = noNotes || alone.length === 0;
  unshown.checked = false;
  labelUnshown(alone.length);
}

function labelUnshown(count) {
  unshownField.querySelector("label").textContent = t("desk.send_unshown", { count });
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
  item.state.textContent = is === "sending" && item.percent > 0 ? percentage(item.percent) : t(WORDS[is]);
  item.told.replaceChildren(...(detail ? [detail] : []));
}

const isNote = ({ kind }) => kind === "note";
/** So many notes, so many pictures or files, or both: a name in the nominative that sentences have as their `what`. */
function counted(items) {
  const [notes, others] = [items.filter(isNote).length, items.filter((item) => !isNote(item))];
  const files = others.length > 0 ? t(others.some(({ kind }) => kind === "document") ? "desk.n_files" : "desk.n_pictures", { count: others.length }) : "";
  if (notes === 0) {
    return files;
  }
  const first = t("desk.n_notes", { count: notes });
  return files ? t("page.both", { notes: first, files }) : first;
}
/** What `counted` says, and the number for verbs. */
const amount = (items) => ({ what: counted(items), count: items.length });
const pending = () => chosen.items.filter(({ is }) => ["new", "changed", "failed", "held", "waiting"].includes(is));

function sayCounts() {
  const { name, items, usage, files } = chosen;
  form.hidden = false;
  heading.textContent = name;
  const toSend = pending();
  const there = items.filter(({ is }) => is === "unchanged");
  kicker.textContent = t("page.folder_to_be");
  const parts = [
    items.length === 0 ? t("page.folder_empty") : toSend.length > 0 ? t("page.folder_to_send", amount(toSend)) : t("page.folder_all_there"),
    there.length > 0 && toSend.length > 0 ? t("page.folder_there", amount(there)) : "",
  ];
  const added = toSend.filter((item) => !isNote(item) && !files.some(({ path }) => path === item.path)).length;
  if (usage.files + added > usage.max_files) {
    parts.push(t("page.folder_too_many", { max_files: usage.max_files, count: usage.files }));
  }
  summary.textContent = parts.filter(Boolean).join(" ");
  submit.hidden = toSend.length === 0;
  submit.textContent = t(toSend.some(isNote) ? "desk.publish" : "page.send");
  cancel.textContent = t("page.put_away");
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
  cancel.textContent = t("desk.stop");
  submit.hidden = true;
  unshownField.hidden = true;
  progress.hidden = false;
  kicker.textContent = t("page.folder_being_sent");
  status.textContent = t("page.folder_sending", amount(items));
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
  isAway = true;
  status.textContent = t("page.folder_away");
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
  if (state === "sending" && isAway) {
    isAway = false;
    status.textContent = t("page.folder_goes_on");
  }
  if (state === "done" || state === "failed") {
    item.percent = 100;
    measure(names);
  }
}

/** A question that holds nothing up: the member answers it in the row. */
function ask(item, { replaces, instead }) {
  const answer = (text, named, given) => {
    const button = element("button", { type: "button", className: "quiet", ariaLabel: named }, text);
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
  const { title: old, slug } = replaces;
  const { title } = instead;
  const { path } = item;
  mark(item, "ask");
  item.told.replaceChildren(
    element("p", {}, slug === "readme" ? t("page.folder_other_title_own", { title, old }) : t("page.folder_other_title", { title, old, slug })),
    element("div", { className: "choices" }, 
      answer(t("desk.keep_both"), t("page.keep_both_named", { path }), { slug: instead.slug }),
      answer(t("desk.replace"), t("page.replace_named", { path }), { replace: true }),
    ),
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
  bar.labels[0].textContent = t(failed > 0 ? "page.folder_done_failed" : "page.folder_done", { ready, failed, count: items.size });
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
  kicker.textContent = t(isStopped ? "page.folder_stopped" : failed.length > 0 || asking.length > 0 ? "page.folder_in_part" : "desk.item.sent");
  summary.textContent = [
    done.length > 0 ? t("page.folder_sent", amount(done)) : t("page.folder_nothing_new"),
    there.length > 0 ? t("page.folder_there", amount(there)) : "",
    asking.length > 0 ? t("page.folder_asking", amount(asking)) : "",
  ].filter(Boolean).join(" ");
  status.textContent = isStopped ? t("page.folder_stays") : failed.length > 0 ? "" : t(asking.length > 0 ? "page.folder_answer" : "page.folder_ready");
  error.textContent = failed.length > 0 ? t("page.folder_failed", amount(failed)) : "";
  const rest = pending();
  chosen.isDone = rest.length === 0 && asking.length === 0;
  submit.hidden = rest.length === 0;
  submit.textContent = t(!isStopped ? "desk.again" : rest.some(isNote) ? "desk.publish" : "page.send");
  cancel.textContent = t(rest.length > 0 ? "page.put_away" : "page.close");
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
