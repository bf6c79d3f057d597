// The rules of an event as a flat form, and the way back to what the API takes.
import { differences, lines, same, type Difference } from '../../differences';
import type { EventSettings, EventSettingsInput, Gallery } from '../../api/types';

export type Language = 'de' | 'en';

export interface Draft {
  enabled: boolean;
  allowed_style_keys: string[];
  allow_custom_prompt: boolean;
  allow_prompt_without_style: boolean;
  blocked_terms: string;
  policy_message: string;
  max_in_flight_per_guest: number | null;
  max_in_flight_per_event: number | null;
  gallery: Gallery;
  welcome: string;
  accent_colour: string;
  logo_key: string | null;
  languages: Language[];
  privacy_url: string;
  /** As `datetime-local` has it. */
  ends_at: string;
  consent: string;
}

export function draftOf(settings: EventSettings): Draft {
  const page = settings.page;
  return {
    enabled: settings.enabled,
    allowed_style_keys: [...settings.allowed_style_keys],
    allow_custom_prompt: settings.allow_custom_prompt,
    allow_prompt_without_style: settings.allow_prompt_without_style,
    blocked_terms: settings.blocked_terms.join('\n'),
    policy_message: settings.policy_message ?? '',
    max_in_flight_per_guest: settings.max_in_flight_per_guest ?? null,
    max_in_flight_per_event: settings.max_in_flight_per_event ?? null,
    gallery: settings.gallery,
    welcome: page.welcome ?? '',
    accent_colour: page.accent_colour ?? '',
    logo_key: page.logo_key ?? null,
    languages: [...(page.languages ?? [])],
    privacy_url: page.privacy_url ?? '',
    ends_at: localTime(page.ends_at),
    consent: settings.consent?.text ?? '',
  };
}

export type Field = keyof Draft;

/** What the form would change; texts are compared as the API will see them. */
export function changesOf(before: Draft, after: Draft): Difference[] {
  return differences(comparable(before), comparable(after));
}

function comparable(draft: Draft): Record<string, unknown> {
  return {
    ...draft,
    blocked_terms: lines(draft.blocked_terms),
    allowed_style_keys: [...draft.allowed_style_keys].sort(),
    languages: [...draft.languages].sort(),
    policy_message: draft.policy_message.trim() || null,
    welcome: draft.welcome.trim() || null,
    accent_colour: draft.accent_colour || null,
    privacy_url: draft.privacy_url.trim() || null,
    ends_at: utc(draft.ends_at),
    consent: draft.consent.trim() || null,
  };
}

const PAGE: ReadonlySet<string> = new Set([
  'welcome',
  'accent_colour',
  'logo_key',
  'languages',
  'privacy_url',
  'ends_at',
]);

/** Only what changes. A page field is sent alone: what the form does not show stays as it is. */
export function patchOf(changes: Difference[]): EventSettingsInput {
  const patch: Record<string, unknown> = {};
  const page: Record<string, unknown> = {};
  for (const { field, to } of changes) {
    if (field === 'consent') patch['consent'] = to === null ? null : { text: to };
    else if (PAGE.has(field)) page[field] = to;
    else patch[field] = to;
  }
  if (Object.keys(page).length > 0) patch['page'] = page;
  return patch as EventSettingsInput;
}

export interface Conflict {
  field: Field;
  theirs: unknown;
  mine: unknown;
}

/** The fields that both have changed, to different values. */
export function conflictsOf(base: Draft, mine: Draft, theirs: Draft): Conflict[] {
  const [was, my, their] = [comparable(base), comparable(mine), comparable(theirs)];
  return (Object.keys(was) as Field[])
    .filter(
      (field) =>
        !same(was[field], my[field]) && !same(was[field], their[field]) && !same(my[field], their[field]),
    )
    .map((field) => ({ field, theirs: their[field], mine: my[field] }));
}

/** Theirs, with what only I have changed and what I choose to keep. */
export function merged(base: Draft, mine: Draft, theirs: Draft, keep: ReadonlySet<Field>): Draft {
  const conflicts = new Set(conflictsOf(base, mine, theirs).map(({ field }) => field));
  const result = { ...theirs } as Record<Field, unknown>;
  for (const { field } of changesOf(base, mine) as { field: Field }[]) {
    if (!conflicts.has(field) || keep.has(field)) result[field] = mine[field];
  }
  return result as unknown as Draft;
}

/** An instant as `datetime-local` wants it: local, to the minute. */
export function localTime(at: string | null | undefined): string {
  if (!at) return '';
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function utc(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString().replace('.000Z', 'Z');
}
