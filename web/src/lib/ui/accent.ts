/** The event's accent colour, made readable: the organiser picks a hue, WCAG decides how light it may be. */

type Rgb = [number, number, number];

const PAPER: Rgb = [251, 250, 248];
const PAPER_DARK: Rgb = [19, 18, 21];
const INK: Rgb = [23, 20, 28];
const WHITE: Rgb = [255, 255, 255];
/** WCAG asks for 4.5; the wash behind selected tiles takes a little of it. */
const CONTRAST = 5;

export function parseHex(colour: string): Rgb | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return hex ? ([1, 2, 3].map((i) => parseInt(hex[i] ?? '', 16)) as Rgb) : null;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Mixes the colour towards `end` until it stands out from `ground`. */
function readable(colour: Rgb, end: Rgb, ground: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = colour.map((part, i) => Math.round(part + ((end[i] ?? 0) - part) * share)) as Rgb;
    if (contrast(mixed, ground) >= CONTRAST) return mixed;
  }
  return end;
}

const css = (colour: Rgb) => `rgb(${colour.join(' ')})`;
const textOn = (colour: Rgb) => (contrast(WHITE, colour) >= contrast(INK, colour) ? WHITE : INK);

/** The custom properties of tokens.css for an accent; none for what is not `#rrggbb`. */
export function accentProperties(colour: string): Record<string, string> {
  const rgb = parseHex(colour);
  if (!rgb) return {};
  const light = readable(rgb, INK, PAPER);
  const dark = readable(rgb, WHITE, PAPER_DARK);
  return {
    '--event-accent-light': css(light),
    '--event-accent-dark': css(dark),
    '--event-on-accent-light': css(textOn(light)),
    '--event-on-accent-dark': css(textOn(dark)),
  };
}

export function applyAccent(colour: string | null | undefined, element = document.documentElement): void {
  for (const [name, value] of Object.entries(accentProperties(colour ?? '')))
    element.style.setProperty(name, value);
}
