// The API as the pages see it, in this process: enough of it to change things and to fail on purpose.
import { expect, type Page, type Request, type Route } from '@playwright/test';
import * as data from './data';
import { picture } from './pictures';

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

interface Reply {
  status?: number;
  json?: unknown;
  body?: string;
  headers?: Record<string, string>;
}
type Handler = (seen: Seen, found: string[]) => Reply;

export const problem = (status: number, code: string, more: Record<string, unknown> = {}): Reply => ({
  status,
  json: {
    type: `about:blank#${code}`,
    title: code,
    status,
    code,
    instance: '/',
    request_id: 'req-4711',
    ...more,
  },
  headers: { 'content-type': 'application/problem+json' },
});

export class FakeApi {
  events = data.tenantEvents();
  edits = data.edits();
  summary = data.summary();
  hours = data.hours();
  rules = data.eventSettings();
  etag = 1;
  styles = data.styles();
  links = data.links();
  audit = data.audit();
  settings = data.adminSettings();
  tenants = data.tenants();
  adminEvents = data.adminEvents();
  packages = data.packages();
  addons = data.addons();
  /** Every request, in order. */
  readonly seen: Seen[] = [];
  /** Answers that take the place of the usual ones, by `METHOD /path`. */
  readonly instead = new Map<string, Reply>();
  /** No answer at all, as without a network. */
  offline = false;

