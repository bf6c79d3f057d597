import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { drawn } from '../drawn';
import { MockedApi } from './api';
import { enter, STATES } from './states';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Languages differ in how wide their words are. What axe finds is the same in all, and `FULL=1` asks it for each. */
const isAsked = (locale: string) => locale === 'en-GB' || Boolean(process.env['FULL']);

// Every state × language × light and dark; phone and desktop are projects.
for (const state of STATES) {
  for (const locale of ['en-GB', 'de-DE']) {
    test(`${state.name} (${locale}): axe in light and dark, CSP and foreign hosts have nothing to report`, async ({
      browser,
      baseURL,
    }, info) => {
      const context = await browser.newContext({
        ...info.project.use,
        baseURL,
        locale,
        colorScheme: 'light',
        reducedMotion: 'reduce',
        // Neither axe nor the width depends on it, and the pixels take most of the time.
        deviceScaleFactor: 1,
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
      const findings = async (axe: AxeBuilder) =>
        (await axe.analyze()).violations.map(
          (found) => `${found.id}: ${found.nodes.map((node) => node.html).join(' | ')}`,
        );
      if (isAsked(locale)) {
        expect(await findings(new AxeBuilder({ page }).withTags(RULES))).toEqual([]);
        // The scheme changes colours and nothing else.
        await page.emulateMedia({ colorScheme: 'dark' });
        await drawn(page);
        expect(await findings(new AxeBuilder({ page }).withRules(['color-contrast']))).toEqual([]);
      }
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
