// What browsers do with the copies that are stored of hostile drawings: nothing but show them, even where a server
// forgets the policy.
//
// Each file of shared/picture/src/svg/tests/hostile is uploaded. What is served of it is opened in an `<img>`, as a document
// with the policy that it is served with, and as a document without any, from a server of this test. Clicks and keys are
// tried on documents. The names in the files lead to a canary, which counts whoever calls. The originals, opened
// without a policy, show that all of it would be seen.
//
// Needs MASTHEAD_URL, MASTHEAD_KIT (the password of kit@club.example) and CHROMIUM; `run` sets them.

import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createCanary } from "node:net";
import { dismiss, equal, eventually, launch, ok } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_KIT: PASSWORD } = process.env;
const HOSTILE = new URL("../../shared/picture/src/svg/tests/hostile/", import.meta.url);
/** Sent at once, and looked at at once. */
const SIDE_BY_SIDE = 8;
/** As long a document may begin something after it is loaded, in milliseconds. */
const LOOKED_AT_MS = 300;
/** Some originals, and what each must be seen to do without a policy. */
const ORIGINALS = {
  "script.svg": ["script", "dialog"],
  "onload.svg": ["script", "dialog"],
  "image-remote.svg": ["request"],
  "css-import.svg": ["request"],
  "foreign-meta.svg": ["navigation"],
  "foreign-frame.svg": ["navigation"],
  "link-javascript.svg": ["script", "dialog"],
};

let calls = 0;
const canary = createCanary((socket) => {
  calls += 1;
  socket.destroy();
});
/** Paths and what is served there, without a policy; whatever else is asked for is counted as a request. */
const documents = new Map();
const strays = [];
const plain = createServer((request, response) => {
  const found = documents.get(request.url);
  // A browser asks for the site's icon by itself.
  if (!found && request.url !== "/favicon.ico") strays.push(request.url);
  response.writeHead(found ? 200 : 404, { "Content-Type": found?.type ?? "text/plain" });
  response.end(found?.bytes);
});
for (const server of [canary, plain]) await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const PLAIN = `http://127.0.0.1:${plain.address().port}`;

/** Serves bytes without a policy, and gives their address. */
function served(path, type, bytes) {
  documents.set(path, { type, bytes });
  return PLAIN + path;
}

async function call(path, request = {}) {
  const answer = await fetch(`${SITE}/api/${path}`, { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
  return { ...(await answer.json()), code: answer.status };
}

/** Does something with each of a list, some at once. */
async function each(list, action) {
  const waiting = [...list];
  const lane = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await action(one);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
}

let token;
({ access_token: token } = await call("login", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ email: "kit@club.example", password: PASSWORD }),
}));
ok(token, "the member signs in");

const names = (await readdir(HOSTILE)).filter((name) => name.endsWith(".svg")).sort();
const originals = new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, HOSTILE))])));
const refused = [];
await each(names, async (name) => {
  const form = new FormData();
  form.append("file", new Blob([originals.get(name)]), name);
  form.append("path", `hostile/${name}`);
  const answer = await call("upload_file", { method: "POST", body: form });
  if (answer.status !== "success") {
    ok([415, 422].includes(answer.code) && answer.message, `${name} is taken or refused, but the answer is ${answer.code}: ${answer.message}`);
    refused.push(name);
  }
});
let files = [];
await eventually(async () => {
  files = (await call("files")).files.filter(({ path }) => path.startsWith("hostile/"));
  return files.every(({ state }) => state !== "processing");
}, "every drawing is ready or rejected");
const ready = files.filter(({ state }) => state === "ready").map(({ path, url }) => ({ name: path.replace("hostile/", ""), url }));
equal(ready.length + files.filter(({ state }) => state === "rejected").length + refused.length, names.length, "the drawings that are ready, rejected or refused");
ok(ready.length > names.length / 2, `most are ready, so that there is something to look at, but ${ready.length} are`);
console.log(`ok    ${names.length} hostile drawings are uploaded, of which ${names.length - ready.length} are refused`);

