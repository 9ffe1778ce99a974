/* Keys, marks, and how to check what is shown. A modal dialog: the browser keeps the focus in it and gives it back. */
import { useEffect, useRef } from 'preact/hooks';
import { setSingleKeys } from '../state/actions';
import { helpOpen, singleKeys } from '../state/store';
import { text } from '../text';
import { CloseIcon } from './icons';
import { Command } from './States';
import { Status } from './status';

const STATUSES = ['scheduled', 'queued', 'running', 'succeeded', 'failed', 'waiting_approval', 'dlq', 'canceled', 'unknown'];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <div class="help-head">
        <h2 id="help-title">{text.help.title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={text.help.close}
          title={text.help.close}
          onClick={() => (helpOpen.value = false)}
        >
          <CloseIcon />
        </button>
      </div>
      <dl class="keys">
        {text.help.keys.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={singleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
        {text.help.single}
      </label>
      <h3>{text.help.marks}</h3>
      <div class="legend">
        {STATUSES.map((status) => (
          <Status key={status} status={status} />
        ))}
      </div>
      <p class="quiet">{text.help.lanes}</p>
      <p class="quiet">{text.help.about}</p>
      <Command line={text.help.command} />
    </dialog>
  );
}
