/**
 * One line to the server, whatever it takes: session, WebSocket, heartbeat, back-off, and plain HTTP
 * where something between the customer and the server lets no WebSocket through.
 *
 * Whoever uses it sees frames and a status, and does not notice which of the two carries them.
 */

import { backoff } from "./backoff";
import type { Environment, Socket } from "./environment";
import { parseServerFrame, type ClientFrame, type ServerFrame } from "./frames";
import { Polling } from "./polling";
import { renewSession, type Session } from "./session";
import type { Connection as Status } from "./state";

const READY_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 25_000;
const PONG_TIMEOUT_MS = 10_000;
/** After coming back from the background: is anybody still there? */
const WAKE_PONG_TIMEOUT_MS = 4_000;
/** A connection that has lived this long was a good one: the next failure starts from the smallest wait. */
const STABLE_AFTER_MS = 10_000;
/** So many sockets refused in a row, with the session granted each time: use plain HTTP. */
const REFUSALS_BEFORE_HTTP = 3;
const SOCKET_RETRY_MS = 300_000;
/** Renew a session that has less than this to live. */
const EXPIRY_MARGIN_MS = 60_000;
/** Close codes by which a server says "your token, not your network". */
const TOKEN_CODES: readonly number[] = [1008, 4401, 4403];

export interface ConnectionHandlers {
  /** The number behind which a resumed connection goes on. */
  after(): number;
  status(status: Status): void;
  session(session: Session): void;
  /** What is known belongs to another conversation or to a server that has begun anew. */
  forget(conversation: string): void;
  frame(frame: ServerFrame): void;
}

type ReadyFrame = Extract<ServerFrame, { type: "ready" }>;
type Phase = "stopped" | "session" | "opening" | "ready" | "polling" | "waiting";

export class Connection {
  private phase: Phase = "stopped";
  /** Grows with every try: what arrives from an earlier one is not listened to. */
  private attempt = 0;
  private failures = 0;
  private refusals = 0;
  private session: Session | null = null;
  private mustRenew = true;
  private socket: Socket | null = null;
  private polling: Polling | null = null;
  private helloAfter = 0;
  private cancelTimers: (() => void)[] = [];
  private cancelPong: (() => void) | null = null;

  constructor(
    private readonly env: Environment,
    private readonly handlers: ConnectionHandlers,
  ) {}

  start(): void {
    if (this.phase === "stopped") void this.connect();
  }

  stop(): void {
    this.hangUp();
    this.phase = "stopped";
  }

  /** Drops the line and dials again at once. */
  restart(options: { renew?: boolean } = {}): void {
    if (this.phase === "stopped") return;
    if (options.renew === true) this.mustRenew = true;
    void this.connect();
  }

  /** The page is looked at again, or the network is said to be back. */
  wake(): void {
    if (this.phase === "waiting") void this.connect();
    else if (this.phase === "ready") this.ping(WAKE_PONG_TIMEOUT_MS);
    else if (this.phase === "polling") this.polling?.poll();
  }

  /** The network is said to be gone. It may still be there, so trying goes on. */
  networkLost(): void {
    if (this.phase !== "stopped" && this.phase !== "waiting") this.retryLater();
  }

  get ready(): boolean {
    return this.phase === "ready" || (this.phase === "polling" && this.polling?.ready === true);
  }

  /** Sends a frame over a ready line; false when there is none, or it cannot carry such a frame. */
  send(frame: ClientFrame): boolean {
    if (!this.ready) return false;
    if (this.polling !== null) return this.polling.send(frame);
    this.socket?.send(JSON.stringify(frame));
    return true;
  }

  private async connect(): Promise<void> {
    const quiet = this.phase === "polling";
    this.hangUp();
    const attempt = this.attempt;
    this.phase = "session";
    if (!quiet) this.handlers.status("connecting");
    let session = this.session;
    const soon = this.env.clock.now() + EXPIRY_MARGIN_MS;
    if (session === null || this.mustRenew || session.expiresAt < soon) {
      try {
        session = await renewSession(this.env);
      } catch {
        if (attempt === this.attempt) this.retryLater();
        return;
      }
      if (attempt !== this.attempt) return;
      this.session = session;
      this.mustRenew = false;
      this.handlers.session(session);
    }
    if (this.refusals < REFUSALS_BEFORE_HTTP) this.open(session, attempt);
    else this.poll(session, attempt);
  }

