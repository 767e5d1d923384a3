// What a signed-in member does: publish one note or many, look, delete, show a face, change the password.

import * as account from "/account.js";
import * as client from "/client.js";
import { element, find, onSubmit, say, time } from "/dom.js";
import * as files from "/files.js";
import * as folder from "/folder.js";
import { otherTitleText } from "/folder/send.js";
import * as gather from "/gather.js";
import * as earlier from "/history.js";
import { deletionMeans } from "/history/deleted.js";
import { size } from "/languages/amounts.js";
import { locale, t } from "/languages/say.js";
import * as letters from "/letters.js";
import * as listed from "/listed.js";
import * as picture from "/picture.js";
import * as report from "/report.js";
import { stateOf } from "/report/draw.js";
import * as schedule from "/schedule.js";

/** After this the list is fetched again while something in it is still being converted. */
const LOOK_AGAIN_MS = 2000;
const ADDRESS = /^#\/readmes\/([a-z0-9-]+)$/;

const list = find("readmes");
const dialog = find("delete");
const otherTitle = find("other-title");
const pictureRemoval = find("picture-remove");
let preview = null;
let doomed = null;
/** The handle of the member who is or was last at the desk: whoever else comes finds nothing chosen. */
let handle = null;
// Each look at the list has a number, so that a late answer doesn't undo a newer one.
let look = 0;
let nextLook = null;
/** Titles of the documents by their slugs, as the list had them last. */
let titles = new Map();

const publishButton = () => find("publish-form").querySelector("button[type=submit]");

/** The slug of the report that the page's address names. */
const wanted = () => ADDRESS.exec(location.hash)?.[1];

/** Shows `member`'s desk, and the report that the page's address names. */
export async function start(member) {
  if (handle !== member.handle) {
    forgetChoices();
  }
  handle = member.handle;
  showName(member);
  showPicture(member.picture);
  folder.resume();
  const slug = wanted();
  makeRoom();
  await Promise.all([refresh(), earlier.refresh(), letters.refresh(listed.show), slug ? report.open(slug) : null]);
}

function showName(member) {
  find("member-name").textContent = member.name;
  account.show(member);
}

/** What belongs to one note gives way to a folder, and an empty report, too. */
function makeRoom() {
  const isFolder = !find("folder").hidden;
  find("report").hidden = isFolder && !wanted();
  find("slug-field").hidden = find("schedule-field").hidden = publishButton().hidden = isFolder;
}

/** The files that are chosen and not sent: how many, and their names in a row. */
export function chosen() {
  const picked = [find("readme_file"), find("profile_pic")].flatMap(({ files }) => [...files]).map(({ name }) => name);
  const names = [...(folder.name() ? [folder.name()] : []), ...picked].map((name) => t("desk.quoted", { name }));
  return { count: names.length, names: new Intl.ListFormat(locale()).format(names) };
}

/** Takes everything of the member's off the page, but for files that are chosen where `keepsFiles`. */
export function clear(keepsFiles = false) {
  report.close();
  earlier.clear();
  clearTimeout(nextLook);
  look += 1;
  list.replaceChildren();
  titles = new Map();
  files.clear();
  find("password-form").reset();
  account.clear();
  letters.clear();
  listed.clear();
  if (!keepsFiles) {
    forgetChoices();
  }
  for (const part of ["publish", "readmes", "picture"]) {
    find(`${part}-status`).textContent = find(`${part}-error`).textContent = "";
  }
  find("password-error").textContent = "";
  find("publish-progress").hidden = find("picture-progress").hidden = true;
  find("member-name").textContent = "";
  showPicture(null);
  showPasswords(false);
  for (const open of [dialog, otherTitle, pictureRemoval]) {
    open.close();
  }
}

function forgetChoices() {
  find("publish-form").reset();
  find("picture-form").reset();
  folder.clear();
  describeChoice();
  showPreview(null);
}

/** Connects the forms; `onPasswordChanged`, `onLeft` or `onAddressChanged` is called when the session has ended that way. */
export function connect(onPasswordChanged, onLeft, onAddressChanged) {
  connectPublishing();
  files.connect((slug) => titles.get(slug) ?? slug, folder.told);
  folder.connect(() => {
    makeRoom();
    void refresh();
  });
  report.connect(files.refresh);
  earlier.connect((slug, isOpen) => void (isOpen ? open(slug) : refresh()));
  connectDeletion();
  connectPicture();
  connectPassword(onPasswordChanged);
  account.connect(showName, onLeft);
  letters.connect(onAddressChanged);
  listed.connect();
  window.addEventListener("hashchange", async () => {
    if (!client.session.token) {
      return;
    }
    const slug = wanted();
    makeRoom();
    if (slug) {
      markOpen(slug);
      await report.open(slug);
      await refresh();
    } else {
      report.close();
      markOpen(null);
    }
  });
}

