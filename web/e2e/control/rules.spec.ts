import { expect, test } from './room';

const route = '/events/anna-and-ben/rules';
const path = '/tenant/events/anna-and-ben/ai-settings';

test('shows what will change before it saves, and sends that alone', async ({ page, api, open }) => {
  await open(route);
  await page.getByRole('switch', { name: 'Guests may add own words to a style' }).click();
  await page.getByLabel('Welcome text').fill('Good evening');
  await expect(page.getByText('2 changes are not saved')).toBeVisible();
  await page.getByRole('button', { name: 'Review and save' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Good evening');
  await expect(dialog).toContainText('Welcome to our wedding');
  expect(api.calls('PATCH', path)).toHaveLength(0);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const sent = await api.sent('PATCH', path);
  expect(sent.body).toEqual({ allow_custom_prompt: false, page: { welcome: 'Good evening' } });
  expect(sent.headers['if-match']).toBe('"1"');
  await expect(page.getByText('changes are not saved')).toHaveCount(0);
});

test('the big switch is saved by itself, after a question', async ({ page, api, open }) => {
  await open(route);
  await page.getByLabel('Welcome text').fill('Half a sen');
  await page.getByRole('switch', { name: 'AI edits at this event' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('Guests see your message and cannot make pictures.')).toBeVisible();
  expect((await api.sent('PATCH', path)).body).toEqual({ enabled: false });
  await expect(page.getByLabel('Welcome text')).toHaveValue('Half a sen');
});

test('cancelling the switch leaves it as it was', async ({ page, api, open }) => {
  await open(route);
  const toggle = page.getByRole('switch', { name: 'AI edits at this event' });
  await toggle.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(toggle).toBeChecked();
  expect(api.calls('PATCH', path)).toHaveLength(0);
});

test('two organisers at once see both versions and choose', async ({ page, api, open }) => {
  await open(route);
  await page.getByLabel('Welcome text').fill('Mine');
  await page.getByRole('switch', { name: 'Guests may add own words to a style' }).click();
  api.changeRules({ page: { welcome: 'Theirs' }, gallery: 'open' });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved in the meantime' });
  await expect(dialog.getByRole('group', { name: 'Welcome text' })).toContainText('Theirs');
  await expect(dialog.getByRole('group')).toHaveCount(1);
  await dialog.getByRole('radio', { name: /Yours/ }).check();
  await dialog.getByRole('button', { name: 'Save my choice' }).click();
  await expect(dialog).toHaveCount(0);
  // The first was refused.
  const sent = await api.sent('PATCH', path, 1);
  expect(sent.headers['if-match']).toBe('"2"');
  expect(sent.body).toEqual({ allow_custom_prompt: false, page: { welcome: 'Mine' } });
  await expect.poll(() => api.rules).toMatchObject({ gallery: 'open', page: { welcome: 'Mine' } });
});

test('dropping one’s own version takes the other’s', async ({ page, api, open }) => {
  await open(route);
  await page.getByLabel('Welcome text').fill('Mine');
  api.changeRules({ page: { welcome: 'Theirs' } });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Drop mine' }).click();
  await expect(page.getByLabel('Welcome text')).toHaveValue('Theirs');
  expect(api.calls('PATCH', path)).toHaveLength(1);
});

test('a field that does not fit is marked, with what the API says', async ({ page, api, open }) => {
  api.instead.set(`PATCH ${path}`, {
    status: 422,
    json: {
      code: 'validation_failed',
      errors: [{ pointer: '/page/privacy_url', detail: 'Must be an https address.' }],
    },
  });
  await open(route);
  await page.getByLabel('Address of your privacy notice').fill('http://example.com');
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  const field = page.getByLabel('Address of your privacy notice');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/Must be an https address/);
});

test('the preview shows text, colour and consent as they are typed', async ({ page, open }) => {
  await open(route);
  await page.getByLabel('Welcome text').fill('Hello, hall');
  await page.getByLabel('Colour', { exact: true }).fill('#ffee00');
  const preview = page.locator('.phone');
  await expect(preview).toContainText('Hello, hall');
  await expect(preview).toHaveCSS('border-top-color', 'rgb(255, 238, 0)');
  await expect(page.getByText(/White text on this colour has a contrast of 1.2/)).toBeVisible();
});

test('a logo is uploaded and shown before it is saved', async ({ page, api, open }) => {
  await open(route);
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  await page
    .getByLabel('Logo', { exact: true })
    .setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png });
  await expect(page.locator('.phone img')).toBeVisible();
  expect(api.calls('POST', /logos$/)[0]?.body).toEqual({ mime_type: 'image/png', size_bytes: png.length });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => api.calls('PATCH', path)[0]?.body).toEqual({ page: { logo_key: 'logos/01J' } });
});

test('a guest link is shown once, with its QR code, and can be ended', async ({ page, api, open }) => {
  await open('/events/anna-and-ben/links');
  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByLabel('Name for yourself').fill('Entrance');
  await page.getByRole('dialog').getByRole('button', { name: 'New link' }).click();
  await expect(page.getByRole('img', { name: 'QR code of the guest link' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Poster' }).click();
  await expect(page.getByRole('img', { name: /Anna|anna-and-ben/ })).toBeVisible();
  await page.getByText('A5', { exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save poster (SVG)' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('anna-and-ben-poster-a5.svg');
  await page.getByRole('link', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'End link: Entrance' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End link' }).click();
  await expect(page.getByText('Entrance')).toHaveCount(0);
  await expect.poll(() => api.calls('DELETE', /guest-links/)).toHaveLength(1);
});

test('the address of a link is in no storage and goes with the page', async ({ page, open }) => {
  await open('/events/anna-and-ben/links');
  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New link' }).click();
  await expect(page.getByRole('img', { name: 'QR code of the guest link' })).toBeVisible();
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]),
  );
  expect(kept).not.toContain('tok-');
  await page.reload();
  await expect(page.getByText('Without a name').first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Poster' })).toHaveCount(0);
});
