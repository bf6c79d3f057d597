import '$lib/ui/tokens.css';
import './first-paint.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { Session, tokenOf } from './session.svelte';

const target = document.getElementById('app');
if (target) {
  const session = new Session(tokenOf(location.pathname));
  // What index.html shows stays until there is something to show instead.
  void session.start();
  const texts = session.ready;
  void texts.then(() => {
    target.replaceChildren();
    mount(App, { target, props: { session } });
    void session.loadLater().then(({ dropStrayTaps, registerWorker }) => {
      dropStrayTaps();
      registerWorker();
    });
  });
}
