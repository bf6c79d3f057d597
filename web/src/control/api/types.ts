// Short names for the shapes of the contract.
import type { components } from '$lib/api/schema';

type Schemas = components['schemas'];

export type AuditEntry = Schemas['AuditEntry'];
export type GuestLink = Schemas['GuestLink'];
export type Hour = Schemas['ActivityHour'];
export type NewGuestLink = Schemas['NewGuestLink'];
export type Photo = Schemas['PhotoBody'];
export type TenantEvent = Schemas['TenantEvent'];
export type Usage = Schemas['Usage'];
export type UsageOfEvent = Schemas['EventUsage'];
export type Gallery = Schemas['Gallery'];

export type Summary = Schemas['SummaryBody'];
export type Check = Schemas['CheckBody'];
export type Edit = Schemas['TenantEditBody'];
export type EditStatus = Schemas['Status'];
export type EventSettings = Schemas['EventSettingsBody'];
export type EventSettingsInput = Schemas['EventSettingsInput'];
export type TenantStyle = Schemas['TenantStyleBody'];

export type AdminSettings = Schemas['AdminSettingsBody'];
export type AdminSettingsInput = Schemas['AdminSettingsInput'];
export type Provider = Schemas['Provider'];
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
