// The member's name, and how they leave.

import * as client from "/client.js";
import { element, find, onSubmit } from "/dom.js";
import { t } from "/languages/say.js";

/** As long as the server takes it, in characters. */
const MAX_NAME = 100;

const name = element("input", { id: "account-name", name: "name", type: "text", autocomplete: "name", required: true, maxLength: MAX_NAME });
const password = element("input", { id: "leave-password", name: "password", type: "password", autocomplete: "current-password", required: true });
const dialog = element("dialog", { id: "leave" });

/**
 * Puts the forms where the page has a place for them. `onRenamed` is called with the member under the new name, `onLeft` when the
 * member is none any more.
 */
export function connect(onRenamed, onLeft) {
  find("account").append(...nameForm(onRenamed), leaving());
  dialog.append(leaveForm(onLeft));
  dialog.setAttribute("aria-labelledby", "leave-heading");
  dialog.setAttribute("aria-describedby", "leave-text leave-stays");
  document.body.append(dialog);
}

/** Shows `member`'s name. */
export function show(member) {
  name.value = member.name;
}

/** Takes everything of the member's off the page. */
export function clear() {
  for (const form of [name.form, password.form]) {
    form.reset();
  }
  for (const part of ["account-status", "account-error", "leave-error"]) {
    find(part).textContent = "";
  }
  dialog.close();
}

function nameForm(onRenamed) {
  const status = element("p", { className: "status", id: "account-status", role: "status" });
  const error = element("p", { className: "error", id: "account-error", role: "alert" });
  name.setAttribute("aria-describedby", "account-name-hint account-error");
  const form = element(
    "form",
    { id: "account-form" },
    element(
      "div",
      { className: "field" },
      element("label", { htmlFor: name.id }, t("account.name")),
      name,
      element("p", { className: "hint", id: "account-name-hint" }, t("account.name_hint")),
    ),
    status,
    error,
    element("button", { type: "submit" }, t("account.rename")),
  );
  name.addEventListener("input", () => (status.textContent = error.textContent = ""));
  onSubmit(form, error, async () => {
    status.textContent = "";
    const member = await client.rename(name.value);
    show(member);
    status.textContent = t("account.renamed", { name: member.name });
    onRenamed(member);
  });
  return [element("h2", { id: "account-heading" }, t("account.heading")), form];
}

/** The button that asks whether the member means it. */
function leaving() {
  const ask = element("button", { type: "button", className: "quiet", id: "leave-ask" }, t("account.leave_ask"));
  ask.addEventListener("click", () => {
    password.form.reset();
    find("leave-error").textContent = "";
    dialog.showModal();
  });
  return ask;
}

function leaveForm(onLeft) {
  const error = element("p", { className: "error", id: "leave-error", role: "alert" });
  const keep = element("button", { type: "button", className: "quiet", id: "leave-keep" }, t("account.stay"));
  password.setAttribute("aria-describedby", "leave-error");
  keep.addEventListener("click", () => dialog.close());
  const form = element(
    "form",
    { id: "leave-form" },
    element("h2", { id: "leave-heading" }, t("account.leave_heading")),
    element("p", { id: "leave-text" }, t("account.leave_erased")),
    element("p", { id: "leave-stays" }, t("account.leave_stays")),
    element("div", { className: "field" }, element("label", { htmlFor: password.id }, t("account.leave_password")), password),
    error,
    element("div", { className: "actions" }, keep, element("button", { type: "submit" }, t("account.leave"))),
  );
  onSubmit(form, error, async () => {
    await client.leave(password.value);
    dialog.close();
    onLeft();
  });
  return form;
}
