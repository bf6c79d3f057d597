import { describe, expect, it } from 'vitest';
import { codeOf, posterSvg, wrap } from './poster';

const poster = {
  url: 'https://pictures.example/e/tok_4Zb9Q2m7Xk1Rw8TnTok4Zb9Q2m7Xk1Rw8Tn',
  event: 'Anna & Ben',
  heading: 'Turn <your> photo into a picture to keep',
  steps: 'Scan with the camera.',
  ai: 'Made with AI',
  accent: '#2f5d50',
};

const load = (svg: string): Promise<HTMLImageElement> =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error('not a drawing'));
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  });

describe('a poster', () => {
  it('is a drawing that the browser can show, on both papers', async () => {
    for (const paper of ['a4', 'a5'] as const) {
      const image = await load(posterSvg(poster, paper));
      expect(image.naturalWidth / image.naturalHeight).toBeCloseTo(210 / 297, 2);
    }
  });

  it('shows marks of a text as letters', () => {
    const svg = posterSvg(poster, 'a4');
    expect(svg).toContain('Anna &amp; Ben');
    expect(svg).toContain('&lt;your&gt;');
    expect(svg).not.toContain('<your>');
  });

  it('holds the address as text, for people who type', () => {
    const letters = posterSvg(poster, 'a4').replaceAll(/<[^>]+>/g, '');
    expect(letters).toContain('pictures.example/e/');
  });

  it('keeps everything on the paper, however long the words are, and the code large', () => {
    const long = {
      ...poster,
      event: 'The Wonderful Wedding Weekend of Annabelle & Benjamin Smith-',
      heading: 'Turn every photo of this long and lovely night into a painted picture you may keep',
      steps:
        'Scan with the camera of your phone, choose one of the styles, wait for a moment or two. '.repeat(2),
    };
    const attribute = (svg: string, pattern: RegExp): number[] =>
      [...svg.matchAll(pattern)].map(([, value]) => Number(value));
    for (const words of [poster, long]) {
      const svg = posterSvg(words, 'a4');
      const baselines = attribute(svg, /<text x="105" y="([\d.]+)"/g);
      expect(baselines).toEqual(baselines.toSorted((a, b) => a - b));
      expect(baselines.at(-1)).toBeLessThan(297);
      const [modules] = attribute(svg, /scale\(([\d.]+)\)/g);
      expect((modules ?? 0) * (codeOf(words.url).size + 8)).toBeGreaterThan(words === poster ? 140 : 60);
    }
  });

  it('breaks lines between words only', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('indivisible', 3)).toEqual(['indivisible']);
  });
});

describe('a QR code', () => {
  it('draws every dark module and no other', () => {
    const { size, path } = codeOf('https://pictures.example/e/x');
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext('2d')!;
    context.fill(new Path2D(path));
    const pixels = context.getImageData(0, 0, size, size).data;
    // The finder pattern in a corner: a dark ring around a light ring around a dark square.
    const dark = (x: number, y: number): boolean => pixels[(y * size + x) * 4 + 3] === 255;
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((x) => dark(x, 3))).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});
