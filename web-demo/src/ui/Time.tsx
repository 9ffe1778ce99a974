/* A source time: age or date for reading, the whole time on hover, the text as given for machines. */
import { now } from '../state/store';
import { long, parsed, short } from '../time';

export function Time({ at }: { at: string }) {
  if (parsed(at) === null) return <span class="time">{at}</span>;
  return (
    <time class="time" dateTime={at} title={long(at)}>
      {short(at, now.value)}
    </time>
  );
}

/** The whole time. */
export function FullTime({ at }: { at: string }) {
  if (parsed(at) === null) return <span class="time">{at}</span>;
  return (
    <time class="time" dateTime={at} title={at}>
      {long(at)}
    </time>
  );
}
