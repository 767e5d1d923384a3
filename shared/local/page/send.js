// How the page sends a note or a file of a folder, with how much of it is on its way.

import * as client from "/client.js";
import { baseName, folderOf } from "/folder/paths.js";
import * as folder from "/folder/send.js";

/** Sends a picture or PDF; gives nothing where one of `known` is what would be sent. */
export function sendFile(file, path, { known = [], onProgress = () => {}, signal }) {
  const ways = {
    form: (bytes) => client.uploadFile(bytes, path, onProgress, signal),
    put: (bytes, type) => client.putFile(bytes, type, path, onProgress, signal),
  };
  return folder.sendFile(file, path, known, ways, signal);
}

/** Sends a note, as `sendNote` of the folder does; `desk` is what that is told. */
export function sendNote(bytes, path, { onProgress, signal, ...desk }) {
  const file = new File([bytes], baseName(path), { type: "text/markdown" });
  return folder.sendNote(file, path, desk, ({ slug, replace }) => client.uploadReadme(file, slug, onProgress, replace, folderOf(path), signal));
}
