// Numbers, money and times, as people of the page's language write them.
export interface Format {
  money(micro: number | null | undefined): string;
  /** All six places, for a title. */
  exactMoney(micro: number): string;
  number(value: number): string;
  percent(share: number): string;
  seconds(ms: number): string;
  time(at: string | number): string;
  moment(at: string | number): string;
  day(at: string): string;
  hour(at: string): string;
  month(month: string): string;
  ago(at: string, now: number): string;
  bytes(size: number): string;
  count(value: number, one: string, other: string): string;
}

const MICRO = 1_000_000;

export function formatFor(language: string): Format {
  const locale = language === 'en' ? 'en-GB' : 'de-DE';
  const usd = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
  });
  const exact = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 6,
    maximumFractionDigits: 6,
  });
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const seconds = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const megabytes = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const hour = new Intl.DateTimeFormat(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  // A month of the API is a month in UTC; another zone would show the one before.
  const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const plural = new Intl.PluralRules(locale);
  return {
    money: (micro) => (micro == null ? '–' : usd.format(micro / MICRO)),
    exactMoney: (micro) => exact.format(micro / MICRO),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    // German narrow is "Sek.", which ends a sentence in the middle and takes two lines as a large figure.
    seconds: (ms) => seconds.format(ms / 1000).replace('Sek.', 's'),
    time: (at) => time.format(new Date(at)),
    moment: (at) => moment.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    hour: (at) => hour.format(new Date(at)),
    month: (value) => month.format(new Date(`${value}-01T00:00:00Z`)),
    bytes: (size) => megabytes.format(size / 1e6),
    ago(at, now) {
      const passed = (new Date(at).getTime() - now) / 1000;
      const [size, unit] =
        Math.abs(passed) < 90
          ? ([1, 'second'] as const)
          : Math.abs(passed) < 5400
            ? ([60, 'minute'] as const)
            : Math.abs(passed) < 129_600
              ? ([3600, 'hour'] as const)
              : ([86_400, 'day'] as const);
      return relative.format(Math.round(passed / size), unit);
    },
    count: (value, one, other) => `${number.format(value)} ${plural.select(value) === 'one' ? one : other}`,
  };
}

/** What somebody types as an amount of dollars, in micro-USD; undefined where it is none. Takes both decimal signs, no groups. */
export function parseMoney(text: string): number | undefined {
  const match = /^\s*\$?\s*(\d{1,9})(?:[.,](\d{1,6}))?\s*\$?\s*$/.exec(text);
  if (!match) return undefined;
  const [, whole, part = ''] = match;
  return Number(whole) * MICRO + Number(part.padEnd(6, '0'));
}

/** An amount as a form shows it: no sign, no groups, as few places as are needed, two at least. */
export function editMoney(micro: number | null | undefined): string {
  if (micro == null) return '';
  const whole = Math.floor(micro / MICRO);
  const part = String(micro % MICRO)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${whole}.${part}`;
}

/** The month in UTC, as the API names it. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

/** The months that can be asked for, the running one first. */
export function monthsBefore(now: Date, many: number): string[] {
  return Array.from({ length: many }, (_, back) =>
    monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))),
  );
}
