// After `vite build`: writes the service worker of the guest page, and copies what a first view of each page loads
// into a folder of its own, so that size-limit measures exactly that.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { generateSW } from 'workbox-build';

const dist = new URL('../dist/', import.meta.url).pathname;
const manifestOf = async (page) => JSON.parse(await readFile(join(dist, `.vite/${page}.json`), 'utf8'));

/** Every file that the chunk loads at once (not what it imports dynamically). */
function staticFiles(manifest, key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  return [
    chunk.file,
    ...(chunk.css ?? []),
    ...(chunk.imports ?? []).flatMap((imported) => staticFiles(manifest, imported, seen)),
  ];
}

/** Static and dynamic: what the page may ever load. */
function allFiles(manifest, key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  return [
    chunk.file,
    ...(chunk.css ?? []),
    ...[...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])].flatMap((next) =>
      allFiles(manifest, next, seen),
    ),
  ];
}

for (const page of ['guest', 'control']) {
  const folder = join(dist, '../.first-view', page);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = await manifestOf(page);
  const files = new Set([`${page}/index.html`, ...staticFiles(manifest, `${page}/index.html`)]);
  // A page loads one dictionary with its first view; German is the longer one.
  const dictionary = Object.keys(manifest).find((key) => key.endsWith(`${page}/i18n/de.ts`));
  if (dictionary) for (const file of staticFiles(manifest, dictionary)) files.add(file);
  for (const file of files) await cp(join(dist, file), join(folder, basename(file)));
}

// The precache list comes from the manifest: globs such as assets/guest* would miss shared chunks.
const precached = [
  ...new Set(['guest/index.html', 'icon.svg', ...allFiles(await manifestOf('guest'), 'guest/index.html')]),
];
await generateSW({
  globDirectory: dist,
  globPatterns: precached,
  swDest: join(dist, 'sw.js'),
  inlineWorkboxRuntime: true,
  sourcemap: false,
  skipWaiting: true,
  clientsClaim: true,
  cleanupOutdatedCaches: true,
  // Only the guest page's shell comes from here. The API and pictures are never cached.
  navigateFallback: '/guest/index.html',
  navigateFallbackAllowlist: [/^\/e\//],
  // Their names hold their content's hash: the worker takes what the page has loaded from the browser's cache.
  dontCacheBustURLsMatching: /^assets\//,
  manifestTransforms: [
    (entries) => ({ manifest: entries.map((entry) => ({ ...entry, url: `/${entry.url}` })), warnings: [] }),
  ],
});
// The manifest serves the build; nobody needs it on the site.
await rm(join(dist, '.vite'), { recursive: true });
