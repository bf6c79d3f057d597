import { existsSync } from 'node:fs';

/** The Chromium to test with: `CHROME`, else a system browser, else Playwright's own (undefined). */
export function browserPath(): string | undefined {
  const named = process.env['CHROME'];
  if (named) return named;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}
