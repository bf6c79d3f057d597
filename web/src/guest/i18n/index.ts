import type { Language } from '$lib/i18n';
import type { Texts } from './en';

const loaders: Record<Language, () => Promise<Texts>> = {
  de: async () => (await import('./de')).de,
  en: async () => (await import('./en')).en,
};

/** A dictionary by language. Each is a file of its own: a phone loads the one that it reads. */
export const loadTexts = (language: Language): Promise<Texts> => loaders[language]();
