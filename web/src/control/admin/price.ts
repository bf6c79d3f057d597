export function price(cents: number, currency: string, language: string): string {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(cents / 100);
  } catch {
    // Three letters that are no currency: shown as they are.
    return `${(cents / 100).toFixed(2)} ${currency}`;
  }
}
