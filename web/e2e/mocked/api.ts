import type { Page, Request, Route } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { EditBody, EventBody, GalleryItem, PhotoBody, StyleBody } from '../../src/guest/api';

export const TOKEN = 'tok_test_0123456789abcdef';
export const PAGE = `/e/${TOKEN}`;
const BASE = `/api/v1/events/${TOKEN}`;
/** The bucket, at the page's own origin so that the CSP of the test server holds. */
const BUCKET = '/bucket/';

export const picture = (name: string) => new URL(`../pictures/${name}`, import.meta.url).pathname;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

const style = (key: string, name: string, description: string, more: Partial<StyleBody> = {}): StyleBody => ({
  key,
  name,
  description,
  is_premium: false,
  locked: false,
  takes_prompt: true,
  preview_url: `/pictures/style-${key}.jpg`,
  ...more,
});

export function sampleEvent(change: Partial<EventBody> = {}): EventBody {
  return {
    name: 'Lena & Jonas',
    ai_edits: { available: true, reason: null, message: null },
    allow_custom_prompt: true,
    allow_prompt_without_style: false,
    gallery: 'open',
    page: {
      welcome: null,
      accent_colour: null,
      logo_url: null,
      languages: ['de', 'en'],
      privacy_url: 'https://example.com/privacy',
      consent: null,
      ends_at: null,
    },
    photos: {
      max_bytes: 30_000_000,
      max_pixels: 100_000_000,
      min_edge: 64,
      mime_types: ['image/jpeg', 'image/png', 'image/webp'],
    },
    ...change,
  };
}

export const consent = {
  text: 'Your photo is sent to an image service outside this house, turned into a picture and kept for 30 days.',
  version: 3,
};

type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
export const problem = (
  status: number,
  code: string,
  more: { detail?: string; retryAfter?: number } = {},
): Reply => ({
  status,
  body: {
    type: `urn:problem:${code}`,
    title: code,
    status,
    code,
    detail: more.detail ?? null,
    instance: 'urn:x',
    request_id: 'r',
  },
  headers: more.retryAfter === undefined ? {} : { 'retry-after': String(more.retryAfter) },
});

/** The API as the page sees it. A queue under a name answers first; what is left to itself works. */
export class MockedApi {
  event = sampleEvent();
  styles: StyleBody[] = [
    style('comic', 'Comic', 'Bold lines and loud colours'),
    style('oil', 'Oil painting', 'As if it hung in a museum'),
    style('noir', 'Film noir', 'A night in 1947'),
    style('sketch', 'Pencil', 'A quick drawing by hand'),
    style('pop', 'Pop art', 'Loud, flat, framed', { is_premium: true }),
    style('gold', 'Old gold', 'A photograph of 1890', { is_premium: true, locked: true }),
  ];
  photos: PhotoBody[] = [];
  edits: EditBody[] = [];
  gallery: GalleryItem[] = [];
  /** How an edit goes, one entry an answer; the last one stays. */
  course: Partial<EditBody>[] = [waiting(3, 24), waiting(1, 14), waiting(0, 8), { status: 'succeeded' }];
  readonly next: Record<
    'event' | 'register' | 'put' | 'order' | 'poll' | 'delete',
    (Reply | 'cut' | 'lost')[]
  > = {
    event: [],
    register: [],
    put: [],
    order: [],
    poll: [],
    delete: [],
  };
  readonly calls: { what: string; key: string | undefined; guest: string | undefined; body: unknown }[] = [];
  readonly uploads: Buffer[] = [];
  readonly #byKey = new Map<string, EditBody>();
  #polls = 0;

  count = (what: string) => this.calls.filter((call) => call.what === what).length;

