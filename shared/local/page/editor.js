// The editor on the page: which document it has open is in the page's address.

import * as client from "/client.js";
import { Drafts } from "/desk/drafts.js";
import { openEditor } from "/desk/editor.js";
import { plainField } from "/desk/field.js";
import * as leave from "/desk/leave.js";
import { element, find } from "/dom.js";
import { sendFile } from "/send.js";

const WRITE = "#/write";
const EDIT = /^#\/edit\/([a-z0-9-]+)$/;
const API = location.origin;

/** The address in which a document is edited; of a new one where there is no `slug`. */
export const address = (slug) => (slug === null ? WRITE : `#/edit/${slug}`);

/** What the page's address says is to be edited: a slug, `null` for a new document, nothing at all. */
function wanted() {
  return location.hash === WRITE ? null : EDIT.exec(location.hash)?.[1];
}

let member = null;
let opened = null;
/** What is the same for everybody, fetched once. */
let about = null;
let opening = 0;

const drafts = () => new Drafts(() => localStorage, API, member.handle);

async function look() {
  const [document, site] = await Promise.all([fetch("/desk/frame.html").then((answer) => answer.text()), client.site()]);
  return { frame: document, site: site.url ?? API };
}

/** `member` is at the desk: shows the editor where the page's address asks for it. */
export async function start(someone) {
  member = someone;
  await follow();
}

/** The page's address has changed. */
async function follow() {
  opening += 1;
  const mine = opening;
  const isOpen = opened !== null;
  opened?.close();
  opened = null;
  if (!member) {
    return;
  }
  const slug = wanted();
  const isWanted = slug !== undefined;
  find("desk").hidden = isWanted;
  find("editor").hidden = !isWanted;
  find("drafts").replaceChildren(...leave.listed(drafts(), address));
  if (!isWanted) {
    if (isOpen && !location.hash) {
      find("write-new").focus();
    }
    return;
  }
  about ??= look();
  try {
    const { frame, site } = await about;
    if (mine === opening) {
      opened = openEditor(find("editor"), { ...host(), frame, site }, slug);
    }
  } catch (refused) {
    about = null;
    if (mine === opening && refused.name !== "AbortError") {
      find("editor").replaceChildren(element("p", { className: "error", role: "alert" }, refused.message));
    }
  }
}

function host() {
  return {
    server: {
      preview: client.preview,
      source: client.source,
      readme: client.readme,
      readmes: client.readmes,
      files: async () => (await client.files()).files,
      uploadReadme: (file, { slug, path, replace, ifVersion }) => client.uploadReadme(file, slug, () => {}, replace, path, null, { ifVersion }),
      uploadFile: (file, path, onShare, signal) => sendFile(file, path, { onProgress: (percent) => onShare(percent / 100), signal }),
    },
    handle: member.handle,
    api: API,
    drafts: drafts(),
    field: async (area) => plainField(area),
    published: (slug) => (location.hash = `#/readmes/${slug}`),
    closed: () => (location.hash = ""),
  };
}

/** Whether the member may sign out: what isn't published is kept or thrown away, as they say. */
export async function mayLeave() {
  opened?.keep();
  return leave.mayLeave(find("dialogs"), drafts(), false);
}

/** Takes the member's text off the page; it stays kept, unless the member threw it away. */
export function clear(keeps = true) {
  opening += 1;
  opened?.close(keeps);
  opened = null;
  member = null;
  find("drafts").replaceChildren();
  find("editor").replaceChildren();
  find("editor").hidden = true;
}

export function connect() {
  window.addEventListener("hashchange", follow);
}
