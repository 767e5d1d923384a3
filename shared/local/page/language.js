// Which language the page speaks: the one that was chosen here, or else the dearest of the browser's that is offered.

import { find } from "/dom.js";
import { choose, OFFERED, speak, spoken } from "/languages/say.js";
import { translate } from "/languages/translate.js";

const KEY = "masthead.language";
/** How long the sentences of a language are waited for before the page speaks English, in milliseconds. */
const PATIENCE_MS = 4000;

/** Has the page speak, and shows it: style.css keeps it hidden until then. */
export async function start() {
  const kept = localStorage.getItem(KEY);
  const wanted = kept ? [kept, ...navigator.languages] : navigator.languages;
  const code = choose(wanted, OFFERED);
  // A page in English is of more use than none.
  const [language, sentences] = (await table(code)) ?? (await table("en")) ?? [];
  if (!sentences) {
    find("unloaded").hidden = false;
    throw new Error("none of the page's sentences can be loaded");
  }
  speak(language, sentences, wanted);
  const root = document.documentElement;
  root.lang = spoken();
  translate(document);
  offerOthers();
  root.dataset.spoken = "";
}

/** A language with its sentences; nothing where they can't be had. */
async function table(code) {
  const path = `/languages/${code}.json`;
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) {
      return [code, await answer.json()];
    }
    console.warn(`${path} is answered with status ${answer.status}.`);
  } catch (error) {
    console.warn(`${path} can't be loaded: ${error.message}`);
  }
  return null;
}

function offerOthers() {
  const choice = find("language");
  choice.replaceChildren(...OFFERED.map((code) => new Option(ownName(code), code)));
  choice.value = spoken();
  choice.hidden = OFFERED.length < 2;
  choice.addEventListener("change", () => {
    localStorage.setItem(KEY, choice.value);
    // Everything on the page is said anew, the server's sentences as well.
    location.reload();
  });
}

/** A language's name as those who speak it write it, in front of a list. */
function ownName(code) {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}
