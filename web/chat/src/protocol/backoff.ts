const BASE_MS = 500;
const CEILING_MS = 30_000;

/**
 * Milliseconds to wait before try number `failures + 1`: doubling from half a second to half a
 * minute, the later half of each span left to chance, so that the customers of a restarted server
 * do not all come back in the same instant.
 */
export function backoff(failures: number, random: () => number): number {
  const span = Math.min(CEILING_MS, BASE_MS * 2 ** Math.max(0, failures - 1));
  return span / 2 + (span / 2) * random();
}
