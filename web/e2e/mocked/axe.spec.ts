import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { MockedApi } from './api';
import { enter, STATES } from './states';

// Every state × language × light and dark; phone and desktop are projects.
for (const state of STATES) {
  for (const locale of ['en-GB', 'de-DE']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`${state.name} (${locale}, ${colorScheme}): axe, CSP and foreign hosts have nothing to report`, async ({
        browser,
        baseURL,
      }, info) => {
        const context = await browser.newContext({
          ...info.project.use,
          baseURL,
          locale,
          colorScheme,
          reducedMotion: 'reduce',
        });
        const page = await context.newPage();
        const reports: string[] = [];
        page.on('console', (message) => {
          if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(message.text()))
            reports.push(message.text());
        });
        page.on('pageerror', (error) => reports.push(error.message));
        page.on('request', (request) => {
          const url = new URL(request.url());
          if (url.protocol.startsWith('http') && url.origin !== baseURL)
            reports.push(`foreign: ${request.url()}`);
        });
        const api = await new MockedApi().on(page);
        state.given?.(api);
        await enter(page, state);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        expect(
          violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(' | ')}`),
        ).toEqual([]);
        // Nothing sticks out sideways.
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
        await expect(page.locator('html')).toHaveAttribute('lang', locale.slice(0, 2));
        expect(reports).toEqual([]);
        await context.close();
      });
    }
  }
}
