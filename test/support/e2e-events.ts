/** What a running release has told of itself so far: its `--events` file, read from outside while it is being written. */
import {readFile} from 'node:fs/promises'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {until} from './e2e-cli.ts'
import type {Running} from './e2e-cli.ts'

/** Complete lines only: the last one may be half written, or its writer may be dead. */
export async function eventsIn(file: string): Promise<readonly Event[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event)
}

/** The first event at or after `from` that fits; null when the process ends without one. */
export function eventOf(
  running: Running,
  file: string,
  what: string,
  fits: (event: Event) => boolean,
  from = 0,
): Promise<Event | null> {
  return until(
    what,
    async () => {
      const over = running.isOver()
      const seen = (await eventsIn(file)).find((event) => event.seq >= from && fits(event))
      if (seen !== undefined) return {seen}
      return over ? {seen: null} : null
    },
    180_000,
  ).then(({seen}) => seen)
}

/** Begun, observed or ended: whatever an event says of this step. */
export const aboutStep =
  (step: string) =>
  (event: Event): boolean =>
    'step' in event.data && event.data.step === step
