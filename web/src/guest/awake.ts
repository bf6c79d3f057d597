/** Keeps the screen on while a photo goes out and a picture is made; a locked phone cuts uploads off. */
class Awake {
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    // The system takes the lock away with every change of tab or app.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#wanted) void this.#take();
    });
  }

  set(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#take();
    else {
      void this.#lock?.release().catch(() => undefined);
      this.#lock = null;
    }
  }

  async #take(): Promise<void> {
    try {
      this.#lock = await navigator.wakeLock.request('screen');
    } catch {
      // Old phones, in-app browsers and power saving have none: the picture is made all the same.
      this.#lock = null;
    }
  }
}

export const awake = new Awake();
