import type { Clock } from "../../src/protocol/environment.ts";

/** A clock that stands still until it is turned. */
export class VirtualClock implements Clock {
  private time = Date.parse("2025-07-03T06:00:00Z");
  private order = 0;
  private tasks: { due: number; order: number; task: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(delay: number, task: () => void): () => void {
    const entry = { due: this.time + Math.max(0, delay), order: (this.order += 1), task };
    this.tasks.push(entry);
    return () => {
      this.tasks = this.tasks.filter((other) => other !== entry);
    };
  }

  /** Lets so many milliseconds pass: every task falls due in its turn, promises in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await settled();
    for (;;) {
      const next = this.tasks
        .filter(({ due }) => due <= end)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (next === undefined) break;
      this.tasks = this.tasks.filter((entry) => entry !== next);
      this.time = next.due;
      next.task();
      await settled();
    }
    this.time = end;
  }
}

/** Until the promises that can go on have gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}
