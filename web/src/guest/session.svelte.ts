import type { Trouble } from '$lib/api/client';
import { isLanguage, pickLanguage, type Language } from '$lib/i18n';
import type { RejectedPhoto } from '$lib/photo/shrink';
import { forget, recall, remember } from '$lib/storage';
import { GuestApi, type EventBody, type StyleBody } from './api';
import { loadTexts } from './i18n';
import type { Texts } from './i18n/en';
import type { Job, SavedJob } from './job.svelte';
import { backoff, jitter, Pause } from './pause';
import type * as Later from './screens/later';

export type Screen = 'welcome' | 'style' | 'picture' | 'pictures' | 'gallery';
const SCREENS: Screen[] = ['style', 'picture', 'pictures', 'gallery'];

/** The photo that a guest has chosen. */
export interface Draft {
  id: string;
  blob: Blob | null;
  width: number;
  height: number;
  /** Where the API already has it. */
  photoId: string | null;
  url: string;
}
type SavedDraft = Omit<Draft, 'url'>;

export class Session {
  readonly token: string;
  readonly api: GuestApi;
  guestId = '';

  language = $state<Language>('en');
  #texts = $state.raw<Texts | null>(null);
  event = $state.raw<EventBody | null>(null);
  styles = $state.raw<StyleBody[] | null>(null);
  /** Why there is no event to show. */
  closed = $state.raw<Trouble | null>(null);
  screen = $state<Screen>('welcome');
  draft = $state.raw<Draft | null>(null);
  photoError = $state<RejectedPhoto | null>(null);
  reading = $state(false);
  agreed = $state<number | null>(null);
  styleKey = $state<string | null>(null);
  prompt = $state('');
  job = $state.raw<Job | null>(null);
  online = $state(navigator.onLine);

  /** What the first view does not need. */
  later = $state.raw<typeof Later | null>(null);
  #loading: Promise<typeof Later> | null = null;

  readonly #pause = new Pause();
  readonly #forever = new AbortController();

  /** Once the language is there and the guest is back where they were. */
  readonly ready: Promise<void>;
  #isReady: () => void = () => undefined;

  constructor(token: string) {
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    this.token = token;
    this.api = new GuestApi(token, () => this.guestId);
  }

  /** The texts of the language. The page is mounted when they are there. */
  get texts(): Texts {
    if (!this.#texts) throw new Error('no texts yet');
    return this.#texts;
  }

  get mayUpload(): boolean {
    const consent = this.event?.page.consent;
    return !consent || this.agreed === consent.version;
  }

  get offered(): readonly Language[] {
    return (this.event?.page.languages ?? ['de', 'en']).filter(isLanguage);
  }

  async start(): Promise<void> {
    window.addEventListener('popstate', () => this.#show(location.hash));
    window.addEventListener('online', () => (this.online = true));
    window.addEventListener('offline', () => (this.online = false));
    // The texts need no answer of the API, nor does the API need what lies on the device, but for the guest's id.
    const language = recall<Language>('language');
    this.guestId = (await recall<string>('guest')) ?? '';
    if (!this.guestId) {
      this.guestId = crypto.randomUUID();
      void remember('guest', this.guestId);
    }
    const event = this.#loadEvent();
    await this.setLanguage((await language) ?? pickLanguage(navigator.languages), false);
    await this.#restore();
    this.#isReady();
    await event;
  }

  async setLanguage(language: Language, chosen = true): Promise<void> {
    this.#texts = await loadTexts(language);
    this.language = language;
    document.documentElement.lang = language;
    if (chosen) await remember('language', language);
  }

  /** Once, and again for as long as the network is away. */
  loadLater(): Promise<typeof Later> {
    return (this.#loading ??= this.#load());
  }

  async #load(): Promise<typeof Later> {
    for (let tries = 1; ; tries += 1) {
      try {
        return (this.later = await import('./screens/later'));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, jitter(backoff(tries))));
      }
    }
  }

