/* The bar at the top: what this is, where its history comes from, the search, and the page's own settings. */
import { useRef } from 'preact/hooks';
import { openFile, setQuery, setTheme } from '../state/actions';
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

function SourceChip() {
  const now = connection.value;
  const label =
    now.state === 'following'
      ? text.source.live(now.label)
      : now.state === 'complete'
        ? text.source.file(now.label)
        : now.state === 'loading'
          ? text.source.loading
          : now.state === 'opening'
            ? text.source.opening
            : now.state === 'gone' || now.state === 'signed_out'
              ? text.source.gone
              : text.source.none;
  return (
    <p class={`source source-${now.state}`} title={label}>
      <span class="source-dot" aria-hidden="true" />
      <span class="source-text">{label}</span>
    </p>
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
