// The control room against the deployed local stack: sign-in by the emulator's managed login, and an evening's work.
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';

interface Stack {
  api_url: string;
  control_room_url: string;
  demo: { organiser: { email: string; password: string } };
  superadmin: { email: string; password: string };
}
const root = new URL('../../../', import.meta.url);
const stack = JSON.parse(readFileSync(new URL('.local/stack.json', root), 'utf8')) as Stack;
const api = `${stack.api_url}/api/v1`;
const SLUG = 'anna-and-ben';

test.describe.configure({ mode: 'serial' });
test.use({ viewport: { width: 1280, height: 900 } });

async function signIn(page: Page, who: { email: string; password: string }, route = '/'): Promise<void> {
  await page.addInitScript(() => localStorage.setItem('control.language', 'en'));
  await page.goto(`${stack.control_room_url}#${route}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('input[name=username]').fill(who.email);
  await page.locator('input[name=password]').fill(who.password);
  await page.locator('[type=submit]').first().click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible({ timeout: 20_000 });
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

test('an organiser makes a link, narrows the rules, finds an edit, hides it and sees its cost', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await signIn(page, stack.demo.organiser, `/events/${SLUG}/links`);

  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByLabel('Name for yourself').fill('Control room test');
  const [made] = await Promise.all([
    page.waitForResponse(
      (answer) => answer.url().endsWith('/guest-links') && answer.request().method() === 'POST',
    ),
    page.getByRole('dialog').getByRole('button', { name: 'New link' }).click(),
  ]);
  const { token } = ((await made.json()) as { data: { token: string } }).data;
  await expect(page.getByRole('img', { name: 'QR code of the guest link' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Rules and page' }).click();
  await page.getByRole('radio', { name: /^Open/ }).check();
  await page.getByRole('switch', { name: 'Guests may add own words to a style' }).uncheck();
  await save(page);
  const guest = { 'x-guest-id': 'control-room-test' };
  const seen = await request.get(`${api}/events/${token}`, { headers: guest });
  expect(await seen.json()).toMatchObject({ data: { allow_custom_prompt: false, gallery: 'open' } });

  const id = await askForEdit(request, token, guest);
  await page.getByRole('link', { name: 'Pictures' }).first().click();
  await page.goto(`${stack.control_room_url}#/events/${SLUG}/pictures?picture=${id}`);
  const panel = page.getByRole('dialog');
  await expect(panel.getByText('Made', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await panel.getByRole('button', { name: 'Hide from the gallery' }).click();
  await page
    .getByRole('dialog', { name: 'Hide from the gallery' })
    .getByRole('button', { name: 'Hide from the gallery' })
    .click();
  await expect(panel.getByRole('button', { name: 'Show in the gallery' })).toBeVisible();
  const gallery = await request.get(`${api}/events/${token}/gallery`, { headers: guest });
  expect(((await gallery.json()) as { data: { id: string }[] }).data.map((one) => one.id)).not.toContain(id);
  await page.keyboard.press('Escape');

  const [figures] = await Promise.all([
    page.waitForResponse((answer) => answer.url().includes('/tenant/usage?')),
    page.getByRole('link', { name: 'Usage', exact: true }).first().click(),
  ]);
  const spent = ((await figures.json()) as { data: { spent_micro_usd: number } }).data.spent_micro_usd;
  expect(spent).toBeGreaterThan(0);
  await expect(page.getByRole('region', { name: 'Spent' })).toContainText(`$${(spent / 1e6).toFixed(2)}`);

  await page.getByRole('link', { name: 'Changes' }).click();
  await expect(page.getByText('hid a picture').first()).toBeVisible();

  await page.goto(`${stack.control_room_url}#/events/${SLUG}/rules`);
  await page.getByRole('radio', { name: /^No gallery/ }).check();
  await page.getByRole('switch', { name: 'Guests may add own words to a style' }).check();
  await save(page);
  await page.goto(`${stack.control_room_url}#/events/${SLUG}/links`);
  await page.getByRole('button', { name: 'End link: Control room test' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'End link' }).click();
  await expect(page.getByText('Control room test')).toHaveCount(0);
  expect((await request.get(`${api}/events/${token}`, { headers: guest })).status()).toBe(404);
});

test('a superadmin switches everything off and on again, and both stand in the log', async ({ page }) => {
  await signIn(page, stack.superadmin, '/admin/settings');
  const toggle = page.getByRole('switch', { name: 'AI edits, everywhere' });
  await expect(toggle).toBeChecked();
  await toggle.click();
  await page.getByLabel('Type “local” to confirm').fill('local');
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await expect(page.getByText('Off for every event.')).toBeVisible();
  await toggle.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('On for every event.')).toBeVisible();
  await page.getByRole('link', { name: 'All changes' }).click();
  await expect(page.getByText('changed settings').nth(1)).toBeVisible();
});

async function askForEdit(
  request: APIRequestContext,
  token: string,
  headers: Record<string, string>,
): Promise<string> {
  const photo = readFileSync(new URL('docs/before.jpg', root));
  const registered = await request.post(`${api}/events/${token}/photos`, {
    headers,
    data: { mime_type: 'image/jpeg', size_bytes: photo.length },
  });
  expect(registered.status()).toBe(201);
  const { id, upload } = (
    (await registered.json()) as {
      data: { id: string; upload: { url: string; method: string; headers: Record<string, string> } };
    }
  ).data;
  const put = await request.fetch(upload.url, {
    method: upload.method,
    headers: upload.headers,
    data: photo,
  });
  expect(put.ok()).toBe(true);
  const asked = await request.post(`${api}/events/${token}/photos/${id}/ai-edits`, {
    headers: { ...headers, 'idempotency-key': `control-${Date.now()}` },
    data: { style_key: 'comic' },
  });
  expect(asked.status()).toBe(202);
  return ((await asked.json()) as { data: { id: string } }).data.id;
}
