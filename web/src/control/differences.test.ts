import { describe, expect, it } from 'vitest';
import { differences, lines, same, wordChanges } from './differences';

describe('differences', () => {
  it('names what changes, with before and after', () => {
    expect(differences({ a: 1, b: 'x' }, { a: 2, b: 'x' })).toEqual([{ field: 'a', from: 1, to: 2 }]);
  });

  it('takes nothing and null for one', () => {
    expect(same(undefined, null)).toBe(true);
    expect(differences({}, { a: null })).toEqual([]);
  });

  it('does not mind the order of names, but the order of lists', () => {
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
  });
});

describe('words', () => {
  it('are compared one by one', () => {
    expect(wordChanges('a red house', 'a blue house')).toEqual([
      { text: 'a ', kind: 'same' },
      { text: 'red', kind: 'removed' },
      { text: 'blue', kind: 'added' },
      { text: ' house', kind: 'same' },
    ]);
  });

  it('give back both texts', () => {
    const [before, after] = [
      'soft colours on rough paper {prompt}',
      'soft light on paper, {prompt} and gold',
    ];
    const parts = wordChanges(before, after);
    expect(
      parts
        .filter(({ kind }) => kind !== 'added')
        .map(({ text }) => text)
        .join(''),
    ).toBe(before);
    expect(
      parts
        .filter(({ kind }) => kind !== 'removed')
        .map(({ text }) => text)
        .join(''),
    ).toBe(after);
  });

  it('of a list are trimmed, and empty lines go', () => {
    expect(lines(' one \n\n two')).toEqual(['one', 'two']);
  });
});
