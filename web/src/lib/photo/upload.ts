/** One PUT to the bucket, with progress. XMLHttpRequest, because fetch cannot tell how much has gone. */

export interface UploadTarget {
  method: string;
  url: string;
  headers: Record<string, string>;
}

export type UploadOutcome = 'done' | 'expired' | 'interrupted';

/** A connection that moves nothing for so long is dead; phones report it much later or never. */
const STALL_MS = 30_000;

export function upload(
  target: UploadTarget,
  body: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stalled: ReturnType<typeof setTimeout>;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALL_MS);
    };
    const finish = (outcome: UploadOutcome) => {
      clearTimeout(stalled);
      resolve(outcome);
    };
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) finish('done');
      // The bucket refuses an address whose time is over, and nothing else that this page sends.
      else finish(request.status >= 400 && request.status < 500 ? 'expired' : 'interrupted');
    };
    request.onerror = request.onabort = request.ontimeout = () => finish('interrupted');
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) {
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    }
    watch();
    request.send(body);
  });
}
