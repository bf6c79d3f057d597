import { expect, type Page } from '@playwright/test';
import {
  consent,
  failure,
  galleryItems,
  jpeg,
  type MockedApi,
  output,
  PAGE,
  problem,
  sampleEdit,
  sampleEvent,
  samplePhoto,
  waiting,
} from './api';

/** Every screen and side state of the page, each with the way there: for axe, and for the pictures to look at. */
interface State {
  name: string;
  /** What the API does. */
  given?: (api: MockedApi) => void;
  /** What the guest does, by positions and not by words, since it runs in every language. */
  when?: (page: Page) => Promise<void>;
}

const h1 = async (page: Page) => {
  await expect(page.locator('main h1')).toBeVisible();
  // The name that stands until the event has been read.
  await expect(page.locator('main h1')).not.toHaveText('AI Magic Edits');
};
const choose = async (page: Page) => {
  await page.locator('input[type=file]').nth(1).setInputFiles(jpeg());
  await expect(page.locator('[role=radiogroup]')).toBeVisible();
};
const make = async (page: Page) => {
  await choose(page);
  await page.locator('input[value=oil]').check();
  await page.locator('button[type=submit]').click();
};
const stopped = async (page: Page) => {
  await make(page);
  await expect(page.locator('[role=alert]')).toBeVisible();
};
const stop = (name: string, status: number, code: string): State => ({
  name,
  given: (api) => api.next.order.push(problem(status, code)),
  when: stopped,
});
const nav = async (page: Page, hash: string) => {
  await page.goto(`${PAGE}#${hash}`);
  await page.reload();
  await h1(page);
};
const empty = async (page: Page, hash: string) => {
  await nav(page, hash);
  await expect(page.locator('main button')).toBeVisible();
};
const withPictures = (api: MockedApi) => {
  api.photos = [samplePhoto('photo_1')];
  api.edits = [
    sampleEdit('edit_1', waiting(2, 20, 60_000)),
    ...['oil', 'comic', 'pop', 'sketch'].map((key, i) =>
      sampleEdit(`edit_${i + 2}`, {
        style_key: key,
        output: {
          ...output,
          thumbnail_url: key === 'oil' ? '/pictures/edit.jpg' : `/pictures/style-${key}.jpg`,
        },
      }),
    ),
    sampleEdit('edit_7', { ...failure('provider_error'), style_key: 'noir' }),
  ];
};
const unavailable = (
  reason: NonNullable<ReturnType<typeof sampleEvent>['ai_edits']['reason']>,
  message: string | null = null,
): State => ({
  name: `not-available-${reason.replaceAll('_', '-')}`,
  given: (api) => {
    api.event = sampleEvent({ ai_edits: { available: false, reason, message } });
  },
});

export const STATES: State[] = [
  { name: 'welcome' },
  {
    name: 'welcome-consent',
    given: (api) => {
      api.event = sampleEvent({ page: { ...sampleEvent().page, consent, ends_at: '2026-11-29T02:00:00Z' } });
    },
    when: async (page) => {
      await page.locator('input[type=file]').nth(1).click({ force: true });
      await expect(page.locator('[role=alert]')).toBeVisible();
    },
  },
  {
    name: 'welcome-photo-error',
    when: async (page) => {
      await page
        .locator('input[type=file]')
        .nth(1)
        .setInputFiles({
          name: 'x.heic',
          mimeType: 'image/heic',
          buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'),
        });
      await expect(page.locator('[role=alert]')).toBeVisible();
    },
  },
  { name: 'style', when: choose },
  {
    name: 'style-chosen',
    when: async (page) => {
      await choose(page);
      await page.locator('input[value=oil]').check();
    },
  },
  {
    name: 'upload',
    given: (api) => api.next.put.push('cut', 'cut', 'cut'),
    when: async (page) => {
      await make(page);
      await expect(page.locator('.notice')).toBeVisible();
    },
  },
  {
    name: 'wait-queue',
    given: (api) => (api.course = [waiting(3, 24, 60_000)]),
    when: async (page) => {
      await make(page);
      await expect(page.locator('.steps .current')).toHaveText(/Waiting|Warten/);
    },
  },
  {
    name: 'wait-painting',
    given: (api) => (api.course = [waiting(0, 12, 60_000)]),
    when: async (page) => {
      await make(page);
      await expect(page.locator('.steps .current')).toHaveText(/Painting|Malen/);
    },
  },
  {
    name: 'wait-queue-full',
    given: (api) => api.next.order.push(problem(429, 'rate_limited', { retryAfter: 30 })),
    when: async (page) => {
      await make(page);
      await expect(page.locator('.notice')).toBeVisible();
    },
  },
  {
    name: 'wait-paused',
    given: (api) => {
      api.course = [waiting(1, 20)];
      api.next.poll.push(problem(503, 'feature_disabled', { retryAfter: 60 }));
    },
    when: async (page) => {
      await make(page);
      await expect(page.locator('.notice')).toBeVisible();
    },
  },
  {
    name: 'result',
    given: (api) => (api.course = [waiting(0, 1, 50), { status: 'succeeded' }]),
    when: async (page) => {
      await make(page);
      await expect(page.locator('input[type=range]')).toBeVisible();
      await page.locator('input[type=range]').fill('42');
      await expect(page.locator('.words button').first()).toBeVisible();
    },
  },
  {
    name: 'failed',
    given: (api) => (api.course = [waiting(0, 1, 50), failure('provider_timeout')]),
    when: stopped,
  },
  stop('budget-gone', 402, 'budget_hard_cap_reached'),
  stop('style-gone', 403, 'style_locked'),
  stop('words', 422, 'prompt_blocked'),
  stop('photo-gone', 404, 'photo_not_found'),
  stop('closed-meanwhile', 403, 'event_policy_blocked'),
  stop('consent-changed', 422, 'consent_required'),
  {
    name: 'my-pictures',
    given: withPictures,
    when: async (page) => {
      await nav(page, 'pictures');
      await expect(page.locator('main li').first()).toBeVisible();
    },
  },
  { name: 'my-pictures-empty', when: (page) => empty(page, 'pictures') },
  {
    name: 'my-pictures-delete',
    given: withPictures,
    when: async (page) => {
      await nav(page, 'pictures');
      await page.locator('.delete').nth(1).click();
      await expect(page.locator('dialog[open]')).toBeVisible();
    },
  },
  {
    name: 'gallery',
    given: (api) => (api.gallery = galleryItems()),
    when: async (page) => {
      await nav(page, 'gallery');
      await expect(page.locator('main li').first()).toBeVisible();
    },
  },
  { name: 'gallery-empty', when: (page) => empty(page, 'gallery') },
  {
    name: 'gallery-open',
    given: (api) => (api.gallery = galleryItems()),
    when: async (page) => {
      await nav(page, 'gallery');
      await page.locator('main li button').first().click();
      await expect(page.locator('dialog[open] img')).toBeVisible();
    },
  },
  unavailable('feature_disabled'),
  unavailable('feature_locked'),
  unavailable('event_policy_blocked', 'We open after the cake, at nine.'),
  { name: 'link-ended', given: (api) => api.next.event.push(problem(404, 'event_not_found')) },
  { name: 'offline', given: (api) => api.next.event.push('cut', 'cut', 'cut', 'cut') },
];

export async function enter(page: Page, state: State): Promise<void> {
  await page.goto(PAGE);
  await h1(page);
  if (state.when) {
    await expect(page.locator('main h1')).toHaveText('Lena & Jonas');
    await state.when(page);
  }
  await h1(page);
}
