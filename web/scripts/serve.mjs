// The built pages as CloudFront serves them: its paths, its headers, compressed. For tests and measurements on this machine alone.
// `--api FILE` answers GET /api/v1/… from a JSON file {path: body}, for Lighthouse, which cannot mock.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createGzip } from 'node:zlib';

const port = Number(process.argv[2] ?? 4731);
const api = process.argv[3] === '--api' ? JSON.parse(readFileSync(process.argv[4], 'utf8')) : null;
const dist = new URL('../dist/', import.meta.url).pathname;
const pictures = new URL('../e2e/pictures/', import.meta.url).pathname;

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.webmanifest': 'application/manifest+json',
};
// The policy of infra/site.yaml, with this server in place of the bucket and of the sign-in.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; " +
  "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types svelte-trusted-html magic-edits-worker";

function fileOf(path) {
  if (path.startsWith('/e/')) return join(dist, 'guest/index.html');
  if (path.startsWith('/control/') && !path.includes('.')) return join(dist, 'control/index.html');
  if (path.startsWith('/pictures/')) return join(pictures, normalize(path.slice('/pictures'.length)));
  return join(dist, normalize(path));
}

createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (path.startsWith('/api/')) {
    const body = api?.[path];
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body ?? { code: 'event_not_found' }));
    return;
  }
  const file = fileOf(path);
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  const ending = extname(file);
  const text = ['.html', '.js', '.css', '.json', '.svg', '.webmanifest'].includes(ending);
  response.writeHead(200, {
    'content-type': TYPES[ending] ?? 'application/octet-stream',
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': CSP,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(text ? { 'content-encoding': 'gzip' } : {}),
  });
  const stream = createReadStream(file);
  if (text) stream.pipe(createGzip()).pipe(response);
  else stream.pipe(response);
}).listen(port, '127.0.0.1');
