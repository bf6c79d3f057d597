// Pictures for the fake bucket: the photo and the edit of the README, tinted, so that no two tiles look alike.
import { readFileSync } from 'node:fs';

const file = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}.jpg`, import.meta.url)).toString('base64');
const photos = { before: file('before'), after: file('after') };

const TINTS = [
  '1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0',
  '.9 .3 .1 0 0 .2 .8 .1 0 0 .1 .2 .5 0 .1 0 0 0 1 0',
  '.33 .33 .33 0 0 .33 .33 .33 0 0 .33 .33 .33 0 0 0 0 0 1 0',
  '.6 .2 .4 0 0 .1 .7 .5 0 0 .2 .3 .9 0 0 0 0 0 1 0',
  '1.1 .1 0 0 0 .3 .7 .1 0 .02 .3 .1 .3 0 .05 0 0 0 1 0',
  '.3 .5 .2 0 0 .2 .9 .2 0 0 .3 .6 .7 0 .1 0 0 0 1 0',
];

export function picture(kind: 'before' | 'after', tint: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500" width="400" height="500"><filter id="t" color-interpolation-filters="sRGB"><feColorMatrix values="${TINTS[tint % TINTS.length]}"/></filter><image href="data:image/jpeg;base64,${photos[kind]}" width="400" height="500" preserveAspectRatio="xMidYMid slice" filter="url(#t)"/></svg>`;
}
