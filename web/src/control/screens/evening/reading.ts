// A figure of a check in its own unit, and since when it is too high.
import type { Summary } from '../../api/types';
import type { Format } from '../../format';
import type { Words } from '../../i18n/en';

export function reading(check: string, value: number | null | undefined, w: Words, f: Format): string {
  if (value == null) return '–';
  switch (check) {
    case 'failure_rate':
      return f.percent(value);
    case 'latency':
      return f.seconds(value);
    case 'budget_soft_cap':
    case 'budget_hard_cap':
      return f.money(value);
    case 'abuse_escalation':
      return value > 0 ? w.common.yes : w.common.no;
    default:
      return f.number(value);
  }
}

/** Only the budget's alerts are stored with their time; the first of the month counts. */
export function since(check: string, summary: Summary): string | null {
  const times = summary.budget_alerts.filter(({ type }) => type === `ai_${check}`).map(({ at }) => at);
  return times.sort()[0] ?? null;
}
