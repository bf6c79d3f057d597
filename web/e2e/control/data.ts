// The installation that the mocked API shows: two organisers' worth of an evening.
const HOUR = 3_600_000;
export const PROMPT = 'with a crown of lavender and golden light';

export const at = (msAgo: number): string => new Date(Date.now() - msAgo).toISOString();
export const month = (): string => new Date().toISOString().slice(0, 7);

export interface FakeEdit {
  [field: string]: unknown;
  id: string;
  status: string;
  gallery: string;
  created_at: string;
  updated_at: string;
}

const STYLES = ['watercolour', 'comic', 'noir', null];

export function edit(number: number, more: Record<string, unknown> = {}): FakeEdit {
  const id = `edit_01JDEMO${String(number).padStart(19, '0')}`;
  const status = (more['status'] as string | undefined) ?? 'succeeded';
  const done = status === 'succeeded';
  const ended = done || status === 'failed' || status === 'blocked';
  const created = at(number * 97_000 + 5_000);
  const outcome = done ? 'succeeded' : 'provider_timeout';
  return {
    id,
    status,
    photo_id: `photo_01JDEMO${String(number).padStart(18, '0')}`,
    style_key: STYLES[number % 4] ?? null,
    created_at: created,
    updated_at: created,
    completed_at: ended ? created : null,
    wait: ended
      ? null
      : { position: 2, expected_seconds: 14, retry_after_ms: 2000, deadline_at: at(-120_000) },
    output: done
      ? {
          url: `/media/after-${number}.svg`,
          thumbnail_url: `/media/after-${number}.svg?thumbnail`,
          expires_at: at(-600_000),
          mime_type: 'image/jpeg',
          width: 1024,
          height: 1280,
          bytes: 412_345,
          sha256: 'a'.repeat(64),
        }
      : null,
    failure:
      status === 'failed'
        ? { code: 'provider_timeout', message: 'No result within the time allowed.', retryable: true }
        : status === 'blocked'
          ? { code: 'prompt_blocked', message: 'Refused.', retryable: false }
          : null,
    gallery: done ? 'shown' : 'not_shown',
    prompt: number % 4 === 3 ? PROMPT : null,
    negative_prompt: null,
    provider: 'runware',
    model: 'runware:101@1',
    style_version: number % 4 === 3 ? null : 3,
    seed: '42',
    polls: 4,
    provider_latency_ms: done ? 11_240 : null,
    cost_micro_usd: done ? 38_400 : null,
    storage_path: done ? `events/anna-and-ben/ai-edits/${id}.jpg` : null,
    provider_url: null,
    attempts: [
      {
        number: 1,
        provider: 'runware',
        model: 'runware:101@1',
        task_id: 'a7c4',
        started_at: created,
        ended_at: ended ? created : null,
        outcome: ended ? outcome : null,
        detail: null,
        cost_micro_usd: done ? 38_400 : null,
      },
    ],
    ...more,
  };
}

export function edits(): FakeEdit[] {
  const special: Record<number, Record<string, unknown>> = {
    1: { status: 'processing' },
    2: { status: 'queued' },
    5: { status: 'failed' },
    8: { gallery: 'awaiting_review' },
    9: { status: 'blocked', prompt: 'not a nice wish' },
    12: { gallery: 'hidden' },
  };
  return Array.from({ length: 23 }, (_, index) => edit(index + 1, special[index + 1] ?? {}));
}

const check = (
  id: string,
  status: string,
  value: number | null,
  threshold: number | null,
  samples: number | null,
) => ({
  id,
  status,
  value,
  threshold,
  samples,
  runbook: `infra/RUNBOOK.md#${id}`,
});

export function summary() {
  return {
    counts: { total: 412, queued: 1, processing: 1, succeeded: 389, failed: 14, blocked: 7 },
    rates: { failure_rate: 0.034, moderation_hit_rate: 0.017, provider_failure_rate: 0.02 },
    latency_ms: { avg: 11_400, p50: 10_800, p95: 19_600, samples: 389 },
    spend: {
      month: month(),
      event_micro_usd: 14_937_600,
      tenant_micro_usd: 41_203_277,
      reserved_micro_usd: 78_000,
      soft_cap_micro_usd: 80_000_000,
      hard_cap_micro_usd: 100_000_000,
      override_until: null as string | null,
      edits_left: 1505 as number | null,
    },
    observability: {
      alerts: {
        failure_rate_threshold_reached: false,
        latency_threshold_reached: false,
        budget_soft_cap_reached: false,
        budget_hard_cap_reached: false,
        abuse_escalation_reached: false,
        provider_out_of_service: false,
      },
      checks: [
        check('failure_rate', 'ok', 0.034, 0.35, 403),
        check('latency', 'ok', 11_400, 15_000, 389),
        check('budget_soft_cap', 'ok', 41_281_277, 80_000_000, null),
        check('budget_hard_cap', 'ok', 41_281_277, 100_000_000, null),
        check('abuse_escalation', 'ok', 0, 25, null),
        check('providers', 'ok', 0, 1, null),
      ],
    },
    budget_alerts: [] as { type: string; at: string; spent_micro_usd: number; cap_micro_usd: number }[],
    capabilities: { ai_styling: true, granted_by: 'package' as string | null },
  };
}

