import { describe, expect, it } from 'vitest';
import { place } from './place';

const mark = { position: 'bottom_right', scale: 0.18, padding: 0.02 } as const;

describe('the preview of a watermark', () => {
  it('stands where the worker puts the mark', () => {
    expect(place(1000, 800, mark, { width: 300, height: 100 })).toEqual({
      x: 800,
      y: 720,
      width: 180,
      height: 60,
    });
  });

  it('is drawn larger where it could not be read', () => {
    expect(place(200, 200, { ...mark, scale: 0.05 }, { width: 100, height: 100 }).width).toBe(48);
  });

  it('never leaves the picture', () => {
    for (const position of ['bottom_right', 'bottom_left', 'top_right', 'top_left', 'center'] as const) {
      for (const [width, height] of [
        [1, 1],
        [40, 900],
        [900, 40],
        [2048, 2048],
      ] as const) {
        const at = place(width, height, { position, scale: 0.5, padding: 0.2 }, { width: 50, height: 400 });
        expect(at.x).toBeGreaterThanOrEqual(0);
        expect(at.y).toBeGreaterThanOrEqual(0);
        expect(at.x + at.width).toBeLessThanOrEqual(width);
        expect(at.y + at.height).toBeLessThanOrEqual(height);
      }
    }
  });
});
