// The address that the member signs in with, and which letters come there.

import * as client from "/client.js";
import { element, find, onSubmit, say } from "/dom.js";
import { pieces, t } from "/languages/say.js";

/** The letters that can be turned off, with what each is about. */
const LETTERS = { page_up: "account.letter_page_up", editor_note: "account.letter_editor_note" };

const address = element("p", { className: "address", id: "address-is" });
const email = element("input", { id: "new-email", name: "email", type: "email", autocomplete: "email", required: true });
const password = element("input", { id: "email-password", name: "password", type: "password", autocomplete: "current-password", required: true });
const code = element("input", { id: "email-code", name: "code", type: "text", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: false, required: true });
const boxes = new Map();
// Each look has a number, so that a late answer isn't shown to whoever came after.
let look = 0;

/** Puts the forms where the page has places for them. `onAddressChanged` is called when the session has ended by that. */
export function connect(onAddressChanged) {
  find("address").append(
    element("h2", { id: "address-heading" }, t("account.email_heading")),
    address,
    element("details", { id: "address-change" }, element("summary", {}, t("account.email_change")), wishForm(), codeForm(onAddressChanged)),
  );
  const fields = Object.entries(LETTERS).map(([name, about]) => box(name, about));
  find("letters").append(
    element("h2", { id: "letters-heading" }, t("mail.heading")),
    ...fields,
    element("p", { className: "status", id: "letters-status", role: "status" }),
    element("p", { className: "error", id: "letters-error", role: "alert" }),
  );
}

/** Shows what the account says, where the site sends letters; `others` shows what else is said of the site and the account. */
export async function refresh(others) {
  const mine = (look += 1);
  try {
    const [site, me] = await Promise.all([client.site(), client.account()]);
    if (mine !== look) {
      return;
    }
    const { mail } = site;
    others(site, me);
    find("address").hidden = find("letters").hidden = !mail;
    show(me);
    if (mail && location.hash === "#letters") {
      find("letters").focus();
    }
  } catch (refused) {
    if (mine === look) {
      say(find("letters-error"), refused);
    }
  }
}

/** Takes everything of the member's off the page. */
export function clear() {
  look += 1;
  find("address").hidden = find("letters").hidden = true;
  for (const form of [email.form, code.form]) {
    form.reset();
  }
  address.textContent = "";
  for (const part of ["address-status", "address-error", "address-code-error", "letters-status", "letters-error"]) {
    find(part).textContent = "";
  }
  code.form.hidden = true;
  find("address-change").open = false;
}

function show({ email: own, new_email: wanted, mail }) {
  address.replaceChildren(...pieces("account.email_is", { email: element("bdi", {}, own) }));
  code.form.hidden = !wanted;
  for (const [name, input] of boxes) {
    input.checked = mail[name];
  }
}

function wishForm() {
  const status = element("p", { className: "status", id: "address-status", role: "status" });
  const error = element("p", { className: "error", id: "address-error", role: "alert" });
  for (const input of [email, password]) {
    input.setAttribute("aria-describedby", error.id);
  }
  const form = element(
    "form",
    { id: "address-form" },
    field(t("account.email_new"), email),
    field(t("page.current_password"), password),
    status,
    error,
    element("button", { type: "submit" }, t("account.email_ask")),
  );
  onSubmit(form, error, async () => {
    status.textContent = "";
    const me = await client.wantEmail(email.value, password.value);
    password.value = "";
    show(me);
    status.textContent = t("account.email_sent", { email: me.new_email });
    code.focus();
  });
  return form;
}

function codeForm(onAddressChanged) {
  const error = element("p", { className: "error", id: "address-code-error", role: "alert" });
  code.setAttribute("aria-describedby", error.id);
  const form = element(
    "form",
    { id: "address-code-form", hidden: true },
    field(t("desk.code"), code),
    error,
    element("button", { type: "submit" }, t("account.email_change")),
  );
  onSubmit(form, error, async () => {
    await client.proveEmail(code.value);
    onAddressChanged();
  });
  return form;
}

function box(name, about) {
  const input = element("input", { id: `letter-${name}`, type: "checkbox" });
  boxes.set(name, input);
  input.addEventListener("change", async () => {
    const [status, error] = [find("letters-status"), find("letters-error")];
    status.textContent = error.textContent = "";
    const wanted = input.checked;
    try {
      show(await client.chooseLetters({ [name]: wanted }));
      status.textContent = t("account.letters_kept");
    } catch (refused) {
      input.checked = !wanted;
      say(error, refused);
    }
  });
  return element("div", { className: "field check" }, input, element("label", { htmlFor: input.id }, t(about)));
}

function field(label, input) {
  return element("div", { className: "field" }, element("label", { htmlFor: input.id }, label), input);
}
