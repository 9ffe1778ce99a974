/* The few icons that are not statuses, drawn on a 16-pixel grid and inlined. All are decoration: buttons carry text. */
import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.5 10.5 3.5 3.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m3.5 3.5 9 9m0-9-9 9" />
  </Icon>
);
export const FileIcon = () => (
  <Icon>
    <path d="M9 1.8H4.2a1 1 0 0 0-1 1v10.4a1 1 0 0 0 1 1h7.6a1 1 0 0 0 1-1V5.6zM9 1.8v3.8h3.8" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="8" height="8.7" rx="1.2" />
    <path d="M10.5 5.5V3a1.2 1.2 0 0 0-1.2-1.2H3.7A1.2 1.2 0 0 0 2.5 3v6.3a1.2 1.2 0 0 0 1.2 1.2h1.8" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon>
    <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.9-.9" />
  </Icon>
);
export const ExternalIcon = () => (
  <Icon>
    <path d="M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13 3 7.5 8.5" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path d="m6 3.5 4.5 4.5L6 12.5" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M8 2v8m-3.2-3L8 10.2 11.2 7M2.5 13.5h11" />
  </Icon>
);
export const StepBackIcon = () => (
  <Icon>
    <path d="M10.5 3 5.5 8l5 5" />
  </Icon>
);
export const StepForwardIcon = () => (
  <Icon>
    <path d="m5.5 3 5 5-5 5" />
  </Icon>
);
export const PreviousFailureIcon = () => (
  <Icon>
    <path d="M13.5 3.5 9 8l4.5 4.5" />
    <path class="bad-mark" d="m2 5.6 4.4 4.8m0-4.8L2 10.4" />
  </Icon>
);
export const NextFailureIcon = () => (
  <Icon>
    <path d="M2.5 3.5 7 8l-4.5 4.5" />
    <path class="bad-mark" d="m9.6 5.6 4.4 4.8m0-4.8-4.4 4.8" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon>
    <path d="M5.5 3.5v9M10.5 3.5v9" />
  </Icon>
);
export const LiveIcon = () => (
  <Icon>
    <path d="M3 3.5 9 8l-6 4.5zM12.5 3.5v9" />
  </Icon>
);
export const MomentIcon = () => (
  <Icon>
    <path d="M2.3 8a5.7 5.7 0 1 0 1.9-4.2L2.3 5.6m0-3.2v3.2h3.2M8 5v3.2l2.2 1.3" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1.2v1.6m0 10.4v1.6M1.2 8h1.6m10.4 0h1.6M3.2 3.2l1.1 1.1m7.4 7.4 1.1 1.1m0-9.6-1.1 1.1m-7.4 7.4-1.1 1.1" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z" />
  </Icon>
);
export const AutoIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.8" />
    <path class="icon-fill" d="M8 2.2a5.8 5.8 0 0 1 0 11.6z" />
  </Icon>
);
export const CardsIcon = () => (
  <Icon>
    <path d="M2.5 2.5h4.3v4.3H2.5zm6.7 0h4.3v4.3H9.2zM2.5 9.2h4.3v4.3H2.5zm6.7 0h4.3v4.3H9.2z" />
  </Icon>
);
export const ListIcon = () => (
  <Icon>
    <path d="M2.5 4h11m-11 4h11m-11 4h11" />
  </Icon>
);
export const FunnelIcon = () => (
  <Icon>
    <path d="M2 3h12L9.5 8.5v4L6.5 14V8.5z" />
  </Icon>
);

/** The product's mark: lines of a log that fold into one checked state. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect class="mark-ground" width="32" height="32" rx="7" />
    <path class="mark-lines" d="M8 9.5h16M8 16h11M8 22.5h6" />
    <path class="mark-check" d="m19 22.5 2.6 2.6L26 19.6" />
  </svg>
);
