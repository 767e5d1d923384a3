// Documents that come out by themselves at their date: the choice beside an upload, and the time in a report.

import { element, time } from "/dom.js";
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

/** What is said of a document that comes out at `until`, in the reader's own time zone. */
export function outcome(until) {
  return `${t("schedule.comes_out", { date: time(until, "long").textContent })} ${t("schedule.now")}`;
}
