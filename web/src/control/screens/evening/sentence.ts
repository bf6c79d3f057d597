// The state of the evening in one sentence. What needs somebody comes first, the worst of it alone.
import type { Summary } from '../../api/types';
import type { Format } from '../../format';
import type { Words } from '../../i18n/en';
import { alertsOf } from './alerting';

export interface Sentence {
  text: string;
  tone: 'calm' | 'trouble' | 'off';
}

/** The worst first: what stops the evening stands before what slows it down. */
const BY_WEIGHT = [
  'budget_hard_cap',
  'providers',
  'failure_rate',
  'latency',
  'abuse_escalation',
  'budget_suspended',
  'budget_soft_cap',
];

export function sentence(summary: Summary, enabled: boolean, now: number, w: Words, f: Format): Sentence {
  if (!enabled) return { text: w.now.off, tone: 'off' };
  const alerting = new Set(alertsOf(summary, now).map(({ says }) => says));
  const worst = BY_WEIGHT.find((id) => alerting.has(id)) ?? [...alerting][0];
  if (worst !== undefined) {
    return { text: w.now.trouble(w.alerts.says[worst] ?? worst), tone: 'trouble' };
  }
  const { processing, queued } = summary.counts;
  if (processing > 0) return { text: w.now.busy(f, processing), tone: 'calm' };
  if (queued > 0) return { text: w.now.busy(f, queued), tone: 'calm' };
  return { text: w.now.calm, tone: 'calm' };
}
