import { expect, test, type Page } from '@playwright/test';
import { MockedApi, PAGE, sampleEvent, consent, samplePhoto, sampleEdit, output, waiting } from './api';
import { guest } from './guest';

let api: MockedApi;
test.beforeEach(async ({ page }) => {
  api = await new MockedApi().on(page);
});

test('a guest comes from the link to a picture', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await expect(page.getByText('You are number 3 in the queue.')).toBeVisible();
  await me.seesResult();
  await expect(page.getByText('Made with AI')).toBeVisible();
  expect(api.count('order')).toBe(1);
  expect(api.calls.every((call) => call.what === 'put' || /^[\w-]{1,64}$/.test(call.guest ?? ''))).toBe(true);
});

test('Back goes one step back', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Choose a style' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Lena & Jonas' })).toBeVisible();
  await page.goForward();
  await expect(page.getByRole('radio', { name: 'Oil painting' })).toBeChecked();
});

test('another style takes the photo that has arrived before', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  await page.getByRole('button', { name: 'Another style' }).click();
  await me.chooseStyle('Comic');
  await me.make();
  await me.seesResult();
  expect(api.count('put')).toBe(1);
  expect(api.count('order')).toBe(2);
  expect(new Set(api.calls.filter((call) => call.what === 'order').map((call) => call.key)).size).toBe(2);
});

test('a second tap makes no second picture', async ({ page }) => {
  const me = guest(page);
  await me.scan();
  await me.choosePhoto();
  await me.chooseStyle();
  await page.getByRole('button', { name: 'Make my picture' }).dblclick();
  await me.seesResult();
  expect(api.count('order')).toBe(1);
  expect(api.count('register')).toBe(1);
});

test('a double tap on "Another style" orders nothing', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  // On many a phone the next screen's button comes to lie where this one was; here on all.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.bar, .bar button { position: fixed !important; inset: 0; height: 100%; }');
    document.adoptedStyleSheets.push(sheet);
  });
  const box = await page.getByRole('button', { name: 'Another style' }).boundingBox();
  if (!box) throw new Error('no button');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.dblclick(x, y);
  await expect(page.getByRole('heading', { name: 'Choose a style' })).toBeVisible();
  expect(api.count('order')).toBe(1);
  // The same tap counts as soon as it is no longer the second half of the first one.
  await expect
    .poll(async () => {
      await page.mouse.click(x, y);
      return api.count('order');
    })
    .toBe(2);
});

test('the latest time stands there only when the seconds have run out', async ({ page }) => {
  const me = guest(page);
  api.course = [waiting(2, 30), waiting(0, 0)];
  await me.order();
  await expect(page.getByText('You are number 2')).toBeVisible();
  await expect(page.getByText(/at the latest/)).toBeHidden();
  await expect(page.getByText('Any moment now.')).toBeVisible();
  await expect(page.getByText(/at the latest/)).toBeVisible();
});

test('a picture on its way is one tap away from the styles', async ({ page }) => {
  const me = guest(page);
  api.course = [waiting(2, 30)];
  await me.order();
  await page.goBack();
  await page.getByRole('button', { name: 'Your picture is on its way' }).click();
  await expect(page.getByText('You are number 2').first()).toBeVisible();
  await page.goBack();
  api.course = [{ status: 'succeeded' }];
  // By key: at this speed a tap at the same place would be the second half of the one before.
  await page.getByRole('button', { name: 'Your picture is ready' }).press('Enter');
  await me.seesResult();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Choose a style' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Your picture is/ })).toBeHidden();
  expect(api.count('order')).toBe(1);
});

/** What the page has stored so far: styles and words, among other things. */
const wishes = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<unknown[]>((done) => {
        const opening = indexedDB.open('magic-edits');
        opening.onsuccess = () => {
          const reading = opening.result.transaction('page').objectStore('page').getAll();
          reading.onsuccess = () => {
            opening.result.close();
            done(reading.result as unknown[]);
          };
        };
      }),
  );

