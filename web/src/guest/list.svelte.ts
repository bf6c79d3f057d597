import type { Answer } from '$lib/api/client';
import type { Page } from './api';

/** A list that comes in pages. */
export class List<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  more = $state(false);
  #cursor: string | undefined;
  readonly #fetch: (cursor?: string) => Promise<Answer<Page<T>>>;

  constructor(fetch: (cursor?: string) => Promise<Answer<Page<T>>>) {
    this.#fetch = fetch;
  }

  /** The first page, over what is there. */
  async load(): Promise<void> {
    this.state = 'loading';
    await this.#take(await this.#fetch(), []);
  }

  async loadMore(): Promise<void> {
    await this.#take(await this.#fetch(this.#cursor), this.items);
  }

  async #take(answer: Answer<Page<T>>, before: T[]): Promise<void> {
    if (!answer.ok) {
      this.state = 'failed';
      return;
    }
    this.items = [...before, ...answer.data.data];
    this.#cursor = answer.data.meta.next_cursor ?? undefined;
    this.more = this.#cursor !== undefined;
    this.state = 'ready';
  }

  drop(which: (item: T) => boolean): void {
    this.items = this.items.filter((item) => !which(item));
  }
}
