// The page of `masthead dev`: which of its three views is shown.

import { login, me, session } from "/client.js";
import * as desk from "/desk.js";
import * as join from "/join.js";
import { find, onSubmit } from "/dom.js";

const notice = find("notice");

find("today").textContent = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" }).format(new Date());

session.onOver = (sentence) => showSignIn(sentence);
desk.connect(() => {
  session.end();
  showSignIn("Your password is changed, and every session with the old one has ended. Please sign in with the new one.");
});

join.connect(() => {
  session.end();
  history.replaceState(null, "", "/");
  showSignIn("Your password is set. Sign in with your e-mail address and the new password.");
});

onSubmit(find("sign-in-form"), find("sign-in-error"), async () => {
  const password = find("password");
  try {
    const member = await login(find("email").value, password.value);
    notice.textContent = "";
    await showDesk(member, "publish-heading");
  } catch (refused) {
    password.focus();
    throw refused;
  }
});

find("sign-out").addEventListener("click", () => {
  session.end();
  location.hash = "";
  showSignIn("You are signed out.");
});

function showSignIn(sentence) {
  desk.clear();
  show("sign-in");
  find("password").value = "";
  find("sign-in-error").textContent = "";
  notice.textContent = sentence;
  find("sign-in-heading").focus();
}

function showDesk(member, focus) {
  show("desk");
  find("password").value = "";
  if (focus) {
    find(focus).focus();
  }
  return desk.start(member);
}

function show(view) {
  find("sign-in").hidden = view !== "sign-in";
  find("join").hidden = view !== "join";
  find("desk").hidden = find("signed-in").hidden = view !== "desk";
}

if (join.isWanted()) {
  show("join");
  join.start();
} else if (session.token) {
  try {
    await showDesk(await me());
  } catch (refused) {
    // The token is kept: where the server was only away, a reload goes on.
    if (refused.name !== "AbortError") {
      showSignIn(refused.message);
    }
  }
} else {
  show("sign-in");
}
