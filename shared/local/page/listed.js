// Whether everybody sees the member in the site's list of members, where it has one.

import * as client from "/client.js";
import { element, find, say } from "/dom.js";
import { t } from "/languages/say.js";

const box = element("input", { id: "listed-box", type: "checkbox" });

/** Puts the choice where the page has a place for it. */
export function connect() {
  box.setAttribute("aria-describedby", "listed-hint listed-error");
  box.addEventListener("change", choose);
  find("listed").append(
    element("h2", { id: "listed-heading" }, t("account.listed_heading")),
    element("div", { className: "field check" }, box, element("label", { htmlFor: box.id }, t("account.listed"))),
    element("p", { className: "hint", id: "listed-hint" }, t("account.listed_hint")),
    element("p", { className: "status", id: "listed-status", role: "status" }),
    element("p", { className: "error", id: "listed-error", role: "alert" }),
  );
}

/** Shows what the account says, where the site has such a list. */
export function show({ public_members: isPublic }, { listed }) {
  find("listed").hidden = !isPublic;
  box.checked = listed;
}

/** Takes everything of the member's off the page. */
export function clear() {
  find("listed").hidden = true;
  box.checked = false;
  find("listed-status").textContent = find("listed-error").textContent = "";
}

async function choose() {
  const [status, error] = [find("listed-status"), find("listed-error")];
  status.textContent = error.textContent = "";
  const wanted = box.checked;
  try {
    const { listed } = await client.beListed(wanted);
    box.checked = listed;
    status.textContent = t(listed ? "account.listed_in" : "account.listed_out");
  } catch (refused) {
    box.checked = !wanted;
    say(error, refused);
  }
}
