import { describe, expect, expectTypeOf, it } from 'vitest';
import contract from '../../../../openapi.json';
import type { Provider } from '../api/types';
import { adminDe } from '../i18n/admin.de';
import { adminEn } from '../i18n/admin.en';
import { GROUPS, PROVIDERS, ROWS, SECRETS, type SettingName, type ShownName } from './settings';

describe('the settings page', () => {
  it('has a control for every setting of the contract', () => {
    expectTypeOf<Exclude<SettingName, ShownName>>().toBeNever();
  });

  it('offers every provider of the contract', () => {
    expectTypeOf<Exclude<Provider, (typeof PROVIDERS)[number]>>().toBeNever();
    expect([...PROVIDERS].sort()).toEqual([...contract.components.schemas.Provider.enum].sort());
  });

  it('takes the numbers that the contract takes', () => {
    const [values] = contract.components.schemas.AdminSettingsInput.allOf;
    const limits = values?.properties as unknown as Record<string, { minimum?: number; maximum?: number }>;
    for (const { name, min, max } of ROWS) {
      expect([name, min, max]).toEqual([name, limits[name]?.minimum, limits[name]?.maximum]);
    }
  });

  it.each([
    ['English', adminEn],
    ['German', adminDe],
  ])('names every group, setting and key in %s', (_, texts) => {
    for (const group of Object.keys(GROUPS)) expect(texts.settings.groups).toHaveProperty(group);
    for (const name of [...ROWS.map((row) => row.name), ...SECRETS]) {
      expect(texts.settings.names).toHaveProperty(name);
    }
  });
});