const browser = await launch([`--host-resolver-rules=MAP evil.example 127.0.0.1:${canary.address().port}, MAP evil 127.0.0.1:${canary.address().port}`]);

/** Opens an address in a browser of its own, tries to set something off, and gives what was done beside showing it. */
async function deedsOf(address, allowed = [address]) {
  const context = await browser.newContext();
  const done = [];
  const did = (deed, what) => done.push({ deed, what });
  context.on("request", (request) => {
    if (!allowed.includes(request.url())) did(request.isNavigationRequest() ? "navigation" : "request", request.url());
  });
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    did("dialog", dialog.message());
    dismiss(dialog);
  });
  page.on("popup", (popup) => did("navigation", popup.url()));
  page.on("download", (download) => did("navigation", download.url()));
  page.on("framenavigated", (frame) => allowed.includes(frame.url()) || did("navigation", frame.url()));
  const line = await context.newCDPSession(page);
  // The program that drives the browser has an empty one.
  line.on("Debugger.scriptParsed", ({ url, length }) => length > 0 && did("script", `${length} bytes of ${url || "no address"}`));
  await line.send("Debugger.enable");
  try {
    // One that goes elsewhere at once never loads.
    await page.goto(address, { waitUntil: "load", timeout: 10_000 }).catch((error) => did("error", error.message));
    await page.waitForTimeout(LOOKED_AT_MS);
    for (const [x, y] of [[4, 4], [60, 60], [640, 360]]) await page.mouse.click(x, y);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(LOOKED_AT_MS / 3);
  } finally {
    await context.close();
  }
  return done;
}

let failures = 0;
async function check(what, list, action) {
  const started = performance.now();
  const before = [calls, strays.length];
  const found = [];
  await each(list, async ({ name, ...one }) => {
    const done = await action({ name, ...one });
    if (done.length > 0) found.push(`${name}: ${done.map(({ deed, what }) => `${deed} (${what})`).join(", ")}`);
  });
  if (calls > before[0]) found.push(`${calls - before[0]} calls of the canary`);
  if (strays.length > before[1]) found.push(`requests of ${strays.slice(before[1])}`);
  if (found.length === 0) {
    console.log(`ok    ${what}: ${list.length} (${Math.round(performance.now() - started)} ms)`);
  } else {
    failures += 1;
    console.error(`FAIL  ${what}\n\n${found.join("\n")}\n`);
  }
}

try {
  for (const [name, deeds] of Object.entries(ORIGINALS)) {
    const done = await deedsOf(served(`/raw/${name}`, "image/svg+xml", originals.get(name)));
    for (const deed of deeds) ok(done.some((one) => one.deed === deed), `${name} is seen to do it without a policy: ${deed}; it does ${JSON.stringify(done)}`);
  }
  ok(calls > 0, "the canary is called by originals");
  ok(strays.length > 0, "the plain server is asked for more by originals");
  console.log(`ok    originals without a policy are seen to do what is looked for, and call the canary: ${calls}`);

  await check("what is served of hostile drawings does nothing in an <img>", ready, ({ name, url }) => {
    const page = served(`/img/${name}.html`, "text/html", `<!doctype html><title>x</title><img src="${url}" alt="" width="600">`);
    return deedsOf(page, [page, url]);
  });
  await check("nor as a document with its policy", ready, ({ url }) => deedsOf(url));
  await check("nor as a document without any", ready, async ({ name, url }) => {
    const answer = await fetch(url);
    equal([answer.status, answer.headers.get("content-type")], [200, "image/svg+xml"], `how ${name} is served`);
    ok(/(^|;)\s*sandbox\s*(;|$)/.test(answer.headers.get("content-security-policy") ?? ""), `${name} is served with a policy`);
    return deedsOf(served(`/copy/${name}`, "image/svg+xml", Buffer.from(await answer.arrayBuffer())));
  });
  process.exitCode = failures > 0 ? 1 : 0;
} finally {
  await browser.close();
  plain.close();
  canary.close();
}