  async on(page: Page): Promise<this> {
    await page.route(`**${BASE}**`, (route) => this.#answer(route));
    await page.route(`**${BUCKET}**`, (route) => this.#bucket(route));
    return this;
  }

  /** Answers from the queue first; `lost` does the work and loses the answer, `cut` loses the request. */
  async #reply(route: Route, queue: (Reply | 'cut' | 'lost')[] | null, work: () => Reply): Promise<void> {
    const queued = queue?.shift();
    if (queued === 'cut') return route.abort('connectionfailed');
    if (queued === 'lost') {
      work();
      return route.abort('connectionreset');
    }
    const { status, body, headers } = queued ?? work();
    return route.fulfill({
      status,
      headers: {
        'content-type': status >= 400 ? 'application/problem+json' : 'application/json',
        ...headers,
      },
      body: body === undefined ? '' : JSON.stringify(body),
    });
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const path = new URL(request.url()).pathname.slice(BASE.length);
    const method = request.method();
    const is = (wanted: string, shape: RegExp) => method === wanted && shape.test(path);
    if (is('GET', /^$/)) return this.#reply(route, this.next.event, () => ok(this.event));
    if (is('GET', /^\/ai-styles$/)) return this.#reply(route, null, () => ok(this.styles));
    if (is('GET', /^\/gallery$/)) return this.#reply(route, null, () => list(this.gallery));
    if (is('GET', /^\/photos$/)) return this.#reply(route, null, () => list(this.photos));
    if (is('GET', /^\/ai-edits$/)) return this.#reply(route, null, () => list(this.edits));
    if (is('POST', /^\/photos$/)) {
      this.#note('register', request);
      return this.#reply(route, this.next.register, () => this.#register(request));
    }
    if (is('GET', /^\/photos\/[^/]+$/)) {
      const found = this.photos.find((photo) => path.endsWith(photo.id));
      return this.#reply(route, null, () => (found ? ok(found) : problem(404, 'photo_not_found')));
    }
    if (is('POST', /^\/photos\/[^/]+\/ai-edits$/)) {
      this.#note('order', request);
      return this.#reply(route, this.next.order, () => this.#order(request, path.split('/')[2] ?? ''));
    }
    if (is('GET', /^\/ai-edits\/[^/]+$/)) {
      this.#note('poll', request);
      return this.#reply(route, this.next.poll, () => this.#poll(path.split('/')[2] ?? ''));
    }
    if (method === 'DELETE') {
      this.#note('delete', request);
      return this.#reply(route, this.next.delete, () => {
        const id = path.split('/')[2];
        this.edits = this.edits.filter((edit) => edit.id !== id && edit.photo_id !== id);
        this.photos = this.photos.filter((photo) => photo.id !== id);
        return { status: 204 };
      });
    }
    throw new Error(`nobody answers ${method} ${path}`);
  }

  #note(what: string, request: Request): void {
    const headers = request.headers();
    this.calls.push({
      what,
      key: headers['idempotency-key'],
      guest: headers['x-guest-id'],
      body: request.postDataJSON() as unknown,
    });
  }

  #register(request: Request): Reply {
    const body = request.postDataJSON() as { size_bytes: number; consent_version?: number };
    const asked = this.event.page.consent;
    if (asked && body.consent_version !== asked.version) return problem(422, 'consent_required');
    const photo = samplePhoto(`photo_${this.photos.length + 1}`, { size_bytes: body.size_bytes });
    this.photos = [photo, ...this.photos];
    const upload = {
      method: 'PUT',
      url: `${BUCKET}${photo.id}`,
      headers: { 'content-type': 'image/jpeg' },
      expires_at: inAnHour(),
    };
    return { status: 201, body: { data: { ...photo, status: 'awaiting_upload', upload } } };
  }

  async #bucket(route: Route): Promise<void> {
    this.calls.push({ what: 'put', key: undefined, guest: undefined, body: null });
    const body = route.request().postDataBuffer();
    return this.#reply(route, this.next.put, () => {
      if (body) this.uploads.push(body);
      return { status: 200 };
    });
  }

  #order(request: Request, photoId: string): Reply {
    const key = request.headers()['idempotency-key'] ?? '';
    if (!this.photos.some((photo) => photo.id === photoId)) return problem(404, 'photo_not_found');
    let edit = this.#byKey.get(key);
    if (!edit) {
      const body = request.postDataJSON() as { style_key?: string };
      edit = sampleEdit(`edit_${this.edits.length + 1}`, {
        photo_id: photoId,
        style_key: body.style_key ?? null,
        ...this.course[0],
      });
      this.#byKey.set(key, edit);
      this.edits = [edit, ...this.edits];
      this.#polls = 0;
    }
    return { status: 202, body: { data: edit } };
  }

  #poll(id: string): Reply {
    const known = this.edits.find((edit) => edit.id === id);
    if (!known) return problem(404, 'edit_not_found');
    if (known.wait !== null || known.status === 'queued') {
      this.#polls = Math.min(this.#polls + 1, this.course.length - 1);
      const step = this.course[this.#polls] ?? {};
      Object.assign(known, { wait: null }, step.status === 'succeeded' ? { output } : {}, step);
    }
    return ok(known);
  }
}

