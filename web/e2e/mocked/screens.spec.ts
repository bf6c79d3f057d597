import { test } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { MockedApi } from './api';
import { enter, STATES } from './states';

// SCREENS=folder takes a picture of every state, to look at.
const folder = process.env['SCREENS'] ?? '';

for (const state of folder ? STATES : []) {
  for (const locale of ['en-GB', 'de-DE']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`a picture of ${state.name} (${locale}, ${colorScheme})`, async ({ browser, baseURL }, info) => {
        const context = await browser.newContext({
          ...info.project.use,
          baseURL,
          locale,
          colorScheme,
          reducedMotion: 'reduce',
          deviceScaleFactor: 1,
        });
        const page = await context.newPage();
        const api = await new MockedApi().on(page);
        state.given?.(api);
        await enter(page, state);
        await page.evaluate(() =>
          Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))),
        );
        mkdirSync(folder, { recursive: true });
        const path = `${folder}/${state.name}.${locale.slice(0, 2)}.${colorScheme}.${info.project.name}.png`;
        await page.screenshot({ path });
        await context.close();
      });
    }
  }
}
