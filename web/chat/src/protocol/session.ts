import type { Environment } from "./environment";
import { isRecord, parseJson } from "./frames";

const KEY = "xiaoxun.session";

/** The customer's session: the token never appears in an address, only in a body or a header. */
export interface Session {
  readonly token: string;
  readonly conversation: string;
  /** Milliseconds since the epoch; infinity when the server does not say. */
  readonly expiresAt: number;
  /** Channels in which the chat may go on. */
  readonly continueIn: readonly string[];
}

export const SESSION_KEY = KEY;

export function storedSession(env: Environment): Session | null {
  const raw = env.store.get(KEY);
  return raw === null ? null : parseSession(parseJson(raw));
}

/**
 * Asks the server for a session, keeping the stored one's conversation while it is valid.
 *
 * Done by one tab at a time: two tabs opened at once would otherwise begin two conversations.
 *
 * @throws Error when the server cannot be reached or gives no session
 */
export function renewSession(env: Environment): Promise<Session> {
  return env.exclusively("xiaoxun.session", async () => {
    const old = storedSession(env);
    const answer = await env.http("/chat/session", {
      body: old === null ? {} : { token: old.token },
    });
    const session = answer.status === 200 ? parseSession(answer.body) : null;
    if (session === null) throw new Error(`no session: status ${answer.status}`);
    env.store.set(
      KEY,
      JSON.stringify({
        token: session.token,
        conversation: session.conversation,
        continue_in: session.continueIn,
        expires_at: Number.isFinite(session.expiresAt)
          ? new Date(session.expiresAt).toISOString()
          : null,
      }),
    );
    return session;
  });
}

function parseSession(value: unknown): Session | null {
  if (!isRecord(value)) return null;
  const { token, conversation, expires_at: expires, continue_in: places } = value;
  if (typeof token !== "string" || typeof conversation !== "string") return null;
  const expiresAt = typeof expires === "string" ? Date.parse(expires) : Number.NaN;
  const continueIn = (Array.isArray(places) ? (places as unknown[]) : []).filter(
    (place): place is string => typeof place === "string",
  );
  return {
    token,
    conversation,
    continueIn,
    expiresAt: Number.isNaN(expiresAt) ? Infinity : expiresAt,
  };
}
