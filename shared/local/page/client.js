// The API, and the session that a token makes.

import { fileName } from "/history/name.js";
import { spoken, t } from "/languages/say.js";

// The token lives in sessionStorage and nowhere else: it ends with the tab, other tabs never see
// it, and unlike localStorage nothing of it is left on a computer that a class shares.
const KEY = "masthead.token";

/**
 * What the server, or the way to it, said no with. `message` is a sentence for the member. With the code
 * `other_title`, `replaces` and `instead` are both documents, each with its slug and its title. `retryAfter` are the
 * seconds that the server says to wait.
 */
export class Refusal extends Error {
  constructor(status, code, message, { replaces, instead, retryAfter } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.replaces = replaces;
    this.instead = instead;
    this.retryAfter = retryAfter;
  }
}

let requests = new AbortController();
let whenOver = () => {};

export const session = {
  get token() {
    return sessionStorage.getItem(KEY);
  },
  start(token) {
    sessionStorage.setItem(KEY, token);
  },
  /** Forgets the token and drops every request under way, so that no late answer is shown. */
  end() {
    sessionStorage.removeItem(KEY);
    requests.abort();
    requests = new AbortController();
  },
  /** Calls `listener` with a sentence when the server no longer takes the token. */
  set onOver(listener) {
    whenOver = listener;
  },
};

export async function login(email, password) {
  const answer = await read(() =>
    ask("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
    }),
  );
  return signedIn(answer);
}

function signedIn({ access_token: token, member }) {
  session.start(token);
  return member;
}

/** What the site is called, the password's rule and the limits; for everybody. */
export async function site() {
  return (await read(() => ask("/api/site"))).site;
}

export async function me() {
  return (await signed("/api/me")).member;
}

/** The member, what became of the picture that was sent last, the address, which letters come, and what an administrator did to the account. */
export async function account() {
  return accountOf(await signed("/api/me"));
}

/** As the npm package's client has it. */
function accountOf({ member, picture_upload: pictureUpload, email, new_email: newEmail, mail: letters, listed, notices }) {
  return { member, pictureUpload, email, newEmail: newEmail ?? null, letters, listed, notices };
}

/** Sends a picture of a file called `name`; `onProgress` is called with the percentage that has left this machine. */
export function uploadPicture(file, name, onProgress) {
  const formData = new FormData();
  formData.append("profile_pic", file, name);
  return withProgress("/api/upload_profile_pic", formData, onProgress).then((answer) => answer.picture);
}

/** Puts a picture that is too large for a form to the address that the server hands out for it. */
export function putPicture(file, name, onProgress) {
  return put({ kind: "profile_pic", content_type: file.type, size: file.size, file_name: name }, file, onProgress);
}

/** Sends a file of documents, of at most 4 MiB, to its path; `onProgress` as for a picture. */
export function uploadFile(bytes, path, onProgress, signal) {
  const formData = new FormData();
  formData.append("file", bytes, path.slice(path.lastIndexOf("/") + 1));
  formData.append("path", path);
  return withProgress("/api/upload_file", formData, onProgress, signal).then((answer) => answer.file);
}

/** Puts a file of documents that is too large for a form. */
export function putFile(bytes, type, path, onProgress, signal) {
  return put({ kind: "file", path, content_type: type, size: bytes.size }, bytes, onProgress, signal);
}

async function put(announced, bytes, onProgress, signal) {
  const { file, upload } = await signed("/api/upload_url", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(announced),
  });
  const { status } = await sent(upload.method, upload.url, upload.headers, bytes, onProgress, signal);
  if (status !== 200) {
    throw new Refusal(status, "not_stored", t("desk.not_stored"));
  }
  return file;
}

/** The member's files, and how much they may have. */
export function files() {
  return signed("/api/files");
}

export function deleteFile(id) {
  return signed(`/api/files/${id}`, { method: "DELETE" });
}

export function deletePicture() {
  return signed("/api/upload_profile_pic", { method: "DELETE" });
}

/**
 * Sends a README that lies in the folder `path`; `onProgress` is called with the percentage that has left this machine.
 * Where `replace` is `same_title`, a document of another title is refused with `other_title`, and `any` replaces it.
 * With `ifVersion` any other version than that is refused with `conflict`.
 */
export function uploadReadme(file, slug, onProgress, replace = "any", path = "", signal = null, { ifVersion = null, schedule = false } = {}) {
  const formData = new FormData();
  formData.append("readme_file", file);
  formData.append("replace", replace);
  if (slug) {
    formData.append("slug", slug);
  }
  if (path) {
    formData.append("path", path);
  }
  if (ifVersion) {
    formData.append("if_version", ifVersion);
  }
  if (schedule) {
    formData.append("schedule", "true");
  }
  return withProgress("/api/upload_readme", formData, onProgress, signal).then((answer) => answer.readme);
}

