// The page where members sign in: which of its three views is shown.

import { login, me, session, site } from "/client.js";
import * as desk from "/desk.js";
import * as editor from "/editor.js";
import * as forgot from "/forgot.js";
import * as join from "/join.js";
import * as office from "/office.js";
import { element, find, onSubmit } from "/dom.js";
import * as language from "/language.js";
import { when } from "/languages/amounts.js";
import { pieces, t } from "/languages/say.js";

await language.start();

const notice = find("notice");

find("today").textContent = when(new Date(), "day");
// What stands around the name is plain to the eye.
const name = find("member-name");
const around = (part) => (part === name ? part : element("span", { className: "visually-hidden" }, part));
find("signed-in-as").replaceChildren(...pieces("desk.signed_in_as", { name }).map(around));

// The page works without: it is only called by its own name then.
site().then(({ name, password, mail }) => {
  document.title = find("site-name").textContent = name;
  find("sign-in-heading").textContent = t("page.sign_in_to", { name });
  find("join-welcome").textContent = t("page.join_to", { name });
  for (const rule of document.querySelectorAll(".password-rule")) {
    rule.textContent = t("desk.password_rule", password);
  }
  forgot.offer(mail);
}, () => {});

forgot.connect();

session.onOver = (ending) => {
  const { count, names } = desk.chosen();
  showSignIn(count > 0 ? t("page.stays_chosen", { ending, count, names }) : ending, true);
};
desk.connect((sentence, end) => {
  session.end();
  if (end === "left") {
    location.hash = "";
  }
  showSignIn(sentence);
});

editor.connect();
office.connect();

join.connect(async (member) => {
  history.replaceState(null, "", "/");
  notice.textContent = t("desk.password_set");
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

find("sign-out").addEventListener("click", async () => {
  if (!(await office.mayLeave())) {
    return;
  }
  const drafts = await editor.mayLeave();
  if (!drafts) {
    return;
  }
  editor.clear(drafts === "keep");
  session.end();
  location.hash = "";
  showSignIn(t("desk.signed_out"));
});

/** Shows the form to sign in; what is chosen on the desk stays there where `keepsFiles`. */
function showSignIn(sentence, keepsFiles = false) {
  editor.clear();
  office.clear();
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
  return Promise.all([desk.start(member), editor.start(member), office.start(member)]);
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
