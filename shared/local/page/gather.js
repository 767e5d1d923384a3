// What somebody chose or dropped, as files with paths: loose files, a folder, an archive that is unpacked as it is needed.

import { MAX_ENTRIES, isShown, kindOf, withoutTop } from "/folder/sort.js";
import { readZip } from "/folder/zip.js";

/** Folders within folders that are looked into. */
const MAX_DEPTH = 32;

/**
 * Several files under one name: `{ name, files: [{ path, size, open }] }`, where `open` gives the bytes; or `{ single }`,
 * the one note that was chosen.
 */
export function fromInput(chosen) {
  return gathered([...chosen].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** What was dropped; to be called while the event lasts, since what it holds is gone afterwards. */
export function fromDrop(transfer) {
  const dropped = [...transfer.items].flatMap((item) => {
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    return entry?.isDirectory ? [entry] : file ? [{ isFile: true, file }] : [];
  });
  return walked(dropped).then(gathered);
}

async function gathered(found) {
  const loose = found.filter(({ path }) => !path.includes("/"));
  if (found.length === 1 && loose.length === 1 && isAlone(loose[0].path)) {
    return { single: loose[0].file };
  }
  const archives = loose.filter(({ path }) => isArchive(path));
  const unpacked = await Promise.all(archives.map(({ file }) => readZip(file)));
  const plain = found.filter((one) => !archives.includes(one)).map(({ path, file }) => ({ path, size: file.size, open: async () => file }));
  const files = [...withoutTop(plain), ...unpacked.flatMap(withoutTop)];
  if (files.length > MAX_ENTRIES) {
    throw tooMany();
  }
  return { name: nameOf(found), files };
}

/** Whether a file is sent by the form for one: whatever is no picture, PDF or archive, so that the server says what is wrong. */
function isAlone(path) {
  return !isShown(kindOf(path)) && !isArchive(path);
}

const isArchive = (path) => /\.zip$/i.test(path);

function nameOf(found) {
  const [{ path }] = found.length > 0 ? found : [{ path: "" }];
  const [top] = path.split("/");
  const isOne = found.every((one) => one.path === path || one.path.startsWith(`${top}/`));
  return isOne ? top.replace(/\.zip$/i, "") : "";
}

/** The files of what was dropped; what is hidden isn't looked into. */
async function walked(dropped) {
  const found = [];
  const walk = async (entry, path, depth) => {
    if (entry.isFile) {
      found.push({ path, file: entry.file instanceof File ? entry.file : await promised((resolve, reject) => entry.file(resolve, reject)) });
    } else if (depth < MAX_DEPTH && !["hidden", "system"].includes(kindOf(`${path}/_`))) {
      const reader = entry.createReader();
      // It gives a hundred at a time.
      for (let some = await read(reader); some.length > 0; some = await read(reader)) {
        for (const inner of some) {
          await walk(inner, `${path}/${inner.name}`, depth + 1);
        }
      }
    }
    if (found.length > MAX_ENTRIES) {
      throw tooMany();
    }
  };
  for (const entry of dropped) {
    await walk(entry, entry.name ?? entry.file.name, 0);
  }
  return found;
}

const read = (reader) => promised((resolve, reject) => reader.readEntries(resolve, reject));
const promised = (start) => new Promise(start);
const tooMany = () => new Error(`There are more than ${MAX_ENTRIES.toLocaleString("en-GB")} files. Choose a folder that is in it.`);
