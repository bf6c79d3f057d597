import { expect, it } from 'vitest';
import { isStale } from './stale';

it('takes figures for old when two answers in a row are missing', () => {
  expect(isStale(1_000, 5_000, false, 13_000)).toBe(false);
  expect(isStale(1_000, 5_000, false, 15_000)).toBe(true);
});

it('takes figures for old as soon as an answer has failed', () => {
  expect(isStale(1_000, 5_000, true, 2_000)).toBe(true);
});

it('calls nothing old that was never there', () => {
  expect(isStale(0, 5_000, true, 90_000)).toBe(false);
});