async function open(slug) {
  if (wanted() === slug) {
    await report.open(slug);
    await refresh();
  } else {
    location.hash = `#/readmes/${slug}`;
  }
}

function connectPublishing() {
  find("slug-field").after(schedule.field());
  const [form, error, status, progress, bar, drop, input] = [
    "publish-form",
    "publish-error",
    "publish-status",
    "publish-progress",
    "publish-bar",
    "drop",
    "readme_file",
  ].map(find);

  onSubmit(form, error, async () => {
    const [file] = input.files;
    const shown = (percent) => {
      bar.value = percent;
      bar.labels[0].textContent = t("desk.percent_sent", { percent });
    };
    const send = async (slug, replace) => {
      shown(0);
      progress.hidden = false;
      status.textContent = t("page.sending", { name: file.name });
      try {
        return await client.uploadReadme(file, slug, shown, replace, "", null, { schedule: find("schedule").checked });
      } finally {
        progress.hidden = true;
      }
    };
    try {
      const sent = await sendWithCare(send, find("slug").value.trim());
      if (!sent) {
        status.textContent = t("desk.not_sent", { name: file.name });
        return;
      }
      const { slug, replaced } = sent;
      const { name } = file;
      status.textContent = replaced?.title ? t("page.arrived_replacing", { name, title: replaced.title }) : t("page.arrived", { name });
      form.reset();
      describeChoice();
      // The report is the next thing to read; the form is done.
      void open(slug);
    } catch (refused) {
      status.textContent = "";
      throw refused;
    }
  });

  const whole = find("folder_files");
  // Phones choose no folders.
  find("whole-folder").hidden = !("webkitdirectory" in input);
  for (const from of [input, whole]) {
    from.addEventListener("change", () => void take(gather.fromInput(from.files)));
  }
  // The counter: the pointer enters a child before it leaves its parent.
  let inside = 0;
  const over = (change) => {
    inside = Math.max(0, inside + change);
    drop.classList.toggle("over", inside > 0);
  };
  drop.addEventListener("dragenter", () => over(1));
  drop.addEventListener("dragleave", () => over(-1));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-inside);
    error.textContent = "";
    const dropped = event.dataTransfer;
    if (dropped.files.length === 0) {
      error.textContent = t("page.no_file");
      return;
    }
    void take(gather.fromDrop(dropped), true);
  });
  // A file that misses the field must not replace the page.
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => event.preventDefault());
  }
}

/** Takes what was chosen: one note for the form, or more for the folder's place. */
async function take(gathered, isDropped = false) {
  const [input, error] = [find("readme_file"), find("publish-error")];
  if (folder.isSending()) {
    find("publish-form").reset();
    gathered.catch(() => {});
    error.textContent = t("page.still_sending", { name: folder.name() });
    return;
  }
  const status = find("publish-status");
  error.textContent = "";
  status.textContent = t("page.reading");
  try {
    const { single } = await gathered;
    status.textContent = "";
    if (single) {
      if (isDropped) {
        const list = new DataTransfer();
        list.items.add(single);
        input.files = list.files;
        publishButton().focus();
      }
      folder.clear();
    } else {
      find("publish-form").reset();
      location.hash = "";
      const shown = folder.show(gathered);
      makeRoom();
      await shown;
    }
  } catch (refused) {
    status.textContent = "";
    find("publish-form").reset();
    folder.refuse(refused);
  }
  describeChoice();
  makeRoom();
}

/** Asks before a document of another title is replaced. Nothing is answered where the member gives up. */
async function sendWithCare(send, slug) {
  try {
    return await send(slug, "same_title");
  } catch (refused) {
    if (refused.code !== "other_title") {
      throw refused;
    }
    const { replaces, instead } = refused;
    const choice = await askWhich(replaces, instead);
    if (choice === "replace") {
      return send(slug, "any");
    }
    return choice === "instead" ? sendWithCare(send, instead.slug) : null;
  }
}

/** `replace`, `instead`, or nothing. */
function askWhich(replaces, instead) {
  find("other-title-text").textContent = otherTitleText(replaces, instead);
  otherTitle.returnValue = "";
  otherTitle.showModal();
  return new Promise((resolve) => {
    otherTitle.addEventListener("close", () => resolve(otherTitle.returnValue), { once: true });
  });
}

function describeChoice() {
  const [file] = find("readme_file").files;
  find("drop-hint").textContent = file ? t("desk.chosen_file", { name: file.name, size: size(file.size) }) : t("page.drop_hint");
  find("drop").classList.toggle("chosen", Boolean(file));
}

