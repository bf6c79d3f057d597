import { expect, test } from 'vitest';
import { accentProperties, contrast, parseHex } from './accent';

const rgb = (css: string | undefined) =>
  (/(\d+) (\d+) (\d+)/.exec(css ?? '') ?? []).slice(1).map(Number) as [number, number, number];

test.each(['#6d3fc4', '#ffff00', '#ffffff', '#000000', '#808080', '#e11d48'])(
  '%s becomes readable on light and dark paper, with text on it',
  (colour) => {
    const found = accentProperties(colour);
    const [light, dark] = [rgb(found['--event-accent-light']), rgb(found['--event-accent-dark'])];
    expect(contrast(light, [251, 250, 248])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, [19, 18, 21])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(light, rgb(found['--event-on-accent-light']))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, rgb(found['--event-on-accent-dark']))).toBeGreaterThanOrEqual(4.5);
  },
);

test('what is no colour changes nothing', () => {
  expect(parseHex('red; background: url(x)')).toBeNull();
  expect(accentProperties('#12')).toEqual({});
});
