/** What the first view does not need, in a file of its own. It is loaded as soon as the first view stands. */
export { fit, PhotoError, shrink } from '$lib/photo/shrink';
export { Job } from '../job.svelte';
export { applyAccent } from '$lib/ui/accent';
export { dropStrayTaps } from '../second-tap';
export { registerWorker } from '../worker';
export { default as Closed } from './Closed.svelte';
export { default as Gallery } from './Gallery.svelte';
export { default as Picture } from './Picture.svelte';
export { default as Pictures } from './Pictures.svelte';
export { default as Styles } from './Styles.svelte';
