// Lighthouse, mobile, three runs a page, the median against the budget. The API answers from e2e/lighthouse.json. Whatever else
// a machine does makes a page look slower and never faster, so a page over its budget is measured again.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const RUNS = 3;
const ROUNDS = 3;
const PORT = Number(process.env.GUEST_PAGE_PORT ?? 4732);
const PAGES = [
  { name: 'guest', path: '/e/tok_lighthouse', lcp: 1500, cls: 0.02, tbt: 100 },
  { name: 'control', path: '/control/', lcp: 2500, cls: 0.05, tbt: 200 },
].filter((page) => process.argv.length < 3 || process.argv.includes(page.name));

const chromePath =
  process.env.CHROME ??
  [
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => existsSync(path));
const root = new URL('..', import.meta.url).pathname;
const server = spawn(
  process.execPath,
  [`${root}scripts/serve.mjs`, String(PORT), '--api', `${root}e2e/lighthouse.json`],
  { stdio: 'inherit' },
);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The figures of some runs. */
async function measure(page) {
  const figures = { lcp: [], cls: [], tbt: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox'] });
    try {
      const result = await lighthouse(`http://127.0.0.1:${PORT}${page.path}`, {
        port: chrome.port,
        onlyCategories: ['performance'],
        logLevel: 'error',
      });
      const { audits } = result.lhr;
      figures.lcp.push(audits['largest-contentful-paint'].numericValue);
      figures.cls.push(audits['cumulative-layout-shift'].numericValue);
      figures.tbt.push(audits['total-blocking-time'].numericValue);
    } finally {
      chrome.kill();
    }
  }
  return figures;
}

/** Whether all medians are within the page's budget. */
function judge(page, figures) {
  let fit = true;
  for (const [figure, values] of Object.entries(figures)) {
    const value = median(values);
    const fits = Number.isFinite(value) && value <= page[figure];
    fit &&= fits;
    const shown = figure === 'cls' ? value.toFixed(3) : `${Math.round(value)} ms`;
    console.log(
      `${fits ? 'ok  ' : 'OVER'} ${page.name} ${figure.toUpperCase()} ${shown} (budget ${page[figure]})`,
    );
  }
  return fit;
}

let failed = false;
try {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/icon.svg`).catch(() => null);
    if (answer?.ok) break;
    if (tries === 100) throw new Error('the server does not answer');
    await sleep(50);
  }
  for (const page of PAGES) {
    let fits = false;
    for (let round = 0; round < ROUNDS && !fits; round += 1) fits = judge(page, await measure(page));
    failed ||= !fits;
  }
} finally {
  server.kill();
}
process.exit(failed ? 1 : 0);
