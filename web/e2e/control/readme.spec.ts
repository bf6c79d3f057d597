// The picture of the README, made by the run itself.
import { SHOTS } from './screens';
import { expect, test } from './room';

test('the control room has its picture', async ({ page, open }) => {
  expect(SHOTS.some(({ name }) => name === 'evening')).toBe(true);
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await open('/events/anna-and-ben');
  await expect(page.getByText(/Busiest hour/)).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({
    path: new URL('../../../docs/pictures/control-room.png', import.meta.url).pathname,
  });
});
