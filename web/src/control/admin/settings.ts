// The settings in groups, with the control that each needs. The names are those of the contract.
import type { AdminSettingsInput, Provider } from '../api/types';

/** Every provider of the contract: the test's types say which is missing. */
export const PROVIDERS = ['runware', 'fal'] as const satisfies Provider[];

/** `is_enabled` has a place of its own, and the watermark a screen. */
export type SettingName = Exclude<keyof AdminSettingsInput, 'is_enabled' | 'watermark' | 'secrets'>;

export type Kind =
  'switch' | 'text' | 'url' | 'whole' | 'share' | 'provider' | 'optional_provider' | 'mode' | 'list';

export interface Row {
  name: SettingName;
  kind: Kind;
  /** Null is a value of its own. */
  optional?: boolean;
  min?: number;
  max?: number;
}

export type Group =
  'switches' | 'providers' | 'queue' | 'safety' | 'thresholds' | 'edits' | 'photos' | 'retention';

const whole = <Name extends SettingName>(name: Name, max: number) => ({
  name,
  kind: 'whole' as const,
  min: 1,
  max,
});

const groups = {
  switches: [
    { name: 'guest_enabled', kind: 'switch' },
    { name: 'status_message', kind: 'text' },
  ],
  providers: [
    { name: 'default_provider', kind: 'provider' },
    { name: 'fallback_provider', kind: 'optional_provider', optional: true },
    { name: 'runware_mode', kind: 'mode' },
    { name: 'runware_base_url', kind: 'url' },
    whole('runware_timeout_seconds', 60),
    { name: 'fal_mode', kind: 'mode' },
    { name: 'fal_base_url', kind: 'url' },
    { name: 'fal_jwks_url', kind: 'url' },
    whole('fal_timeout_seconds', 60),
    { name: 'webhook_base_url', kind: 'url', optional: true },
    { name: 'provider_output_hosts', kind: 'list' },
  ],
  queue: [
    { name: 'queue_auto_dispatch', kind: 'switch' },
    { name: 'queue_name', kind: 'text', optional: true },
    whole('queue_max_polls', 1000),
  ],
  safety: [
    { name: 'blocked_terms', kind: 'list' },
    whole('abuse_escalation_threshold_per_hour', 1_000_000),
    whole('abuse_address_threshold_per_hour', 1_000_000),
  ],
  thresholds: [
    { name: 'failure_rate_alert_threshold', kind: 'share', min: 0, max: 1 },
    whole('failure_rate_min_samples', 1_000_000),
    whole('latency_warning_ms', 3_600_000),
    whole('budget_alert_cooldown_minutes', 43_200),
  ],
  edits: [whole('edits_per_guest_and_hour', 1_000_000), whole('edits_per_event_and_hour', 1_000_000)],
  photos: [
    { name: 'keep_originals', kind: 'switch' },
    whole('photos_per_guest_and_hour', 1_000_000),
    whole('photos_per_address_and_hour', 1_000_000),
    whole('photos_per_event_and_month', 10_000_000),
  ],
  retention: [whole('request_retention_days', 3650), whole('usage_ledger_retention_days', 3650)],
} satisfies Record<Group, Row[]>;

export const GROUPS: Record<Group, Row[]> = groups;
/** A name of the contract that is not here has no control: the test's types say which. */
export type ShownName = (typeof groups)[Group][number]['name'];

export const ROWS: Row[] = Object.values(GROUPS).flat();
export const SECRETS = PROVIDERS.map((provider) => `${provider}_api_key` as const);
