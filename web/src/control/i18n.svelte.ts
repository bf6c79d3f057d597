// The page's language: what was chosen on this device, else what the browser prefers.
import { pickLanguage, type Language } from '$lib/i18n';
import { formatFor } from './format';
import type { Words } from './i18n/en';
import type { AdminWords } from './i18n/admin.en';

const KEY = 'control.language';

class Texts {
  language = $state<Language>('en');
  #words = $state.raw<Words | null>(null);
  #admin = $state.raw<AdminWords | null>(null);
  readonly f = $derived(formatFor(this.language));

  get w(): Words {
    return this.#words!;
  }

  /** Words of the superadmin's part; loaded with it. */
  get a(): AdminWords {
    return this.#admin!;
  }

  async begin(): Promise<void> {
    const chosen = localStorage.getItem(KEY);
    await this.use(pickLanguage([...(chosen ? [chosen] : []), ...navigator.languages], ['en', 'de']));
  }

  async choose(language: Language): Promise<void> {
    localStorage.setItem(KEY, language);
    await this.use(language);
  }

  async use(language: Language): Promise<void> {
    const [words, admin] = await Promise.all([
      language === 'de'
        ? import('./i18n/de').then((module) => module.de)
        : import('./i18n/en').then((module) => module.en),
      this.#admin ? adminWords(language) : null,
    ]);
    this.#words = words;
    this.#admin = admin;
    this.language = language;
    document.documentElement.lang = language;
  }

  async loadAdmin(): Promise<void> {
    this.#admin ??= await adminWords(this.language);
  }
}

async function adminWords(language: Language): Promise<AdminWords> {
  return language === 'de'
    ? (await import('./i18n/admin.de')).adminDe
    : (await import('./i18n/admin.en')).adminEn;
}

export const t = new Texts();
