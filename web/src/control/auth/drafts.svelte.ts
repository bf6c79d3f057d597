// What somebody has typed when the session ends. Sign-in leaves the page, so the words wait in this tab's sessionStorage:
// only from the end of the session until the form is open again, and only for the same person.
import { session } from './session.svelte';

const KEY = 'control.drafts';

interface Kept {
  sub: string;
  drafts: Record<string, unknown>;
}

// Read once, when the session ends; nobody watches it.
// eslint-disable-next-line svelte/prefer-svelte-reactivity
const open = new Map<string, () => unknown>();

/** Names what a form would lose. The function answers undefined where nothing was typed. Secrets must not be part of it. */
export function keepDraft(form: string, typed: () => unknown): () => void {
  open.set(form, typed);
  return () => open.delete(form);
}

/** Writes every open form down, just before the page leaves for sign-in. */
export function storeDrafts(): void {
  const sub = session.claims?.sub;
  const drafts = Object.fromEntries(
    [...open].map(([form, typed]) => [form, typed()]).filter(([, typed]) => typed !== undefined),
  );
  if (sub && Object.keys(drafts).length > 0) {
    sessionStorage.setItem(KEY, JSON.stringify({ sub, drafts } satisfies Kept));
  }
}

/** Takes a form's draft, once. */
export function takeDraft<T>(form: string): T | undefined {
  const text = sessionStorage.getItem(KEY);
  if (!text) return undefined;
  const kept = JSON.parse(text) as Kept;
  if (kept.sub !== session.claims?.sub) {
    sessionStorage.removeItem(KEY);
    return undefined;
  }
  const draft = kept.drafts[form] as T | undefined;
  kept.drafts = Object.fromEntries(Object.entries(kept.drafts).filter(([name]) => name !== form));
  if (Object.keys(kept.drafts).length === 0) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(kept));
  return draft;
}
