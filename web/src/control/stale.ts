// When figures are too old to be shown as the present: the last try failed, or two answers in a row are missing.
const GRACE_MS = 3_000;

export function isStale(at: number, every: number, failed: boolean, now: number): boolean {
  if (at === 0) return false;
  return failed || now - at > 2 * every + GRACE_MS;
}
