import { expect, type Page } from '@playwright/test';
import { statSync } from 'node:fs';

/** A README that loads megabytes is not read on a phone. */
const MOST_BYTES = 150_000;

/** Takes a picture for docs/pictures once fonts and images are there. */
export async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(async () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  });
  const path = new URL(`../../../docs/pictures/${name}`, import.meta.url).pathname;
  await page.screenshot({ path, type: 'jpeg', quality: 80, animations: 'disabled' });
  expect(statSync(path).size).toBeLessThanOrEqual(MOST_BYTES);
}
