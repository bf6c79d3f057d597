// Where a watermark sits: the same arithmetic as `place` in shared/media/src/watermark.rs, so that the preview does not lie.
export interface Mark {
  position: 'bottom_right' | 'bottom_left' | 'top_right' | 'top_left' | 'center';
  scale: number;
  padding: number;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pixels that a mark's longer side has at least, so that its letters can be read. */
const LEGIBLE = 48;

export function place(
  width: number,
  height: number,
  mark: Mark,
  size: { width: number; height: number },
): Rectangle {
  const part = (share: number, low: number, high: number): number =>
    Math.round(Math.min(Math.max(share, low), high) * width);
  const padding = part(mark.padding, 0, 0.2);
  const most = (side: number): number =>
    Math.max(Math.floor((side * 2) / 3), Math.max(side - 2 * padding, 0), 1);
  const scaled = (side: number, by: number, of: number): number =>
    Math.max(Math.floor((side * by) / Math.max(of, 1)), 1);

  const legible = Math.min(
    scaled(LEGIBLE, size.width, Math.max(size.width, size.height)),
    Math.floor((width * 2) / 3),
  );
  const wanted = Math.min(Math.max(part(mark.scale, 0.05, 0.5), legible, 1), most(width));
  const tall = scaled(size.height, wanted, size.width);
  const [w, h] =
    tall <= most(height)
      ? [wanted, tall]
      : [Math.min(scaled(size.width, most(height), size.height), wanted), most(height)];

  const paddingX = Math.min(padding, Math.floor((width - w) / 2));
  const paddingY = Math.min(padding, Math.floor((height - h) / 2));
  const right = width - paddingX - w;
  const bottom = height - paddingY - h;
  const [x, y] = {
    bottom_right: [right, bottom],
    bottom_left: [paddingX, bottom],
    top_right: [right, paddingY],
    top_left: [paddingX, paddingY],
    center: [Math.floor((width - w) / 2), Math.floor((height - h) / 2)],
  }[mark.position] as [number, number];
  return { x, y, width: w, height: h };
}
