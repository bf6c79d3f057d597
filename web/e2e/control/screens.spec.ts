// SCREENS=folder takes a picture of every screen in both languages, sizes and schemes, to look at.
import { mkdirSync } from 'node:fs';
import { drawn } from '../drawn';
import { expect, test } from './room';
import { SHOTS } from './screens';

const folder = process.env['SCREENS'];
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const SCHEMES = ['light', 'dark'] as const;
if (folder) mkdirSync(folder, { recursive: true });

test.describe.configure({ timeout: 60_000 });
test.skip(!folder, 'pictures to look at are made on demand');

for (const language of ['en', 'de'] as const) {
  for (const shot of SHOTS) {
    test(`pictures of ${shot.name} in ${language}`, async ({ page, api, open }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      shot.before?.(api);
      await open(shot.route, shot.role, language);
      await shot.then?.(page);
      await page.waitForLoadState('networkidle');
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await drawn(page);
          await page.screenshot({
            path: `${folder}/${shot.name}.${language}.${colorScheme}.${size}.png`,
            fullPage: true,
          });
        }
      }
    });
  }

  test(`pictures of the sign-in page in ${language}`, async ({ page, api, signIn }) => {
    void api;
    void signIn;
    await page.addInitScript((chosen) => localStorage.setItem('control.language', chosen), language);
    await page.goto('/control/');
    await expect(page.locator('main button').first()).toBeEnabled();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await drawn(page);
        await page.screenshot({ path: `${folder}/sign-in.${language}.${colorScheme}.${size}.png` });
      }
    }
  });
}
