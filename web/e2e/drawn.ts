import type { Page } from '@playwright/test';

/**
 * Waits until all of the page is drawn in its new colours. Chromium answers before that: on a busy machine axe and a picture see
 * the old ones, and what is off the screen (`content-visibility: auto`) keeps them until somebody scrolls to it.
 */
export const drawn = (page: Page) =>
  page.evaluate(async () => {
    const all = new CSSStyleSheet();
    all.replaceSync('* { content-visibility: visible !important }');
    document.adoptedStyleSheets = [all];
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
