// The README's pictures of the control room. `npm run pictures` takes them; a test run does not.
import { edit } from '../control/data';
import { expect, test } from '../control/room';
import { take } from './take';

const event = '/events/anna-and-ben';

test('control room: the evening', async ({ page, open }) => {
  await open(event);
  await expect(page.getByText(/Busiest hour/)).toBeVisible();
  await take(page, 'control-room.jpg');
});

test('control room: a picture', async ({ page, open }) => {
  await open(`${event}/pictures?picture=${edit(12).id}`);
  await page.getByRole('slider', { name: 'Before and after' }).fill('45');
  await take(page, 'control-picture.jpg');
});
