// The places on the page for earlier versions and for what was deleted.

import * as client from "/client.js";
import { find } from "/dom.js";
import { deletedDocuments } from "/history/deleted.js";
import { earlierVersions } from "/history/versions.js";

let versions;
let documents;

/** Fills the places; `onRestored` is called with the slug of what has come back, and whether its report is open. */
export function connect(onRestored) {
  versions = earlierVersions(client, { onRestored: (slug) => onRestored(slug, true) });
  documents = deletedDocuments(client, { onRestored: (slug) => onRestored(slug, false) });
  find("report-history").replaceChildren(versions.element);
  find("undo").replaceChildren(documents.notice);
  find("deleted").replaceChildren(documents.list);
}

/** Shows the earlier versions of the document whose report is open; those of none for `null`. */
export function show(slug) {
  versions.show(slug);
}

export function refresh() {
  return documents.refresh();
}

/** Offers to undo a deletion, and takes the focus. */
export function deleted(document) {
  documents.deleted(document);
}

export function clear() {
  versions.show(null);
  documents.clear();
}
