// Short names for the shapes of the contract.
import type { components } from '$lib/api/schema';
import type { NewSettings, Shown } from './shapes';

type Schemas = components['schemas'];

export type {
  AuditEntry,
  GuestLink,
  Hour,
  NewGuestLink,
  Photo,
  TenantEvent,
  Usage,
  UsageOfEvent,
  Gallery,
} from './shapes';

export type Summary = Schemas['SummaryBody'];
export type Check = Schemas['CheckBody'];
export type Edit = Schemas['TenantEditBody'] & { gallery?: Shown };
export type EditStatus = 'queued' | 'processing' | 'succeeded' | 'failed' | 'blocked';
export type EventSettings = Schemas['EventSettingsBody'] & NewSettings;
export type EventSettingsInput = Schemas['EventSettingsInput'] &
  Partial<Omit<NewSettings, 'consent' | 'logo_url'>> & { consent?: { text: string } | null };
export type TenantStyle = Schemas['TenantStyleBody'];

export type AdminSettings = Schemas['AdminSettingsBody'];
export type AdminSettingsInput = Schemas['AdminSettingsInput'];
export type AdminStyle = Schemas['AdminStyle'];
export type AdminStyleInput = Schemas['AdminStyleInput'];
export type Package = Schemas['Package'];
export type Addon = Schemas['Addon'];
export type Tenant = Schemas['Tenant'];
export type TenantInput = Schemas['TenantInput'];
export type AdminEvent = Schemas['AdminEvent'];
export type AdminEventInput = Schemas['AdminEventInput'];
export type Watermark = Required<Schemas['WatermarkInput']>;
export type Upload = Schemas['UploadBody'];