  #both() {
    return Promise.all([this.api.event(), this.api.styles()]);
  }

  async #loadEvent(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const [event, styles] = await this.#both();
      if (event.ok) {
        this.closed = null;
        this.#take(event.data);
        if (styles.ok) this.styles = styles.data;
        else if (event.data.ai_edits.available) {
          await this.#pause.for(jitter(backoff(tries)), this.#forever.signal);
          continue;
        } else this.styles = [];
        return;
      }
      this.closed = event.trouble;
      if (event.trouble.code === 'event_not_found') return;
      await this.#pause.for(jitter(event.trouble.retryAfterMs ?? backoff(tries)), this.#forever.signal);
    }
  }

  #take(event: EventBody): void {
    this.event = event;
    document.title = event.name;
    void this.loadLater().then(({ applyAccent }) => applyAccent(event.page.accent_colour));
    if (!event.page.languages.includes(this.language) && event.page.languages.length > 0)
      void this.setLanguage(pickLanguage(navigator.languages, event.page.languages), false);
  }

  /** Asks again at once: from a button, and where the event may have changed meanwhile. */
  async reload(): Promise<void> {
    this.#pause.end();
    const [event, styles] = await this.#both();
    if (styles.ok) this.styles = styles.data;
    if (event.ok) this.#take(event.data);
    else if (event.trouble.code === 'event_not_found') this.closed = event.trouble;
  }

  async #restore(): Promise<void> {
    const [draft, job, agreed, wish] = await Promise.all([
      recall<SavedDraft>(this.#key('draft')),
      recall<SavedJob>(this.#key('job')),
      recall<number>(this.#key('agreed')),
      recall<{ styleKey: string | null; prompt: string }>(this.#key('wish')),
    ]);
    this.agreed ??= agreed ?? null;
    this.styleKey = wish?.styleKey ?? null;
    this.prompt = wish?.prompt ?? '';
    if (draft && !this.draft) {
      this.draft = withUrl(draft);
      if (!draft.blob && draft.photoId) void this.#findUrl(draft.photoId);
    }
    if (job && !this.job && (job.uploaded || (draft?.blob && draft.id === job.draftId))) {
      await this.loadLater();
      this.#begin(job);
      // Where the guest was, even if the browser was closed and the link opened anew.
      if (!job.seen && !location.hash) {
        history.pushState(null, '', '#picture');
      }
    }
    this.#show(location.hash);
  }

  async #findUrl(photoId: string): Promise<void> {
    const photo = await this.api.photo(photoId);
    if (photo.ok && this.draft?.photoId === photoId)
      this.draft = { ...this.draft, url: photo.data.url ?? '' };
    else if (!photo.ok && photo.trouble.status === 404) await this.dropPhoto();
  }

  #key(name: string): string {
    return `${name}:${this.token}`;
  }

  /** One history entry per step, so that Back goes one step back. */
  go(screen: Screen, replace = false): void {
    const address = screen === 'welcome' ? location.pathname : `#${screen}`;
    if (replace) history.replaceState(null, '', address);
    else if (screen !== this.screen) history.pushState(null, '', address);
    this.screen = screen;
    window.scrollTo({ top: 0 });
  }

  #show(hash: string): void {
    const wanted = SCREENS.find((screen) => `#${screen}` === hash) ?? 'welcome';
    const possible =
      (wanted === 'style' && !this.draft) || (wanted === 'picture' && !this.job) ? 'welcome' : wanted;
    if (possible !== wanted) history.replaceState(null, '', location.pathname);
    this.screen = possible;
  }

  async agree(yes: boolean): Promise<void> {
    this.agreed = yes ? (this.event?.page.consent?.version ?? null) : null;
    if (yes) await remember(this.#key('agreed'), this.agreed);
    else await forget(this.#key('agreed'));
  }

  async choosePhoto(file: File | undefined): Promise<void> {
    if (!file || this.reading) return;
    this.reading = true;
    this.photoError = null;
    const { PhotoError, shrink } = await this.loadLater();
    try {
      const shrunk = await shrink(file, this.event?.photos.min_edge ?? 0);
      await this.#setDraft({ id: crypto.randomUUID(), ...shrunk, photoId: null });
      this.go('style');
    } catch (error) {
      this.photoError = error instanceof PhotoError ? error.code : 'damaged';
    } finally {
      this.reading = false;
    }
  }

  /** Another style of a photo that the API has. */
  async usePhoto(photo: {
    id: string;
    url?: string | null;
    width?: number | null;
    height?: number | null;
  }): Promise<void> {
    const { fit } = await this.loadLater();
    const size = fit(photo.width ?? 3, photo.height ?? 4);
    const draft: SavedDraft = { id: photo.id, blob: null, ...size, photoId: photo.id };
    this.draft = { ...draft, url: photo.url ?? '' };
    await remember(this.#key('draft'), draft);
    this.go('style');
  }

  async #setDraft(draft: SavedDraft): Promise<void> {
    if (this.draft?.blob) URL.revokeObjectURL(this.draft.url);
    this.draft = withUrl(draft);
    // At once: the phone may kill the page with the next look into the camera.
    await remember(this.#key('draft'), draft);
  }

  async dropPhoto(): Promise<void> {
    if (this.draft?.blob) URL.revokeObjectURL(this.draft.url);
    this.draft = null;
    await forget(this.#key('draft'));
  }

  async keepWish(): Promise<void> {
    await remember(this.#key('wish'), { styleKey: this.styleKey, prompt: this.prompt });
  }

  /** Makes the picture. A second tap finds the job that the first one began. */
  make(): void {
    if (!this.draft || (this.screen === 'picture' && this.job && !this.job.ended)) return;
    this.#begin({
      key: crypto.randomUUID(),
      styleKey: this.styleKey,
      prompt: this.prompt.trim() || null,
      draftId: this.draft.id,
      photoId: this.draft.photoId,
      uploaded: this.draft.photoId !== null,
      editId: null,
      startedAt: Date.now(),
      seen: false,
    });
    this.go('picture');
  }

  /** The same wish once more, as a new edit. */
  remake(): void {
    const last = this.job?.saved;
    if (!last) return;
    this.job?.leave();
    this.#begin({ ...last, key: crypto.randomUUID(), editId: null, startedAt: Date.now(), seen: false });
  }

  /** A picture of before. */
  open(edit: { id: string; photo_id: string; style_key?: string | null }): void {
    if (this.job?.saved.editId !== edit.id) {
      const saved: SavedJob = {
        key: '',
        styleKey: edit.style_key ?? null,
        prompt: null,
        draftId: null,
        photoId: edit.photo_id,
        uploaded: true,
        editId: edit.id,
        startedAt: Date.now(),
        seen: true,
      };
      this.#begin(saved);
    }
    this.go('picture');
  }

  #begin(saved: SavedJob): void {
    // Nobody gets here but from a screen that came with it, or after waiting for it.
    if (!this.later) return;
    this.job?.leave();
    // The photo of this wish, whatever is chosen later.
    const draft = this.draft?.id === saved.draftId ? this.draft : null;
    const job = new this.later.Job({
      api: this.api,
      saved,
      storageKey: this.#key('job'),
      photo: () => draft?.blob ?? null,
      consent: () => this.agreed,
      onUploaded: (photoId) => void this.#uploaded(saved.draftId, photoId),
    });
    this.job = job;
    void job.run().then(() => this.#ended(job));
  }

  /** The API has the photo: the next style takes it from there. */
  async #uploaded(draftId: string | null, photoId: string): Promise<void> {
    if (!this.draft || this.draft.id !== draftId) return;
    this.draft = { ...this.draft, photoId };
    const { id, blob, width, height } = this.draft;
    await remember(this.#key('draft'), { id, blob, width, height, photoId });
  }

  async #ended(job: Job): Promise<void> {
    if (job !== this.job) return;
    if (job.stop) await this.reload();
    if (job.stop?.kind === 'photoGone') await this.dropPhoto();
  }

  async forgetJob(editId: string): Promise<void> {
    if (this.job?.saved.editId !== editId) return;
    await this.job.discard();
    this.job = null;
  }
}

function withUrl(draft: SavedDraft): Draft {
  return { ...draft, url: draft.blob ? URL.createObjectURL(draft.blob) : '' };
}

/** The token of `/e/{token}`. */
export const tokenOf = (path: string): string => decodeURIComponent(/^\/e\/([^/]+)/.exec(path)?.[1] ?? '');
