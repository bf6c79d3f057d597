import { afterEach, expect, test, vi } from 'vitest';
import { canShare, savesByShareSheet, share } from './share';

const file = new File(['x'], 'x.jpg', { type: 'image/jpeg' });
const fake = (answer: () => Promise<void>, able = true) => {
  Object.assign(navigator, { share: vi.fn(answer), canShare: () => able });
};
afterEach(() => {
  vi.useRealTimers();
  Reflect.deleteProperty(navigator, 'standalone');
});

test('a closed sheet is no failure, a refused one is', async () => {
  fake(() => Promise.reject(new DOMException('', 'AbortError')));
  expect(await share(file)).toBe('done');
  fake(() => Promise.reject(new DOMException('', 'NotAllowedError')));
  expect(await share(file)).toBe('failed');
});

test('a sheet that never answers frees the button', async () => {
  vi.useFakeTimers();
  fake(() => new Promise(() => undefined));
  const outcome = share(file);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await outcome).toBe('done');
});

test('the sheet saves only where a download would be a trap', () => {
  fake(() => Promise.resolve());
  expect(savesByShareSheet(file)).toBe(false);
  Object.assign(navigator, { standalone: false });
  expect(savesByShareSheet(file)).toBe(true);
  fake(() => Promise.resolve(), false);
  expect(canShare(file)).toBe(false);
  expect(savesByShareSheet(file)).toBe(false);
});