test.describe('a reload', () => {
  test('on the style page keeps photo, style and words', async ({ page }) => {
    const me = guest(page);
    await me.scan();
    await me.choosePhoto();
    await me.chooseStyle('Comic');
    const words = page.getByLabel('Your own words');
    await words.fill('On the moon');
    // A browser that is told to reload gives up what it has not written yet.
    await expect.poll(() => wishes(page)).toContainEqual({ styleKey: 'comic', prompt: 'On the moon' });
    await page.reload();
    await expect(page.getByAltText('Your photo')).toBeVisible();
    await expect(page.getByRole('radio', { name: 'Comic' })).toBeChecked();
    await expect(words).toHaveValue('On the moon');
  });

  test('in mid-upload sends the photo again and orders once', async ({ page }) => {
    const me = guest(page);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let first = true;
    await page.route('**/bucket/**', async (route) => {
      if (!first) return route.fallback();
      first = false;
      await held;
      await route.abort().catch(() => undefined);
    });
    await me.order();
    await expect(page.getByText(/Sending your photo/).first()).toBeVisible();
    await page.reload();
    release();
    await me.seesResult();
    expect(api.count('order')).toBe(1);
  });

  test('in mid-wait comes back to the wait, without a second order', async ({ page }) => {
    const me = guest(page);
    api.course = [waiting(3, 30)];
    await me.order();
    await expect(page.getByText('You are number 3')).toBeVisible();
    await page.reload();
    await expect(page.getByText('You are number 3')).toBeVisible();
    api.course = [{ status: 'succeeded' }];
    await me.seesResult();
    expect(api.count('order')).toBe(1);
    expect(api.count('put')).toBe(1);
  });

  test('after the answer to the order was lost asks with the same key', async ({ page }) => {
    const me = guest(page);
    api.next.order.push('lost', 'lost');
    await me.order();
    await me.seesResult();
    const keys = api.calls.filter((call) => call.what === 'order').map((call) => call.key);
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    expect(api.edits.length).toBe(1);
  });

  test('of a result stays there', async ({ page }) => {
    const me = guest(page);
    await me.order();
    await me.seesResult();
    await page.reload();
    await me.seesResult();
  });
});

test('a closed browser finds the picture under way again, by the link alone', async ({ page, context }) => {
  const me = guest(page);
  api.course = [waiting(2, 30)];
  await me.order();
  await expect(page.getByText('You are number 2')).toBeVisible();
  await page.close();
  const again = await context.newPage();
  await api.on(again);
  await again.goto(PAGE);
  await expect(again.getByText('You are number 2')).toBeVisible();
  expect(api.count('order')).toBe(1);
});

test('the phone that wakes up asks at once', async ({ page }) => {
  const me = guest(page);
  api.course = [waiting(2, 600, 600_000)];
  await me.order();
  await expect(page.getByText('You are number 2')).toBeVisible();
  api.course = [{ status: 'succeeded' }];
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await me.seesResult();
});

test('consent is asked for before the upload, and its version goes with the photo', async ({ page }) => {
  const me = guest(page);
  api.event = sampleEvent({ page: { ...sampleEvent().page, consent } });
  await me.scan();
  await expect(page.getByText(consent.text)).toBeVisible();
  const chooser = page.waitForEvent('filechooser', { timeout: 700 }).catch(() => null);
  await page.getByLabel('Choose a photo').click({ force: true });
  await expect(page.getByRole('alert')).toContainText('Please agree first');
  expect(await chooser).toBeNull();
  await page.getByLabel('I agree').check();
  await me.choosePhoto();
  await me.chooseStyle();
  await me.make();
  await me.seesResult();
  expect(api.calls.find((call) => call.what === 'register')?.body).toMatchObject({ consent_version: 3 });
});

test('a text of consent that changed meanwhile is shown again', async ({ page }) => {
  const me = guest(page);
  api.event = sampleEvent({ page: { ...sampleEvent().page, consent } });
  await me.scan();
  await page.getByLabel('I agree').check();
  await me.choosePhoto();
  await me.chooseStyle();
  api.event = sampleEvent({
    page: { ...sampleEvent().page, consent: { text: 'Sixty days now.', version: 4 } },
  });
  await me.make();
  await expect(page.getByRole('heading', { name: 'The conditions have changed' })).toBeVisible();
  await page.getByRole('button', { name: 'Read them' }).click();
  await expect(page.getByText('Sixty days now.')).toBeVisible();
  await expect(page.getByLabel('I agree')).not.toBeChecked();
});