  async begin(page: Page): Promise<void> {
    await page.route('**/api/v1/**', (route) => this.#answer(route));
    await page.route('**/media/**', (route) => {
      const [, kind, number] = /media\/(before|after)-(\d+)/.exec(route.request().url()) ?? [];
      return route.fulfill({
        contentType: 'image/svg+xml',
        body: picture(kind === 'before' ? 'before' : 'after', Number(number ?? 0)),
      });
    });
    await page.route('**/upload/**', (route) => route.fulfill({ status: 200 }));
  }

  calls(method: string, path: string | RegExp): Seen[] {
    return this.seen.filter(
      (one) => one.method === method && (typeof path === 'string' ? one.path === path : path.test(one.path)),
    );
  }

  /** A call, the first of its kind or the one at `index`: the page may show a change before it has sent it. */
  async sent(method: string, path: string | RegExp, index = 0): Promise<Seen> {
    await expect.poll(() => this.calls(method, path).length).toBeGreaterThan(index);
    return this.calls(method, path)[index]!;
  }

  async #answer(route: Route): Promise<void> {
    if (this.offline) return route.abort('internetdisconnected');
    const seen = read(route.request());
    this.seen.push(seen);
    const reply = this.instead.get(`${seen.method} ${seen.path}`) ?? this.#usual(seen);
    const headers = { 'cache-control': 'no-store', 'content-type': 'application/json', ...reply.headers };
    await route.fulfill({
      status: reply.status ?? 200,
      headers,
      body: reply.body ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)),
    });
  }

  #usual(seen: Seen): Reply {
    for (const [pattern, handler] of this.#handlers()) {
      const [method, path] = pattern.split(' ') as [string, string];
      const found = new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`).exec(seen.path);
      if (method === seen.method && found) return handler(seen, found.slice(1));
    }
    return problem(404, 'not_found');
  }

  #handlers(): [string, Handler][] {
    const event = '/tenant/events/*';
    const one = <T>(thing: T | undefined): Reply =>
      thing ? { json: { data: thing } } : problem(404, 'edit_not_found');
    const put =
      <T extends Record<string, unknown>>(all: T[], id: string, make: (body: T, key: string) => T): Handler =>
      (seen, found) => {
        const key = found[0] ?? '';
        const next = make(seen.body as T, key);
        const at = all.findIndex((thing) => thing[id] === key);
        if (at >= 0) all[at] = next;
        else all.push(next);
        return { json: { data: next } };
      };
    const remove =
      <T extends Record<string, unknown>>(all: T[], id: string): Handler =>
      (_, found) => {
        all.splice(0, all.length, ...all.filter((thing) => thing[id] !== found[0]));
        return { status: 204 };
      };
    const show =
      (gallery: string): Handler =>
      (_, found) => {
        const edit = this.edits.find(({ id }) => id === found[1]);
        if (edit) edit.gallery = gallery;
        return one(edit);
      };
    return [
      ['GET /tenant/events', (seen) => list(this.events, seen)],
      [`GET ${event}/ai-edits/summary`, () => ({ json: { data: this.summary } })],
      [`GET ${event}/activity`, () => ({ json: { data: { hours: this.hours } } })],
      [
        `GET ${event}/ai-edits`,
        (seen) => {
          const status = seen.query.get('status');
          return list(status ? this.edits.filter((edit) => edit.status === status) : this.edits, seen);
        },
      ],
      [`GET ${event}/ai-edits/*`, (_, found) => one(this.edits.find(({ id }) => id === found[1]))],
      [`POST ${event}/ai-edits/*/hide`, show('hidden')],
      [`POST ${event}/ai-edits/*/show`, show('shown')],
      [`POST ${event}/ai-edits/*/approve`, show('shown')],
      [
        `DELETE ${event}/ai-edits/*`,
        (_, found) => {
          this.edits = this.edits.filter(({ id }) => id !== found[1]);
          return { status: 204 };
        },
      ],
      [
        `GET ${event}/photos/*`,
        (_, found) => ({
          json: {
            data: {
              id: found[1],
              status: 'ready',
              url: `/media/before-${Number(found[1]?.slice(-4))}.svg`,
              thumbnail_url: null,
              expires_at: data.at(-600_000),
              width: 1024,
              height: 1280,
              mime_type: 'image/jpeg',
              size_bytes: 600_000,
              created_at: data.at(1000),
              own: false,
            },
          },
        }),
      ],
      [`GET ${event}/ai-settings`, () => this.#rules()],
      [`PATCH ${event}/ai-settings`, (seen) => this.#change(seen)],
      [
        `GET ${event}/ai-styles`,
        () => ({
          json: {
            data: this.styles.map((style) => ({
              ...style,
              allowed: true,
              locked: style.is_premium,
              reason: style.is_premium ? 'style_locked' : null,
              message: null,
            })),
            meta: { next_cursor: null },
          },
        }),
      ],
      [`GET ${event}/guest-links`, (seen) => list(this.links, seen)],
      [
        `POST ${event}/guest-links`,
        (seen, found) => {
          const body = seen.body as { label?: string; expires_at?: string };
          const link = {
            id: `link_${this.links.length + 1}`,
            label: body.label ?? null,
            created_at: data.at(0),
            expires_at: body.expires_at ?? null,
          };
          this.links.unshift(link);
          const token = `tok-${found[0]}-4Zb9Q2m7Xk1Rw8Tn`;
          return {
            status: 201,
            json: { data: { ...link, token, url: `https://pictures.example/e/${token}` } },
          };
        },
      ],
      [
        `DELETE ${event}/guest-links/*`,
        (_, found) => {
          this.links = this.links.filter(({ id }) => id !== found[1]);
          return { status: 204 };
        },
      ],
      [
        `POST ${event}/logos`,
        () => ({ status: 201, json: { data: { image_key: 'logos/01J', upload: upload() } } }),
      ],
      [
        'GET /tenant/usage',
        (seen) => ({ json: { data: data.usage(seen.query.get('month') ?? data.month()) } }),
      ],
      ['GET /tenant/usage/entries', (seen) => csv(seen)],
      ['GET /tenant/audit', (seen) => list(this.audit, seen)],
      ['GET /admin/audit', (seen) => list(this.audit, seen)],
      ['GET /admin/ai-settings', () => ({ json: { data: this.settings } })],
      ['PATCH /admin/ai-settings', (seen) => this.#configure(seen)],
      ['GET /admin/ai-styles', (seen) => list(this.styles, seen)],
      ['GET /admin/ai-styles/*', (_, found) => one(this.styles.find(({ key }) => key === found[0]))],
      [
        'PUT /admin/ai-styles/*',
        put(this.styles, 'key', (body, key) => {
          const known = this.styles.find((style) => style.key === key);
          return { ...body, key, used: known?.used ?? false, version: (known?.version ?? 0) + 1 };
        }),
      ],
      ['DELETE /admin/ai-styles/*', remove(this.styles, 'key')],
      [
        'POST /admin/ai-styles/*/try',
        (_, found) => ({
          json: {
            data: {
              style_key: found[0],
              version: this.styles.find(({ key }) => key === found[0])?.version,
              mime_type: 'image/jpeg',
              width: 400,
              height: 500,
              url: '/media/after-1.svg',
              expires_at: data.at(-600_000),
            },
          },
        }),
      ],
      ['GET /admin/packages', (seen) => list(this.packages, seen)],
      ['PUT /admin/packages/*', put(this.packages, 'key', (body, key) => ({ ...body, key }))],
      ['DELETE /admin/packages/*', remove(this.packages, 'key')],
      ['GET /admin/addons', (seen) => list(this.addons, seen)],
      ['PUT /admin/addons/*', put(this.addons, 'key', (body, key) => ({ ...body, key, purchasable: true }))],
      ['DELETE /admin/addons/*', remove(this.addons, 'key')],
      ['GET /admin/tenants', (seen) => list(this.tenants, seen)],
      ['GET /admin/tenants/*', (_, found) => one(this.tenants.find(({ id }) => id === found[0]))],
      ['PUT /admin/tenants/*', put(this.tenants, 'id', (body, id) => ({ ...body, id }))],
      ['GET /admin/events', (seen) => list(this.adminEvents, seen)],
      ['GET /admin/events/*', (_, found) => one(this.adminEvents.find(({ id }) => id === found[0]))],
      [
        'PUT /admin/events/*',
        put(this.adminEvents, 'id', (body, id) => ({ ...this.adminEvents[0], ...body, id }) as never),
      ],
      ['PUT /admin/events/*/addons/*', () => ({ json: { data: this.adminEvents[0]?.addons[0] } })],
      ['DELETE /admin/events/*/addons/*', () => ({ status: 204 })],
      [
        'POST /admin/watermarks',
        () => ({ status: 201, json: { data: { image_key: 'watermarks/01J', upload: upload() } } }),
      ],
    ];
  }

  #rules(): Reply {
    return { json: { data: this.rules }, headers: { etag: `"${this.etag}"` } };
  }

  #change(seen: Seen): Reply {
    const match = seen.headers['if-match'];
    if (match !== undefined && match !== `"${this.etag}"`) return problem(412, 'precondition_failed');
    this.changeRules(seen.body as Record<string, unknown>);
    return this.#rules();
  }

  /** As another organiser would. */
  changeRules(change: Record<string, unknown>): void {
    const { page, consent, ...rest } = change;
    Object.assign(this.rules, rest);
    if (page) Object.assign(this.rules.page, page);
    if (consent !== undefined) {
      const text = (consent as { text: string } | null)?.text;
      this.rules.consent = text ? { text, version: (this.rules.consent?.version ?? 0) + 1 } : null;
    }
    this.etag++;
  }

  #configure(seen: Seen): Reply {
    const { secrets, ...rest } = seen.body as Record<string, unknown>;
    Object.assign(this.settings, rest);
    for (const name of Object.keys((secrets as object | undefined) ?? {})) {
      this.settings.secrets[name as 'fal_api_key'] = 'set';
    }
    for (const name of Object.keys(rest)) this.settings.sources[name] = 'parameter';
    return { json: { data: this.settings } };
  }
}

