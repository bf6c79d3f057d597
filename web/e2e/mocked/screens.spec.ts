import { test } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { MockedApi } from './api';
import { enter, STATES } from './states';

// The pictures of the README come from here; SCREENS=folder takes one of every state, to look at.
const folder = process.env['SCREENS'];
const README = new Map([
  ['welcome', 'guest-page.png'],
  ['result', 'guest-page-result.png'],
]);
const docs = new URL('../../../docs/pictures/', import.meta.url).pathname;

for (const state of STATES) {
  for (const locale of ['en-GB', 'de-DE']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const readme = locale === 'en-GB' && colorScheme === 'light' ? README.get(state.name) : undefined;
      if (!folder && !readme) continue;
      test(`a picture of ${state.name} (${locale}, ${colorScheme})`, async ({ browser, baseURL }, info) => {
        const forReadme = readme !== undefined && info.project.name === 'phone';
        const context = await browser.newContext({
          ...info.project.use,
          baseURL,
          locale,
          colorScheme,
          reducedMotion: 'reduce',
          deviceScaleFactor: forReadme ? 2 : 1,
        });
        const page = await context.newPage();
        const api = await new MockedApi().on(page);
        state.given?.(api);
        await enter(page, state);
        await page.evaluate(() =>
          Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))),
        );
        if (folder) {
          mkdirSync(folder, { recursive: true });
          const path = `${folder}/${state.name}.${locale.slice(0, 2)}.${colorScheme}.${info.project.name}.png`;
          await page.screenshot({ path });
        }
        if (forReadme) {
          mkdirSync(docs, { recursive: true });
          await page.screenshot({ path: docs + readme });
        }
        await context.close();
      });
    }
  }
}
