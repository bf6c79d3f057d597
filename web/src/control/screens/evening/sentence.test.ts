import { expect, it } from 'vitest';
import type { Summary } from '../../api/types';
import { formatFor } from '../../format';
import { en } from '../../i18n/en';
import { sentence } from './sentence';

const summary = (alerts: string[], running = 0): Summary =>
  ({
    counts: { queued: 0, processing: running },
    observability: { checks: alerts.map((id) => ({ id, status: 'alert' })) },
  }) as unknown as Summary;
const say = (of: Summary, enabled = true) => sentence(of, enabled, en, formatFor('en'));

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
