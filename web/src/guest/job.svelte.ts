import type { Answer, Trouble } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import { upload } from '$lib/photo/upload';
import { forget, remember } from '$lib/storage';
import type { EditBody, GuestApi } from './api';
import { backoff, jitter, Pause } from './pause';

type RejectionCode = components['schemas']['RejectionBody']['code'];

/** What is kept on the device: enough to go on after a reload, a killed tab or a closed browser, and never to ask twice. */
export interface SavedJob {
  /** The Idempotency-Key, made before the first request. */
  key: string;
  styleKey: string | null;
  prompt: string | null;
  /** The chosen photo on this device, so that a newer one is never sent in its place. */
  draftId: string | null;
  photoId: string | null;
  uploaded: boolean;
  editId: string | null;
  startedAt: number;
  /** The guest has seen how it ended. */
  seen: boolean;
  /** Why it stopped: only the guest starts it again, no reload does. */
  stop?: Stop | null;
}

export type Phase = 'uploading' | 'ordering' | 'waiting' | 'succeeded' | 'failed' | 'stopped';

export type Stop =
  | {
      kind: 'budget' | 'photoGone' | 'styleGone' | 'words' | 'consent' | 'editGone' | 'closed' | 'other';
      detail: string | null;
    }
  | { kind: 'photoRejected'; detail: null; rejection: RejectionCode };

/** Why it stands still for a moment; it goes on by itself at `until`. */
export interface Hold {
  kind: 'offline' | 'reconnect' | 'queueFull' | 'paused';
  detail: string | null;
  until: number;
}

const UPLOAD_TRIES = 4;

/** One wish of a guest, from the photo to the picture. It runs once, however often it is started. */
export class Job {
  saved: SavedJob;
  phase = $state<Phase>('uploading');
  sent = $state(0);
  edit = $state.raw<EditBody | null>(null);
  hold = $state.raw<Hold | null>(null);
  stop = $state.raw<Stop | null>(null);
  /** When the picture was ordered, for the bar. */
  orderedAt = $state(Date.now());

  readonly #api: GuestApi;
  readonly #storageKey: string | null;
  readonly #photo: () => Blob | null;
  readonly #consent: () => number | null;
  readonly #onUploaded: ((photoId: string) => void) | undefined;
  readonly #abort = new AbortController();
  readonly #pause = new Pause();
  #running = false;

  constructor(options: {
    api: GuestApi;
    saved: SavedJob;
    /** Where it is kept; null for a picture that is only looked at again. */
    storageKey: string | null;
    photo: () => Blob | null;
    consent: () => number | null;
    onUploaded?: (photoId: string) => void;
  }) {
    this.#api = options.api;
    this.#storageKey = options.storageKey;
    this.saved = options.saved;
    this.#photo = options.photo;
    this.#consent = options.consent;
    this.#onUploaded = options.onUploaded;
    this.stop = options.saved.stop ?? null;
    this.phase = this.stop ? 'stopped' : this.#next();
    this.sent = options.saved.uploaded ? 1 : 0;
    this.orderedAt = options.saved.startedAt;
  }

  get ended(): boolean {
    return this.phase === 'succeeded' || this.phase === 'failed' || this.phase === 'stopped';
  }

