import { describe, expect, test } from 'vitest';
import { fit, LONGEST_EDGE, PhotoError, reasonOf, shrink } from './shrink';

/** A JPEG whose upper left quarter is red, upper right green, lower left blue, lower right white. */
async function quarters(width: number, height: number, type = 'image/jpeg'): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  [
    ['#f00', 0, 0],
    ['#0f0', width / 2, 0],
    ['#00f', 0, height / 2],
    ['#fff', width / 2, height / 2],
  ].forEach(([colour, x, y]) => {
    context.fillStyle = colour as string;
    context.fillRect(x as number, y as number, width / 2, height / 2);
  });
  return canvas.convertToBlob({ type, quality: 0.95 });
}

/** The JPEG with an EXIF segment that holds an orientation and a camera's name. */
async function withExif(jpeg: Blob, orientation: number): Promise<Blob> {
  const tiff = [
    0x4d,
    0x4d,
    0,
    0x2a,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const length = exif.length + 2;
  const segment = new Uint8Array([0xff, 0xe1, length >> 8, length & 0xff, ...exif]);
  return new Blob([jpeg.slice(0, 2), segment, jpeg.slice(2)], { type: 'image/jpeg' });
}

async function corners(blob: Blob): Promise<string> {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  const at = (x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = context.getImageData(bitmap.width * x, bitmap.height * y, 1, 1).data;
    return r > 200 && g > 200 && b > 200 ? 'W' : r > 200 ? 'R' : g > 200 ? 'G' : 'B';
  };
  return at(0.25, 0.25) + at(0.75, 0.25) + at(0.25, 0.75) + at(0.75, 0.75);
}

describe('every EXIF orientation comes out upright', () => {
  // Stored R G / B W; how it has to be shown, by value.
  const shown = ['RGBW', 'GRWB', 'WBGR', 'BWRG', 'RBGW', 'BRWG', 'WGBR', 'GWRB'];
  test.each(shown.map((corner, i) => [i + 1, corner] as const))('%i', async (orientation, expected) => {
    const { blob, width, height } = await shrink(await withExif(await quarters(320, 160), orientation));
    expect([width, height]).toEqual(orientation < 5 ? [320, 160] : [160, 320]);
    expect(await corners(blob)).toBe(expected);
  });
});

test('metadata does not leave the phone', async () => {
  const { blob } = await shrink(await withExif(await quarters(64, 64), 1));
  const text = new TextDecoder('latin1').decode(await blob.arrayBuffer());
  expect(text).not.toContain('Exif');
});

test('12 megapixels become 2048 pixels', async () => {
  const { blob, width, height } = await shrink(await quarters(4000, 3000));
  expect([width, height]).toEqual([2048, 1536]);
  expect(blob.type).toBe('image/jpeg');
  expect(await corners(blob)).toBe('RGBW');
});

test('nothing is enlarged, and proportions are kept', () => {
  expect(fit(300, 200)).toEqual({ width: 300, height: 200 });
  expect(fit(3000, 6000)).toEqual({ width: 1024, height: LONGEST_EDGE });
  expect(fit(100_000, 1)).toEqual({ width: LONGEST_EDGE, height: 1 });
});

test('what shines through a PNG becomes white', async () => {
  const canvas = new OffscreenCanvas(80, 80);
  // Without a context there is nothing to convert.
  canvas.getContext('2d');
  const clear = await canvas.convertToBlob({ type: 'image/png' });
  expect(await corners((await shrink(clear)).blob)).toBe('WWWW');
});

test('a photo below the least edge is too small', async () => {
  await expect(shrink(await quarters(40, 400), 64)).rejects.toEqual(new PhotoError('too_small'));
});

test.each([
  ['heic', '\0\0\0\x18ftypheic', 'image/heic'],
  ['avif', '\0\0\0\x18ftypavif', ''],
  ['gif', 'GIF89a', 'image/gif'],
  ['unsupported_kind', '<svg', 'image/x-unknown'],
  ['not_a_picture', '%PDF-1.7', 'application/pdf'],
] as const)('the reason of a file that cannot be read: %s', async (reason, head, type) => {
  expect(await reasonOf(new Blob([head], { type }))).toBe(reason);
});

test('half a JPEG header is damaged', async () => {
  const file = (await quarters(64, 64)).slice(0, 30);
  await expect(shrink(file)).rejects.toEqual(new PhotoError('damaged'));
});
