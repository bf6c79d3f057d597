/** The shell works without network on the second visit. Without service workers (in-app browsers) nothing is missing but that. */
export function registerWorker(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  const register = () => {
    try {
      const script = '/sw.js';
      const policy = window.trustedTypes?.createPolicy('magic-edits-worker', {
        createScriptURL: () => script,
      });
      void navigator.serviceWorker
        .register((policy?.createScriptURL(script) ?? script) as string, { scope: '/e/' })
        .catch(() => undefined);
    } catch {
      // A browser that refuses goes without.
    }
  };
  if (document.readyState === 'complete') register();
  else window.addEventListener('load', register, { once: true });
}

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ): { createScriptURL(url: string): unknown };
    };
  }
}
