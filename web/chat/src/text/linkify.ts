export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** ASCII only: a Chinese comma or full stop ends an address, and look-alike letters never are one. */
const ADDRESS = /\bhttps?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/gi;
const TRAILING = /[.,;:!?'")\]]+$/;

/** Cuts a text into plain pieces and web addresses that are safe to follow. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const start = match.index;
    const address = withoutTrailing(match[0]);
    const href = safeLink(address);
    if (href === null) continue;
    if (start > end) pieces.push({ kind: "text", text: text.slice(end, start) });
    pieces.push({ kind: "link", text: address, href });
    end = start + address.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** A closing bracket belongs to the address when it opens one too: .../wiki/5G_(standard) */
function withoutTrailing(address: string): string {
  const tail = TRAILING.exec(address)?.[0] ?? "";
  if (tail.startsWith(")") && address.includes("("))
    return address.slice(0, address.length - tail.length + 1);
  return address.slice(0, address.length - tail.length);
}

/** The address in full, or null unless it is plain http(s) without a user name in it. */
export function safeLink(address: string): string | null {
  try {
    const url = new URL(address);
    const web = url.protocol === "http:" || url.protocol === "https:";
    // "https://10086.cn@evil.example/" reads like the operator's own page.
    return web && url.username === "" && url.password === "" ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The address of a picture that may be loaded, or null: https from anywhere, and the care server's own.
 *
 * @param server where the chat's data come from; relative addresses are its
 */
export function safeImage(address: string, server: URL): string | null {
  try {
    const url = new URL(address, server);
    if (url.username !== "" || url.password !== "") return null;
    const web = url.protocol === "http:" || url.protocol === "https:";
    return url.protocol === "https:" || (web && url.origin === server.origin) ? url.href : null;
  } catch {
    return null;
  }
}
