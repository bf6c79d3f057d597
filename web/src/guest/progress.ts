/** How far a bar of a wait may go that nobody can measure: near the end it slows down, and it never arrives by itself. */
export function shareDone(elapsedSeconds: number, expectedSeconds: number): number {
  if (expectedSeconds <= 0) return 0.95;
  const x = elapsedSeconds / expectedSeconds;
  return 0.95 * (1 - Math.exp(-2.2 * x));
}
