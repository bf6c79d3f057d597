import { mount } from 'svelte';
import '$lib/ui/tokens.css';
import './control.css';
import App from './App.svelte';
import { session } from './auth/session.svelte';
import { t } from './i18n.svelte';

await t.begin();
const target = document.getElementById('app')!;
target.replaceChildren();
mount(App, { target });
void session.begin();