export function hours() {
  const shape = [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 9, 14, 8, 6, 11, 22, 31, 44, 52, 38, 27, 12, 4];
  return Array.from({ length: 48 }, (_, index) => {
    const created = index < 24 ? Math.floor((shape[index] ?? 0) / 3) : (shape[index - 24] ?? 0);
    const failed = created > 20 ? 3 : created > 8 ? 1 : 0;
    return {
      hour: new Date(Math.floor(Date.now() / HOUR) * HOUR - (47 - index) * HOUR).toISOString(),
      created,
      succeeded: created - failed,
      failed,
      blocked: 0,
      cost_micro_usd: (created - failed) * 38_400,
      mean_latency_ms: created ? 11_000 + created * 40 : null,
    };
  });
}

export function eventSettings() {
  return {
    enabled: true,
    allow_custom_prompt: true,
    allow_prompt_without_style: false,
    allowed_style_keys: ['watercolour', 'comic'],
    blocked_terms: ['weapon'],
    policy_message: 'Please choose one of our styles.' as string | null,
    max_in_flight_per_guest: 2 as number | null,
    max_in_flight_per_event: null as number | null,
    capabilities: { ai_styling: true, granted_by: 'package' as string | null },
    gallery: 'reviewed',
    page: {
      welcome: 'Welcome to our wedding! Make yourself into a painting.' as string | null,
      accent_colour: '#2f5d50' as string | null,
      logo_key: null as string | null,
      languages: ['de', 'en'],
      privacy_url: 'https://example.com/privacy' as string | null,
      ends_at: null as string | null,
    },
    consent: { text: 'My photo is changed by an AI service.', version: 2 } as {
      text: string;
      version: number;
    } | null,
    logo_url: null as string | null,
  };
}

const style = (key: string, name: string, more: Record<string, unknown> = {}) => ({
  key,
  name,
  description: `${name}, by hand.`,
  provider: 'runware',
  provider_model: 'runware:101@1',
  prompt_template: `Repaint this photo as ${key}, keep every face recognisable. {prompt}`,
  negative_prompt_template: null,
  is_active: true,
  is_premium: false,
  entitlements: { required_features: [] as string[], required_addons: [] as string[] },
  estimated_cost_micro_usd: 39_000,
  sort: 10,
  preview_url: null,
  used: true,
  version: 3,
  ...more,
});

export function styles() {
  return [
    style('watercolour', 'Watercolour'),
    style('comic', 'Comic'),
    style('noir', 'Film noir', { version: 1 }),
    style('oil-deluxe', 'Old master', {
      is_premium: true,
      estimated_cost_micro_usd: 69_000,
      used: false,
      version: 1,
    }),
  ];
}

export function usage(asked: string) {
  return {
    month: asked,
    spent_micro_usd: 41_203_277,
    reserved_micro_usd: 78_000,
    soft_cap_micro_usd: 80_000_000,
    hard_cap_micro_usd: 100_000_000,
    events: [
      {
        event_id: 'demo-event',
        slug: 'anna-and-ben',
        name: 'Anna & Ben',
        edits: 412,
        succeeded: 389,
        failed: 14,
        blocked: 7,
        // Deliberately not the sum of its styles: a page that adds up would show another figure.
        spent_micro_usd: 14_937_600,
        styles: [
          { style_key: 'watercolour', edits: 201, succeeded: 196, spent_micro_usd: 7_526_400 },
          { style_key: 'comic', edits: 150, succeeded: 140, spent_micro_usd: 5_376_000 },
          { style_key: null, edits: 61, succeeded: 53, spent_micro_usd: 2_035_200 },
        ],
      },
      {
        event_id: 'gala',
        slug: 'autumn-gala',
        name: 'Autumn Gala',
        edits: 702,
        succeeded: 684,
        failed: 12,
        blocked: 6,
        spent_micro_usd: 26_265_677,
        styles: [{ style_key: 'noir', edits: 702, succeeded: 684, spent_micro_usd: 26_265_677 }],
      },
    ],
  };
}

export function tenantEvents() {
  const event = (id: string, slug: string, name: string, more: Record<string, unknown> = {}) => ({
    id,
    slug,
    name,
    created_at: at(86_400_000),
    ends_at: null,
    capabilities: { ai_styling: true, granted_by: 'package' },
    edits: 412,
    succeeded: 389,
    spent_micro_usd: 14_937_600,
    month: month(),
    ...more,
  });
  return [
    event('demo-event', 'anna-and-ben', 'Anna & Ben'),
    event('gala', 'autumn-gala', 'Autumn Gala', {
      edits: 702,
      succeeded: 684,
      spent_micro_usd: 26_265_677,
      ends_at: at(-86_400_000),
    }),
    event('fair', 'small-fair', 'Small Fair', {
      edits: 0,
      succeeded: 0,
      spent_micro_usd: 0,
      capabilities: { ai_styling: false, granted_by: null },
    }),
  ];
}

