import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { en } from '../../guest/i18n/en';
import Compare from './Compare.svelte';

const pixel = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==';

test('the slider says what it shows, and moves the edge', async () => {
  const screen = await render(Compare, {
    before: pixel,
    after: pixel,
    width: 300,
    height: 200,
    texts: en.result,
    label: en.madeWithAi,
  });
  const slider = screen.getByRole('slider', { name: 'Compare before and after' });
  await expect.element(slider).toHaveAttribute('aria-valuetext', '100 % after');
  await slider.fill('40');
  await expect.element(slider).toHaveAttribute('aria-valuetext', '60 % after');
  const before = screen.container.querySelector('.before');
  expect(before && getComputedStyle(before).clipPath).toContain('60%');
  await expect.element(screen.getByText('Made with AI')).toBeVisible();
});