  async run(): Promise<void> {
    if (this.#running || this.ended) return;
    this.#running = true;
    try {
      await this.#save({});
      if (!this.saved.editId && !this.saved.uploaded && !(await this.#upload())) return;
      if (!this.saved.editId && !(await this.#order())) return;
      await this.#wait();
    } finally {
      this.#running = false;
    }
  }

  /** Ends a pause at once, or starts again what had stopped. */
  again(): void {
    if (this.phase === 'stopped') {
      this.saved = { ...this.saved, stop: null, seen: false };
      this.stop = null;
      this.phase = this.#next();
      void this.run();
    } else this.#pause.end();
  }

  #next(): Phase {
    return this.saved.editId ? 'waiting' : this.saved.uploaded ? 'ordering' : 'uploading';
  }

  /** Lets go of it. What the API already has goes on there. */
  leave(): void {
    this.#abort.abort();
    this.#pause.end();
  }

  seen(): void {
    if (!this.saved.seen) void this.#save({ seen: true });
  }

  async discard(): Promise<void> {
    this.leave();
    if (this.#storageKey) await forget(this.#storageKey);
  }

  async #save(change: Partial<SavedJob>): Promise<void> {
    this.saved = { ...this.saved, ...change };
    if (this.#storageKey && !this.#abort.signal.aborted) await remember(this.#storageKey, { ...this.saved });
  }

  /** Sends the photo; an address that has ended is replaced by a new one. */
  async #upload(): Promise<boolean> {
    for (let tries = 1; !this.#abort.signal.aborted; tries += 1) {
      const blob = this.#photo();
      if (!blob) return this.#stopped({ kind: 'photoGone', detail: null });
      const registered = await this.#insist(() => this.#api.registerPhoto(blob, this.#consent()));
      if (!registered) return false;
      const outcome = await upload(
        registered.upload,
        blob,
        (share) => {
          this.sent = share;
          this.hold = null;
        },
        this.#abort.signal,
      );
      if (outcome === 'done') {
        this.hold = null;
        this.sent = 1;
        await this.#save({ photoId: registered.id, uploaded: true });
        this.#onUploaded?.(registered.id);
        return true;
      }
      this.sent = 0;
      if (tries >= UPLOAD_TRIES && navigator.onLine) return this.#stopped({ kind: 'other', detail: null });
      if (outcome === 'interrupted')
        await this.#holdFor(navigator.onLine ? 'reconnect' : 'offline', backoff(tries));
    }
    return false;
  }

  /** Asks for the picture, always with the same key: whatever gets lost on the way, there is one edit. */
  async #order(): Promise<boolean> {
    this.phase = 'ordering';
    const photoId = this.saved.photoId;
    if (!photoId) return this.#stopped({ kind: 'photoGone', detail: null });
    const edit = await this.#insist(() => this.#api.createEdit(photoId, this.saved.key, this.saved));
    if (!edit) return false;
    this.orderedAt = Date.now();
    this.edit = edit;
    await this.#save({ editId: edit.id });
    return true;
  }

  async #wait(): Promise<void> {
    const editId = this.saved.editId;
    if (!editId) return;
    this.phase = 'waiting';
    let edit = this.edit;
    while (!this.#abort.signal.aborted) {
      if (edit) {
        this.edit = edit;
        if (edit.status === 'succeeded') {
          if (edit.output) this.phase = 'succeeded';
          else this.#stopped({ kind: 'editGone', detail: null });
          return;
        }
        if (edit.status === 'failed' || edit.status === 'blocked') {
          this.phase = 'failed';
          return;
        }
        await this.#pause.for(jitter(edit.wait?.retry_after_ms ?? 2000), this.#abort.signal);
        if (this.#abort.signal.aborted) return;
      }
      edit = await this.#insist(() => this.#api.edit(editId));
      if (!edit) return;
    }
  }

  /** Repeats a call as long as waiting helps; null when it has stopped, and then `stop` says why. */
  async #insist<T>(call: () => Promise<Answer<T>>): Promise<T | null> {
    for (let tries = 1; !this.#abort.signal.aborted; tries += 1) {
      const answer = await call();
      if (this.#abort.signal.aborted) return null;
      if (answer.ok) {
        this.hold = null;
        return answer.data;
      }
      const { trouble } = answer;
      const kind = holdOf(trouble);
      if (!kind) {
        this.#stopped(await this.#stopOf(trouble));
        return null;
      }
      const wait = Math.max(trouble.retryAfterMs ?? 0, backoff(tries));
      await this.#holdFor(kind, wait, trouble.code === 'feature_disabled' ? trouble.detail : null);
    }
    return null;
  }

  async #holdFor(kind: Hold['kind'], milliseconds: number, detail: string | null = null): Promise<void> {
    const wait = jitter(milliseconds);
    this.hold = { kind, detail, until: Date.now() + wait };
    await this.#pause.for(wait, this.#abort.signal);
  }

  async #stopOf(trouble: Trouble): Promise<Stop> {
    if (trouble.code === 'photo_not_ready' || trouble.code === 'photo_rejected') {
      const photo = this.saved.photoId ? await this.#api.photo(this.saved.photoId) : null;
      if (photo?.ok && photo.data.rejection)
        return { kind: 'photoRejected', detail: null, rejection: photo.data.rejection.code };
    }
    if (this.saved.prompt && (await this.#isAboutWords(trouble))) return { kind: 'words', detail: null };
    return stopOf(trouble);
  }

  /** The rules may have changed since the words were written; the event itself may still be open. */
  async #isAboutWords({ code }: Trouble): Promise<boolean> {
    if (code === 'validation_failed') return true;
    if (code !== 'event_policy_blocked') return false;
    const event = await this.#api.event();
    return event.ok && event.data.ai_edits.available;
  }

  #stopped(stop: Stop): false {
    this.hold = null;
    this.stop = stop;
    this.phase = 'stopped';
    void this.#save({ stop });
    return false;
  }
}

/** What passes by itself. */
export function holdOf(trouble: Trouble): Hold['kind'] | null {
  switch (trouble.code) {
    case 'offline':
      return navigator.onLine ? 'reconnect' : 'offline';
    case 'rate_limited':
      return 'queueFull';
    case 'feature_disabled':
      return 'paused';
    case 'idempotency_in_progress':
    case 'photo_not_ready':
    case 'unavailable':
      return 'reconnect';
    default:
      return trouble.status >= 500 ? 'reconnect' : null;
  }
}

/** What needs the guest. */
export function stopOf(trouble: Trouble): Stop {
  const detail = trouble.detail;
  switch (trouble.code) {
    case 'budget_hard_cap_reached':
      return { kind: 'budget', detail: null };
    case 'photo_not_found':
      return { kind: 'photoGone', detail: null };
    case 'edit_not_found':
      return { kind: 'editGone', detail: null };
    case 'budget_soft_cap_reached':
    case 'style_not_allowed':
    case 'style_locked':
    case 'validation_failed':
      return { kind: 'styleGone', detail: null };
    case 'prompt_blocked':
      return { kind: 'words', detail: null };
    case 'consent_required':
      return { kind: 'consent', detail: null };
    case 'event_policy_blocked':
      // The organiser's own message.
      return { kind: 'closed', detail };
    case 'feature_locked':
    case 'event_not_found':
      return { kind: 'closed', detail: null };
    default:
      return { kind: 'other', detail: null };
  }
}
