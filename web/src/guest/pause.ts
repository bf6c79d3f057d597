/**
 * Waits, but no longer than needed: the phone waking up, the network coming back, or a tap on "try now" end it. Timers of a page
 * in the background may be minutes late, so none of them is trusted alone.
 */
export class Pause {
  #end: (() => void) | null = null;

  for(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.end();
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const listening = new AbortController();
      const end = () => {
        clearTimeout(timer);
        listening.abort();
        this.#end = null;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#end = end;
      const options = { signal: listening.signal };
      signal.addEventListener('abort', end, options);
      window.addEventListener('online', end, options);
      document.addEventListener(
        'visibilitychange',
        () => document.visibilityState === 'visible' && end(),
        options,
      );
    });
  }

  end(): void {
    this.#end?.();
  }
}

/** ±10 %, so that a hall full of phones does not ask in one breath. */
export const jitter = (milliseconds: number) => milliseconds * (0.9 + Math.random() * 0.2);

/** 1, 2, 4, 8, then every 15 seconds. */
export const backoff = (tries: number) => Math.min(15_000, 1000 * 2 ** Math.max(0, tries - 1));