const ok = (data: unknown): Reply => ({ status: 200, body: { data } });
const list = (data: unknown[]): Reply => ({ status: 200, body: { data, meta: { next_cursor: null } } });

/** A place in the queue. The page asks again soon, so that tests are quick. */
export function waiting(position: number, seconds: number, retry = 150): Partial<EditBody> {
  return {
    status: position > 0 ? 'queued' : 'processing',
    wait: {
      position,
      expected_seconds: seconds,
      retry_after_ms: retry,
      deadline_at: new Date(Date.now() + 90_000).toISOString(),
    },
  };
}

export const output = {
  url: '/pictures/edit.jpg',
  thumbnail_url: '/pictures/edit.jpg',
  mime_type: 'image/jpeg',
  width: 390,
  height: 520,
  bytes: 71_812,
  sha256: '0'.repeat(64),
  expires_at: '2030-01-01T00:00:00Z',
};

export const samplePhoto = (id: string, change: Partial<PhotoBody> = {}): PhotoBody => ({
  id,
  status: 'ready',
  rejection: null,
  url: '/pictures/photo.jpg',
  thumbnail_url: '/pictures/photo.jpg',
  expires_at: '2030-01-01T00:00:00Z',
  width: 390,
  height: 520,
  mime_type: 'image/jpeg',
  size_bytes: 60_000,
  created_at: '2026-11-27T10:00:00Z',
  own: true,
  ...change,
});

export const sampleEdit = (id: string, change: Partial<EditBody> = {}): EditBody => ({
  id,
  status: 'succeeded',
  photo_id: 'photo_1',
  style_key: 'oil',
  created_at: '2026-11-27T10:00:00Z',
  updated_at: '2026-11-27T10:00:20Z',
  completed_at: null,
  wait: null,
  output: null,
  failure: null,
  ...change,
});

type FailureCode = NonNullable<EditBody['failure']>['code'];
/** Any code: the page has to bear those that the API does not know yet. */
export const failure = (code: string, retryable = true): Partial<EditBody> => ({
  status: code === 'moderated' ? 'blocked' : 'failed',
  failure: { code: code as FailureCode, message: 'internal words', retryable },
});

export const galleryItems = (): GalleryItem[] =>
  ['oil', 'comic', 'noir', 'sketch', 'pop', 'gold'].map((key, i) => ({
    id: `edit_g${i}`,
    style_key: key,
    thumbnail_url: i === 0 ? '/pictures/edit.jpg' : `/pictures/style-${key}.jpg`,
    url: i === 0 ? '/pictures/edit.jpg' : `/pictures/style-${key}.jpg`,
    expires_at: '2030-01-01T00:00:00Z',
    width: i === 0 ? 390 : 360,
    height: i === 0 ? 520 : 480,
    created_at: '2026-11-27T10:00:00Z',
  }));

export const jpeg = (name = 'photo.jpg') => ({
  name,
  mimeType: 'image/jpeg',
  buffer: readFileSync(picture('photo.jpg')),
});
