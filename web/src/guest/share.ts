/**
 * The picture as a file. It is fetched when the edit has succeeded and not in the tap, because old Safari forgets the tap over a
 * fetch; and it is shared alone, because iOS drops the file when a text comes with it.
 */
const SHARE_PATIENCE_MS = 4000;

export async function fetchPicture(url: string, name: string): Promise<File | null> {
  try {
    const response = await fetch(url);
    if (!response.ok) return null;
    const blob = await response.blob();
    const ending = blob.type === 'image/png' ? 'png' : blob.type === 'image/webp' ? 'webp' : 'jpg';
    return new File([blob], `${name}.${ending}`, { type: blob.type });
  } catch {
    return null;
  }
}

export const canShare = (file: File | null): file is File =>
  file !== null && typeof navigator.share === 'function' && navigator.canShare?.({ files: [file] }) === true;

/**
 * Where saving is the share sheet: iOS opens a download in a viewer, and a page on its home screen has no way back from there.
 * Only its Safari knows `navigator.standalone`.
 */
export const savesByShareSheet = (file: File | null): file is File =>
  'standalone' in navigator && canShare(file);

/** Resolves when the sheet is closed, or after a while: "Save image" on iOS never settles, and the button must come back. */
export async function share(file: File): Promise<'done' | 'failed'> {
  const patience = new Promise<'done'>((resolve) => setTimeout(() => resolve('done'), SHARE_PATIENCE_MS));
  try {
    return await Promise.race([navigator.share({ files: [file] }).then(() => 'done' as const), patience]);
  } catch (error) {
    // The guest closed the sheet, or it is open still from the last tap.
    const name = error instanceof DOMException ? error.name : '';
    return name === 'AbortError' || name === 'InvalidStateError' ? 'done' : 'failed';
  }
}

export function download(file: File): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
