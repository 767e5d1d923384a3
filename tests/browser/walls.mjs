// What pages of foreign origins can do to a running `masthead dev`: read what is published, and nothing else.
//
// The foreign pages are at another port of this machine, at a name of their own, and at a name that its owner
// points at this machine (DNS rebinding), so that for the browser the stack's own ports are their origin. Those of
// another port may call the API, as a site in development does, and no store.
//
// Needs MASTHEAD_URL, MASTHEAD_PASSWORD (of the demo member) and CHROMIUM; `run` sets them.

import { createServer } from "node:http";
import { equal, eventually, launch, ok, step, watched } from "./harness.mjs";

const { MASTHEAD_URL: SITE, MASTHEAD_PASSWORD: PASSWORD } = process.env;
const EMAIL = "demo@example.com";
const API = new URL(SITE).port;
const [S3, DYNAMODB] = [1, 2].map((after) => Number(API) + after);
/** A member under attack has to wait after five failures. */
const GUESSES = 12;

/** Whatever the foreign page does, the browser's console may complain of. */
const COMPLAINTS = [/./];

const server = createServer((_, answer) => {
  answer.setHeader("content-type", "text/html");
  answer.end("<!doctype html><title>a foreign page</title>");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const port = server.address().port;

async function signIn() {
  const answer = await fetch(`${SITE}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  return { ...(await answer.json()), status: answer.status };
}

/** In the page: what comes of a request, as far as the page gets to know. */
function attempt({ url, ...options }) {
  return fetch(url, options).then(
    async (answer) => `${answer.type} ${answer.status} ${(await answer.text()).slice(0, 200)}`,
    (error) => error.name,
  );
}

const { access_token: token } = await signIn();
ok(token, "the demo member signs in");
const form = new FormData();
form.append("readme_file", new Blob(["# A note\n\nStill here.\n"]), "walls.md");
await fetch(`${SITE}/api/upload_readme`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: form });
const published = `${SITE}/content/demo/walls.md`;
for (let tries = 0; tries < 100 && (await fetch(published)).status !== 200; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const browser = await launch(["--host-resolver-rules=MAP evil.example 127.0.0.1, MAP *.evil.example 127.0.0.1"]);
const page = await watched(browser);
const run = (name, action, expected = COMPLAINTS) => step(page, name, action, expected);

/** Everything a page sends to the stack by script. Returns what it was told. */
const attacks = (host) => [
  { name: "scans the table", url: `http://${host}:${DYNAMODB}/`, method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Scan",
      authorization: "AWS4-HMAC-SHA256 Credential=masthead/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0" },
    body: '{"TableName":"masthead-members"}' },
  { name: "writes the table without asking first", url: `http://${host}:${DYNAMODB}/`, method: "POST", mode: "no-cors",
    body: '{"TableName":"masthead-members","Item":{"pk":{"S":"EVIL"},"sk":{"S":"EVIL"}}}' },
  { name: "lists the uploads", url: `http://${host}:${S3}/masthead-uploads?list-type=2` },
  { name: "deletes an object", url: `http://${host}:${S3}/masthead-content/content/demo/walls.md`, method: "DELETE" },
  { name: "writes an object without asking first", url: `http://${host}:${S3}/masthead-content`, method: "POST", mode: "no-cors", body: "x" },
  { name: "signs in", url: `http://${host}:${API}/api/login`, method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }) },
  { name: "signs in without asking first", url: `http://${host}:${API}/api/login`, method: "POST", mode: "no-cors",
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }) },
  { name: "queues every README", url: `http://${host}:${API}/local/rewrite`, method: "POST", headers: { "x-masthead-local": "1" } },
  { name: "reads the member", url: `http://${host}:${API}/api/me`, headers: { authorization: `Bearer ${token}` } },
];

async function attackFrom(origin, host, chosen = () => true) {
  await page.goto(origin);
  for (const { name, ...request } of attacks(host).filter(chosen)) {
    const told = await page.evaluate(attempt, request);
    ok(told === "TypeError" || told.startsWith("opaque 0"), `a page of ${origin} that ${name} is told nothing: ${told}`);
  }
}

// Counts what gets through: a sign-in that is refused at the wall is no failed guess.
await run("a page that the site does not know learns nothing and does nothing", async () => {
  await attackFrom(`http://evil.example:${port}/`, "localhost");
  await attackFrom(`http://evil.example:${port}/`, "127.0.0.1");
});

await run("a page of another port of this machine opens no store, and signs in", async () => {
  const ofStores = ({ url }) => [S3, DYNAMODB].includes(Number(new URL(url).port));
  for (const own of ["127.0.0.1", "localhost"]) {
    for (const host of ["127.0.0.1", "localhost"]) {
      await attackFrom(`http://${own}:${port}/`, host, ofStores);
      const signsIn = attacks(host).find(({ name }) => name === "signs in");
      const told = await page.evaluate(attempt, signsIn);
      ok(told.startsWith("cors 200") && told.includes("access_token"), `a page of ${own} signs in at ${host}: ${told}`);
    }
  }
  equal((await fetch(published)).status, 200, "the document that it tried to delete");
});

await run("a form that guesses passwords makes no member wait", async () => {
  await page.goto(`http://evil.example:${port}/`);
  const answers = [];
  page.on("response", (response) => response.url().endsWith("/api/login") && answers.push(response.status()));
  for (let guess = 0; guess < GUESSES; guess += 1) {
    await page.evaluate(({ action, email, target }) => {
      // A frame for each, so that no form ends another's request.
      document.body.append(Object.assign(document.createElement("iframe"), { name: target }));
      const form = document.createElement("form");
      Object.assign(form, { action, method: "post", enctype: "text/plain", target });
      const field = document.createElement("input");
      Object.assign(field, { name: `{"email":"${email}","password":"not this one at all","x":"`, value: '"}' });
      form.append(field);
      document.body.append(form);
      form.submit();
    }, { action: `${SITE}/api/login`, email: EMAIL, target: `answer-${guess}` });
  }
  await eventually(() => answers.length >= GUESSES, "every form is answered");
  equal(answers, Array(GUESSES).fill(403), "the answers to the forms");
  equal((await signIn()).status, 200, "the member's own sign-in");
});

await run("a name that is pointed at this machine opens none of its ports", async () => {
  for (const at of [API, S3, DYNAMODB]) {
    const answer = await page.goto(`http://evil.example:${at}/`);
    equal(answer.status(), 421, `the answer of port ${at}`);
    const told = await page.evaluate(attempt, { url: "/api/login", method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }) });
    ok(told.startsWith("basic 421"), `the page's own origin refuses it: ${told}`);
  }
});

await run("what is published is read by any page, and is still there", async () => {
  await page.goto(`http://evil.example:${port}/`);
  const told = await page.evaluate(attempt, { url: published });
  ok(told.startsWith('cors 200') && told.includes('title: "A note"'), `a page reads what is published: ${told}`);
}, []);

// The journey begins with a member who has published nothing.
const gone = await fetch(`${SITE}/api/readmes/walls`, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
equal(gone.status, 202, "the end of the document");
await eventually(async () => (await fetch(published)).status === 404, "the document is gone");

await browser.close();
server.close();
