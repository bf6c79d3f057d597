import { expect, it } from 'vitest';
import { contrastWithWhite } from './contrast';

it('computes the contrast of WCAG', () => {
  expect(contrastWithWhite('#000000')).toBeCloseTo(21, 5);
  expect(contrastWithWhite('#ffffff')).toBeCloseTo(1, 5);
  expect(contrastWithWhite('#767676')).toBeCloseTo(4.54, 2);
  expect(contrastWithWhite('red')).toBeNull();
});
