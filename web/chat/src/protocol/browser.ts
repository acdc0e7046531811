import type { Environment, HttpAnswer, Socket, Store } from "./environment";
import { parseJson } from "./frames";

const HTTP_TIMEOUT_MS = 15_000;

/**
 * The real environment.
 *
 * @param server address of the care server; the page's own when it serves the chat itself
 */
export function browserEnvironment(server: URL): Environment {
  return {
    clock: {
      now: () => Date.now(),
      after(delay, task) {
        const timer = setTimeout(task, delay);
        return () => clearTimeout(timer);
      },
    },
    store: browserStore(),
    random: () => Math.random(),
    uuid,
    openSocket: (path) => openSocket(new URL(path, server)),
    http: (path, options) => http(new URL(path, server), options),
    exclusively,
  };
}

/** localStorage, or memory where the browser forbids it (then a reload begins anew). */
export function browserStore(): Store {
  const memory = new Map<string, string>();
  let disk: Storage | null = null;
  try {
    disk = window.localStorage;
    disk.setItem("xiaoxun.probe", "1");
    disk.removeItem("xiaoxun.probe");
  } catch {
    disk = null;
  }
  return {
    get: (key) => memory.get(key) ?? disk?.getItem(key) ?? null,
    set(key, value) {
      try {
        if (disk === null) throw new Error("no storage");
        disk.setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value); // full or forbidden: this page still works until it is closed
      }
    },
    remove(key) {
      memory.delete(key);
      disk?.removeItem(key);
    },
    keys() {
      const keys = new Set(memory.keys());
      for (let at = 0; disk !== null && at < disk.length; at += 1) {
        const key = disk.key(at);
        if (key !== null) keys.add(key);
      }
      return [...keys];
    },
  };
}

function openSocket(url: URL): Socket {
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const raw = new WebSocket(url.href);
  const socket: Socket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (data) => {
      if (raw.readyState === WebSocket.OPEN) raw.send(data);
    },
    close: () => raw.close(),
  };
  raw.onopen = () => socket.onopen?.();
  raw.onmessage = (event: MessageEvent<unknown>) => socket.onmessage?.(event.data);
  raw.onclose = (event) => socket.onclose?.(event.code);
  return socket;
}

async function http(
  url: URL,
  { body, token }: { body?: unknown; token?: string },
): Promise<HttpAnswer> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), HTTP_TIMEOUT_MS);
  try {
    const response = await fetch(url.href, {
      method: body === undefined ? "GET" : "POST",
      headers,
      cache: "no-store",
      signal: abort.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } finally {
    clearTimeout(timer);
  }
}

/** crypto.randomUUID exists on secure pages only; a shop's intranet page may be plain http. */
export function uuid(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

async function exclusively<T>(name: string, task: () => Promise<T>): Promise<T> {
  // Typed as always there, but absent on plain http and in older WebViews.
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks === undefined ? task() : await locks.request(name, task);
}
