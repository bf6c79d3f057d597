// Shapes that openapi.json does not hold yet. Goes as soon as it does.
import type { Edit, EventSettings, EventSettingsInput } from './types';

type Strings<K extends string> = [K] extends [never] ? undefined : { [key in K]: string };

interface Answered<R> {
  content: { 'application/json': R };
}
interface Read<P extends string, Q, R> {
  parameters: { query?: Q } & ([P] extends [never] ? { path?: never } : { path: { [key in P]: string } }) & {
      header?: never;
      cookie?: never;
    };
  requestBody?: never;
  responses: { 200: Answered<R> };
}
interface Write<P extends string, B, R> {
  parameters: { query?: never; path: Strings<P>; header?: { 'if-match'?: string }; cookie?: never };
  requestBody: { content: { 'application/json': B } };
  responses: { 200: Answered<R> };
}
interface Act<P extends string, R> {
  parameters: { query?: never; path: Strings<P>; header?: never; cookie?: never };
  requestBody?: never;
  responses: { 200: Answered<R> };
}

export interface Page {
  limit?: string;
  cursor?: string;
}
export interface List<T> {
  data: T[];
  meta: { next_cursor: string | null };
}
export interface One<T> {
  data: T;
}

export interface Capabilities {
  ai_styling: boolean;
  granted_by?: string | null;
}
export interface TenantEvent {
  id: string;
  slug: string;
  name: string;
  created_at?: string | null;
  ends_at?: string | null;
  capabilities: Capabilities;
  edits: number;
  succeeded: number;
  spent_micro_usd: number;
  month: string;
}
export type Gallery = 'off' | 'open' | 'reviewed';
export type Language = 'de' | 'en';
export interface PageSettings {
  welcome?: string | null;
  accent_colour?: string | null;
  logo_key?: string | null;
  languages?: Language[];
  privacy_url?: string | null;
  ends_at?: string | null;
}
export interface NewSettings {
  gallery: Gallery;
  page: PageSettings;
  consent?: { text: string; version: number } | null;
  logo_url?: string | null;
}
export type Shown = 'shown' | 'hidden' | 'awaiting_review' | 'not_shown';
export interface Upload {
  method: string;
  url: string;
  headers: Record<string, string>;
  expires_at: string;
}
export interface Photo {
  id: string;
  status: 'awaiting_upload' | 'ready' | 'rejected';
  rejection?: { code: string; message: string } | null;
  url?: string | null;
  thumbnail_url?: string | null;
  expires_at?: string | null;
  width?: number | null;
  height?: number | null;
  mime_type: string;
  size_bytes: number;
  created_at: string;
  own: boolean;
}
export interface GuestLink {
  id: string;
  label?: string | null;
  created_at: string;
  expires_at?: string | null;
}
export interface NewGuestLink extends GuestLink {
  token: string;
  url?: string | null;
}
export interface Hour {
  hour: string;
  created: number;
  succeeded: number;
  failed: number;
  blocked: number;
  cost_micro_usd: number;
  mean_latency_ms?: number | null;
}
export interface Usage {
  month: string;
  spent_micro_usd: number;
  reserved_micro_usd: number;
  soft_cap_micro_usd?: number | null;
  hard_cap_micro_usd?: number | null;
  events: UsageOfEvent[];
}
export interface UsageOfEvent {
  event_id: string;
  slug: string;
  name: string;
  edits: number;
  succeeded: number;
  failed: number;
  blocked: number;
  spent_micro_usd: number;
  styles: { style_key?: string | null; edits: number; succeeded: number; spent_micro_usd: number }[];
}
export interface AuditEntry {
  id: string;
  at: string;
  actor: {
    kind: 'organiser' | 'superadmin' | 'operator';
    id: string;
    name?: string | null;
    acting_for?: string | null;
  };
  action: string;
  event_id?: string | null;
  target?: string | null;
  changes: { field: string; from?: unknown; to?: unknown }[];
}
export interface Tried {
  style_key: string;
  version: number;
  mime_type: string;
  width: number;
  height: number;
  url: string;
  expires_at: string;
}

export interface NewPaths {
  '/tenant/events': { get: Read<never, Page, List<TenantEvent>> };
  '/tenant/events/{eventSlug}/logos': {
    post: Write<
      'eventSlug',
      { mime_type: string; size_bytes: number },
      One<{ image_key: string; upload: Upload }>
    >;
  };
  '/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/hide': {
    post: Act<'eventSlug' | 'aiEditRequest', One<Edit>>;
  };
  '/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/show': {
    post: Act<'eventSlug' | 'aiEditRequest', One<Edit>>;
  };
  '/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}/approve': {
    post: Act<'eventSlug' | 'aiEditRequest', One<Edit>>;
  };
  '/tenant/events/{eventSlug}/ai-edits': {
    get: Read<'eventSlug', Page & { status?: string }, List<Edit>>;
  };
  '/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}': {
    get: Read<'eventSlug' | 'aiEditRequest', never, One<Edit>>;
    delete: Act<'eventSlug' | 'aiEditRequest', undefined>;
  };
  '/tenant/events/{eventSlug}/ai-settings': {
    get: Read<'eventSlug', never, One<EventSettings>>;
    patch: Write<'eventSlug', EventSettingsInput, One<EventSettings>>;
  };
  '/tenant/events/{eventSlug}/photos': { get: Read<'eventSlug', Page, List<Photo>> };
  '/tenant/events/{eventSlug}/photos/{photo}': {
    get: Read<'eventSlug' | 'photo', never, One<Photo>>;
    delete: Act<'eventSlug' | 'photo', undefined>;
  };
  '/tenant/events/{eventSlug}/guest-links': {
    get: Read<'eventSlug', Page, List<GuestLink>>;
    post: Write<'eventSlug', { label?: string; expires_at?: string }, One<NewGuestLink>>;
  };
  '/tenant/events/{eventSlug}/guest-links/{linkId}': { delete: Act<'eventSlug' | 'linkId', undefined> };
  '/tenant/events/{eventSlug}/activity': { get: Read<'eventSlug', never, One<{ hours: Hour[] }>> };
  '/tenant/usage': { get: Read<never, { month?: string }, One<Usage>> };
  '/tenant/audit': { get: Read<never, Page, List<AuditEntry>> };
  '/admin/audit': { get: Read<never, Page, List<AuditEntry>> };
  '/admin/ai-styles/{key}/try': { post: Write<'key', { photo: string | null }, One<Tried>> };
}
