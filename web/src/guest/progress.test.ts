import { expect, test } from 'vitest';
import { shareDone } from './progress';

test('the bar grows and never arrives by itself', () => {
  let last = -1;
  for (let second = 0; second < 600; second += 1) {
    const share = shareDone(second, 20);
    expect(share).toBeGreaterThanOrEqual(last);
    expect(share).toBeLessThanOrEqual(0.95);
    last = share;
  }
  expect(shareDone(5, 0)).toBe(0.95);
});
