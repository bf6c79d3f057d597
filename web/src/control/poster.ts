// The QR code of a guest link and the poster around it, as SVG text: for the screen, the printer and a file.
import { correction, generate } from 'lean-qr';

export const PAPERS = { a4: { width: 210, height: 297 }, a5: { width: 148, height: 210 } } as const;
export type Paper = keyof typeof PAPERS;

export interface Code {
  /** Modules on a side, without the quiet zone. */
  size: number;
  /** One SVG path over all dark modules. */
  path: string;
}

/** Correction Q: a fold or a stain in the middle of a poster must not matter. */
export function codeOf(text: string): Code {
  const code = generate(text, { minCorrectionLevel: correction.Q });
  let path = '';
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue;
      let end = x;
      while (end < code.size && code.get(end, y)) end++;
      path += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return { size: code.size, path };
}

const QUIET = 4;

export function codeSvg(text: string): string {
  const { size, path } = codeOf(text);
  const side = size + 2 * QUIET;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}h-${side}z"/><path fill="#000" transform="translate(${QUIET} ${QUIET})" d="${path}"/></svg>`;
}

export interface Poster {
  url: string;
  event: string;
  heading: string;
  steps: string;
  ai: string;
  accent: string;
}

/** Text in SVG does not wrap by itself; a line holds what fits by the average width of a letter. */
export function wrap(text: string, perLine: number): string[] {
  const all: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = all.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= perLine)
      all[all.length - 1] = `${last} ${word}`;
    else all.push(word);
  }
  return all;
}

/** As few lines as `wrap` needs, and of about the same length: no single word stands alone at the end. */
function balanced(text: string, perLine: number): string[] {
  let best = wrap(text, perLine);
  for (let width = perLine - 1; width > 0; width--) {
    const narrower = wrap(text, width);
    if (narrower.length > best.length || narrower.some((line) => line.length > perLine)) break;
    best = narrower;
  }
  return best;
}

/** An address that is too long for its line breaks before its token. */
function lines(address: string, perLine: number): string[] {
  const token = address.lastIndexOf('/') + 1;
  return address.length > perLine ? [address.slice(0, token), address.slice(token)] : [address];
}

export function posterSvg(poster: Poster, paper: Paper): string {
  const { width, height } = PAPERS[paper];
  const code = codeOf(poster.url);
  const unit = width / 210;
  const middle = width / 2;
  const font = `font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" text-anchor="middle"`;
  const text = (content: string[], y: number, size: number, step: number, more: string): string =>
    content
      .map(
        (line, index) =>
          `<text x="${middle}" y="${y + index * step}" font-size="${size}" ${font} ${more}>${escape(line)}</text>`,
      )
      .join('');
  const event = balanced(poster.event, 26);
  const heading = balanced(poster.heading, 22);
  const steps = balanced(poster.steps, 44);
  const address = lines(poster.url.replace(/^https?:\/\//, ''), 56);
  const top = 30 * unit;
  const headingTop = top + event.length * 9 * unit + 12 * unit;
  const codeTop = headingTop + (heading.length - 1) * 15 * unit + 6 * unit;
  // The code is as large as the words around it leave room for, and all of it stays on the paper.
  const addressTop = height - (18 + address.length * 6) * unit;
  const room = addressTop - (steps.length * 9 + 15) * unit - codeTop;
  const side = Math.min(152 * unit, room);
  const left = (width - side) / 2;
  const below = codeTop + side + 9 * unit + (room - side) / 3;
  const scale = side / (code.size + 2 * QUIET);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">`,
    `<path fill="#fff" d="M0 0h${width}v${height}h-${width}z"/>`,
    `<path fill="${escape(poster.accent)}" d="M0 0h${width}v${7 * unit}h-${width}z"/>`,
    text(event, top, 7.5 * unit, 9 * unit, `fill="#555" letter-spacing="0.3"`),
    text(heading, headingTop, 13 * unit, 15 * unit, `fill="#111" font-weight="700"`),
    `<g transform="translate(${left} ${codeTop}) scale(${scale}) translate(${QUIET} ${QUIET})" shape-rendering="crispEdges"><path fill="#000" d="${code.path}"/></g>`,
    text(steps, below, 6.2 * unit, 9 * unit, `fill="#333"`),
    text(address, addressTop, 4.4 * unit, 6 * unit, `fill="#333"`),
    text([poster.ai], height - 9 * unit, 3.6 * unit, 5 * unit, `fill="#666"`),
    `</svg>`,
  ].join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
