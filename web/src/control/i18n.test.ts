import { describe, expect, it } from 'vitest';
import { adminDe } from './i18n/admin.de';
import { adminEn } from './i18n/admin.en';
import { de } from './i18n/de';
import { en } from './i18n/en';

/** All paths of a dictionary; records typed by `string` are not checked by the compiler. */
function paths(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`));
}

describe('dictionaries', () => {
  it('say the same things in both languages', () => {
    expect(paths(de).sort()).toEqual(paths(en).sort());
    expect(paths(adminDe).sort()).toEqual(paths(adminEn).sort());
  });

  it('hold no empty words and no exclamation marks', () => {
    const words = JSON.stringify([de, en, adminDe, adminEn]);
    expect(words).not.toContain('""');
    expect(words).not.toContain('!');
  });
});