  private open(session: Session, attempt: number): void {
    this.phase = "opening";
    let socket: Socket;
    try {
      socket = this.env.openSocket("/chat/ws");
    } catch {
      this.refused();
      return;
    }
    this.socket = socket;
    const current = (): boolean => attempt === this.attempt;
    socket.onopen = () => {
      if (!current()) return;
      this.helloAfter = this.handlers.after();
      const hello: ClientFrame = { type: "hello", token: session.token, after: this.helloAfter };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (data) => {
      if (current()) this.received(parseServerFrame(data, this.env.clock.now()));
    };
    socket.onclose = (code) => {
      if (!current()) return;
      if (this.phase === "opening") {
        this.refused();
      } else {
        if (TOKEN_CODES.includes(code)) this.mustRenew = true;
        this.retryLater();
      }
    };
    this.timer(READY_TIMEOUT_MS, () => {
      if (this.phase === "opening") this.refused();
    });
  }

  private received(frame: ServerFrame | null): void {
    this.cancelPong?.();
    this.cancelPong = null;
    if (frame === null || frame.type === "pong") return;
    if (frame.type === "ready" && !this.accepted(frame)) return;
    if (frame.type === "error" && this.phase === "opening") {
      this.refused(); // not to be shown: the next try brings another token
      return;
    }
    this.handlers.frame(frame);
  }

  /** Checks that `ready` goes on where this client stopped; if not, begins again from nothing. */
  private accepted({ conversation, seq, base }: ReadyFrame): boolean {
    this.refusals = 0;
    if (this.moved(conversation, base, this.helloAfter)) return false;
    if (seq < this.helloAfter) {
      this.begin(conversation);
      return false;
    }
    this.phase = "ready";
    this.handlers.status("online");
    this.timer(STABLE_AFTER_MS, () => (this.failures = 0));
    this.heartbeat();
    return true;
  }

  /**
   * Begins again from nothing when the chat is another conversation now, or has a new log: what one
   * customer said at several addresses became one story, or may be seen here no more.
   */
  private moved(conversation: string, base: number, after: number): boolean {
    const session = this.session;
    const other = session !== null && session.conversation !== conversation;
    if (!other && (after === 0 || after > base)) return false;
    if (session !== null) this.session = { ...session, conversation };
    this.begin(conversation);
    return true;
  }

  private begin(conversation: string): void {
    this.handlers.forget(conversation);
    void this.connect();
  }

  private poll(session: Session, attempt: number): void {
    this.phase = "polling";
    const current = (): boolean => attempt === this.attempt;
    this.polling = new Polling(this.env, session, {
      after: () => this.handlers.after(),
      frame: (frame) => {
        if (!current()) return;
        if (frame.type === "ready") {
          this.failures = 0;
          this.handlers.status("online");
        }
        this.handlers.frame(frame);
      },
      moved: (conversation, base, after) => current() && this.moved(conversation, base, after),
      failed: (status) => {
        if (!current()) return;
        if (status === 401 || status === 403) this.mustRenew = true;
        this.retryLater();
      },
    });
    this.polling.start();
    this.timer(SOCKET_RETRY_MS, () => {
      this.refusals = REFUSALS_BEFORE_HTTP - 1; // one more socket; refused again, back to HTTP
      void this.connect();
    });
  }

  private heartbeat(): void {
    this.timer(PING_EVERY_MS, () => {
      this.ping(PONG_TIMEOUT_MS);
      this.heartbeat();
    });
  }

  private ping(timeout: number): void {
    if (this.cancelPong !== null) return;
    this.send({ type: "ping" });
    this.cancelPong = this.env.clock.after(timeout, () => this.retryLater());
  }

  private refused(): void {
    this.refusals += 1;
    this.mustRenew = true; // a token refused at the door looks like this too
    this.retryLater();
  }

  private retryLater(): void {
    this.hangUp();
    this.phase = "waiting";
    this.failures += 1;
    this.handlers.status("offline");
    this.timer(
      backoff(this.failures, () => this.env.random()),
      () => void this.connect(),
    );
  }

  private hangUp(): void {
    this.attempt += 1;
    for (const cancel of this.cancelTimers.splice(0)) cancel();
    this.cancelPong?.();
    this.cancelPong = null;
    this.polling?.stop();
    this.polling = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private timer(delay: number, task: () => void): void {
    this.cancelTimers.push(this.env.clock.after(delay, task));
  }
}
