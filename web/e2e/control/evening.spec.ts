import type { Page } from '@playwright/test';
import { problem } from './api';
import { month } from './data';
import { expect, test } from './room';

test('figures are those of the API and no sum of the page', async ({ page, api, open }) => {
  await open('/events/anna-and-ben');
  const money = page.getByRole('region', { name: /^Money/ });
  await expect(money).toContainText('About 1,505 pictures left');
  await expect(money).toContainText('$14.94');
  await expect(money.getByTitle('US$41.203277').first()).toHaveText('$41.20');
  await expect(page.getByRole('region', { name: 'Now' })).toContainText('389');
  api.summary.counts.succeeded = 390;
  api.summary.counts.processing = 0;
  api.summary.counts.queued = 0;
  await expect(page.getByRole('region', { name: 'Now' })).toContainText('390', { timeout: 8_000 });
  await expect(page.getByText('All is well. Nothing is waiting.')).toBeVisible();
});

test('asks again quickly while something runs, and not at all while nobody looks', async ({
  page,
  api,
  open,
}) => {
  await page.clock.install();
  await open('/events/anna-and-ben');
  const path = '/tenant/events/anna-and-ben/ai-edits/summary';
  await expect.poll(() => api.calls('GET', path).length).toBe(1);
  await page.clock.runFor(5_500);
  await expect.poll(() => api.calls('GET', path).length).toBe(2);
  await hide(page, true);
  await page.clock.runFor(120_000);
  expect(api.calls('GET', path)).toHaveLength(2);
  await hide(page, false);
  await expect.poll(() => api.calls('GET', path).length).toBe(3);
});

test('figures turn grey when answers are missing, and say of when they are', async ({ page, api, open }) => {
  await page.clock.install();
  await open('/events/anna-and-ben');
  await expect(page.getByText(/^As of \d\d:\d\d:\d\d$/).first()).toBeVisible();
  api.offline = true;
  await page.clock.runFor(30_000);
  await expect(page.getByText(/these figures may be old/).first()).toBeVisible();
  await expect(page.getByText('About 1,505 pictures left')).toBeVisible();
  api.offline = false;
  await page.clock.runFor(30_000);
  await expect(page.getByText(/these figures may be old/)).toHaveCount(0);
});

test('an alert says what it is, its limit and what to do', async ({ page, api, open }) => {
  const check = api.summary.observability.checks.find(({ id }) => id === 'failure_rate');
  Object.assign(check ?? {}, { status: 'alert', value: 0.52 });
  await open('/events/anna-and-ben');
  const alerts = page.getByRole('region', { name: 'Alerts' });
  await expect(alerts).toContainText('Many pictures fail.');
  await expect(alerts).toContainText('52%');
  await expect(alerts).toContainText('35%');
  await expect(alerts).toContainText('from 403 pictures');
  await expect(alerts).toContainText('What to do');
  await expect(page.getByRole('region', { name: 'Now' })).toContainText(
    'Many pictures fail. See the alerts below.',
  );
});

test('48 hours stand as bars and as numbers', async ({ page, open }) => {
  await open('/events/anna-and-ben');
  await expect(page.getByText(/Busiest hour: .* 52 pictures/)).toBeVisible();
  await page.getByText('The same as numbers').click();
  await expect(page.getByRole('row', { name: /52 49 3/ })).toBeVisible();
});

test('without the capability the AI area is not there, but how to get it', async ({ page, api, open }) => {
  api.summary.capabilities = { ai_styling: false, granted_by: null };
  await open('/events/small-fair');
  await expect(page.getByRole('heading', { name: 'AI edits are not part of this event yet' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Now' })).toHaveCount(0);
});

for (const [status, code, text] of [
  [403, 'forbidden', 'Your account may not do this.'],
  [404, 'event_not_found', 'There is no such event among yours.'],
] as const) {
  test(`${status} is told in words, with the number for support`, async ({ page, api, open }) => {
    api.instead.set('GET /tenant/events/anna-and-ben/ai-edits/summary', problem(status, code));
    await open('/events/anna-and-ben');
    await expect(page.getByRole('alert').first()).toContainText(text);
    await expect(page.getByRole('alert').first()).toContainText('req-4711');
  });
}

test('429 and 503 are tried again after the time that the API names', async ({ page, api, open }) => {
  const path = 'GET /tenant/usage';
  api.instead.set(path, { ...problem(503, 'unavailable'), headers: { 'retry-after': '1' } });
  await open('/usage');
  await expect
    .poll(() => api.calls('GET', '/tenant/usage').length, { timeout: 8_000 })
    .toBeGreaterThanOrEqual(2);
  // Without a body of ours, as the gateway answers.
  api.instead.set(path, { status: 429, json: { message: 'Too Many Requests' } });
  await expect(page.getByRole('alert')).toContainText('Too many requests at once', { timeout: 15_000 });
  api.instead.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('$41.20')).toBeVisible();
});

test('the month stands in the address, and its spend is the API’s figure', async ({ page, api, open }) => {
  await open('/usage');
  await expect(page.getByRole('rowgroup').filter({ hasText: 'Anna & Ben' })).toContainText('$14.94');
  const before = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 1))
    .toISOString()
    .slice(0, 7);
  await page.getByLabel('Month').selectOption(before);
  await expect(page).toHaveURL(new RegExp(`month=${before}`));
  await expect.poll(() => api.calls('GET', '/tenant/usage').at(-1)?.query.get('month')).toBe(before);
  expect(month()).not.toBe(before);
});

test('the CSV holds every page of the ledger once', async ({ page, open }) => {
  await open('/usage');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`usage-${month()}.csv`);
  const stream = await download.createReadStream();
  let text = '';
  for await (const part of stream) text += String(part);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(',')[1]),
  ).toEqual(['edit_id', 'edit_1', 'edit_2', 'edit_3']);
});

async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', {
      value: state ? 'hidden' : 'visible',
      configurable: true,
    });
    Object.defineProperty(document, 'hidden', { value: state, configurable: true });
    // TanStack Query listens on window, where the event of a document bubbles to.
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);
}
