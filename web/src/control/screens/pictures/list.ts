// The scrolled list and the polled first page brought together.
import type { Edit } from '../../api/types';

export interface Brought {
  edits: Edit[];
  /** Whether the first page holds edits that the list does not. */
  fresh: boolean;
}

/** Newer states of known edits replace the old ones in their place; new edits wait until somebody asks, so that nothing jumps. */
export function brought(known: Edit[], head: Edit[]): Brought {
  const newer = new Map(head.map((edit) => [edit.id, edit]));
  const ids = new Set(known.map(({ id }) => id));
  return {
    edits: known.map((edit) => {
      const other = newer.get(edit.id);
      return other && other.updated_at >= edit.updated_at ? steady(edit, other) : edit;
    }),
    fresh: known.length > 0 && head.some(({ id }) => !ids.has(id)),
  };
}

/** Keeps an address that still works: another one of the same picture would load it again. */
function steady(before: Edit, after: Edit): Edit {
  if (!before.output || !after.output) return after;
  const ends = (before.output as { expires_at?: string }).expires_at;
  if (!ends || new Date(ends).getTime() < Date.now() + 60_000) return after;
  return { ...after, output: before.output };
}
