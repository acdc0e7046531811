import type { Environment, HttpAnswer, Socket, Store } from "../../src/protocol/environment.ts";
import { isRecord, parseJson } from "../../src/protocol/frames.ts";
import type { VirtualClock } from "./clock.ts";
import type { FakeConversation, FakeService, Line } from "./service.ts";

const LATENCY_MS = 20;

interface Cable {
  close(code: number): void;
}

/** The way between browsers and the fake service, which a test can slow down, cut and filter. */
export class FakeNetwork {
  up = true;
  /** False: something on the way lets no WebSocket through. */
  sockets = true;
  /** Frames for which this says true get lost on their way to the customer. */
  losesDown: (frame: Record<string, unknown>) => boolean = () => false;
  losesUp: (frame: Record<string, unknown>) => boolean = () => false;
  /** All that customers have sent over WebSockets and that has arrived. */
  readonly received: Record<string, unknown>[] = [];
  opened = 0;
  /** Milliseconds each way of the next HTTP request. */
  httpLatency: () => number = () => LATENCY_MS;
  private readonly cables = new Set<Cable>();

  constructor(
    readonly clock: VirtualClock,
    readonly service: FakeService,
  ) {}

  /** Every connection breaks; what is under way is lost. */
  cut(code = 1006): void {
    for (const cable of [...this.cables]) cable.close(code);
  }

  down(): void {
    this.up = false;
    this.cut();
  }

  openSocket(): Socket {
    this.opened += 1;
    const { clock } = this;
    let open = true;
    let conversation: FakeConversation | undefined;
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (data) => {
        clock.after(LATENCY_MS, () => {
          const frame = parseJson(data);
          if (open && isRecord(frame) && !this.losesUp(frame)) arrive(frame);
        });
      },
      close: () => shut(),
    };
    const line: Line = (frame) => {
      if (!open) return;
      const data = JSON.stringify(frame);
      if (this.losesDown(frame)) return;
      clock.after(LATENCY_MS, () => {
        if (open) socket.onmessage?.(data);
      });
    };
    const arrive = (frame: Record<string, unknown>): void => {
      this.received.push(frame);
      if (frame["type"] === "hello") {
        conversation = this.service.byToken(frame["token"]);
        if (conversation === undefined) {
          line({ type: "error", code: "unauthorized", message: "请重新进入页面" });
          clock.after(LATENCY_MS + 1, () => cable.close(4401));
        } else {
          conversation.hello(line, Number(frame["after"]));
        }
      } else {
        conversation?.receive(frame, line);
      }
    };
    const shut = (): void => {
      open = false;
      this.cables.delete(cable);
      conversation?.lines.delete(line);
    };
    const cable: Cable = {
      close(code) {
        if (!open) return;
        shut();
        socket.onclose?.(code);
      },
    };
    this.cables.add(cable);
    clock.after(LATENCY_MS, () => {
      if (!open) return;
      if (this.up && this.sockets) socket.onopen?.();
      else cable.close(1006);
    });
    return socket;
  }

  http(path: string, options: { body?: unknown; token?: string }): Promise<HttpAnswer> {
    const latency = this.httpLatency();
    return new Promise((resolve, reject) => {
      this.clock.after(latency, () => {
        if (!this.up) return reject(new Error("no network"));
        const answer = this.service.http(path, options.token, options.body);
        this.clock.after(latency, () => {
          if (this.up)
            resolve({ status: answer.status, body: JSON.parse(JSON.stringify(answer.body)) });
          else reject(new Error("no network"));
        });
      });
    });
  }
}

/** One browser: its store outlives its tabs. */
export class FakeBrowser {
  readonly disk = new Map<string, string>();
  private ids = 0;

  constructor(
    private readonly network: FakeNetwork,
    private readonly name = "b",
  ) {}

  readonly store: Store = {
    get: (key) => this.disk.get(key) ?? null,
    set: (key, value) => void this.disk.set(key, value),
    remove: (key) => void this.disk.delete(key),
    keys: () => [...this.disk.keys()],
  };

  environment(): Environment {
    return {
      clock: this.network.clock,
      store: this.store,
      random: () => 0.5,
      uuid: () => `${this.name}-${(this.ids += 1)}`,
      openSocket: () => this.network.openSocket(),
      http: (path, options) => this.network.http(path, options),
      exclusively: (name, task) => this.lock(name, task),
    };
  }

  private readonly locks = new Map<string, Promise<unknown>>();

  private lock<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.locks.get(name) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.locks.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }
}
