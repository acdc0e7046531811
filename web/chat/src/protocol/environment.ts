/** What the protocol client needs from the outside. Tests pass their own clock, wire and store. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `delay` milliseconds; the returned function cancels it. */
  after(delay: number, task: () => void): () => void;
}

/** A key-value store that outlives the page; it may be shared with other tabs. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** The part of a WebSocket that the client uses. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((data: unknown) => void) | null;
  onclose: ((code: number) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface HttpAnswer {
  readonly status: number;
  /** The parsed JSON body, or undefined when it was none. */
  readonly body: unknown;
}

export interface Environment {
  readonly clock: Clock;
  readonly store: Store;
  /** A number in [0, 1). */
  random(): number;
  /** A fresh UUID. */
  uuid(): string;
  openSocket(path: string): Socket;
  /** Rejects when no answer came. A body makes it a POST, none a GET. */
  http(path: string, options: { body?: unknown; token?: string }): Promise<HttpAnswer>;
  /** Runs `task` while no other tab of this site runs one under the same name. */
  exclusively<T>(name: string, task: () => Promise<T>): Promise<T>;
}
