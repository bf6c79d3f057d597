// An organiser as a form, and the way back. PUT replaces: what the form does not show is sent as it was.
import type { Tenant, TenantInput, Watermark } from '../api/types';
import { editMoney, parseMoney } from '../format';
import { wholeMark } from './watermark';
import { localTime, utc } from '../screens/rules/draft';

export interface TenantDraft {
  id: string;
  name: string;
  soft: string;
  hard: string;
  override: string;
  limit_styles: boolean;
  max_style: string;
  watermark: Watermark | null;
}

export function tenantDraft(tenant: Tenant | null): TenantDraft {
  const budget = tenant?.ai_editing.budget;
  const action = budget?.soft_cap_action;
  const limited = typeof action === 'object' && action !== null;
  return {
    id: tenant?.id ?? '',
    name: tenant?.name ?? '',
    soft: editMoney(budget?.soft_cap_micro_usd),
    hard: editMoney(budget?.hard_cap_micro_usd),
    override: localTime(budget?.override_until),
    limit_styles: limited,
    max_style: limited ? editMoney(action.max_style_cost_micro_usd) : '',
    watermark: tenant?.watermark ? wholeMark(tenant.watermark) : null,
  };
}

const amount = (typed: string): number | null | undefined => (typed.trim() === '' ? null : parseMoney(typed));

/** The fields whose amount is none. */
export function badAmounts(draft: TenantDraft): string[] {
  const bad = (['soft', 'hard'] as const).filter((field) => amount(draft[field]) === undefined) as string[];
  if (draft.limit_styles && parseMoney(draft.max_style) === undefined) bad.push('max_style');
  return bad;
}

export function tenantInput(draft: TenantDraft): TenantInput {
  return {
    name: draft.name.trim(),
    ai_editing: {
      budget: {
        soft_cap_micro_usd: amount(draft.soft) ?? null,
        hard_cap_micro_usd: amount(draft.hard) ?? null,
        override_until: utc(draft.override),
        soft_cap_action: draft.limit_styles
          ? { max_style_cost_micro_usd: parseMoney(draft.max_style)! }
          : 'none',
      },
    },
    watermark: draft.watermark,
  };
}
