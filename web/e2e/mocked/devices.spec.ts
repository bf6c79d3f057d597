import { expect, test } from '@playwright/test';
import { MockedApi } from './api';
import { guest } from './guest';

let api: MockedApi;
test.beforeEach(async ({ page }) => {
  api = await new MockedApi().on(page);
});

test('an in-app browser without storage and service worker makes a picture all the same', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const refuse = {
      get: () => {
        throw new DOMException('no', 'SecurityError');
      },
    };
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, refuse);
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
    Reflect.deleteProperty(Navigator.prototype, 'wakeLock');
    Reflect.deleteProperty(Navigator.prototype, 'vibrate');
    Reflect.deleteProperty(Navigator.prototype, 'share');
  });
  await guest(page).order();
  await guest(page).seesResult();
  expect(new Set(api.calls.filter((call) => call.guest).map((call) => call.guest)).size).toBe(1);
});

test('a storage that never answers holds nothing up', async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
  });
  await guest(page).order();
  await guest(page).seesResult();
});

test('the camera and the gallery have an input each, for one picture', async ({ page }) => {
  await guest(page).scan();
  const camera = page.getByLabel('Take a photo');
  const gallery = page.getByLabel('Choose a photo');
  await expect(camera).toHaveAttribute('capture', 'environment');
  await expect(gallery).not.toHaveAttribute('capture');
  for (const input of [camera, gallery]) {
    await expect(input).toHaveAttribute('accept', 'image/jpeg,image/png,image/webp');
    await expect(input).not.toHaveAttribute('multiple');
  }
});

test('the screen stays on while a picture is made, also after the phone was locked', async ({ page }) => {
  await page.addInitScript(() => {
    const locks = { taken: 0, released: 0 };
    Object.assign(window, { locks });
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: () => {
          locks.taken += 1;
          return Promise.resolve({ release: () => Promise.resolve(void (locks.released += 1)) });
        },
      },
    });
  });
  const locks = () =>
    page.evaluate(() => (window as unknown as { locks: { taken: number; released: number } }).locks);
  const me = guest(page);
  api.course = [{ ...api.course[0] }];
  await me.order();
  await expect(page.getByText('You are number 3')).toBeVisible();
  await expect.poll(async () => (await locks()).taken).toBe(1);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(async () => (await locks()).taken).toBe(2);
  api.course = [{ status: 'succeeded' }];
  await me.seesResult();
  await expect.poll(async () => (await locks()).released).toBe(1);
});

test('a photo of 12 megapixels leaves the phone as a small JPEG without metadata', async ({ page }) => {
  test.slow();
  const me = guest(page);
  await me.scan();
  const big = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const context = canvas.getContext('2d');
    for (let y = 0; y < 3000; y += 50)
      for (let x = 0; x < 4000; x += 50) {
        if (!context) continue;
        context.fillStyle = `hsl(${(x * y) % 360} 60% 50%)`;
        context.fillRect(x, y, 50, 50);
      }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
    // As text: a list of millions of numbers takes half a minute on its way to the test.
    return new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(blob);
    });
  });
  const buffer = Buffer.from(big.slice(big.indexOf(',') + 1), 'base64');
  await me.choosePhoto({ name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer });
  await me.chooseStyle();
  await me.make();
  await me.seesResult();
  const sent = api.uploads[0] ?? Buffer.alloc(0);
  expect(sent.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  expect(sent.includes('Exif')).toBe(false);
  expect(sent.length).toBeLessThan(2_000_000);
});

test('what is no photo is said to be none, and the next try works', async ({ page }) => {
  const me = guest(page);
  await me.scan();
  await me.choosePhoto({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture at all') });
  await expect(page.getByRole('alert')).toContainText('Please choose');
  await me.choosePhoto();
  await expect(page.getByRole('heading', { name: 'Choose a style' })).toBeVisible();
});

test('on an iPhone Save opens the share sheet', async ({ page }) => {
  await page.addInitScript(() => {
    const shared: number[] = [];
    Object.assign(window, { shared });
    Object.defineProperty(navigator, 'standalone', { value: true });
    navigator.canShare = () => true;
    navigator.share = (data) => {
      shared.push(data?.files?.length ?? 0);
      return Promise.reject(new DOMException('closed', 'AbortError'));
    };
  });
  const me = guest(page);
  await me.order();
  await me.seesResult();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { shared: number[] }).shared))
    .toEqual([1]);
});

test.describe('with a service worker', () => {
  test.use({ serviceWorkers: 'allow' });
  test('the shell opens without network on the second visit', async ({ page, context }) => {
    const me = guest(page);
    await me.scan();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await context.setOffline(true);
    await page.route('**/api/**', (route) => route.abort('internetdisconnected'));
    await page.reload();
    await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  });
});
