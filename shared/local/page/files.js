// The member's pictures and PDFs: what became of each, where it is shown, and the button that takes it away.

import * as client from "/client.js";
import { element, find, onSubmit, say } from "/dom.js";
import { baseName, folderOf } from "/folder/paths.js";
import { thumbnail } from "/folder/sizes.js";
import { size } from "/languages/amounts.js";
import { inARow, pieces, t } from "/languages/say.js";

/** After this the list is fetched again while something in it is still being made. */
const LOOK_AGAIN_MS = 1500;
/** As many are shown before somebody asks for all. */
const SHOWN = 8;
const STATES = { processing: "desk.file.processing", ready: "desk.file.ready", rejected: "desk.file.rejected" };

const [section, list, usage, status, error, more, dialog] = ["files", "files-list", "files-usage", "files-status", "files-error", "files-more", "delete-file"].map(find);
let doomed = null;
let showsAll = false;
let look = 0;
let nextLook = null;
let titleOf = (slug) => slug;
let whenRead = () => {};

/** Connects the list; `titles` gives the title of a document by its slug, and `onRead` is called with each list. */
export function connect(titles, onRead) {
  titleOf = titles;
  whenRead = onRead;
  more.addEventListener("click", () => {
    showsAll = true;
    void refresh();
    list.querySelector(`li:nth-child(${SHOWN + 1}) button`)?.focus();
  });
  find("delete-file-cancel").addEventListener("click", () => dialog.close());
  onSubmit(find("delete-file-form"), find("delete-file-error"), async () => {
    const { id, path } = doomed;
    await client.deleteFile(id);
    dialog.close();
    await refresh();
    status.textContent = t("desk.deleted", { name: baseName(path) });
    (section.hidden ? find("readmes-heading") : find("files-heading")).focus();
  });
}

export function clear() {
  clearTimeout(nextLook);
  look += 1;
  showsAll = false;
  section.hidden = true;
  list.replaceChildren();
  usage.textContent = status.textContent = error.textContent = find("delete-file-text").textContent = "";
  dialog.close();
}

/** Fetches the list and shows it. */
export async function refresh() {
  clearTimeout(nextLook);
  look += 1;
  const mine = look;
  try {
    const { files, usage: used } = await client.files();
    if (mine !== look) {
      return;
    }
    error.textContent = "";
    show(files, used);
    whenRead(files);
    if (files.some(({ state }) => state === "processing")) {
      nextLook = setTimeout(refresh, LOOK_AGAIN_MS);
    }
  } catch (refused) {
    say(error, refused);
  }
}

function show(files, used) {
  section.hidden = files.length === 0;
  usage.textContent = t("desk.files_usage", {
    files: used.files,
    count: used.max_files,
    bytes: size(used.bytes),
    max_bytes: size(used.max_bytes),
  });
  const shown = showsAll ? files : files.slice(0, SHOWN);
  more.hidden = shown.length === files.length;
  more.textContent = t("desk.files_all", { count: files.length });
  const focused = list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.id : null;
  const before = new Map([...list.children].map((item) => [item.dataset.id, item]));
  // What is the same stays: a picture that is shown isn't fetched anew.
  list.replaceChildren(
    ...shown.map((file) => {
      const is = JSON.stringify([file, file.shown_by.map(titleOf)]);
      const old = before.get(file.id);
      return old?.dataset.is === is ? old : listed(file, is);
    }),
  );
  if (focused) {
    list.querySelector(`[data-id="${focused}"] button`)?.focus();
  }
}

function listed(file, is) {
  const name = baseName(file.path);
  const remove = element("button", { type: "button", className: "quiet", ariaLabel: t("desk.delete_named", { name: file.path }) }, t("desk.delete"));
  remove.addEventListener("click", () => ask(file));
  const told = file.reason ? [element("p", { className: "advice" }, file.reason)] : [];
  return element(
    "li",
    { className: "item", dataset: { id: file.id, is } },
    frame(file),
    element(
      "div",
      {},
      element("p", { className: "item-name" }, file.url ? element("a", { href: file.url }, name) : name, ...place(file.path)),
      element(
        "p",
        { className: "byline" },
        element("span", { className: "state", dataset: { state: file.state } }, t(STATES[file.state] ?? file.state)),
        ` ${size(file.size)}`,
      ),
      ...told,
      element("p", { className: "byline" }, ...where(file)),
    ),
    remove,
  );
}

const place = (path) => (folderOf(path) ? [" ", element("span", { className: "folder-name" }, folderOf(path))] : []);

function where({ shown_by: slugs, state }) {
  if (slugs.length === 0) {
    return state === "processing" ? [] : [t("desk.file.shown_nowhere")];
  }
  return pieces("page.file_shown_in", { pages: inARow(slugs.map((slug) => element("a", { href: `#/readmes/${slug}` }, titleOf(slug)))) });
}

function frame({ url, type }) {
  const small = url ? thumbnail(url) : undefined;
  if (!small) {
    return element("span", { className: "thumb", ariaHidden: "true" }, type === "application/pdf" ? "PDF" : "");
  }
  return element("span", { className: "thumb" }, element("img", { src: small.url, alt: "", width: 44, height: 44, loading: "lazy" }));
}

function ask(file) {
  doomed = file;
  const { path, shown_by: slugs } = file;
  const pages = inARow(slugs.map((slug) => t("desk.quoted", { name: titleOf(slug) }))).join("");
  find("delete-file-text").textContent =
    slugs.length > 0 ? t("page.file_delete_shown", { path, pages, count: slugs.length }) : t("page.file_delete_unshown", { path });
  find("delete-file-error").textContent = "";
  dialog.showModal();
}