export interface FakeLink {
  id: string;
  label: string | null;
  created_at: string;
  expires_at: string | null;
}

export function links(): FakeLink[] {
  return [
    { id: 'link_1', label: 'Tables', created_at: at(80_000_000), expires_at: null as string | null },
    { id: 'link_2', label: null, created_at: at(180_000_000), expires_at: at(90_000_000) },
  ];
}

export function audit() {
  return [
    {
      id: 'audit_3',
      at: at(600_000),
      actor: { kind: 'organiser', id: 'ana', name: 'ana@example.com', acting_for: null },
      action: 'policy_changed',
      event_id: 'demo-event',
      target: null,
      changes: [
        { field: 'allow_custom_prompt', from: false, to: true },
        { field: 'allowed_style_keys', from: [], to: ['watercolour', 'comic'] },
      ],
    },
    {
      id: 'audit_2',
      at: at(1_600_000),
      actor: { kind: 'superadmin', id: 'sam', name: 'sam@example.com', acting_for: 'demo-tenant' },
      action: 'budget_changed',
      event_id: null,
      target: 'demo-tenant',
      changes: [{ field: 'hard_cap_micro_usd', from: 80_000_000, to: 100_000_000 }],
    },
    {
      id: 'audit_1',
      at: at(2_600_000),
      actor: { kind: 'operator', id: 'cli', name: null, acting_for: null },
      action: 'settings_changed',
      event_id: null,
      target: null,
      changes: [{ field: 'is_enabled', from: false, to: true }],
    },
  ];
}

export function adminSettings() {
  return {
    is_enabled: true,
    status_message: 'AI edits are switched off for the moment.',
    guest_enabled: true,
    default_provider: 'runware',
    fallback_provider: null as string | null,
    runware_mode: 'live',
    runware_base_url: 'https://api.runware.ai/v1',
    runware_timeout_seconds: 60,
    fal_mode: 'live',
    fal_base_url: 'https://queue.fal.run',
    fal_jwks_url: 'https://rest.fal.ai/.well-known/jwks.json',
    fal_timeout_seconds: 60,
    queue_auto_dispatch: true,
    queue_name: null,
    queue_max_polls: 60,
    webhook_base_url: null,
    provider_output_hosts: ['im.runware.ai', '*.fal.media'],
    blocked_terms: ['weapon', 'blood'],
    abuse_escalation_threshold_per_hour: 25,
    abuse_address_threshold_per_hour: 250,
    failure_rate_alert_threshold: 0.35,
    failure_rate_min_samples: 10,
    latency_warning_ms: 15_000,
    budget_alert_cooldown_minutes: 30,
    photos_per_guest_and_hour: 60,
    photos_per_address_and_hour: 3000,
    photos_per_event_and_month: 20_000,
    request_retention_days: 90,
    usage_ledger_retention_days: 365,
    watermark: {
      enabled: true,
      image_key: null,
      position: 'bottom_right',
      opacity: 0.8,
      scale: 0.18,
      padding: 0.02,
    },
    secrets: { runware_api_key: 'set', fal_api_key: 'missing' },
    sources: { is_enabled: 'parameter', blocked_terms: 'parameter', latency_warning_ms: 'default' } as Record<
      string,
      string
    >,
  };
}

export function tenants() {
  return [
    {
      id: 'demo-tenant',
      name: 'Demo Weddings Ltd',
      ai_editing: {
        budget: {
          soft_cap_micro_usd: 80_000_000,
          hard_cap_micro_usd: 100_000_000,
          override_until: null as string | null,
          soft_cap_action: 'none' as unknown,
        },
      },
      watermark: null,
    },
  ];
}

export function adminEvents() {
  return [
    {
      id: 'demo-event',
      tenant_id: 'demo-tenant',
      slug: 'anna-and-ben',
      name: 'Anna & Ben',
      package_key: 'premium',
      package: { key: 'premium', name: 'Premium', features: ['ai_styling'] },
      addons: [{ key: 'ai_styling_unlock', status: 'completed', active: true, expires_at: null }],
      capabilities: { ai_styling: true, granted_by: 'package' },
      watermark: null,
    },
  ];
}

export const packages = () => [
  { key: 'premium', name: 'Premium', features: ['ai_styling'] },
  { key: 'basic', name: 'Basic', features: [] },
];
export const addons = () => [
  { key: 'ai_styling_unlock', name: 'AI edits', price_cents: 1900, currency: 'EUR', purchasable: true },
  { key: 'prints', name: 'Prints', price_cents: null, currency: 'EUR', purchasable: false },
];
