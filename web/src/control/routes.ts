// The address of every screen. Only what an organiser opens first is in the first load.
import type { Component } from 'svelte';
import { wrap } from 'svelte-spa-router/wrap';
import type { RouteDefinition } from 'svelte-spa-router';
import { t } from './i18n.svelte';
import Evening from './screens/Evening.svelte';
import Events from './screens/Events.svelte';
import NotHere from './screens/NotHere.svelte';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- svelte-spa-router's own type
type Load = () => Promise<{ default: Component<any, any> }>;

const later = (load: Load) => wrap({ asyncComponent: load });

/** The superadmin's screens come with their words. */
const admin = (load: Load) =>
  wrap({
    asyncComponent: async () => {
      const [screen] = await Promise.all([load(), t.loadAdmin()]);
      return screen;
    },
  });

export const routes: RouteDefinition = {
  '/': Events,
  '/events/:slug': Evening,
  '/events/:slug/pictures': later(() => import('./screens/Pictures.svelte')),
  '/events/:slug/rules': later(() => import('./screens/Rules.svelte')),
  '/events/:slug/links': later(() => import('./screens/Links.svelte')),
  '/events/:slug/poster/:link': later(() => import('./screens/PosterScreen.svelte')),
  '/usage': later(() => import('./screens/Usage.svelte')),
  '/changes': later(() => import('./screens/Changes.svelte')),
  '/admin/settings': admin(() => import('./admin/Settings.svelte')),
  '/admin/styles': admin(() => import('./admin/Styles.svelte')),
  '/admin/styles/:key': admin(() => import('./admin/StyleScreen.svelte')),
  '/admin/packages': admin(() => import('./admin/Packages.svelte')),
  '/admin/addons': admin(() => import('./admin/Addons.svelte')),
  '/admin/tenants': admin(() => import('./admin/Tenants.svelte')),
  '/admin/tenants/:id': admin(() => import('./admin/TenantScreen.svelte')),
  '/admin/events': admin(() => import('./admin/AllEvents.svelte')),
  '/admin/events/:id': admin(() => import('./admin/EventScreen.svelte')),
  '/admin/watermark': admin(() => import('./admin/WatermarkScreen.svelte')),
  '/admin/audit': admin(() => import('./admin/Audit.svelte')),
  '*': NotHere,
};
