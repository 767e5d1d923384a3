// One note or file on its way: as it is sent, unless the server has it so.

import * as client from "/client.js";
import { addressOf, freeAddress, hasNote, mayReplace, sha256 } from "/folder/changed.js";
import { baseName, folderOf } from "/folder/paths.js";
import { sendFile as send } from "/folder/send.js";

/** How often a note is sent to another address, where two have its own. */
const ROUNDS = 5;

/** Sends a picture or PDF; gives nothing where the server has it so. */
export function sendFile(file, path, { known = [], onProgress = () => {}, signal }) {
  const ways = {
    form: (bytes) => client.uploadFile(bytes, path, onProgress, signal),
    put: (bytes, type) => client.putFile(bytes, type, path, onProgress, signal),
  };
  return send(file, path, known, ways, signal);
}

/**
 * Sends a note of a folder; gives nothing where the server has it so. `known` are the member's documents, and `answer` what
 * the member said where it would take another's place: a slug, or that it may `replace` it.
 */
export async function sendNote(bytes, path, { known, taken, answer = {}, onProgress, signal }) {
  if (hasNote(known, path, await sha256(bytes))) {
    return undefined;
  }
  const file = new File([bytes], baseName(path), { type: "text/markdown" });
  let slug = answer.slug ?? addressOf(known, path) ?? "";
  const replace = answer.replace || mayReplace(known, path) ? "any" : "same_title";
  for (let round = 1; ; round += 1) {
    try {
      const sent = await client.uploadReadme(file, slug, onProgress, replace, folderOf(path), signal);
      taken.add(sent.slug);
      return sent;
    } catch (refused) {
      const free = refused.code === "conflict" && round < ROUNDS ? freeAddress(path, taken) : undefined;
      if (free === undefined) {
        throw refused;
      }
      taken.add(free);
      slug = free;
    }
  }
}
