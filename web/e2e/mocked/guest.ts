import { expect, type Page } from '@playwright/test';
import { jpeg, PAGE } from './api';

type File = { name: string; mimeType: string; buffer: Buffer };

/** What a guest does, in the words of the English page. */
export const guest = (page: Page) => ({
  scan: async () => {
    await page.goto(PAGE);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  },
  choosePhoto: async (file: File = jpeg()) => {
    await page.getByLabel('Choose a photo').setInputFiles(file);
  },
  chooseStyle: async (name = 'Oil painting') => {
    await page.getByRole('radio', { name }).check();
  },
  make: async () => {
    await page.getByRole('button', { name: 'Make my picture' }).click();
  },
  order: async () => {
    const me = guest(page);
    await me.scan();
    await me.choosePhoto();
    await me.chooseStyle();
    await me.make();
  },
  seesResult: () => expect(page.getByRole('heading', { name: 'Here it is' })).toBeVisible(),
});
