/** What both pages need of languages: which one, its plurals, its numbers and times. Texts belong to each page. */

export const LANGUAGES = ['de', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export const isLanguage = (value: unknown): value is Language => LANGUAGES.includes(value as Language);

/** The first of the wanted languages that is offered, `de-AT` counting as `de`; else the first that is offered. */
export function pickLanguage(wanted: readonly string[], offered: readonly string[] = LANGUAGES): Language {
  const known = offered.filter(isLanguage);
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0];
    const found = known.find((candidate) => candidate === language);
    if (found) return found;
  }
  return known[0] ?? 'en';
}

/** "1 picture", "2 pictures": the form by the language's own rule. */
export function pluralOf(language: Language, count: number, forms: { one: string; other: string }): string {
  const form = new Intl.PluralRules(language).select(count) === 'one' ? forms.one : forms.other;
  return form.replace('#', new Intl.NumberFormat(language).format(count));
}

export const timeOf = (language: Language, at: Date) =>
  new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at);

export const dateOf = (language: Language, at: Date) =>
  new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
  }).format(at);
