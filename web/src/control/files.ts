// Files that go out of the browser and pictures that come in.
import { Problem } from './api/client';
import type { Upload } from './api/types';

export function saveFile(content: string | Blob, name: string, type: string): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Chromium reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const PICTURES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type PictureType = (typeof PICTURES)[number];
export const MAX_PICTURE = 2 * 1024 * 1024;

export function isPicture(file: File): file is File & { type: PictureType } {
  return (PICTURES as readonly string[]).includes(file.type);
}

/** Sends a file to the address that the API has named for it. */
export async function upload(to: Upload, file: File): Promise<void> {
  const headers = to.headers as Record<string, string>;
  const answer = await fetch(to.url, { method: to.method, headers, body: file, credentials: 'omit' }).catch(
    () => null,
  );
  if (!answer?.ok) throw new Problem(answer?.status ?? 0, 'upload_failed');
}
