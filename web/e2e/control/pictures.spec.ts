import type { Page } from '@playwright/test';
import { edit } from './data';
import { expect, test } from './room';

const event = '/events/anna-and-ben/pictures';

/** The button of the question that a button of the same name asks. */
const asked = (page: Page, name: string) => page.getByRole('dialog', { name }).getByRole('button', { name });

test('the filter stands in the address and goes to the API', async ({ page, api, open }) => {
  await open(event);
  await page.getByText('Failed', { exact: true }).first().click();
  await expect(page).toHaveURL(/status=failed/);
  await expect(page.getByText('1 picture shown here')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Failed' })).toBeChecked();
  expect(
    api
      .calls('GET', /ai-edits$/)
      .at(-1)
      ?.query.get('status'),
  ).toBe('failed');
});

test('a failed picture says why, what it cost and what was tried', async ({ page, open }) => {
  await open(`${event}?status=failed`);
  await page.getByRole('link', { name: /Failed/ }).click();
  const panel = page.getByRole('dialog');
  await expect(panel).toContainText('The picture service did not finish in time.');
  await expect(panel).toContainText('Nothing was charged.');
  await expect(panel).toContainText('Attempt 1: runware, runware:101@1');
});

test('before and after can be compared by keyboard', async ({ page, open }) => {
  await open(`${event}?picture=${edit(3).id}`);
  const slider = page.getByRole('slider', { name: 'Before and after' });
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', 'After: 0%');
  await page.keyboard.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', 'After: 1%');
  await page.getByRole('button', { name: 'After', exact: true }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', 'After: 100%');
});

test('hiding says first what it does, and can be undone', async ({ page, api, open }) => {
  await open(`${event}?picture=${edit(3).id}`);
  await page.getByRole('button', { name: 'Hide from the gallery' }).click();
  await expect(page.getByText('Other guests no longer see this picture.')).toBeVisible();
  expect(api.calls('POST', /hide$/)).toHaveLength(0);
  await asked(page, 'Hide from the gallery').click();
  await expect(page.getByRole('button', { name: 'Show in the gallery' })).toBeVisible();
  await page.getByRole('button', { name: 'Show in the gallery' }).click();
  await asked(page, 'Show in the gallery').click();
  await expect(page.getByRole('button', { name: 'Hide from the gallery' })).toBeVisible();
});

test('approving takes a picture into the gallery', async ({ page, api, open }) => {
  await open(event);
  await page.getByRole('link').filter({ hasText: 'To be approved' }).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  await asked(page, 'Approve').click();
  await expect(page.getByRole('dialog', { name: 'Approve' })).toHaveCount(0);
  await expect(page.getByRole('dialog')).toContainText('In the gallery');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link').filter({ hasText: 'To be approved' })).toHaveCount(0);
  await expect.poll(() => api.calls('POST', /approve$/)).toHaveLength(1);
});

test('a deleted picture leaves the list', async ({ page, api, open }) => {
  await open(`${event}?picture=${edit(3).id}`);
  await page.getByRole('button', { name: 'Delete picture' }).click();
  await asked(page, 'Delete picture').click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('22 pictures shown here')).toBeVisible();
  await expect
    .poll(() => api.calls('DELETE', `/tenant/events/anna-and-ben/ai-edits/${edit(3).id}`))
    .toHaveLength(1);
});

test('escape closes the panel and gives the focus back to the list', async ({ page, open }) => {
  await open(event);
  const tile = page.getByRole('link', { name: /Comic/ }).first();
  await tile.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tile).toBeFocused();
});

test('new pictures wait until somebody asks, and running ones change in place', async ({
  page,
  api,
  open,
}) => {
  await page.clock.install();
  await open(event);
  await expect(page.getByText('23 pictures shown here')).toBeVisible();
  const running = api.edits.find(({ status }) => status === 'processing');
  const after = edit(1, { updated_at: new Date(Date.now() + 60_000).toISOString() });
  Object.assign(running ?? {}, after);
  api.edits.unshift(edit(90));
  await page.clock.runFor(6_000);
  await expect(page.getByRole('button', { name: 'There are new pictures. Show them' })).toBeVisible();
  await expect(page.getByText('23 pictures shown here')).toBeVisible();
  await expect(page.getByRole('link', { name: /Being made/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'There are new pictures. Show them' }).click();
  await expect(page.getByText('24 pictures shown here')).toBeVisible();
});

const PAGES = 10;
test('10,000 pictures are read page by page and stay quick', async ({ page, api, open }) => {
  test.setTimeout(120_000);
  api.edits = Array.from({ length: 10_000 }, (_, index) => edit(index + 1));
  await open(event);
  const more = page.getByRole('button', { name: 'Show more' });
  await expect(more).toBeVisible();
  const first = api.calls('GET', /ai-edits$/).length;
  for (let at = 0; at < PAGES; at++) {
    await more.click();
    await expect(
      page.getByText(new RegExp(`^${((at + 2) * 48).toLocaleString('en')} pictures shown here`)),
    ).toBeVisible();
  }
  // One request a page, besides the poll of the first: nothing is read twice.
  const pages = api
    .calls('GET', /ai-edits$/)
    .slice(first)
    .filter(({ query }) => query.has('cursor'));
  expect(pages.map(({ query }) => query.get('cursor'))).toEqual(
    Array.from({ length: PAGES }, (_, at) => String((at + 1) * 48)),
  );
  // A tile that nobody has seen yet takes its room, so what one is about to click stays where it is.
  const heights = await page
    .getByRole('main')
    .getByRole('listitem')
    .evaluateAll((tiles) => tiles.map((tile) => tile.getBoundingClientRect().height));
  expect(heights).toHaveLength((PAGES + 1) * 48);
  expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(1);
  const took = await page.evaluate(async () => {
    const start = performance.now();
    window.scrollTo(0, document.body.scrollHeight);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - start;
  });
  expect(took).toBeLessThan(1_500);
});
