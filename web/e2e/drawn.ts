import type { Page } from '@playwright/test';

/** Chromium answers before it has drawn in the new colours; on a busy machine axe and a picture see the old ones. */
export const drawn = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
