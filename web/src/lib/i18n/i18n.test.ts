import { expect, test } from 'vitest';
import { de } from '../../guest/i18n/de';
import { en } from '../../guest/i18n/en';
import { pickLanguage } from '.';

test('the phone decides, as far as the event offers it', () => {
  expect(pickLanguage(['de-AT', 'en'])).toBe('de');
  expect(pickLanguage(['fr', 'en-US'])).toBe('en');
  expect(pickLanguage(['en'], ['de'])).toBe('de');
  expect(pickLanguage([], [])).toBe('en');
});

test('one and many have words of their own', () => {
  expect(de.making.seconds(1)).toBe('Noch etwa 1 Sekunde.');
  expect(de.making.seconds(12)).toBe('Noch etwa 12 Sekunden.');
  expect(en.making.place(1)).toBe('You are next.');
  expect(en.making.place(1200)).toBe('You are number 1,200 in the queue.');
});

test('nothing shouts', () => {
  const words = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : value && typeof value === 'object'
        ? Object.values(value).flatMap(words)
        : [];
  for (const text of [...words(de), ...words(en)]) expect(text).not.toMatch(/[!\u2026]/);
});
