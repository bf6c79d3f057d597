// The checks that alert, as an organiser has to read them: what an exception suspends stops nothing, and who has reached the
// stop need not read that the warning is reached, too.
import type { Check, Summary } from '../../api/types';

export interface Alert {
  check: Check;
  /** The key of its words. */
  says: string;
}

export function alertsOf(summary: Summary, now: number): Alert[] {
  const checks = summary.observability.checks.filter(({ status }) => status === 'alert');
  const stopped = checks.some(({ id }) => id === 'budget_hard_cap');
  const { override_until: until } = summary.spend;
  const suspended = until != null && new Date(until).getTime() > now;
  return checks
    .filter(({ id }) => !(stopped && id === 'budget_soft_cap'))
    .map((check) => ({
      check,
      says: suspended && check.id === 'budget_hard_cap' ? 'budget_suspended' : check.id,
    }));
}
