// The README's pictures of the guest page. `npm run pictures` takes them; a test run does not.
import { expect, test } from '@playwright/test';
import { MockedApi } from '../mocked/api';
import { enter, STATES } from '../mocked/states';
import { take } from './take';

const SHOWN = new Map([
  ['welcome', 'guest-welcome.jpg'],
  ['style-chosen', 'guest-styles.jpg'],
  ['wait-painting', 'guest-waiting.jpg'],
  ['result', 'guest-result.jpg'],
]);

for (const [name, file] of SHOWN) {
  test(`guest page: ${name}`, async ({ page }) => {
    const state = STATES.find((one) => one.name === name);
    if (!state) throw new Error(`mocked/states.ts has no state ${name}`);
    const api = await new MockedApi().on(page);
    state.given?.(api);
    await enter(page, state);
    // Not the first paint, which stands there until the API has answered.
    await expect(page.locator('main h1')).not.toHaveText('AI Magic Edits');
    await take(page, file);
  });
}
