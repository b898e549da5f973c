/**
 * `kill -9` of real processes at drawn moments, and the list of those that struck. The list is printed with its seed, and
 * SLUICE_KILL_SEED repeats the draw (moments are real, so they differ by milliseconds). A test that kills says how many struck at least:
 * processes that were all quicker than their killer would prove nothing.
 */
import {setTimeout as pause} from 'node:timers/promises'
import {expect} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {Running} from './e2e-cli.ts'
import {dice} from './e2e-dice.ts'
import type {Dice} from './e2e-dice.ts'
import {eventsIn} from './e2e-events.ts'

export interface Victim {
  readonly running: Running
  /** Its `--events` file. */
  readonly events: string
}

export interface Kills {
  readonly seed: number
  readonly drawn: Dice
  /** Strikes real milliseconds from now; `said` describes it by the last event that was written. False: it had ended by itself. */
  strike(victim: Victim, delayMs: number, said: (last: Event | undefined) => string): Promise<boolean>
  /** To be called when all is over. */
  print(): void
  /** Fails where fewer struck. */
  wereAtLeast(count: number, about?: string): void
}

export function seededKills(): Kills {
  const seed = Number(process.env['SLUICE_KILL_SEED'] ?? 1)
  const struck: string[] = []
  return {
    seed,
    drawn: dice(seed),
    async strike({running, events}, delayMs, said) {
      await pause(delayMs)
      running.signal('SIGKILL')
      const {signal} = await running.ended
      if (signal !== 'SIGKILL') return false
      struck.push(said((await eventsIn(events)).at(-1)))
      return true
    },
    print() {
      process.stdout.write(`SLUICE_KILL_SEED=${seed}: ${struck.length} kills\n${struck.map((kill) => `  ${kill}\n`).join('')}`)
    },
    wereAtLeast(count, about) {
      expect(struck.length, about).toBeGreaterThanOrEqual(count)
    },
  }
}

/** `after event 12 step-started` */
export const after = (last: Event | undefined): string => `after event ${last?.seq ?? '?'} ${last?.kind ?? ''}`
