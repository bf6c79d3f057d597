import { expect, it } from 'vitest';
import type { Summary } from '../../api/types';
import { formatFor } from '../../format';
import { en } from '../../i18n/en';
import { alertsOf } from './alerting';
import { sentence } from './sentence';

const NOW = Date.parse('2026-11-27T20:00:00Z');
const summary = (alerts: string[], running = 0, until: string | null = null): Summary =>
  ({
    counts: { queued: 0, processing: running },
    spend: { override_until: until },
    observability: { checks: alerts.map((id) => ({ id, status: 'alert' })) },
  }) as unknown as Summary;
const say = (of: Summary, enabled = true) => sentence(of, enabled, NOW, en, formatFor('en'));

it('is calm where nothing is wrong', () => {
  expect(say(summary([]))).toEqual({ text: 'All is well. Nothing is waiting.', tone: 'calm' });
  expect(say(summary([], 2)).text).toBe('All is well. 2 pictures are being made.');
});

it('names the worst alert alone', () => {
  const said = say(summary(['budget_soft_cap', 'latency', 'budget_hard_cap']));
  expect(said.tone).toBe('trouble');
  expect(said.text).toContain(en.alerts.says['budget_hard_cap']);
  expect(said.text).not.toContain(en.alerts.says['latency']);
});

it('says first that the event is off', () => {
  expect(say(summary(['latency']), false)).toEqual({ text: en.now.off, tone: 'off' });
});

it('does not say that pictures go on where the stop is reached', () => {
  const said = alertsOf(summary(['budget_soft_cap', 'budget_hard_cap']), NOW).map(({ says }) => says);
  expect(said).toEqual(['budget_hard_cap']);
});

it('says that a stop holds nobody up while an exception holds, and no longer', () => {
  const reached = (until: string) => say(summary(['budget_hard_cap'], 0, until)).text;
  expect(reached('2026-11-27T20:00:01Z')).toContain(en.alerts.says['budget_suspended']);
  expect(reached('2026-11-27T19:59:59Z')).toContain(en.alerts.says['budget_hard_cap']);
});
