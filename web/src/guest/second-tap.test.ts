import { afterEach, expect, test } from 'vitest';
import { isStray } from './second-tap';

afterEach(() => document.body.replaceChildren());

function element(html: string): Element {
  document.body.insertAdjacentHTML('beforeend', html);
  const made = document.body.lastElementChild;
  if (!made) throw new Error('no element');
  return made.querySelector('button') ?? made;
}
const tap = (target: Element, timeStamp: number, clientX = 100) => ({
  target,
  timeStamp,
  clientX,
  clientY: 300,
  detail: 1,
});

test('a second tap is stray when the first took its button away', () => {
  const first = tap(element('<button>Another style</button>'), 0);
  const second = element('<button>Make my picture</button>');
  expect(isStray(first, tap(second, 150))).toBe(false);
  (first.target as Element).remove();
  expect(isStray(first, tap(second, 150))).toBe(true);
});

test('a second tap is stray when a dialog has come between', () => {
  const bin = tap(element('<button>Bin</button>'), 0);
  const confirm = element('<dialog open><button>Delete</button></dialog>');
  expect(isStray(bin, tap(confirm, 150))).toBe(true);
  expect(isStray(tap(confirm, 0), tap(confirm, 150))).toBe(false);
});

test('a tap that is late, elsewhere or of a key counts', () => {
  const first = tap(element('<button>Another style</button>'), 0);
  const second = element('<button>Make my picture</button>');
  (first.target as Element).remove();
  expect(isStray(first, tap(second, 600))).toBe(false);
  expect(isStray(first, tap(second, 150, 200))).toBe(false);
  expect(isStray(first, { ...tap(second, 150), detail: 0 })).toBe(false);
});
