// What a form would change: the fields whose value is another one than before.
export interface Difference {
  field: string;
  from: unknown;
  to: unknown;
}

export function differences(before: object, after: object): Difference[] {
  const was = before as Record<string, unknown>;
  return Object.entries(after)
    .filter(([field, to]) => !same(was[field], to))
    .map(([field, to]) => ({ field, from: was[field] ?? null, to }));
}

/** Equal as JSON values; nothing and null are one. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null, sorted) === JSON.stringify(other ?? null, sorted);
}

function sorted(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one.localeCompare(other)));
}

/** Lines of a text field, without empty ones. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export interface WordChange {
  text: string;
  kind: 'same' | 'added' | 'removed';
}

/** Two prompts compared word by word (longest common subsequence). */
export function wordChanges(before: string, after: string): WordChange[] {
  const one = before.split(/(\s+)/);
  const two = after.split(/(\s+)/);
  const common = Array.from({ length: one.length + 1 }, () => new Array<number>(two.length + 1).fill(0));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = two.length - 1; j >= 0; j--) {
      common[i]![j] =
        one[i] === two[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const changes: WordChange[] = [];
  const push = (text: string, kind: WordChange['kind']): void => {
    const last = changes.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text) changes.push({ text, kind });
  };
  let [i, j] = [0, 0];
  while (i < one.length || j < two.length) {
    if (i < one.length && j < two.length && one[i] === two[j]) {
      push(one[i]!, 'same');
      i++;
      j++;
    } else if (j >= two.length || (i < one.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      push(one[i++]!, 'removed');
    } else {
      push(two[j++]!, 'added');
    }
  }
  return changes;
}
