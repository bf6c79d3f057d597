import { defineConfig, devices } from '@playwright/test';
import { browserPath } from './e2e/browser';

const port = Number(process.env['GUEST_PAGE_PORT'] ?? 4731);
const chromium = { launchOptions: { executablePath: browserPath(), args: ['--no-sandbox'] } };
// Requests of a page behind a worker escape page.route; the one test of the worker allows it.
const serviceWorkers = 'block' as const;
const phone = { ...devices['Pixel 7'], serviceWorkers, viewport: { width: 390, height: 844 }, ...chromium };
const desktop = {
  ...devices['Desktop Chrome'],
  serviceWorkers,
  viewport: { width: 1280, height: 800 },
  ...chromium,
};
const still = { colorScheme: 'light', reducedMotion: 'reduce' } as const;

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // A busy machine takes its time.
  timeout: 60_000,
  reporter: process.env['CI'] ? 'line' : 'list',
  expect: { timeout: 10_000 },
  use: { baseURL: `http://127.0.0.1:${port}`, screenshot: 'only-on-failure', locale: 'en-GB' },
  webServer: {
    command: `node scripts/serve.mjs ${port}`,
    url: `http://127.0.0.1:${port}/icon.svg`,
    reuseExistingServer: false,
  },
  projects: [
    { name: 'phone', testMatch: 'mocked/*.spec.ts', use: phone },
    // The phone is what guests hold; FULL=1 looks at every state on a desktop, too.
    ...(process.env['FULL'] || process.env['SCREENS']
      ? [{ name: 'desktop', testMatch: 'mocked/{screens,axe}.spec.ts', use: desktop }]
      : []),
    { name: 'control', testMatch: 'control/*.spec.ts', use: desktop },
    // The pictures of the README, when somebody asks for them: `npm run pictures`.
    ...(process.env['PICTURES']
      ? [
          {
            name: 'pictures-guest',
            testMatch: 'readme/guest.spec.ts',
            use: { ...phone, ...still, deviceScaleFactor: 1.5 },
          },
          {
            name: 'pictures-control',
            testMatch: 'readme/control.spec.ts',
            use: { ...desktop, ...still, viewport: { width: 1280, height: 860 } },
          },
        ]
      : []),
    { name: 'stack', testMatch: 'stack/*.spec.ts', workers: 1, use: phone },
    // For machines that have WebKit (`npx playwright install webkit`): the rules of iOS are nearest there.
    ...(process.env['WEBKIT']
      ? [{ name: 'webkit', testMatch: 'mocked/*.spec.ts', use: { ...devices['iPhone 15'] } }]
      : []),
  ],
});
