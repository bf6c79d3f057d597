import { expect, test } from './room';

const KEY = 'rw-secret-key-0123456789';

test('an organiser does not see the installation', async ({ page, open }) => {
  await open('/');
  await expect(page.getByRole('link', { name: 'Usage' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Settings' })).toHaveCount(0);
});

test('a superadmin begins where the organisers are, and acts for one with the tenant in every request', async ({
  page,
  api,
  open,
}) => {
  await open('/', 'superadmin');
  await page.getByRole('link', { name: 'Act for this organiser : Demo Weddings Ltd' }).click();
  await expect(page.getByText('You act for demo-tenant.')).toBeVisible();
  await page.getByRole('link', { name: 'Anna & Ben' }).click();
  await expect(page.getByRole('region', { name: 'Now' })).toBeVisible();
  await page.getByRole('link', { name: 'Usage', exact: true }).first().click();
  await expect(page.getByText('$41.20')).toBeVisible();
  const tenantCalls = api.seen.filter(({ path }) => path.startsWith('/tenant/'));
  expect(tenantCalls.length).toBeGreaterThan(3);
  expect(tenantCalls.every(({ query }) => query.get('tenant') === 'demo-tenant')).toBe(true);
  const adminCalls = api.seen.filter(({ path }) => path.startsWith('/admin/'));
  expect(adminCalls.every(({ query }) => !query.has('tenant'))).toBe(true);
});

test('what a superadmin changes for an organiser arrives whole', async ({ page, api, open }) => {
  await open('/events/anna-and-ben/links?tenant=demo-tenant', 'superadmin');
  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByLabel('Name for yourself').fill('Entrance');
  await page.getByRole('dialog').getByRole('button', { name: 'New link' }).click();
  await expect(page.getByText('This address is shown only now')).toBeVisible();
  const [made] = api.calls('POST', '/tenant/events/anna-and-ben/guest-links');
  // A body that goes out as a stream, which not every browser and server can do, is not seen here.
  expect(made?.body).toEqual({ label: 'Entrance' });
  expect(made?.query.get('tenant')).toBe('demo-tenant');
  expect(made?.headers['content-type']).toBe('application/json');
});

test('the kill switch wants the name of the stage, and goes on again without', async ({
  page,
  api,
  open,
}) => {
  await open('/admin/settings', 'superadmin');
  const toggle = page.getByRole('switch', { name: 'AI edits, everywhere' });
  await toggle.click();
  const off = page.getByRole('dialog').getByRole('button', { name: 'Switch off' });
  await expect(off).toBeDisabled();
  await page.getByLabel('Type “local” to confirm').fill('locl');
  await expect(off).toBeDisabled();
  await page.getByLabel('Type “local” to confirm').fill('local');
  await off.click();
  await expect(page.getByText('Off for every event.')).toBeVisible();
  await expect(toggle).not.toBeChecked();
  await toggle.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
  await expect(toggle).toBeChecked();
  // The switch shows the new state before it is confirmed and sent.
  await expect
    .poll(() => api.calls('PATCH', '/admin/ai-settings').map(({ body }) => body))
    .toEqual([{ is_enabled: false }, { is_enabled: true }]);
});

test('a setting says whether it is the default, who changed it, and goes back', async ({
  page,
  api,
  open,
}) => {
  await open('/admin/settings', 'superadmin');
  await expect(page.getByText('changed by cli')).toBeVisible();
  await page.getByLabel('Milliseconds that count as slow').fill('20000');
  await page.getByRole('button', { name: 'Back to default : Words that are not allowed' }).click();
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(() => api.calls('PATCH', '/admin/ai-settings')[0]?.body)
    .toEqual({
      latency_warning_ms: 20000,
      blocked_terms: null,
    });
});

test('a key is written and is nowhere afterwards', async ({ page, api, open }) => {
  await open('/admin/settings', 'superadmin');
  await page.getByRole('button', { name: 'New key : fal key' }).click();
  await page.getByLabel('New key', { exact: true }).fill(KEY);
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect((await api.sent('PATCH', '/admin/ai-settings')).body).toEqual({ secrets: { fal_api_key: KEY } });
  const kept = await page.evaluate(() => [
    document.documentElement.outerHTML,
    [...document.querySelectorAll('input,textarea')]
      .map((field) => (field as HTMLInputElement).value)
      .join('\n'),
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    location.href,
  ]);
  for (const place of kept) expect(place).not.toContain(KEY);
});

test('a key that was typed when the session ends is in no draft', async ({ page, api, signIn, open }) => {
  await open('/admin/settings', 'superadmin');
  await page.getByRole('button', { name: 'New key : fal key' }).click();
  await page.getByLabel('New key', { exact: true }).fill(KEY);
  signIn.over = true;
  api.instead.set('PATCH /admin/ai-settings', { status: 401, json: {} });
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Your session has ended').first()).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(KEY);
});

test('a style shows the difference to its version, and a test run', async ({ page, api, open }) => {
  await open('/admin/styles/comic', 'superadmin');
  await page.getByRole('button', { name: 'Test run' }).click();
  await expect(page.getByRole('img', { name: 'Test picture of Comic' })).toBeVisible();
  expect(api.calls('POST', '/admin/ai-styles/comic/try')[0]?.body).toEqual({ photo: null });
  await page
    .getByLabel('Prompt', { exact: true })
    .fill('Repaint this photo as manga, keep every face recognisable. {prompt}');
  const difference = page.locator('section', { hasText: 'Difference to the saved version' });
  await expect(difference.locator('del')).toHaveText('comic,');
  await expect(difference.locator('ins')).toHaveText('manga,');
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('version 4').or(page.getByText('changes are not saved'))).toHaveCount(0);
  expect((await api.sent('PUT', '/admin/ai-styles/comic')).body).toMatchObject({
    prompt_template: 'Repaint this photo as manga, keep every face recognisable. {prompt}',
    estimated_cost_micro_usd: 39_000,
    is_active: true,
  });
});

test('a new style that lacks its key or its cost says so before it is saved', async ({ page, api, open }) => {
  await open('/admin/styles/new', 'superadmin');
  const [key, cost] = [page.getByLabel('Key'), page.getByLabel('Expected cost in USD')];
  const save = page.getByRole('button', { name: 'Review and save' });
  await page.getByLabel('Name').fill('Stained glass');
  await expect(page.getByText('Please put the marked fields right first.')).toBeVisible();
  await expect(save).toBeDisabled();
  for (const field of [key, cost]) await expect(field).toHaveAttribute('aria-invalid', 'true');
  await key.fill('glass');
  await cost.fill('0,04');
  await save.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(() => api.calls('PUT', '/admin/ai-styles/glass')[0]?.body)
    .toMatchObject({ name: 'Stained glass', estimated_cost_micro_usd: 40_000 });
});

test('a list can be saved while the cursor is still in it, and keeps an empty line until then', async ({
  page,
  open,
}) => {
  await open('/admin/settings', 'superadmin');
  const words = page.getByLabel('Words that are not allowed');
  await words.press('Control+End');
  await words.pressSequentially('\nknife\n');
  await expect(words).toHaveValue('weapon\nblood\nknife\n');
  await expect(page.getByText('1 change is not saved')).toBeVisible();
});

test('removing a style wants its key', async ({ page, api, open }) => {
  await open('/admin/styles/oil-deluxe', 'superadmin');
  await page.getByRole('button', { name: 'Remove style' }).click();
  await page.getByLabel('Type “oil-deluxe” to confirm').fill('oil-deluxe');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove style' }).click();
  await expect(page.getByRole('heading', { name: 'Styles', exact: true })).toBeVisible();
  await expect.poll(() => api.calls('DELETE', '/admin/ai-styles/oil-deluxe')).toHaveLength(1);
});

test('a budget is typed in dollars and sent in millionths', async ({ page, api, open }) => {
  await open('/admin/tenants/demo-tenant', 'superadmin');
  await page.getByLabel('Stop at, USD a month').fill('150,5');
  await page.getByLabel('The stop does not hold until').fill('2030-01-01T02:00');
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect((await api.sent('PUT', '/admin/tenants/demo-tenant')).body).toMatchObject({
    name: 'Demo Weddings Ltd',
    ai_editing: {
      budget: { hard_cap_micro_usd: 150_500_000, soft_cap_micro_usd: 80_000_000, soft_cap_action: 'none' },
    },
  });
});

test('what is no amount cannot be saved', async ({ page, open }) => {
  await open('/admin/tenants/demo-tenant', 'superadmin');
  await page.getByLabel('Stop at, USD a month').fill('1.000,00');
  await expect(page.getByLabel('Stop at, USD a month')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('Please enter an amount such as 12.50.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Review and save' })).toBeDisabled();
});

test('packages, add-ons and events are made and removed', async ({ page, api, open }) => {
  await open('/admin/packages', 'superadmin');
  await page.getByRole('button', { name: 'New package' }).click();
  await page.getByLabel('Key').fill('gold');
  await page.getByLabel('Name').fill('Gold');
  await page.getByLabel('Features').fill('ai_styling\n');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Gold', { exact: true }).first()).toBeVisible();
  expect((await api.sent('PUT', '/admin/packages/gold')).body).toEqual({
    name: 'Gold',
    features: ['ai_styling'],
  });

  await page.getByRole('link', { name: 'Add-ons' }).click();
  await page.getByRole('button', { name: 'Edit : Prints' }).click();
  await page.getByLabel('Price in cents').fill('250');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(() => api.calls('PUT', '/admin/addons/prints')[0]?.body)
    .toMatchObject({ price_cents: 250 });

  await page.getByRole('link', { name: 'All events' }).click();
  await page.getByRole('link', { name: 'Edit : Anna & Ben' }).click();
  await page.getByLabel('Package').selectOption('basic');
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(() => api.calls('PUT', '/admin/events/demo-event')[0]?.body)
    .toMatchObject({
      slug: 'anna-and-ben',
      package_key: 'basic',
    });
});

test('the watermark’s preview moves with the settings', async ({ page, api, open }) => {
  await open('/admin/watermark', 'superadmin');
  const mark = page.locator('.mark');
  const before = await mark.boundingBox();
  await page.getByRole('radio', { name: 'Top left' }).check();
  const after = await mark.boundingBox();
  expect(after!.x).toBeLessThan(before!.x);
  expect(after!.y).toBeLessThan(before!.y);
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(() => api.calls('PATCH', '/admin/ai-settings')[0]?.body)
    .toMatchObject({
      watermark: { position: 'top_left', enabled: true },
    });
});
