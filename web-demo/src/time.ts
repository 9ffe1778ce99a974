/*
 * Times for reading. Source times arrive as the event gave them and may be anything; what is no RFC 3339 time is shown
 * as it is. Ages are taken against the page's clock, which the fold never sees.
 */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$/;
const DAY_MS = 86_400_000;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** Unix milliseconds, null when the text is no time. */
export function parsed(at: string): number | null {
  if (!RFC_3339.test(at)) return null;
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? null : ms;
}

/** Age within a day, else day and time. */
export function short(at: string, now_ms: number): string {
  const ms = parsed(at);
  if (ms === null) return at;
  if (Math.abs(now_ms - ms) < DAY_MS) return age(ms, now_ms);
  return day.format(ms);
}

export function long(at: string): string {
  const ms = parsed(at);
  return ms === null ? at : full.format(ms);
}

export function age(ms: number, now_ms: number): string {
  const seconds = Math.round((ms - now_ms) / 1000);
  const far = Math.abs(seconds);
  if (far < 60) return relative.format(seconds, 'second');
  if (far < 3_600) return relative.format(Math.trunc(seconds / 60), 'minute');
  if (far < 86_400) return relative.format(Math.trunc(seconds / 3_600), 'hour');
  return relative.format(Math.trunc(seconds / 86_400), 'day');
}