test('my pictures can be opened and deleted', async ({ page }) => {
  const me = guest(page);
  api.photos = [samplePhoto('photo_1')];
  api.edits = [sampleEdit('edit_1', { output }), sampleEdit('edit_2', { output, style_key: 'comic' })];
  await me.scan();
  await page.getByRole('button', { name: 'My pictures' }).click();
  await expect(page.getByText('2 pictures')).toBeVisible();
  await page.getByRole('button', { name: 'Delete: Comic' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('1 picture', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Open the picture' }).click();
  await me.seesResult();
  expect(api.edits.map((edit) => edit.id)).toEqual(['edit_1']);
});

test('a picture that was not drawn yet takes its room, so the list stays where it is', async ({ page }) => {
  const me = guest(page);
  api.edits = Array.from({ length: 40 }, (_, index) => sampleEdit(`edit_${index}`, { output }));
  await me.scan();
  await page.getByRole('button', { name: 'My pictures' }).click();
  const tiles = page.getByRole('listitem');
  await expect(tiles).toHaveCount(40);
  const heights = await tiles.evaluateAll((all) => all.map((tile) => tile.getBoundingClientRect().height));
  expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(1);
});

test('a deleted photo takes its pictures along', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  await page.getByRole('button', { name: 'My pictures' }).click();
  await page.getByRole('button', { name: 'Delete: Your photo' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No pictures yet.')).toBeVisible();
  await page.goto(PAGE);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Lena & Jonas' })).toBeVisible();
});

test('the language follows the guest, and stays', async ({ page }) => {
  const me = guest(page);
  await me.scan();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByText('Foto aufnehmen')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.reload();
  await expect(page.getByText('Foto aufnehmen')).toBeVisible();
});

test('the slider works by keyboard, and without dragging', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  const slider = page.getByRole('slider', { name: 'Compare before and after' });
  await expect(slider).toHaveAttribute('aria-valuetext', '100 % after');
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '0 % after');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', '100 % after');
  await page.getByRole('button', { name: 'Show the original' }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', '0 % after');
});

test('the picture is saved as a file', async ({ page }) => {
  const me = guest(page);
  await me.order();
  await me.seesResult();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await download).suggestedFilename()).toBe('Lena-Jonas.jpg');
});

test('a double tap on Save saves one file', async ({ page }) => {
  await page.addInitScript(() => {
    const saved: string[] = [];
    Object.assign(window, { saved });
    HTMLAnchorElement.prototype.click = function () {
      saved.push(this.download);
    };
  });
  const saved = () => page.evaluate(() => (window as unknown as { saved: string[] }).saved.length);
  const me = guest(page);
  await me.order();
  await me.seesResult();
  const save = page.getByRole('button', { name: 'Save' });
  await save.dblclick();
  expect(await saved()).toBe(1);
  // Whoever taps again later gets it again.
  await expect
    .poll(async () => {
      await save.click();
      return saved();
    })
    .toBe(2);
});

test('sharing hands over the file alone, and a sheet that never answers frees the button', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const shared: unknown[] = [];
    Object.assign(window, { shared });
    navigator.canShare = () => true;
    navigator.share = (data) => {
      shared.push({
        keys: Object.keys(data ?? {}),
        type: data?.files?.[0]?.type,
        size: data?.files?.[0]?.size,
      });
      return new Promise(() => {});
    };
  });
  const me = guest(page);
  await me.order();
  await me.seesResult();
  const button = page.getByRole('button', { name: 'Share' });
  await button.click();
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(button).not.toHaveAttribute('aria-disabled', 'true');
  const shared = await page.evaluate(() => (window as unknown as { shared: { size: number }[] }).shared);
  expect(shared).toEqual([
    { keys: ['files'], type: 'image/jpeg', size: expect.any(Number) as unknown as number },
  ]);
  expect(shared[0]?.size).toBeGreaterThan(1000);
});
