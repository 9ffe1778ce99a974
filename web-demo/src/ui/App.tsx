/* The page as a whole: bar, list, open job, scrubber, and the places where things are announced or dropped. */
import { useSignal } from '@preact/signals';
import { openFile } from '../state/actions';
import { announcement } from '../state/announce';
import { past, resultCount, selected } from '../state/store';
import { text } from '../text';
import { Detail } from './Detail';
import { Filters } from './Filters';
import { Help } from './Help';
import { Jobs } from './Jobs';
import { Scrubber } from './Scrubber';
import { Banners, Instead, Progress } from './States';
import { TopBar } from './TopBar';

export function App() {
  const dropping = useSignal(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  return (
    <div
      class={`app${past.value ? ' app-past' : ''}${selected.value === null ? '' : ' app-detail'}`}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        dropping.value = true;
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) dropping.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        dropping.value = false;
        const file = event.dataTransfer?.files[0];
        if (file) openFile(file);
      }}
    >
      <a class="skip" href="#jobs">
        {text.app.skip}
      </a>
      <TopBar />
      <Banners />
      <main id="jobs" class="work" tabIndex={-1}>
        <div class="list">
          <Filters />
          <Progress />
          {resultCount.value === 0 && <Instead />}
          <Jobs />
        </div>
        <Detail />
      </main>
      <Scrubber />
      <Help />
      <div class="sr-only" role="status" aria-live="polite">
        {announcement.value}
      </div>
      {dropping.value && (
        <div class="drop" aria-hidden="true">
          <p>{text.app.dropHere}</p>
        </div>
      )}
    </div>
  );
}
