import { existsSync } from 'node:fs';

/**
 * The Chromium to test with: `CHROME`, else a system browser, else Playwright's own (undefined). The headless shell comes first, as
 * with Playwright itself: a test in it takes half the time.
 */
export function browserPath(): string | undefined {
  const named = process.env['CHROME'];
  if (named) return named;
  return [
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => existsSync(path));
}
