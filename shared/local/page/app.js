// The page where members sign in: which of its three views is shown.

import { login, me, session, site } from "/client.js";
import * as desk from "/desk.js";
import * as join from "/join.js";
import { find, onSubmit } from "/dom.js";
import { speak, t } from "/languages/say.js";

speak("en", await (await fetch("/languages/en.json")).json());

const notice = find("notice");

find("today").textContent = new Intl.DateTimeFormat("en-GB", { dateStyle: "full" }).format(new Date());

// The page works without: it is only called by its own name then.
site().then(({ name, password }) => {
  document.title = find("site-name").textContent = name;
  for (const club of document.querySelectorAll(".club")) {
    club.textContent = ` to ${name}`;
  }
  for (const rule of document.querySelectorAll(".password-rule")) {
    rule.textContent = `${password.min} to ${password.max} characters, not a common password. `;
  }
}, () => {});

session.onOver = (sentence) => {
  const kept = desk.chosen();
  showSignIn(kept ? `${sentence} ${kept} stays chosen.` : sentence, true);
};
desk.connect(() => {
  session.end();
  showSignIn("Your password is changed, and every session with the old one has ended. Please sign in with the new one.");
}, () => {
  session.end();
  location.hash = "";
  showSignIn(t("account.left"));
});

join.connect(async (member) => {
  history.replaceState(null, "", "/");
  notice.textContent = "Your password is set, and you are signed in.";
  await showDesk(member, "publish-heading");
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
  showSignIn(t("page.signed_out"));
});

/** Shows the form to sign in; what is chosen on the desk stays there where `keepsFiles`. */
function showSignIn(sentence, keepsFiles = false) {
  desk.clear(keepsFiles);
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
