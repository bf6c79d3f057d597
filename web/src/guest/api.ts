import { answerOf, apiClient, type Answer } from '$lib/api/client';
import type {
  EditBody,
  EventBody,
  GalleryItem,
  GuestPaths,
  NewPhotoBody,
  Page,
  PhotoBody,
  StyleBody,
} from '$lib/api/shapes';

export type { EditBody, EventBody, GalleryItem, NewPhotoBody, Page, PhotoBody, StyleBody };

/** The guest's calls, by event token and guest id. */
export class GuestApi {
  readonly #client;
  readonly #token: string;

  constructor(token: string, guestId: () => string) {
    this.#token = token;
    // Always sent: without it, all guests behind one router would share one allowance.
    this.#client = apiClient<GuestPaths>(() => ({ 'X-Guest-Id': guestId() }));
  }

  async event(): Promise<Answer<EventBody>> {
    return unwrap(
      await answerOf(this.#client.GET('/events/{token}', { params: { path: { token: this.#token } } })),
    );
  }

  async styles(): Promise<Answer<StyleBody[]>> {
    return unwrap(
      await answerOf(
        this.#client.GET('/events/{token}/ai-styles', { params: { path: { token: this.#token } } }),
      ),
    );
  }

  async registerPhoto(blob: Blob, consentVersion: number | null): Promise<Answer<NewPhotoBody>> {
    return unwrap(
      await answerOf(
        this.#client.POST('/events/{token}/photos', {
          params: { path: { token: this.#token } },
          body: {
            mime_type: 'image/jpeg',
            size_bytes: blob.size,
            ...(consentVersion === null ? {} : { consent_version: consentVersion }),
          },
        }),
      ),
    );
  }

  async photo(photo: string): Promise<Answer<PhotoBody>> {
    return unwrap(
      await answerOf(
        this.#client.GET('/events/{token}/photos/{photo}', {
          params: { path: { token: this.#token, photo } },
        }),
      ),
    );
  }

  photos(cursor?: string): Promise<Answer<Page<PhotoBody>>> {
    return answerOf(
      this.#client.GET('/events/{token}/photos', {
        params: { path: { token: this.#token }, query: { limit: 50, ...(cursor ? { cursor } : {}) } },
      }),
    );
  }

  deletePhoto(photo: string): Promise<Answer<undefined>> {
    return answerOf(
      this.#client.DELETE('/events/{token}/photos/{photo}', {
        params: { path: { token: this.#token, photo } },
      }),
    );
  }

  async createEdit(
    photo: string,
    key: string,
    wish: { styleKey: string | null; prompt: string | null },
  ): Promise<Answer<EditBody>> {
    return unwrap(
      await answerOf(
        this.#client.POST('/events/{token}/photos/{photo}/ai-edits', {
          params: { path: { token: this.#token, photo }, header: { 'Idempotency-Key': key } },
          body: {
            ...(wish.styleKey ? { style_key: wish.styleKey } : {}),
            ...(wish.prompt ? { prompt: wish.prompt } : {}),
          },
        }),
      ),
    );
  }

  async edit(requestId: string): Promise<Answer<EditBody>> {
    return unwrap(
      await answerOf(
        this.#client.GET('/events/{token}/ai-edits/{requestId}', {
          params: { path: { token: this.#token, requestId } },
        }),
      ),
    );
  }

  edits(cursor?: string): Promise<Answer<Page<EditBody>>> {
    return answerOf(
      this.#client.GET('/events/{token}/ai-edits', {
        params: { path: { token: this.#token }, query: { limit: 24, ...(cursor ? { cursor } : {}) } },
      }),
    );
  }

  deleteEdit(requestId: string): Promise<Answer<undefined>> {
    return answerOf(
      this.#client.DELETE('/events/{token}/ai-edits/{requestId}', {
        params: { path: { token: this.#token, requestId } },
      }),
    );
  }

  gallery(cursor?: string): Promise<Answer<Page<GalleryItem>>> {
    return answerOf(
      this.#client.GET('/events/{token}/gallery', {
        params: { path: { token: this.#token }, query: { limit: 24, ...(cursor ? { cursor } : {}) } },
      }),
    );
  }
}

function unwrap<T>(answer: Answer<{ data: T }>): Answer<T> {
  return answer.ok ? { ok: true, data: answer.data.data } : answer;
}
