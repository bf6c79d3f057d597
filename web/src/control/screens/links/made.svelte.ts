// Links made since the page was opened, with their addresses: for the poster. In memory alone; the API keeps only a hash.
import { SvelteMap } from 'svelte/reactivity';
import type { NewGuestLink } from '../../api/types';

export const made = new SvelteMap<string, NewGuestLink>();