async function refresh() {
  const error = find("readmes-error");
  clearTimeout(nextLook);
  look += 1;
  const mine = look;
  try {
    const readmes = await client.readmes();
    if (mine !== look) {
      return;
    }
    titles = new Map(readmes.map((readme) => [readme.slug, report.titleOf(readme)]));
    void files.refresh();
    const newestFirst = readmes.toSorted((one, other) => other.uploaded_at.localeCompare(one.uploaded_at));
    error.textContent = "";
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...(readmes.length ? newestFirst.map(listed) : [element("li", { className: "none" }, t("desk.nothing_published"))]));
    if (focused) {
      const { slug } = focused.closest("li").dataset;
      list.querySelector(`[data-slug="${slug}"] ${focused.localName}`)?.focus();
    }
    markOpen(wanted());
    if (readmes.some((readme) => readme.state === "processing")) {
      nextLook = setTimeout(refresh, LOOK_AGAIN_MS);
    }
  } catch (refused) {
    say(error, refused);
  }
}

function listed(readme) {
  const title = report.titleOf(readme);
  const remove = element("button", { type: "button", className: "quiet", ariaLabel: t("desk.delete_named", { name: title }) }, t("desk.delete"));
  remove.addEventListener("click", () => ask(readme, title));
  return element(
    "li",
    { dataset: { slug: readme.slug } },
    element(
      "div",
      {},
      element("a", { href: `#/readmes/${readme.slug}` }, title),
      element(
        "p",
        { className: "byline" },
        stateOf(readme.state),
        " ",
        time(readme.until ?? readme.uploaded_at, "short"),
      ),
    ),
    remove,
  );
}

function markOpen(slug) {
  for (const item of list.querySelectorAll("[data-slug]")) {
    item.querySelector("a").ariaCurrent = item.dataset.slug === slug ? "true" : null;
  }
}

function ask(readme, title) {
  doomed = { slug: readme.slug, title };
  find("delete-text").textContent = deletionMeans(title);
  find("delete-error").textContent = "";
  dialog.showModal();
}

function connectDeletion() {
  find("delete-cancel").addEventListener("click", () => dialog.close());
  onSubmit(find("delete-form"), find("delete-error"), async () => {
    const { slug, title } = doomed;
    await client.deleteReadme(slug);
    dialog.close();
    if (wanted() === slug) {
      location.hash = "";
    }
    await refresh();
    // The button that opened the dialog is gone: what happened takes the focus, with the button that undoes it.
    earlier.deleted({ slug, title });
  });
}

function connectPicture() {
  const input = find("profile_pic");
  const status = find("picture-status");
  input.addEventListener("change", () => {
    find("picture-error").textContent = status.textContent = "";
    showPreview(input.files[0]);
  });
  find("picture-preview-image").addEventListener("error", () => {
    if (preview) {
      find("picture-preview").hidden = true;
      status.textContent = t("desk.picture_no_preview");
    }
  });
  const [progress, bar] = ["picture-progress", "picture-bar"].map(find);
  const sent = (percent) => {
    bar.value = percent;
    bar.labels[0].textContent = t("desk.percent_sent", { percent });
  };
  onSubmit(find("picture-form"), find("picture-error"), async () => {
    sent(0);
    progress.hidden = false;
    try {
      showPicture(await picture.send(input.files[0], sent, (stage) => (status.textContent = stage)));
    } catch (refused) {
      status.textContent = "";
      throw refused;
    } finally {
      progress.hidden = true;
    }
    find("picture-form").reset();
    showPreview(null);
    status.textContent = t("desk.picture_new");
  });
  find("picture-keep").addEventListener("click", () => pictureRemoval.close());
  find("picture-remove-ask").addEventListener("click", () => {
    find("picture-remove-error").textContent = "";
    pictureRemoval.showModal();
  });
  onSubmit(find("picture-remove-form"), find("picture-remove-error"), async () => {
    await client.deletePicture();
    pictureRemoval.close();
    showPicture(null);
    status.textContent = t("desk.picture_none");
    input.focus();
  });
}

function showPreview(file) {
  if (preview) {
    URL.revokeObjectURL(preview);
  }
  preview = file ? URL.createObjectURL(file) : null;
  find("picture-preview").hidden = !preview;
  if (preview) {
    find("picture-preview-image").src = preview;
  } else {
    find("picture-preview-image").removeAttribute("src");
  }
}

function showPicture(urls) {
  for (const [image, frame, edge] of [
    ["picture-image", "picture-stored", 256],
    ["member-picture", "member-picture", 96],
  ]) {
    find(frame).hidden = !urls;
    if (urls) {
      find(image).src = urls[edge];
    } else {
      find(image).removeAttribute("src");
    }
  }
  find("picture-remove-ask").hidden = !urls;
}

function connectPassword(onPasswordChanged) {
  const [current, password] = ["current_password", "new_password"].map(find);
  find("show-passwords").addEventListener("change", (event) => showPasswords(event.target.checked));
  onSubmit(find("password-form"), find("password-error"), async () => {
    await client.setPassword(current.value, password.value);
    onPasswordChanged();
  });
}

function showPasswords(visible) {
  for (const field of ["current_password", "new_password"]) {
    find(field).type = visible ? "text" : "password";
  }
}
