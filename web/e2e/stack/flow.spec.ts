import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { jpeg } from '../mocked/api';

// The whole way on the local stack: the page from its bucket, the real API, the provider that is played.
const stack = JSON.parse(readFileSync(new URL('../../../.local/stack.json', import.meta.url), 'utf8')) as {
  guest_page_url: string;
  site_url: string;
};

/** What the page must never do, whatever happens. */
function watch(page: Page) {
  const reports: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(message.text()))
      reports.push(message.text());
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && !/(^|\.)localhost$|^127\.0\.0\.1$/.test(hostname))
      reports.push(request.url());
  });
  const orders: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/ai-edits'))
      orders.push(request.headers()['idempotency-key'] ?? '');
  });
  return { reports, orders };
}

async function toTheWait(page: Page) {
  await page.goto(stack.guest_page_url);
  await expect(page.locator('main h1')).toBeVisible();
  const consent = page.getByLabel('I agree');
  if (await consent.isVisible()) await consent.check();
  await page.getByLabel('Choose a photo').setInputFiles(jpeg());
  await page.getByRole('radio').and(page.locator(':enabled')).first().check();
  await page.getByRole('button', { name: 'Make my picture' }).dblclick();
}
const result = (page: Page) =>
  expect(page.getByRole('heading', { name: 'Here it is' })).toBeVisible({ timeout: 90_000 });

test.setTimeout(180_000);

test('from the photo to the picture: one order after a double tap, seen again, deleted', async ({ page }) => {
  const seen = watch(page);
  const begun = Date.now();
  await toTheWait(page);
  await result(page);
  test.info().annotations.push({ type: 'seconds', description: String((Date.now() - begun) / 1000) });
  expect(new Set(seen.orders).size).toBe(1);
  await expect(page.getByText('Made with AI')).toBeVisible();
  const loaded = await page
    .locator('figure img')
    .first()
    .evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(loaded).toBeGreaterThan(0);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map((found) => found.id)).toEqual([]);

  await page.goto(stack.guest_page_url);
  await page.getByRole('button', { name: 'My pictures' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible();
  await page
    .getByRole('button', { name: /^Delete: / })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No pictures yet.')).toBeVisible();
  expect(seen.reports).toEqual([]);
});

test('a reload at every step ends in the same picture', async ({ page }) => {
  const seen = watch(page);
  await toTheWait(page);
  await page.reload();
  await expect.poll(() => seen.orders.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await page.reload();
  await result(page);
  await page.reload();
  await result(page);
  expect(new Set(seen.orders).size).toBe(1);
});

test('a cut network at every step ends in one picture', async ({ page, context }) => {
  const seen = watch(page);
  await context.route('**/ai-edits', (route) => route.abort('connectionreset'), { times: 1 });
  await context.route('**/photos', (route) => route.abort('connectionreset'), { times: 1 });
  await toTheWait(page);
  await expect.poll(() => seen.orders.length, { timeout: 30_000 }).toBeGreaterThan(1);
  await context.setOffline(true);
  await context.setOffline(false);
  await result(page);
  expect(new Set(seen.orders).size).toBe(1);
});

test('a link that nobody made has ended', async ({ page }) => {
  await page.goto(`${stack.site_url}/e/nobody-made-this-token-0000`);
  await expect(page.getByRole('heading', { name: 'This link has ended' })).toBeVisible();
});
