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
  try {
    speak(code, await table(code), wanted);
  } catch (refused) {
    if (code === "en") {
      find("unloaded").hidden = false;
      throw refused;
    }
    // A page in English is of more use than none.
    speak("en", await table("en"), wanted);
  }
  const root = document.documentElement;
  root.lang = spoken();
  translate(document);
  offerOthers();
  root.dataset.spoken = "";
}

async function table(code) {
  const answer = await fetch(`/languages/${code}.json`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) {
    throw new Error(`/languages/${code}.json is answered with status ${answer.status}.`);
  }
  return answer.json();
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
