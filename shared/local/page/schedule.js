// The choice beside an upload, that the document comes out by itself at its date.

import { element } from "/dom.js";
import { t } from "/languages/say.js";

/** The choice for the form, unchecked. */
export function field() {
  const choice = element("input", { id: "schedule", type: "checkbox" });
  choice.setAttribute("aria-describedby", "schedule-hint");
  return element(
    "div",
    { id: "schedule-field" },
    element("div", { className: "field check" }, choice, element("label", { htmlFor: "schedule" }, t("schedule.choice"))),
    element("p", { className: "hint", id: "schedule-hint" }, t("schedule.choice_hint")),
  );
}
