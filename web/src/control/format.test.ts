import { describe, expect, it } from 'vitest';
import { editMoney, formatFor, monthsBefore, parseMoney } from './format';

describe('money', () => {
  it('shows two places and keeps six for the title', () => {
    const f = formatFor('en');
    expect(f.money(39_000)).toBe('$0.04');
    expect(f.exactMoney(39_000)).toBe('US$0.039000');
    expect(f.money(null)).toBe('–');
  });

  it('is written as the language writes it', () => {
    expect(formatFor('de').money(1_234_560_000)).toMatch(/^1\.234,56\s\$$/);
  });

  it('is read with either decimal sign, exactly', () => {
    expect(parseMoney('80')).toBe(80_000_000);
    expect(parseMoney('0,039')).toBe(39_000);
    expect(parseMoney(' $ 1.000001 ')).toBe(1_000_001);
    expect(parseMoney('8.6')).toBe(8_600_000);
  });

  it('refuses what could be read in two ways', () => {
    for (const text of ['1.000,00', '1,000.00', '-1', '1e3', '', 'ten', '1.0000001']) {
      expect(parseMoney(text), text).toBeUndefined();
    }
  });

  it('survives the way into a form and back', () => {
    for (const micro of [0, 1, 39_000, 100_000_000, 1_234_567])
      expect(parseMoney(editMoney(micro))).toBe(micro);
  });
});

describe('months', () => {
  it('are counted in UTC', () => {
    expect(monthsBefore(new Date('2026-01-01T00:30:00Z'), 3)).toEqual(['2026-01', '2025-12', '2025-11']);
  });

  it('do not skip one at the end of a long month', () => {
    expect(monthsBefore(new Date('2026-03-31T12:00:00Z'), 2)).toEqual(['2026-03', '2026-02']);
  });

  it('are named as they are in UTC, whatever the zone', () => {
    expect(formatFor('en').month('2026-11')).toBe('November 2026');
  });
});
