// The member's own account on the page: name, password, address, letters, and how they leave.

import { accountForms, endedBy } from "/account/forms.js";
import { accountParts } from "/account/markup.js";
import { elementOf } from "/account/write.js";
import * as client from "/client.js";
import { find, say } from "/dom.js";
import { translate } from "/languages/translate.js";

let forms = null;

/**
 * Puts the forms where the page has a place for them. `onRenamed` is called with the member under the new name, `onEnded` with a sentence,
 * and what the member did, when the session is over by that.
 */
export function connect(onRenamed, onEnded) {
  const place = find("own-account");
  place.append(...accountParts({ tag: "h2" }).map((part) => elementOf(part, "")));
  translate(place);
  forms = accountForms(place, client, { prefix: "", onNamed: onRenamed, onEnded: (end) => onEnded(endedBy(end), end) });
}

/** Shows `member`'s name. */
export function show(member) {
  forms.showName(member);
}

/** Shows what the account says. */
export async function refresh() {
  try {
    await forms.refresh();
  } catch (refused) {
    say(find("account-error"), refused);
  }
}

/** Takes everything of the member's off the page. */
export function clear() {
  forms.clear();
}
