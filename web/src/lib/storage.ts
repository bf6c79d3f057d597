import { createStore, del, get, set, type UseStore } from 'idb-keyval';

/**
 * What the page remembers on the device. In-app browsers and private windows may refuse IndexedDB, throw, or never answer: then
 * the page remembers as long as it is open, and everything else works.
 */
const PATIENCE_MS = 1500;
const memory = new Map<string, unknown>();
let store: UseStore | null | undefined;

function open(): UseStore | null {
  if (store === undefined) {
    try {
      store = createStore('magic-edits', 'page');
    } catch {
      store = null;
    }
  }
  return store;
}

async function attempt<T>(work: (store: UseStore) => Promise<T>): Promise<{ value: T } | null> {
  const opened = open();
  if (!opened) return null;
  try {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), PATIENCE_MS));
    return { value: await Promise.race([work(opened), late]) };
  } catch {
    store = null;
    return null;
  }
}

export async function recall<T>(key: string): Promise<T | undefined> {
  if (memory.has(key)) return memory.get(key) as T;
  return (await attempt((opened) => get<T>(key, opened)))?.value;
}

export async function remember(key: string, value: unknown): Promise<void> {
  memory.set(key, value);
  await attempt((opened) => set(key, value, opened));
}

export async function forget(key: string): Promise<void> {
  memory.delete(key);
  await attempt((opened) => del(key, opened));
}
