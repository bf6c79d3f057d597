import type { Tenant, Watermark } from '../api/types';

/** What the API takes where nothing is said. */
export const STANDARD: Watermark = {
  enabled: true,
  image_key: null,
  position: 'bottom_right',
  opacity: 0.8,
  scale: 0.18,
  padding: 0.02,
};

/** A watermark of an answer, or of the settings, with nothing left out. */
export function wholeMark(known: Partial<NonNullable<Tenant['watermark']>> | null | undefined): Watermark {
  return { ...STANDARD, ...known, image_key: known?.image_key ?? null };
}

export const POSITIONS = ['top_left', 'top_right', 'center', 'bottom_left', 'bottom_right'] as const;
