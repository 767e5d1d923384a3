// The office on the page: members for administrators, everybody's documents for editors. What is open is in the page's address.

import * as client from "/client.js";
import { find } from "/dom.js";
import { checklist } from "/office/checklist.js";
import { membersView } from "/office/members.js";
import { noticesOf } from "/office/notices.js";
import { reviewView } from "/office/review.js";
import * as slips from "/office/slips.js";
import { isAtLeast } from "/office/words.js";

const MEMBERS = "#/members";
const REVIEW = /^#\/review(?:\/([a-z0-9-]+)\/([a-z0-9-]+))?$/;

let member = null;
let members = null;
let review = null;
let steps = null;
/** What is the same for every preview, fetched once. */
let frame = null;

/** `someone` is at the desk: shows what their role lets them see, where the page's address asks for it. */
export async function start(someone) {
  member = someone;
  const [isAdmin, isEditor] = ["admin", "editor"].map((role) => isAtLeast(member.role, role));
  find("office-nav").hidden = !isEditor;
  find("nav-members").hidden = !isAdmin;
  if (isAdmin) {
    steps = checklist(client, { me: member.handle, address: MEMBERS, onAway: () => find("publish-heading").focus() });
    find("first-steps").replaceChildren(steps.element);
  }
  follow();
  await Promise.all([notices(), find("first-steps").hidden ? null : steps?.refresh()]);
}

/** What an administrator did to the member's account. */
async function notices() {
  const mine = member;
  try {
    const { notices } = await client.account();
    if (mine === member) {
      find("notices").replaceChildren(...noticesOf(client, notices ?? [], () => find("publish-heading").focus()));
    }
  } catch (refused) {
    // They are told at the next visit; nobody is kept from the desk.
    if (refused.name !== "AbortError") {
      console.warn(`what was done to the account isn't known: ${refused.message}`);
    }
  }
}

/** The page's address has changed. */
function follow() {
  if (!member) {
    return;
  }
  const { hash } = location;
  const isMembers = hash === MEMBERS && isAtLeast(member.role, "admin");
  const looked = isAtLeast(member.role, "editor") ? REVIEW.exec(hash) : null;
  const isOffice = isMembers || looked !== null;
  const office = find("office");
  if (isOffice) {
    find("desk").hidden = true;
  }
  office.hidden = !isOffice;
  find("first-steps").hidden = find("desk").hidden;
  find("nav-desk").ariaCurrent = isOffice ? null : "page";
  find("nav-members").ariaCurrent = isMembers ? "page" : null;
  find("nav-review").ariaCurrent = looked ? "page" : null;
  if (isMembers) {
    members ??= membersView(client, { me: member.handle });
    // What is open stays open while the other is looked at: slips above all.
    office.replaceChildren(members.element);
    members.show();
  } else if (looked) {
    review ??= reviewView(client, { frame: frameOnce, prefix: "", address: (handle, slug) => `#/review/${handle}/${slug}`, list: "#/review", site: () => client.site(), api: location.origin });
    office.replaceChildren(review.element);
    const [, handle, slug] = looked;
    review.show(handle ? { handle, slug } : null);
  } else if (!find("desk").hidden) {
    void steps?.refresh();
  }
}

function frameOnce() {
  frame ??= fetch("/desk/frame.html").then((answer) => answer.text());
  frame.catch(() => (frame = null));
  return frame;
}

/** Whether the member may sign out: slips that nobody has printed or saved are asked about. */
export const mayLeave = () => slips.mayLeave(find("dialogs"));

/** Takes everything of the office off the page: codes above all. */
export function clear() {
  member = null;
  members?.clear();
  review?.clear();
  members = review = steps = null;
  find("office").replaceChildren();
  find("office").hidden = find("office-nav").hidden = find("first-steps").hidden = true;
  find("first-steps").replaceChildren();
  find("notices").replaceChildren();
}

export function connect() {
  window.addEventListener("hashchange", follow);
  for (const name of ["nav-members", "nav-review"]) {
    const link = find(name);
    // A link to what is shown already changes no address: what is shown is looked at anew.
    link.addEventListener("click", () => link.hash === location.hash && follow());
  }
}
