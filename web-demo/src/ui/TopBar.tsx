/* The bar at the top: what this is, where its history comes from, the search, and the page's own settings. */
import { useRef } from 'preact/hooks';
import type { Connection } from '../protocol';
import { openFile, openLive, setQuery, setTheme } from '../state/actions';
import { connection, helpOpen, query, queryFault, theme, type Theme } from '../state/store';
import { text } from '../text';
import { AutoIcon, CloseIcon, FileIcon, Mark, MoonIcon, SearchIcon, SunIcon } from './icons';

const NEXT_THEME: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

export function TopBar() {
  return (
    <header class="topbar">
      <div class="brand">
        <Mark />
        <h1>{text.app.name}</h1>
      </div>
      <SourceChip />
      <QueryBox />
      <div class="tools">
        <OpenFile />
        <ThemeSwitch />
        <button
          type="button"
          class="icon-button"
          aria-label={text.app.help}
          title={text.app.help}
          aria-haspopup="dialog"
          onClick={() => (helpOpen.value = true)}
        >
          <span class="glyph" aria-hidden="true">
            ?
          </span>
        </button>
      </div>
    </header>
  );
}

/** What the history is, and which one; the second part gives way where the window is narrow. */
function sourceWords(of: Connection): [string, string] {
  switch (of.state) {
    case 'following':
      return [text.source.live, of.label];
    case 'complete':
      return [text.source.file, of.label];
    case 'loading':
      return [text.source.loading, of.label];
    case 'opening':
      return [text.source.opening, of.label];
    case 'gone':
    case 'signed_out':
      return [text.source.gone, of.label];
    case 'empty':
      return [text.source.none, ''];
  }
}

function SourceChip() {
  const of = connection.value;
  const [kind, name] = sourceWords(of);
  return (
    <div class="source-place">
      <p class={`source source-${of.state}`} title={text.source.title(kind, name)}>
        <span class="source-dot" aria-hidden="true" />
        <span class="source-kind">{kind}</span>
        {name !== '' && <span class="source-name">{name}</span>}
      </p>
      {(of.state === 'complete' || of.state === 'loading') && (
        <button type="button" class="icon-button" aria-label={text.source.close} title={text.source.close} onClick={openLive}>
          <CloseIcon />
        </button>
      )}
    </div>
  );
}

function QueryBox() {
  return (
    <form class="query" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchIcon />
      <input
        id="query"
        type="search"
        value={query.value}
        placeholder={text.query.placeholder}
        aria-label={text.query.label}
        aria-invalid={queryFault.value !== null}
        aria-describedby={queryFault.value === null ? undefined : 'query-fault'}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {query.value === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button
          type="button"
          class="icon-button"
          aria-label={text.query.clear}
          title={text.query.clear}
          onClick={() => setQuery('')}
        >
          <CloseIcon />
        </button>
      )}
      {queryFault.value !== null && (
        <p id="query-fault" class="query-fault" role="status">
          {text.query.fault(queryFault.value)}
        </p>
      )}
    </form>
  );
}

export function OpenFile({ labelled = false }: { labelled?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept=".ndjson,.jsonl,.json,application/x-ndjson,application/json"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) openFile(file);
          event.currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class={labelled ? 'button' : 'icon-button'}
        aria-label={labelled ? undefined : text.app.openFile}
        title={text.app.openFile}
        onClick={() => input.current?.click()}
      >
        <FileIcon />
        {labelled && text.empty.file}
      </button>
    </>
  );
}

function ThemeSwitch() {
  const label = text.app.theme[theme.value];
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => setTheme(NEXT_THEME[theme.peek()])}>
      {theme.value === 'auto' ? <AutoIcon /> : theme.value === 'light' ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