/** All documents, page by page; each has its warnings at its own address. */
export async function readmes() {
  const all = [];
  let cursor = null;
  do {
    const page = await signed(`/api/readmes?limit=100${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.readmes);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}

export async function readme(slug) {
  return (await signed(`/api/readmes/${encodeURIComponent(slug)}`)).readme;
}

/** What publishing would make of a text; nothing is stored. */
export async function preview({ text, fileName, path, slug }, signal) {
  const answer = await signed("/api/preview", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text, file_name: fileName, path, slug }),
    signal,
  });
  return answer.preview;
}

export function deleteReadme(slug) {
  return signed(`/api/readmes/${encodeURIComponent(slug)}`, { method: "DELETE" });
}

/** Gives a document another address, if it is the version that was read. */
export async function renameReadme(slug, wanted, version) {
  const answer = await signed(at(slug, "rename"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ slug: wanted, if_version: version }),
  });
  return answer.readme;
}

/** A document as its author sent it: its bytes, its file's name, and which version it is. */
export function source(slug) {
  return savedFile(slug, "source");
}

/** The versions of a document, newest first, a page of them; `cursor` is that of the page before. */
export function versions(slug, { cursor } = {}) {
  return signed(`${at(slug, "versions")}${query({ cursor })}`);
}

/** One version of a document, as it was sent. */
export function version(slug, id) {
  return savedFile(slug, "versions", id);
}

/** What changed in a version: since the one before it, or `since` another one. */
export async function changes(slug, id, { since } = {}) {
  return (await signed(`${at(slug, "versions", id, "changes")}${query({ since })}`)).changes;
}

/** Makes a version the newest again, of a document that was deleted, too. */
export async function restoreReadme(slug, version) {
  const answer = await signed(at(slug, "restore"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ version }),
  });
  return answer.readme;
}

/** What was deleted and can still come back, a page of it. */
export function deletedReadmes({ cursor } = {}) {
  return signed(`/api/readmes${query({ deleted: "yes", cursor })}`);
}

/** Erases every version of a document for good, of one that was deleted, too. */
export function eraseReadme(slug) {
  return signed(`${at(slug)}?forever=yes`, { method: "DELETE" });
}

/** Puts away what the account told of an administrator's acts, up to the one `at` that time. */
export function putNoticesAway(at) {
  return sending("PATCH", "/api/me", { notices_seen: at });
}

/** The site's members, for administrators, a page of them; `q` is what stands in a handle, a name or an address. */
export function members({ cursor, q, signal } = {}) {
  return signed(`/api/members${query({ cursor, q })}`, { signal });
}

/** Invites a member; the code in the answer is told this once. */
export function inviteMember({ email, name, handle, role, mail }) {
  return sending("POST", "/api/members", { email, name, handle, role, mail });
}

/** Invites the members of a list, or says what would become of each row. */
export function importMembers(csv, { dryRun = false, skipBad = false, mail = false } = {}) {
  return sending("POST", "/api/members/import", { csv, dry_run: dryRun, skip_bad: skipBad, mail });
}

export async function changeMember(id, change) {
  return (await sending("PATCH", memberAt(id), change)).member;
}

/** Gives a member a new code. */
export function resetMember(id) {
  return sending("POST", memberAt(id, "reset"), {});
}

export function signOutMember(id) {
  return sending("POST", memberAt(id, "sign_out"), {});
}

/** Erases a member and everything of theirs, for good; `handle` is theirs once more. */
export function removeMember(id, handle) {
  return sending("DELETE", memberAt(id), { handle });
}

/** Everybody's documents, for editors, a page of them. */
export function review({ state, cursor, signal } = {}) {
  return signed(`/api/review${query({ state, cursor })}`, { signal });
}

/** One document of somebody's, as its editors look at it. */
export function reviewed(handle, slug, signal) {
  return signed(reviewedAt(handle, slug), { signal });
}

/** Approves, withdraws or restores a document, if it is the version that was looked at. */
export function decide(handle, slug, decision) {
  return sending("POST", reviewedAt(handle, slug), decision);
}

/** What administrators and editors did, a page of it. */
export function acts({ cursor, signal } = {}) {
  return signed(`/api/audit${query({ cursor })}`, { signal });
}

/** Where a member is, or what is below. */
const memberAt = (id, ...below) => ["/api/members", ...[id, ...below].map(encodeURIComponent)].join("/");

/** Where a document is for its editors. */
const reviewedAt = (handle, slug) => ["/api/review", ...[handle, slug].map(encodeURIComponent)].join("/");

/** Sends JSON with the token. */
function sending(method, path, json) {
  return signed(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(json) });
}

/** Where a document lies, or what is below it. */
function at(slug, ...below) {
  return ["/api/readmes", ...[slug, ...below].map(encodeURIComponent)].join("/");
}

/** The parameters that are given, as an address has them. */
function query(parameters) {
  // Not by URLSearchParams, which writes a space as a plus: that is a space in forms, and a plus in what some gateways pass on.
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return given.length > 0 ? `?${given.join("&")}` : "";
}

async function savedFile(slug, ...below) {
  mustBeSignedIn();
  const { signal } = requests;
  const response = await reach(() => ask(at(slug, ...below), { headers: { Authorization: `Bearer ${session.token}` }, signal, cache: "no-store" }));
  if (!response.ok) {
    return answered(response.status, await response.text(), response.headers.get("Retry-After"));
  }
  return {
    blob: await reach(() => response.blob()),
    name: fileName(response.headers.get("Content-Disposition"), `${slug}.md`),
    // A cache on the way that compresses marks it as weak.
    version: (response.headers.get("ETag") ?? "").replace(/^W\//, "").replaceAll('"', ""),
  };
}

export function setPassword({ currentPassword, password }) {
  return signed("/api/set_password", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ current_password: currentPassword, password }),
  });
}

/** Gives the member another name; the answer has it as it is shown. */
export async function rename(name) {
  return (await patchMe({ name })).member;
}

/** Has a code sent to the address that the member wants. */
export function wantEmail(email, password) {
  return patchMe({ email, password });
}

/** Gives the member that address, by the code, and ends every session. */
export function proveEmail(code) {
  return patchMe({ email_code: code });
}

/** Sets which letters come: `page_up`, `editor_note`. */
export function chooseLetters(mail) {
  return patchMe({ mail });
}

/** Puts the member into the list of members that everybody sees, or takes them out of it. */
export function beListed(listed) {
  return patchMe({ listed });
}

async function patchMe(wanted) {
  return accountOf(await sending("PATCH", "/api/me", wanted));
}

/** Has a code for a new password sent to an address, if it is that of a member with a password. */
export function forgotPassword(email) {
  return read(() =>
    ask("/api/forgot_password", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email }),
    }),
  );
}

/** Ends the membership for good: every session with it, and everything of the member's is erased. */
export function leave(password) {
  return signed("/api/me/delete", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ password }),
  });
}

/** Sets a password by the code of an invitation or a reset, and signs the member in. */
export async function join(code, password) {
  const answer = await read(() =>
    ask("/api/set_password", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, password }),
    }),
  );
  return signedIn(answer);
}

/** The converted file as text. */
export async function content(entryId) {
  const { signal } = requests;
  const response = await reach(() =>
    // It may have been replaced this very second.
    ask(`/content/${entryId}.md`, { cache: "no-cache", signal }),
  );
  if (!response.ok) {
    throw refusal(response.status, await response.text());
  }
  return response.text();
}

/** The server says its sentences in the language of the page. */
const inLanguage = () => ({ "Accept-Language": spoken() });

const ask = (path, { headers, ...options } = {}) => fetch(path, { ...options, headers: { ...inLanguage(), ...headers } });

async function signed(path, { headers, signal: stop, ...options } = {}) {
  mustBeSignedIn();
  const { signal } = requests;
  return read(() =>
    ask(path, {
      ...options,
      headers: { ...headers, Authorization: `Bearer ${session.token}` },
      signal: stop ? AbortSignal.any([signal, stop]) : signal,
    }),
  );
}

/** What was begun before the session ended doesn't go on after it. */
function mustBeSignedIn() {
  if (!session.token) {
    throw new DOMException("signed out", "AbortError");
  }
}

async function read(send) {
  const response = await reach(send);
  return answered(response.status, await response.text(), response.headers.get("Retry-After"));
}

async function reach(send) {
  try {
    return await send();
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
}

async function withProgress(path, body, onProgress, stop) {
  mustBeSignedIn();
  const { status, text, retryAfter } = await sent("POST", path, { ...inLanguage(), Authorization: `Bearer ${session.token}` }, body, onProgress, stop);
  return answered(status, text, retryAfter);
}

/** `fetch` can't tell how much of a body has been sent; XMLHttpRequest can. The signal `stop` ends it. */
function sent(method, url, headers, body, onProgress, stop) {
  const { signal } = requests;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) {
        onProgress(Math.round((100 * event.loaded) / event.total));
      }
    });
    request.addEventListener("load", () =>
      resolve({
        status: request.status,
        text: request.responseText,
        // Of the store's answers a page may not ask for one header by its name.
        retryAfter: /^retry-after: *(\d+)/im.exec(request.getAllResponseHeaders())?.[1],
      }),
    );
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("signed out", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    stop?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

function answered(status, text, retryAfter) {
  const envelope = parsed(text);
  if (envelope?.status === "success") {
    return envelope;
  }
  const refused = refusal(status, text, retryAfter);
  if (refused.code === "invalid_token") {
    session.end();
    whenOver(refused.message);
    throw new DOMException("the session is over", "AbortError");
  }
  throw refused;
}

function refusal(status, text, retryAfter) {
  const envelope = parsed(text);
  const seconds = retryAfter ? Number(retryAfter) : undefined;
  if (typeof envelope?.message === "string") {
    return new Refusal(status, envelope.code, envelope.message, { ...envelope, retryAfter: seconds });
  }
  const sentence = t("desk.unreadable", { status: String(status) });
  return new Refusal(status, "unreadable", sentence, { retryAfter: seconds });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreachable() {
  return new Refusal(0, "unreachable", t("desk.unreachable"));
}
