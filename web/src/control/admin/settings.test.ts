import { describe, expect, expectTypeOf, it } from 'vitest';
import { adminDe } from '../i18n/admin.de';
import { adminEn } from '../i18n/admin.en';
import { GROUPS, ROWS, type SettingName, type ShownName } from './settings';

describe('the settings page', () => {
  it('has a control for every setting of the contract', () => {
    expectTypeOf<Exclude<SettingName, ShownName>>().toBeNever();
  });

  it.each([
    ['English', adminEn],
    ['German', adminDe],
  ])('names every group and setting in %s', (_, texts) => {
    for (const group of Object.keys(GROUPS)) expect(texts.settings.groups).toHaveProperty(group);
    for (const { name } of ROWS) expect(texts.settings.names).toHaveProperty(name);
  });
});
