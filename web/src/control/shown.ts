// A value of the contract as people read it: in confirmations and in the log of changes.
import type { Format } from './format';
import type { Words } from './i18n/en';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export function shown(field: string, value: unknown, w: Words, f: Format): string {
  if (value === null || value === undefined || value === '') return w.common.empty;
  if (typeof value === 'boolean') return value ? w.common.on : w.common.off;
  if (typeof value === 'number') return field.endsWith('_micro_usd') ? f.money(value) : f.number(value);
  if (typeof value === 'string') return TIME.test(value) ? f.moment(value) : value;
  if (Array.isArray(value)) {
    return value.length === 0 ? w.common.empty : value.map((one) => shown(field, one, w, f)).join(', ');
  }
  return Object.entries(value as object)
    .map(([name, inner]) => `${name}: ${shown(name, inner, w, f)}`)
    .join(', ');
}
