// The form behind the link of an invitation or a reset: /join#<code>.

import * as client from "/client.js";
import { find, onSubmit } from "/dom.js";

/** Whether the page was opened by such a link. */
export const isWanted = () => location.pathname === "/join";

/** Takes the code out of the address, where the next person at this computer would find it. */
export function start() {
  const code = location.hash.slice(1);
  if (code) {
    find("code").value = decoded(code);
    history.replaceState(null, "", "/join");
  }
  find(code ? "join-password" : "code").focus();
}

/** Connects the form; `onDone` is called with the member, who is signed in, when the password is set. */
export function connect(onDone) {
  const password = find("join-password");
  find("show-join-password").addEventListener("change", (event) => {
    password.type = event.target.checked ? "text" : "password";
  });
  // A link that is opened in this very tab changes only what is behind the #.
  window.addEventListener("hashchange", () => {
    if (isWanted()) {
      start();
    }
  });
  onSubmit(find("join-form"), find("join-error"), async () => {
    const member = await client.join(find("code").value, password.value);
    find("join-form").reset();
    password.type = "password";
    await onDone(member);
  });
}

function decoded(code) {
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}
