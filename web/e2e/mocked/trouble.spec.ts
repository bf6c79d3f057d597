import { expect, test, type Page } from '@playwright/test';
import {
  failure,
  galleryItems,
  MockedApi,
  output,
  PAGE,
  problem,
  sampleEdit,
  sampleEvent,
  samplePhoto,
  waiting,
} from './api';
import { guest } from './guest';

let api: MockedApi;
test.beforeEach(async ({ page }) => {
  api = await new MockedApi().on(page);
});

const heading = (page: Page, name: string) => page.getByRole('heading', { name });

test('a link that has ended says so kindly', async ({ page }) => {
  api.next.event.push(problem(404, 'event_not_found'));
  await page.goto(PAGE);
  await expect(heading(page, 'This link has ended')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

for (const [reason, title] of [
  ['feature_disabled', 'A short break'],
  ['feature_locked', 'No magic here yet'],
  ['event_policy_blocked', 'Not open at the moment'],
  ['unavailable', 'A short break'],
] as const) {
  test(`an event that is not available says why: ${reason}`, async ({ page }) => {
    api.event = sampleEvent({ ai_edits: { available: false, reason, message: null } });
    await page.goto(PAGE);
    await expect(heading(page, title)).toBeVisible();
    api.event = sampleEvent();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(heading(page, 'Lena & Jonas')).toBeVisible();
  });
}

test("the organiser's own message comes before ours", async ({ page }) => {
  api.event = sampleEvent({
    ai_edits: { available: false, reason: 'event_policy_blocked', message: 'We open after the cake.' },
  });
  await page.goto(PAGE);
  await expect(page.getByText('We open after the cake.')).toBeVisible();
});

test('an API that cannot be reached is tried again by itself', async ({ page }) => {
  api.next.event.push('cut', problem(503, 'x'));
  await page.goto(PAGE);
  await expect(heading(page, 'Lena & Jonas')).toBeVisible();
});

test('402: the budget is gone, the photo is safe, and later it goes on with the same key', async ({
  page,
}) => {
  api.next.order.push(problem(402, 'budget_hard_cap_reached'));
  await guest(page).order();
  await expect(heading(page, 'No more pictures for now')).toBeVisible();
  await expect(page.getByAltText('Your photo')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await guest(page).seesResult();
  expect(api.count('put')).toBe(1);
  expect(new Set(api.calls.filter((call) => call.what === 'order').map((call) => call.key)).size).toBe(1);
});

test('403: a style that is locked meanwhile leads back to the styles', async ({ page }) => {
  api.next.order.push(problem(403, 'style_locked'));
  const me = guest(page);
  await me.order();
  await expect(heading(page, 'This style is not available any more')).toBeVisible();
  await page.getByRole('button', { name: 'Try another style' }).click();
  await me.chooseStyle('Comic');
  await me.make();
  await me.seesResult();
});

test("403: a closed policy shows the organiser's message, and a way back to the styles", async ({ page }) => {
  api.next.order.push(problem(403, 'event_policy_blocked', { detail: 'Tonight without own words, please.' }));
  const me = guest(page);
  await me.order();
  await expect(page.getByText('Tonight without own words, please.')).toBeVisible();
  await page.getByRole('button', { name: 'Another style' }).click();
  await me.chooseStyle('Comic');
  await me.make();
  await me.seesResult();
});

test('402: above the warning limit a dear style leads back to the styles', async ({ page }) => {
  api.next.order.push(problem(402, 'budget_soft_cap_reached'));
  await guest(page).order();
  await expect(page.getByRole('button', { name: 'Try another style' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('a refused order is asked for again by the guest alone, not by a reload or a new tab', async ({
  page,
}) => {
  api.next.order.push(problem(402, 'budget_hard_cap_reached'));
  await guest(page).order();
  await expect(heading(page, 'No more pictures for now')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'No more pictures for now')).toBeVisible();
  await page.goto('about:blank');
  await page.goto(PAGE);
  await expect(heading(page, 'Lena & Jonas')).toBeVisible();
  expect(api.count('order')).toBe(1);
  await page.goto(`${PAGE}#picture`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await guest(page).seesResult();
  expect(api.count('order')).toBe(2);
});

test('a style that the organiser has taken away is gone from the list, too', async ({ page }) => {
  const me = guest(page);
  await me.scan();
  await me.choosePhoto();
  await me.chooseStyle();
  api.styles = api.styles.filter(({ key }) => key !== 'oil');
  api.next.order.push(problem(403, 'style_not_allowed'));
  await me.make();
  await page.getByRole('button', { name: 'Try another style' }).click();
  await expect(page.getByRole('radio', { name: 'Oil painting' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Make my picture' })).toBeDisabled();
  await me.chooseStyle('Comic');
  await me.make();
  await me.seesResult();
});

test('a style that takes no words offers no place for them', async ({ page }) => {
  api.styles = api.styles.map((style) => ({ ...style, takes_prompt: style.key !== 'noir' }));
  const me = guest(page);
  await me.scan();
  await me.choosePhoto();
  await me.chooseStyle('Comic');
  await page.getByLabel('Your own words').fill('with a hat');
  await me.chooseStyle('Film noir');
  await expect(page.getByLabel('Your own words')).toHaveCount(0);
  await me.make();
  await me.seesResult();
  expect(api.calls.find(({ what }) => what === 'order')?.body).toEqual({ style_key: 'noir' });
});

test('own words that the organiser has switched off meanwhile are what is not possible', async ({ page }) => {
  const me = guest(page);
  await me.scan();
  await me.choosePhoto();
  await me.chooseStyle();
  await page.getByLabel('Your own words').fill('with a hat');
  api.event = sampleEvent({ allow_custom_prompt: false });
  api.next.order.push(problem(403, 'event_policy_blocked', { detail: 'Please choose one of our styles.' }));
  await me.make();
  await expect(heading(page, 'These words are not possible here')).toBeVisible();
  await page.getByRole('button', { name: 'Try another style' }).click();
  await expect(page.getByLabel('Your own words')).toHaveCount(0);
  await me.make();
  await me.seesResult();
});

test('409: an order in progress is asked for again with the same key', async ({ page }) => {
  api.next.order.push(problem(409, 'idempotency_in_progress', { retryAfter: 0 }));
  await guest(page).order();
  await guest(page).seesResult();
  expect(api.edits.length).toBe(1);
});

test('422: words that are not possible say that nothing was charged', async ({ page }) => {
  api.next.order.push(problem(422, 'prompt_blocked'));
  await guest(page).order();
  await expect(page.getByText(/Nothing was charged/)).toBeVisible();
});

test('429: a full queue waits as long as it is told and goes on by itself', async ({ page }) => {
  api.next.order.push(problem(429, 'rate_limited', { retryAfter: 2 }));
  await guest(page).order();
  await expect(page.getByText(/Too many pictures at once/).first()).toBeVisible();
  await expect(page.getByText(/Next try in/)).toBeVisible();
  await guest(page).seesResult();
});

test('429: a wait of many minutes names the time at which it ends', async ({ page }) => {
  api.next.order.push(problem(429, 'rate_limited', { retryAfter: 2400 }));
  await guest(page).order();
  await expect(page.getByText(/Next try at \d/)).toBeVisible();
});

test('429 of the gateway, without a problem document, is a full queue, too', async ({ page }) => {
  api.next.order.push({ status: 429, body: { message: 'Too Many Requests' } });
  await guest(page).order();
  await expect(page.getByText(/Too many pictures at once/).first()).toBeVisible();
  await guest(page).seesResult();
});

test('503: the kill switch in mid-wait pauses and goes on', async ({ page }) => {
  const off = problem(503, 'feature_disabled', { detail: 'Back in ten minutes.', retryAfter: 2 });
  api.next.poll.push(off);
  await guest(page).order();
  await expect(page.getByText('Back in ten minutes.').first()).toBeVisible();
  await guest(page).seesResult();
  expect(api.count('order')).toBe(1);
});

for (const code of ['provider_timeout', 'moderated', 'photo_invalid', 'a_code_of_tomorrow']) {
  test(`a failed edit says why, that nothing was charged, and shows the original: ${code}`, async ({
    page,
  }) => {
    api.course = [waiting(1, 3), failure(code)];
    const me = guest(page);
    await me.order();
    await expect(page.getByRole('alert')).toContainText('Nothing was charged');
    await expect(page.getByAltText('Your photo')).toBeVisible();
    await expect(page.getByText('internal words')).toHaveCount(0);
    api.course = [waiting(0, 1, 50), { status: 'succeeded' }];
    await page.getByRole('button', { name: 'Try the same again' }).click();
    await me.seesResult();
    expect(new Set(api.calls.filter((call) => call.what === 'order').map((call) => call.key)).size).toBe(2);
  });
}

test('a photo deleted meanwhile is said to be gone', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  api.photos = [];
  await page.getByRole('button', { name: 'Another style' }).click();
  await me.chooseStyle('Comic');
  await me.make();
  await expect(heading(page, 'This photo is gone')).toBeVisible();
  await page.getByRole('button', { name: 'New photo' }).click();
  await expect(heading(page, 'Lena & Jonas')).toBeVisible();
});

test('a photo that the API rejects says what is wrong with it', async ({ page }) => {
  api.next.order.push(problem(409, 'photo_rejected'));
  api.photos = [];
  const me = guest(page);
  await me.scan();
  await me.choosePhoto();
  await me.chooseStyle();
  await page.route('**/photos/photo_1', (route) =>
    route.fulfill({
      json: {
        data: samplePhoto('photo_1', { status: 'rejected', rejection: { code: 'too_small', message: 'x' } }),
      },
    }),
  );
  await me.make();
  await expect(heading(page, 'This photo cannot be used')).toBeVisible();
  await expect(page.getByText('This photo is too small.')).toBeVisible();
});

test('an upload address that has ended is replaced by a new one', async ({ page }) => {
  api.next.put.push({ status: 403, body: {} });
  await guest(page).order();
  await guest(page).seesResult();
  expect(api.count('register')).toBe(2);
  expect(api.edits[0]?.photo_id).toBe('photo_2');
});

test('a cut upload is tried again', async ({ page }) => {
  api.next.put.push('cut', 'cut');
  await guest(page).order();
  await expect(page.getByText(/The connection is slow/).first()).toBeVisible();
  await guest(page).seesResult();
  expect(api.uploads.length).toBe(1);
});

test('after four tries the upload stops and offers to try again', async ({ page }) => {
  api.next.put.push('cut', 'cut', 'cut', 'cut');
  await page.clock.install();
  const me = guest(page);
  await me.order();
  await expect(async () => {
    await page.clock.runFor(2000);
    await expect(heading(page, 'That did not work')).toBeVisible({ timeout: 50 });
  }).toPass();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(async () => {
    await page.clock.runFor(1000);
    await expect(heading(page, 'Here it is')).toBeVisible({ timeout: 50 });
  }).toPass();
  expect(api.count('put')).toBe(5);
});

test.describe('the network goes', () => {
  const cut = async (page: Page, what: () => Promise<void>) => {
    await page.context().setOffline(true);
    await what();
    await page.context().setOffline(false);
  };

  test('before the upload: the page says so and goes on when it is back', async ({ page }) => {
    const me = guest(page);
    await me.scan();
    await me.choosePhoto();
    await me.chooseStyle();
    await page.route('**/photos', (route) => route.abort('internetdisconnected'), { times: 1 });
    await cut(page, async () => {
      await me.make();
      await expect(page.getByText(/No connection/).first()).toBeVisible();
    });
    await me.seesResult();
    expect(api.edits.length).toBe(1);
  });

  test('in mid-wait: the page says so and goes on when it is back', async ({ page }) => {
    const me = guest(page);
    api.course = [waiting(2, 30)];
    await me.order();
    await expect(page.getByText('You are number 2')).toBeVisible();
    await page.route('**/ai-edits/*', (route) => route.abort('internetdisconnected'), { times: 1 });
    await cut(page, () => expect(page.getByText(/No connection/).first()).toBeVisible());
    api.course = [{ status: 'succeeded' }];
    await me.seesResult();
    expect(api.count('order')).toBe(1);
  });

  for (const [button, shown] of [
    ['My pictures', 'Open the picture'],
    ['Gallery', 'A picture of this event'],
  ] as const)
    test(`before "${button}": the list comes when it is back`, async ({ page }) => {
      api.edits = [sampleEdit('edit_1', { output })];
      api.gallery = galleryItems().slice(0, 1);
      await guest(page).scan();
      const opens = page.getByRole('button', { name: button });
      await expect(opens).toBeVisible();
      const lists = /\/(gallery|ai-edits|photos)(\?|$)/;
      await page.route(lists, (route) => route.abort('internetdisconnected'));
      await cut(page, async () => {
        await opens.click();
        await expect(page.getByText(/No connection/)).toBeVisible();
        await page.unroute(lists);
      });
      await expect(page.getByRole('button', { name: shown })).toBeVisible();
    });
});

test('over slow 3G the page says how much of the photo has gone', async ({ page }) => {
  const network = await page.context().newCDPSession(page);
  const me = guest(page);
  await me.scan();
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
  await me.choosePhoto();
  await me.chooseStyle();
  await me.make();
  await me.seesResult();
});
