import { ask, type Answer } from '$lib/api/client';
import type { components } from '$lib/api/schema';

type Schemas = components['schemas'];
export type EditBody = Schemas['EditBody'];
export type EventBody = Schemas['EventBody'];
export type GalleryItem = Schemas['ShownBody'];
export type NewPhotoBody = Schemas['NewPhotoBody'];
export type PhotoBody = Schemas['PhotoBody'];
export type StyleBody = Schemas['StyleBody'];
export interface Page<T> {
  data: T[];
  meta: { next_cursor?: string | null };
}

/** The guest's calls, by event token and guest id. */
export class GuestApi {
  readonly #event: string;
  readonly #guestId: () => string;

  constructor(token: string, guestId: () => string) {
    this.#event = `/events/${encodeURIComponent(token)}`;
    this.#guestId = guestId;
  }

  event(): Promise<Answer<EventBody>> {
    return this.#one('GET', '');
  }

  styles(): Promise<Answer<StyleBody[]>> {
    return this.#one('GET', '/ai-styles');
  }

  registerPhoto(blob: Blob, consentVersion: number | null): Promise<Answer<NewPhotoBody>> {
    return this.#one(
      'POST',
      '/photos',
      {},
      {
        mime_type: 'image/jpeg',
        size_bytes: blob.size,
        ...(consentVersion === null ? {} : { consent_version: consentVersion }),
      },
    );
  }

  photo(photo: string): Promise<Answer<PhotoBody>> {
    return this.#one('GET', `/photos/${photo}`);
  }

  photos(cursor?: string): Promise<Answer<Page<PhotoBody>>> {
    return this.#page('/photos', 50, cursor);
  }

  deletePhoto(photo: string): Promise<Answer<undefined>> {
    return this.#ask('DELETE', `/photos/${photo}`);
  }

  createEdit(
    photo: string,
    key: string,
    wish: { styleKey: string | null; prompt: string | null },
  ): Promise<Answer<EditBody>> {
    return this.#one(
      'POST',
      `/photos/${photo}/ai-edits`,
      { 'Idempotency-Key': key },
      {
        ...(wish.styleKey ? { style_key: wish.styleKey } : {}),
        ...(wish.prompt ? { prompt: wish.prompt } : {}),
      },
    );
  }

  edit(id: string): Promise<Answer<EditBody>> {
    return this.#one('GET', `/ai-edits/${id}`);
  }

  edits(cursor?: string): Promise<Answer<Page<EditBody>>> {
    return this.#page('/ai-edits', 24, cursor);
  }

  deleteEdit(id: string): Promise<Answer<undefined>> {
    return this.#ask('DELETE', `/ai-edits/${id}`);
  }

  gallery(cursor?: string): Promise<Answer<Page<GalleryItem>>> {
    return this.#page('/gallery', 24, cursor);
  }

  /** The guest's id is always sent: without it, all guests behind one router would share one allowance. */
  #ask<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<Answer<T>> {
    return ask<T>(method, this.#event + path, { ...headers, 'X-Guest-Id': this.#guestId() }, body);
  }

  #page<T>(path: string, limit: number, cursor?: string): Promise<Answer<Page<T>>> {
    const next = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    return this.#ask('GET', `${path}?limit=${limit}${next}`);
  }

  async #one<T>(
    method: 'GET' | 'POST',
    path: string,
    headers?: Record<string, string>,
    body?: unknown,
  ): Promise<Answer<T>> {
    const answer = await this.#ask<{ data: T }>(method, path, headers, body);
    return answer.ok ? { ok: true, data: answer.data.data } : answer;
  }
}
