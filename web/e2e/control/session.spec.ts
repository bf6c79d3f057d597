import type { Page } from '@playwright/test';
import { PROMPT } from './data';
import { expect, test } from './room';

const storage = (page: Page) =>
  page.evaluate(async () => ({
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    cookies: document.cookie,
    address: location.href,
  }));

test('signs in with PKCE and lands on the page that was asked for', async ({ page, signIn, open }) => {
  await open('/events/anna-and-ben/pictures?status=failed');
  await expect(page.getByRole('heading', { name: 'Pictures' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Failed' })).toBeChecked();
  expect(page.url()).not.toContain('code');
  const [form] = signIn.exchanged;
  expect(form?.get('grant_type')).toBe('authorization_code');
  expect(form?.get('code_verifier')?.length).toBeGreaterThan(40);
});

test('keeps the ID token out of every storage and the address', async ({ page, api, open }) => {
  await open('/');
  await expect.poll(() => api.calls('GET', '/tenant/events').length).toBeGreaterThan(0);
  const sent = api.calls('GET', '/tenant/events')[0]?.headers['authorization'] ?? '';
  expect(sent).toMatch(/^Bearer ey/);
  const kept = JSON.stringify(await storage(page));
  expect(kept).not.toContain(sent.replace('Bearer ', ''));
  expect(kept).not.toContain('verifier');
});

test('survives a reload by the refresh token, and rotates it', async ({ page, signIn, open }) => {
  await open('/usage');
  await expect(page.getByRole('heading', { name: 'Usage' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Usage' })).toBeVisible();
  await expect.poll(() => signIn.exchanged.at(-1)?.get('refresh_token')).toBe('refresh-2');
});

test('renews the token five minutes before its end', async ({ page, signIn, open }) => {
  await page.clock.install();
  await open('/');
  await expect(page.getByRole('heading', { name: 'Your events' })).toBeVisible();
  const before = signIn.exchanged.length;
  await page.clock.fastForward('54:00');
  expect(signIn.exchanged).toHaveLength(before);
  await page.clock.fastForward('01:01');
  await expect.poll(() => signIn.exchanged.length).toBe(before + 1);
  expect(signIn.exchanged.at(-1)?.get('grant_type')).toBe('refresh_token');
  await expect(page.getByRole('heading', { name: 'Your events' })).toBeVisible();
});

test('takes a new token where the API refuses the old one, and asks again', async ({
  page,
  api,
  signIn,
  open,
}) => {
  await open('/');
  let refused = false;
  await page.route('**/api/v1/tenant/usage?**', async (route) => {
    if (refused) return route.fallback();
    refused = true;
    await route.fulfill({ status: 401, json: { message: 'Unauthorized' } });
  });
  await page.getByRole('link', { name: 'Usage' }).click();
  await expect(page.getByText('$41.20')).toBeVisible();
  expect(signIn.exchanged.at(-1)?.get('grant_type')).toBe('refresh_token');
  expect(api.calls('GET', '/tenant/usage')).toHaveLength(1);
});

test('a session that ends in mid-edit keeps the typed words', async ({ page, api, signIn, open }) => {
  await open('/events/anna-and-ben/rules');
  await page.getByLabel('Welcome text').fill('Typed before the end');
  signIn.over = true;
  api.instead.set('PATCH /tenant/events/anna-and-ben/ai-settings', {
    status: 401,
    json: { message: 'Unauthorized' },
  });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Your session has ended').first()).toBeVisible();
  signIn.over = false;
  api.instead.clear();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Welcome text')).toHaveValue('Typed before the end');
  expect((await storage(page)).session).not.toContain('Typed before the end');
});

test('shows nobody the words that somebody else has typed', async ({ page, api, signIn, open }) => {
  await open('/events/anna-and-ben/rules?tenant=demo-tenant', 'superadmin');
  await page.getByLabel('Welcome text').fill('Sam typed this');
  signIn.over = true;
  api.instead.set('PATCH /tenant/events/anna-and-ben/ai-settings', { status: 401, json: {} });
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Your session has ended').first()).toBeVisible();
  signIn.over = false;
  signIn.role = 'organiser';
  api.instead.clear();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Welcome text')).toHaveValue(
    'Welcome to our wedding! Make yourself into a painting.',
  );
  expect((await storage(page)).session).not.toContain('Sam typed this');
});

test('sign-out revokes the token and forgets it', async ({ page, signIn, open }) => {
  await open('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  expect(signIn.loggedOut).toBe(1);
  expect(signIn.revoked).toEqual(['refresh-2']);
  expect((await storage(page)).session).not.toContain('refresh');
});

test('nobody signs in while the sign-out is under way, and everybody can after "Back"', async ({
  page,
  signIn,
  open,
}) => {
  await open('/');
  let release = () => {};
  signIn.held = new Promise((resolve) => (release = resolve));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'One moment …' })).toBeDisabled();
  // The browser says so to a page that it has kept for its Back button.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  release();
  await expect.poll(() => signIn.loggedOut).toBe(1);
});

test('a forged callback signs nobody in', async ({ page, api, signIn }) => {
  void api;
  await page.goto('/control/?code=stolen&state=guessed');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  expect(signIn.exchanged).toEqual([]);
  expect(page.url()).not.toContain('stolen');
});

test('says so where the pool or the site cannot be reached, and tries again', async ({
  page,
  api,
  signIn,
}) => {
  void api;
  void signIn;
  await page.route('**/config.json', (route) => route.abort('internetdisconnected'), { times: 1 });
  await page.goto('/control/');
  await expect(page.getByRole('alert')).toContainText('cannot be reached');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
});

test('prompts and pictures stay in no storage and no cache', async ({ page, open }) => {
  await page.addInitScript(() => {
    const modes: string[] = [];
    const real = window.fetch;
    window.fetch = (input, init) => {
      const request = new Request(input, init);
      if (request.url.includes('/api/')) modes.push(request.cache);
      return real(input, init);
    };
    Object.assign(window, { cacheModes: modes });
  });
  await open('/events/anna-and-ben/pictures');
  await page
    .getByRole('link', { name: /Own words/ })
    .first()
    .click();
  await expect(page.getByText(PROMPT)).toBeVisible();
  // The address names the picture, so that a link shows it; nothing else does.
  const kept = JSON.stringify({ ...(await storage(page)), address: '' });
  expect(kept).not.toContain(PROMPT);
  expect(kept).not.toContain('edit_01');
  expect(page.url()).not.toContain(encodeURIComponent(PROMPT));
  for (const key of ['databases', 'caches'] as const) expect((await storage(page))[key]).toEqual([]);
  expect(
    await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)),
  ).toBe(0);
  const modes = await page.evaluate(() => (window as unknown as { cacheModes: string[] }).cacheModes);
  expect(modes.length).toBeGreaterThan(2);
  expect(new Set(modes)).toEqual(new Set(['no-store']));
});
