// Every screen with its states, as a list: the axe run and the pictures go through all of it.
import type { Page } from '@playwright/test';
import type { FakeApi } from './api';
import { problem } from './api';
import * as data from './data';
import type { Role } from './room';

export interface Shot {
  name: string;
  route: string;
  role?: Role;
  before?: (api: FakeApi) => void;
  /** What has to be done to get there, by roles that both languages share. */
  then?: (page: Page) => Promise<void>;
}

const trouble = (api: FakeApi): void => {
  const reached = { failure_rate: 0.41, budget_hard_cap: 100_000_000 };
  for (const check of api.summary.observability.checks) {
    const value = reached[check.id as keyof typeof reached];
    if (value !== undefined) Object.assign(check, { status: 'alert', value });
  }
  api.summary.spend.tenant_micro_usd = 100_000_000;
  // As the API answers while an exception holds.
  api.summary.spend.edits_left = null;
  api.summary.spend.override_until = data.at(-7_200_000);
  api.summary.budget_alerts = [
    {
      type: 'ai_budget_hard_cap',
      at: data.at(900_000),
      spent_micro_usd: 99_980_000,
      cap_micro_usd: 100_000_000,
    },
  ];
};

const event = '/events/anna-and-ben';

export const SHOTS: Shot[] = [
  { name: 'events', route: '/' },
  { name: 'events-none', route: '/', before: (api) => (api.events = []) },
  {
    name: 'evening',
    route: event,
    then: (page) => page.locator('[aria-labelledby=activity] summary').click(),
  },
  { name: 'evening-trouble', route: event, before: trouble },
  {
    name: 'evening-locked',
    route: '/events/small-fair',
    before: (api) => (api.summary.capabilities = { ai_styling: false, granted_by: null }),
  },
  {
    name: 'evening-quiet',
    route: event,
    before: (api) => {
      for (const hour of api.hours) hour.created = 0;
    },
  },
  {
    name: 'evening-unavailable',
    route: event,
    before: (api) =>
      api.instead.set('GET /tenant/events/anna-and-ben/ai-edits/summary', problem(404, 'event_not_found')),
  },
  { name: 'pictures', route: `${event}/pictures` },
  { name: 'pictures-none', route: `${event}/pictures?status=failed`, before: (api) => (api.edits = []) },
  { name: 'picture', route: `${event}/pictures?picture=${data.edit(3).id}` },
  { name: 'picture-failed', route: `${event}/pictures?status=failed&picture=${data.edit(5).id}` },
  { name: 'picture-review', route: `${event}/pictures?picture=${data.edit(8).id}` },
  { name: 'rules', route: `${event}/rules` },
  {
    name: 'rules-confirm',
    route: `${event}/rules`,
    then: async (page) => {
      await page.locator('textarea').nth(1).fill('Another welcome');
      await page.locator('.bar .primary').click();
    },
  },
  { name: 'links', route: `${event}/links` },
  {
    name: 'link-made',
    route: `${event}/links`,
    then: async (page) => {
      await page.locator('main header .primary').click();
      await page.locator('dialog .primary').click();
      await page.locator('dialog svg[role=img]').waitFor();
    },
  },
  {
    name: 'poster',
    route: `${event}/links`,
    then: async (page) => {
      await page.locator('main header .primary').click();
      await page.locator('dialog .primary').click();
      await page.locator('dialog svg[role=img]').waitFor();
      await page.locator('dialog footer .primary').click();
      await page.locator('img.a4').waitFor();
    },
  },
  { name: 'usage', route: '/usage' },
  { name: 'changes', route: '/changes' },
  { name: 'not-here', route: '/nowhere' },
  { name: 'admin-settings', route: '/admin/settings', role: 'superadmin' },
  {
    name: 'admin-kill-switch',
    route: '/admin/settings',
    role: 'superadmin',
    then: (page) => page.getByRole('switch').first().click(),
  },
  { name: 'admin-styles', route: '/admin/styles', role: 'superadmin' },
  {
    name: 'admin-style',
    route: '/admin/styles/comic',
    role: 'superadmin',
    then: async (page) => {
      await page.locator('textarea').first().fill('Redraw this photo as a comic, keep every face. {prompt}');
      await page.locator('main section button').first().click();
      await page.locator('main figure img').waitFor();
    },
  },
  { name: 'admin-packages', route: '/admin/packages', role: 'superadmin' },
  {
    name: 'admin-package',
    route: '/admin/packages',
    role: 'superadmin',
    then: (page) => page.locator('.rows button').first().click(),
  },
  { name: 'admin-addons', route: '/admin/addons', role: 'superadmin' },
  { name: 'admin-tenants', route: '/admin/tenants', role: 'superadmin' },
  { name: 'admin-tenant', route: '/admin/tenants/demo-tenant', role: 'superadmin' },
  { name: 'admin-events', route: '/admin/events', role: 'superadmin' },
  { name: 'admin-event', route: '/admin/events/demo-event', role: 'superadmin' },
  { name: 'admin-watermark', route: '/admin/watermark', role: 'superadmin' },
  { name: 'admin-audit', route: '/admin/audit', role: 'superadmin' },
  { name: 'acting', route: `${event}?tenant=demo-tenant`, role: 'superadmin' },
];
