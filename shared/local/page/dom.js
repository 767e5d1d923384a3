// Small tools for the page's elements. Text is only ever set as text: nothing here, or in any
// other module, writes HTML.

import { when } from "/languages/amounts.js";

export const find = (id) => document.getElementById(id);

/** An element with its properties and children; a string becomes text. */
export function element(name, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/**
 * Calls `action` when `form` is submitted: once at a time, with what is refused said in the
 * paragraph `error`. Its button stays focusable, so a keyboard doesn't lose its place.
 */
export function onSubmit(form, error, action) {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") {
      return;
    }
    form.ariaBusy = "true";
    button.ariaDisabled = "true";
    error.textContent = "";
    try {
      await action();
    } catch (refused) {
      say(error, refused);
    } finally {
      form.ariaBusy = "false";
      button.ariaDisabled = null;
    }
  });
}

/** Shows why something failed; what was dropped on purpose is no failure. */
export function say(error, refused) {
  if (refused.name !== "AbortError") {
    error.textContent = refused.message;
  }
}

/** An RFC 3339 time in the reader's own time zone, `long` or `short`. */
export function time(rfc3339, length) {
  return element("time", { dateTime: rfc3339 }, when(rfc3339, length));
}
