/**
 * A photo as the phone has it becomes a JPEG of at most 2048 pixels: upright, without position or camera, in a tenth of the bytes.
 *
 * An `<img>` decodes it, because it turns by EXIF in every browser and opens what only this browser knows (HEIC in Safari); the
 * canvas never holds more than 2048 × 2048 pixels, far below the limit above which iOS hands out a black picture.
 */
export const LONGEST_EDGE = 2048;
const QUALITY = 0.86;

export type RejectedPhoto =
  | 'not_a_picture'
  | 'heic'
  | 'avif'
  | 'gif'
  | 'unsupported_kind'
  | 'damaged'
  | 'too_small'
  | 'too_many_pixels'
  | 'too_large';

export class PhotoError extends Error {
  constructor(readonly code: RejectedPhoto) {
    super(code);
  }
}

export interface Shrunk {
  blob: Blob;
  width: number;
  height: number;
}

/** Longest edge within the limit, proportions kept, nothing enlarged. */
export function fit(width: number, height: number, edge = LONGEST_EDGE): { width: number; height: number } {
  const factor = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Why a file that the browser cannot decode cannot be taken, from its first bytes. */
export async function reasonOf(file: Blob): Promise<RejectedPhoto> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (text.slice(4, 8) === 'ftyp') {
    const brand = text.slice(8, 12);
    if (brand.startsWith('avi')) return 'avif';
    return /^(hei|hev|mif|msf)/.test(brand) ? 'heic' : 'unsupported_kind';
  }
  if (text.startsWith('GIF8')) return 'gif';
  const picture =
    (head[0] === 0xff && head[1] === 0xd8) || text.slice(1, 4) === 'PNG' || text.slice(8, 12) === 'WEBP';
  if (picture) return 'damaged';
  return file.type.startsWith('image/') ? 'unsupported_kind' : 'not_a_picture';
}

async function decode(file: Blob): Promise<{ image: HTMLImageElement; close: () => void }> {
  const address = URL.createObjectURL(file);
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(address);
    throw new PhotoError(await reasonOf(file));
  }
  return {
    image,
    close: () => {
      image.removeAttribute('src');
      URL.revokeObjectURL(address);
    },
  };
}

export async function shrink(file: Blob, minEdge = 0): Promise<Shrunk> {
  if (file.size === 0) throw new PhotoError('not_a_picture');
  const { image, close } = await decode(file);
  const canvas = document.createElement('canvas');
  try {
    const { naturalWidth, naturalHeight } = image;
    if (Math.min(naturalWidth, naturalHeight) < Math.max(1, minEdge)) throw new PhotoError('too_small');
    const size = fit(naturalWidth, naturalHeight);
    canvas.width = size.width;
    canvas.height = size.height;
    const context = canvas.getContext('2d');
    if (!context) throw new PhotoError('damaged');
    // JPEG has no transparency: what shines through a PNG becomes white, not black.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, size.width, size.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
    if (!blob) throw new PhotoError('damaged');
    return { blob, ...size };
  } finally {
    close();
    // Safari keeps a canvas's memory until its size is zero.
    canvas.width = canvas.height = 0;
  }
}
