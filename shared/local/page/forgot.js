// A forgotten password: asks for the address, and says the same whoever it is.

import { forgotPassword } from "/client.js";
import { find, onSubmit } from "/dom.js";
import { t } from "/languages/say.js";

/** Shows the form where the site sends letters, or else whom to ask. */
export function offer(hasMail) {
  find("forgot").hidden = !hasMail;
  find("forgot-no-mail").hidden = hasMail;
}

export function connect() {
  const [email, status] = [find("forgot-email"), find("forgot-status")];
  // What was typed above isn't typed again.
  find("forgot").addEventListener("toggle", () => {
    email.value ||= find("email").value;
  });
  email.addEventListener("input", () => (status.textContent = ""));
  onSubmit(find("forgot-form"), find("forgot-error"), async () => {
    status.textContent = "";
    await forgotPassword(email.value);
    status.textContent = t("forgot.sent");
  });
}
