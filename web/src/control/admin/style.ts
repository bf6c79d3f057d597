// A style as a form, and the way back.
import type { AdminStyle, AdminStyleInput } from '../api/types';
import { lines } from '../differences';
import { editMoney, parseMoney } from '../format';

export interface StyleDraft {
  key: string;
  name: string;
  description: string;
  provider: string;
  provider_model: string;
  prompt_template: string;
  negative_prompt_template: string;
  is_active: boolean;
  is_premium: boolean;
  required_features: string;
  required_addons: string;
  /** As it is typed. */
  estimated_cost: string;
  sort: number;
  preview_url: string;
}

export function styleDraft(style: AdminStyle | null): StyleDraft {
  return {
    key: style?.key ?? '',
    name: style?.name ?? '',
    description: style?.description ?? '',
    provider: style?.provider ?? '',
    provider_model: style?.provider_model ?? '',
    prompt_template: style?.prompt_template ?? '',
    negative_prompt_template: style?.negative_prompt_template ?? '',
    is_active: style?.is_active ?? false,
    is_premium: style?.is_premium ?? false,
    required_features: style?.entitlements.required_features.join('\n') ?? '',
    required_addons: style?.entitlements.required_addons.join('\n') ?? '',
    estimated_cost: editMoney(style?.estimated_cost_micro_usd),
    sort: style?.sort ?? 100,
    preview_url: style?.preview_url ?? '',
  };
}

/** Undefined where the price is no amount. */
export function styleInput(draft: StyleDraft): AdminStyleInput | undefined {
  const cost = parseMoney(draft.estimated_cost);
  if (cost === undefined) return undefined;
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    provider: (draft.provider || null) as AdminStyleInput['provider'],
    provider_model: draft.provider_model.trim(),
    prompt_template: draft.prompt_template,
    negative_prompt_template: draft.negative_prompt_template.trim() || null,
    is_active: draft.is_active,
    is_premium: draft.is_premium,
    entitlements: {
      required_features: lines(draft.required_features),
      required_addons: lines(draft.required_addons),
    },
    estimated_cost_micro_usd: cost,
    sort: draft.sort,
    preview_url: draft.preview_url.trim() || null,
  };
}
