// The time of day, ticking once a second while the page is visible: for "as of" lines that turn grey by themselves.
import { createSubscriber } from 'svelte/reactivity';

const ticks = createSubscriber((update) => {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') update();
  }, 1000);
  document.addEventListener('visibilitychange', update);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', update);
  };
});

export function now(): number {
  ticks();
  return Date.now();
}
