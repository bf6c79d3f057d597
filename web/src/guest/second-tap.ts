const DOUBLE_TAP_MS = 500;
const SAME_PLACE_PX = 30;

/** How a page looks to two taps: which element each hit, where and when. */
type Tap = Pick<MouseEvent, 'target' | 'timeStamp' | 'clientX' | 'clientY' | 'detail'>;

/** Whether the first tap took away, or covered with a dialog, what the second one was meant for. */
export function isStray(first: Tap, second: Tap): boolean {
  if (!(first.target instanceof Element && second.target instanceof Element)) return false;
  const again =
    // A key or a script has no place and counts no clicks.
    second.detail > 0 &&
    second.timeStamp - first.timeStamp < DOUBLE_TAP_MS &&
    Math.hypot(second.clientX - first.clientX, second.clientY - first.clientY) < SAME_PLACE_PX;
  const gone = !first.target.isConnected;
  const covered = second.target.closest('dialog') !== first.target.closest('dialog');
  return again && (gone || covered);
}

/**
 * Drops the second half of a double tap where the first half changed the screen: "Make my picture" comes to lie where
 * "Another style" was, and the question before deleting has its "Delete" where a bin may have been.
 */
export function dropStrayTaps(): void {
  let first: Tap | null = null;
  window.addEventListener(
    'click',
    (tap) => {
      if (first && isStray(first, tap)) {
        tap.preventDefault();
        tap.stopPropagation();
      } else first = tap;
    },
    { capture: true },
  );
}
