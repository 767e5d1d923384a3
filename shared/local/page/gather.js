// What somebody chose or dropped, under one name: `{ name, files }`, or `{ single }`, the one note that was chosen.

import * as gather from "/folder/gather.js";

export function fromInput(chosen) {
  const names = [...chosen].map((file) => (file.webkitRelativePath || file.name).split("/")[0]);
  return gathered(gather.fromChooser(chosen), names);
}

/** What was dropped; to be called while the event lasts, since what it holds is gone afterwards. */
export function fromDrop(transfer) {
  return gathered(gather.fromDrop(transfer), [...transfer.files].map(({ name }) => name));
}

async function gathered(chosen, names) {
  const files = await chosen;
  const [name = "", ...others] = new Set(names);
  const [first] = files;
  if (files.length === 1 && first.path === name && gather.isAlone(name)) {
    return { single: await first.open() };
  }
  return { name: others.length > 0 ? "" : name.replace(/\.zip$/i, ""), files };
}
