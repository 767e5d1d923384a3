// A document's address, and the question by which it gets another one.

import { renameReadme } from "/client.js";
import { element, onSubmit } from "/dom.js";
import { pieces, t } from "/languages/say.js";

/** The slug of the member's own page, whose address is the member's. */
const OWN_PAGE = "readme";

let dialog = null;

/** Where a document is, with a button that changes it; `onRenamed` is called with the new slug. */
export function block(readme, onRenamed) {
  const where = pieces("rename.address", { address: element("span", {}, readme.entry_id) });
  if (readme.slug === OWN_PAGE) {
    return [element("p", { className: "address" }, ...where)];
  }
  const button = element("button", { type: "button", className: "quiet" }, t("rename.open"));
  button.addEventListener("click", () => ask(readme, onRenamed));
  return [element("p", { className: "address" }, ...where), button];
}

/** Takes the question away. */
export function close() {
  dialog?.remove();
  dialog = null;
}

function ask(readme, onRenamed) {
  close();
  const text = element("p", { id: "rename-text" }, t("rename.text"));
  const input = element("input", { id: "rename-slug", value: readme.slug, required: true, maxLength: 200, autocomplete: "off", spellcheck: false, autofocus: true });
  const error = element("p", { className: "error", role: "alert" });
  const cancel = element("button", { type: "button", className: "quiet" }, t("rename.cancel"));
  const form = element(
    "form",
    {},
    element("h2", { id: "rename-heading" }, t("rename.heading")),
    text,
    element("label", { htmlFor: "rename-slug" }, t("rename.label")),
    input,
    error,
    element("div", { className: "actions" }, cancel, element("button", { type: "submit" }, t("rename.submit"))),
  );
  const asked = element("dialog", { id: "rename" }, form);
  asked.setAttribute("aria-labelledby", "rename-heading");
  asked.setAttribute("aria-describedby", "rename-text");
  dialog = asked;
  cancel.addEventListener("click", () => asked.close());
  // Escape closes it, too; what is gone asks for nothing any more.
  asked.addEventListener("close", () => asked === dialog && close());
  onSubmit(form, error, async () => {
    const { slug } = await renameReadme(readme.slug, input.value, readme.version);
    // Another report may be open by now.
    if (asked === dialog) {
      close();
      onRenamed(slug);
    }
  });
  document.body.append(asked);
  asked.showModal();
  input.select();
}
