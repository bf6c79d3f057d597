import { describe, expect, it } from 'vitest';
import type { EventSettings } from '../../api/types';
import { changesOf, conflictsOf, draftOf, localTime, merged, patchOf, utc } from './draft';

const settings = {
  enabled: true,
  allow_custom_prompt: false,
  allow_prompt_without_style: false,
  allowed_style_keys: ['comic'],
  blocked_terms: ['one'],
  policy_message: null,
  max_in_flight_per_guest: null,
  max_in_flight_per_event: null,
  capabilities: { ai_styling: true },
  gallery: 'off',
  page: { welcome: 'Hello', languages: ['de'] },
  consent: { text: 'Yes', version: 1 },
} as unknown as EventSettings;
const base = draftOf(settings);

describe('a patch', () => {
  it('holds what changes and nothing else', () => {
    const draft = {
      ...base,
      allow_custom_prompt: true,
      welcome: ' Good evening ',
      blocked_terms: 'one\ntwo\n',
    };
    expect(patchOf(changesOf(base, draft))).toEqual({
      allow_custom_prompt: true,
      blocked_terms: ['one', 'two'],
      page: { welcome: 'Good evening' },
    });
  });

  it('takes an emptied text back to nothing', () => {
    expect(patchOf(changesOf(base, { ...base, welcome: '  ', consent: '' }))).toEqual({
      page: { welcome: null },
      consent: null,
    });
  });

  it('is empty where only spaces or the order changed', () => {
    expect(changesOf(base, { ...base, blocked_terms: ' one \n', policy_message: ' ' })).toEqual([]);
  });
});

describe('two organisers', () => {
  const mine = { ...base, welcome: 'Mine', allow_custom_prompt: true };
  const theirs = { ...base, welcome: 'Theirs', gallery: 'open' as const };

  it('are asked only about what both have changed', () => {
    expect(conflictsOf(base, mine, theirs)).toEqual([{ field: 'welcome', theirs: 'Theirs', mine: 'Mine' }]);
  });

  it('both keep what only one has changed', () => {
    const result = merged(base, mine, theirs, new Set());
    expect(result).toMatchObject({ welcome: 'Theirs', gallery: 'open', allow_custom_prompt: true });
  });

  it('get mine where mine is chosen', () => {
    expect(merged(base, mine, theirs, new Set(['welcome'])).welcome).toBe('Mine');
  });

  it('do not quarrel where both want the same', () => {
    expect(conflictsOf(base, mine, { ...theirs, welcome: 'Mine' })).toEqual([]);
  });
});

describe('a time of the form', () => {
  it('survives the way to the API and back', () => {
    expect(localTime(utc('2026-12-24T18:30'))).toBe('2026-12-24T18:30');
    expect(utc('')).toBeNull();
    expect(localTime(null)).toBe('');
  });
});
