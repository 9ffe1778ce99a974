/* Starts the page: settings, address, keyboard, clock, and then what the address asks for. */
import { render } from 'preact';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/jobs.css';
import './style/detail.css';
import './style/scrubber.css';
import './style/states.css';
import { goToAddress, recallSettings, retryNow } from './state/actions';
import { announceArrivals, announceResults } from './state/announce';
import { connection, now } from './state/store';
import { keepAddress } from './state/url';
import { App } from './ui/App';
import { listen } from './ui/keys';

const TICK_MS = 1_000;
/** Ages move on every so many ticks; only a countdown needs each. */
const TICKS_PER_AGE = 10;

recallSettings();
goToAddress(true);
keepAddress();
announceArrivals();
announceResults();
listen();
window.addEventListener('popstate', () => goToAddress(false));

// A one-time link opened in another tab signs this one in too.
window.addEventListener('focus', () => {
  if (connection.peek().state === 'signed_out') retryNow();
});

let ticks = 0;
setInterval(() => {
  ticks += 1;
  if (ticks % TICKS_PER_AGE === 0 || connection.peek().state === 'gone') now.value = Date.now();
}, TICK_MS);

render(<App />, document.getElementById('app')!);
