import AxeBuilder from '@axe-core/playwright';
import { drawn } from '../drawn';
import { SHOTS } from './screens';
import { expect, test } from './room';

// Up to six looks a test; a busy machine takes its time.
test.describe.configure({ timeout: 120_000 });

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = { phone: { width: 390, height: 844 } };
/** Every run looks at the phone; `FULL=1` looks at the other sizes, too. */
const SIZES = process.env['FULL']
  ? { ...PHONE, narrow: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } }
  : PHONE;

/** Languages differ in how wide their words are. What axe finds is the same in all, and `FULL=1` asks it for each. */
const isAsked = (language: string) => language === 'en' || Boolean(process.env['FULL']);

for (const shot of SHOTS) {
  for (const language of ['en', 'de'] as const) {
    test(`${shot.name} in ${language} has no finding in either scheme`, async ({ page, api, open }) => {
      shot.before?.(api);
      await open(shot.route, shot.role, language);
      await shot.then?.(page);
      await page.waitForLoadState('networkidle');
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${size}: scrolls sideways`).toBeLessThanOrEqual(0);
        for (const colorScheme of isAsked(language) ? (['light', 'dark'] as const) : []) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await drawn(page);
          // The scheme changes colours and nothing else.
          const axe = new AxeBuilder({ page });
          const found = await (
            colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe.withTags(RULES)
          ).analyze();
          expect(
            found.violations.map(
              ({ id, nodes }) =>
                `${size} ${colorScheme} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
            ),
          ).toEqual([]);
        }
      }
    });
  }
}

test('the sign-in page has no finding in either scheme', async ({ page, api, signIn }) => {
  void api;
  void signIn;
  await page.goto('/control/');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await drawn(page);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
});
