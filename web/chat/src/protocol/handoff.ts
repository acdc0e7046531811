import { isRecord } from "./frames";

/** A code by which the chat goes on in another channel. */
export interface Handoff {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The address of a picture of the QR code (`data:`), where the channel can be scanned into. */
  readonly qr: string | null;
}

/** Null for what is none. */
export function parseHandoff(value: unknown): Handoff | null {
  if (!isRecord(value)) return null;
  const { code, expires_at: expires, qr } = value;
  const expiresAt = typeof expires === "string" ? Date.parse(expires) : Number.NaN;
  if (typeof code !== "string" || Number.isNaN(expiresAt)) return null;
  const picture = typeof qr === "string" && qr.startsWith("data:image/svg+xml") ? qr : null;
  return { code, expiresAt, qr: picture };
}

/** The token in an address that a link of another channel leads to (`#go=…`), or null. */
export function linkToken(hash: string): string | null {
  return /^#go=([\w-]{16,64})$/.exec(hash)?.[1] ?? null;
}
