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
  const label = screen.getByText('Made with AI');
  await expect.element(label).not.toHaveClass(/faded/);
  // Nothing of it is to be seen: the photo alone is not made with AI.
  await slider.fill('100');
  await expect.element(label).toHaveClass(/faded/);
});

test('in a picture less tall than itself, the handle stands in the middle', async () => {
  const screen = await render(Compare, {
    before: pixel,
    after: pixel,
    width: 629,
    height: 83,
    texts: en.result,
    label: en.madeWithAi,
  });
  const middle = (selector: string) => {
    const box = screen.container.querySelector(selector)?.getBoundingClientRect();
    if (!box) throw new Error(`no ${selector}`);
    return box.y + box.height / 2;
  };
  (screen.container.querySelector('.compare') as HTMLElement).style.width = '343px';
  expect(middle('.handle')).toBeCloseTo(middle('.compare'), 0);
});