function read(request: Request): Seen {
  const url = new URL(request.url());
  return {
    method: request.method(),
    path: url.pathname.replace('/api/v1', ''),
    query: url.searchParams,
    body: request.postData() ? (request.postDataJSON() as unknown) : null,
    headers: request.headers(),
  };
}

function list<T>(all: T[], seen: Seen): Reply {
  const limit = Number(seen.query.get('limit') ?? 25);
  const start = Number(seen.query.get('cursor') ?? 0);
  const next = start + limit < all.length ? String(start + limit) : null;
  return { json: { data: all.slice(start, start + limit), meta: { next_cursor: next } } };
}

const upload = () => ({
  method: 'PUT',
  url: '/upload/here',
  headers: { 'content-type': 'image/png' },
  expires_at: data.at(-600_000),
});

function csv(seen: Seen): Reply {
  const page = Number(seen.query.get('cursor') ?? 1);
  const rows = `2026-11-27T14:00:0${page}Z,edit_${page},demo-event,comic,settled,,38400,runware,runware:101@1\n`;
  const head = 'at,edit_id,event_id,style_key,kind,reason,cost_micro_usd,provider,model\n';
  const next: Record<string, string> =
    page < 3
      ? {
          link: `<https://elsewhere.example/api/v1/tenant/usage/entries?month=${seen.query.get('month')}&cursor=${page + 1}>; rel="next"`,
        }
      : {};
  return { body: head + rows, headers: { 'content-type': 'text/csv; charset=utf-8', ...next } };
}
