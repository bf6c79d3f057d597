/**
 * The guest's part of the API, as far as openapi.json does not describe it yet. This file goes when it does: `GuestPaths` becomes
 * `paths` of schema.ts.
 */
import type { RejectedPhoto } from '$lib/photo/shrink';
import type { components, paths } from './schema';

export type Gallery = 'off' | 'open' | 'reviewed';
export type RejectionCode = RejectedPhoto;

export interface EventBody {
  name: string;
  ai_edits: { available: boolean; reason?: string | null; message?: string | null };
  allow_custom_prompt: boolean;
  allow_prompt_without_style: boolean;
  gallery: Gallery;
  page: {
    welcome: string | null;
    accent_colour: string | null;
    logo_url: string | null;
    languages: ('de' | 'en')[];
    privacy_url: string | null;
    consent: { text: string; version: number } | null;
    ends_at: string | null;
  };
  photos: { max_bytes: number; max_pixels: number; min_edge: number; mime_types: string[] };
}

export interface PhotoBody {
  id: string;
  status: 'awaiting_upload' | 'ready' | 'rejected';
  rejection: { code: RejectionCode; message: string } | null;
  url: string | null;
  thumbnail_url: string | null;
  expires_at: string | null;
  width: number | null;
  height: number | null;
  mime_type: string;
  size_bytes: number;
  created_at: string;
  own: boolean;
}

export type UploadBody = components['schemas']['UploadBody'];
export type NewPhotoBody = PhotoBody & { upload: UploadBody };
export type StyleBody = components['schemas']['StyleBody'];
export type WaitBody = components['schemas']['Wait'];
export type Problem = components['schemas']['Problem'];

export type EditStatus = 'queued' | 'processing' | 'succeeded' | 'failed' | 'blocked';
export interface EditBody {
  id: string;
  status: EditStatus;
  photo_id: string;
  style_key?: string | null;
  created_at: string;
  updated_at: string;
  completed_at?: string | null;
  wait?: WaitBody | null;
  output?: (components['schemas']['OutputBody'] & { expires_at?: string }) | null;
  failure?: { code: string; message: string; retryable: boolean } | null;
}

export interface GalleryItem {
  id: string;
  style_key: string | null;
  thumbnail_url: string;
  url: string;
  expires_at: string;
  width: number;
  height: number;
  created_at: string;
}

export interface Page<T> {
  data: T[];
  meta: { next_cursor: string | null };
}

interface Answers<Ok, Status extends number> {
  responses: Record<Status, { headers: Record<string, unknown>; content: { 'application/json': Ok } }> & {
    default: { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } };
  };
}
type Parameters<Names extends string, Query = never, Header = never> = {
  parameters: {
    path: Record<Names, string>;
    query?: Query;
    header?: Header;
    cookie?: never;
  };
};
type Body<T> = { requestBody: { content: { 'application/json': T } } };
type Paging = { cursor?: string; limit?: number };

interface NewPaths {
  '/events/{token}': { get: Parameters<'token'> & Answers<{ data: EventBody }, 200> };
  '/events/{token}/photos': {
    get: Parameters<'token', Paging> & Answers<Page<PhotoBody>, 200>;
    post: Parameters<'token'> &
      Body<{ mime_type: string; size_bytes: number; consent_version?: number }> &
      Answers<{ data: NewPhotoBody }, 201>;
  };
  '/events/{token}/photos/{photo}': {
    get: Parameters<'token' | 'photo'> & Answers<{ data: PhotoBody }, 200>;
    delete: Parameters<'token' | 'photo'> & Answers<undefined, 204>;
  };
  '/events/{token}/photos/{photo}/ai-edits': {
    post: Parameters<'token' | 'photo', never, { 'Idempotency-Key': string }> &
      Body<{ style_key?: string; prompt?: string }> &
      Answers<{ data: EditBody }, 202>;
  };
  '/events/{token}/ai-edits': { get: Parameters<'token', Paging> & Answers<Page<EditBody>, 200> };
  '/events/{token}/ai-edits/{requestId}': {
    get: Parameters<'token' | 'requestId'> & Answers<{ data: EditBody }, 200>;
    delete: Parameters<'token' | 'requestId'> & Answers<undefined, 204>;
  };
  '/events/{token}/gallery': { get: Parameters<'token', Paging> & Answers<Page<GalleryItem>, 200> };
}

export type GuestPaths = Omit<paths, keyof NewPaths> & NewPaths;
