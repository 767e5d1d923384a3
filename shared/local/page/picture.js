// A chosen picture, made small enough to send: phones take 12 MB where 512 pixels are shown.

import * as client from "/client.js";
import { size } from "/languages/amounts.js";
import { t } from "/languages/say.js";

/** Longest edge that is sent, in pixels: four times the largest rendition. */
const MAX_EDGE = 2048;
/** What a form may carry, in bytes; anything larger goes to the store directly. */
const MAX_FORM_BYTES = 4 * 1024 ** 2;
const MAX_BYTES = 25 * 1024 ** 2;
const TAKEN = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/** Of the JPEG or WebP that is sent, 0 to 1: the renditions are made of it. */
const QUALITY = 0.92;
const LOOK_AGAIN_MS = 500;
const PATIENCE_MS = 120_000;

/**
 * Sends a picture the way that fits it and returns the profile's new addresses by edge length.
 * `onProgress` is called with the percentage that has left this machine, `onStage` with a sentence.
 */
export async function send(file, onProgress, onStage) {
  onStage(t("desk.picture_preparing"));
  const prepared = await scaledDown(file);
  if (prepared.size <= MAX_FORM_BYTES) {
    onStage(t("desk.picture_sending"));
    return client.uploadPicture(prepared, file.name, onProgress);
  }
  if (!TAKEN.includes(prepared.type)) {
    throw new client.Refusal(0, "unsupported", t("desk.picture_unreadable"));
  }
  if (prepared.size > MAX_BYTES) {
    throw new client.Refusal(0, "too_large", t("desk.picture_too_large", { limit: size(MAX_BYTES) }));
  }
  onStage(t("desk.picture_sending"));
  await client.putPicture(prepared, file.name, onProgress);
  onStage(t("desk.picture_processing"));
  return outcome();
}

/**
 * The picture no larger than is of use, upright, as a type that is taken; as it is where this browser
 * can't read it, so that the server says what is wrong.
 */
async function scaledDown(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  try {
    const scale = Math.min(1, MAX_EDGE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && TAKEN.includes(file.type) && file.size <= MAX_FORM_BYTES) {
      return file;
    }
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    // JPEG knows no transparency. A browser that can't write WebP writes PNG.
    const type = ["image/png", "image/webp", "image/gif"].includes(file.type) ? "image/webp" : "image/jpeg";
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
    return blob ?? file;
  } finally {
    bitmap.close();
  }
}

/** Waits until what was put has become the picture, or was refused. */
async function outcome() {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { member, pictureUpload: upload } = await client.account();
    if (upload?.state === "ready") {
      return member.picture;
    }
    if (upload?.state !== "processing") {
      throw new client.Refusal(422, "invalid_file", upload?.reason ?? t("desk.picture_gone"));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new client.Refusal(0, "slow", t("desk.picture_late"));
}
