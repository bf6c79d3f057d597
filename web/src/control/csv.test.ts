import { describe, expect, it } from 'vitest';
import { joined, nextOf } from './csv';

describe('the ledger as CSV', () => {
  it('has the names of its columns once', () => {
    const page = (row: string): string => `at,cost\n${row}\n`;
    expect(joined(joined('', page('1')), page('2'))).toBe('at,cost\n1\n2\n');
  });

  it('keeps a page whose first line is no heading', () => {
    expect(joined('at,cost\n1\n', '2\n3\n')).toBe('at,cost\n1\n2\n3\n');
  });
});

describe('the next page', () => {
  const here = new URL('https://room.example/api/v1/tenant/usage/entries?month=2026-11&tenant=t');

  it('is asked for at our own origin, whatever the API calls itself', () => {
    const next = nextOf('<https://internal.example/api/v1/tenant/usage/entries?cursor=c>; rel="next"', here);
    expect(next?.href).toBe('https://room.example/api/v1/tenant/usage/entries?cursor=c&tenant=t');
  });

  it('is none where the API names none', () => {
    expect(nextOf(null, here)).toBeNull();
    expect(nextOf('</x>; rel="prev"', here)).toBeNull();
  });
});
