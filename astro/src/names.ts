// Texts of a server, as one line of a terminal can show them.

/** Without what a terminal obeys or what turns the direction of a text, and not too long. */
export function plain(text: unknown, most = 80): string {
  const shown = String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return shown.length > most ? `${shown.slice(0, most).trimEnd()}…` : shown;
}
