/**
 * How long the silence of a Region that nobody could fence has lasted, as far as those at work on the run have looked, whoever they were.
 * Where nobody looked for longer than the watch's own bound it may have come back, taken writes and gone again: then only the first
 * silent look behind that gap counts. What was heard is kept in the step's facts (`silence`), so that no resume forgets it.
 */
import type {Event, Json} from '../../engine/event.ts'
import type {StepContext} from '../../engine/step.ts'
import type {Until} from '../measure-loss.ts'
import {freshMs} from '../watch.ts'
import {untilSeen} from './old-region.ts'
import type {Found, OldRegion} from './old-region.ts'

/** Nobody was at work on the run between these; epoch ms. */
export interface Gap {
  readonly from: number
  readonly to: number
}

export interface Seen {
  /** null: everybody at work on the run has only ever found it silent, and somebody always was. */
  readonly until: Until | null
  /** When the run last knew it alive: a watch that knows of an earlier silence is wrong. */
  readonly heardAt: number | null
  readonly gap: Gap | null
}

interface Kept {
  /** End of what it may have taken, as far as the run knows; null: it is heard, or nobody has seen that end yet. */
  readonly from: number | null
  readonly heardAt: number | null
  readonly gap: Gap | null
}

/** Of step `step`, which looks; `old` is what this process has seen. */
export async function silenceSeen(
  step: string,
  found: Found,
  areRowsMoving: boolean,
  old: OldRegion,
  context: StepContext,
): Promise<Seen> {
  if (found === 'fenced') return {until: null, heardAt: null, gap: null}
  const {now} = context
  const kept = (context.own['silence'] ?? null) as Kept | null
  const mine = untilSeen(found, areRowsMoving, old, now)
  // A row that is seen for the first time may have come long ago: it is no sign of life before another one follows.
  const isSure = mine?.how !== 'still-writing' || old.hasMoved
  const isAlive = found === 'answers' || found === 'returns' || mine?.how === 'still-writing'
  const next = mine === null ? quiet(kept, old, context) : isSure ? heard(kept, isAlive ? null : mine.at, now) : kept
  if (next !== kept && next !== null) await context.write('step-observed', {step, facts: {silence: next as unknown as Json}})
  const {from = null, heardAt = null, gap = null} = next ?? {}
  if (mine !== null) return {until: mine, heardAt: mine.at, gap: null}
  return {until: from === null ? null : {at: from, how: 'declared'}, heardAt, gap}
}

/** This process has heard it: that is kept once, and when it ended. */
function heard(kept: Kept | null, endedAt: number | null, now: number): Kept | null {
  if (endedAt === null)
    return kept !== null && kept.heardAt !== null && kept.from === null ? kept : {from: null, heardAt: now, gap: null}
  return kept?.from === endedAt ? kept : {from: endedAt, heardAt: endedAt, gap: null}
}

/** This process has only ever found it silent: that holds from where the run last knew otherwise, or from where somebody looked again. */
function quiet(kept: Kept | null, old: OldRegion, {now, events}: StepContext): Kept | null {
  const gap = old.gap ?? lastGap(events)
  const isCovered = gap === null || (kept !== null && kept.from !== null && kept.from >= gap.to)
  const endUnseen = kept !== null && kept.from === null
  if (isCovered && !endUnseen) return kept
  return {from: now, heardAt: kept?.heardAt ?? null, gap: isCovered ? null : gap}
}

/** The newest time since the Region was declared lost in which nobody ticked this run for longer than silence may go unwatched. */
export function lastGap(events: readonly Event[]): Gap | null {
  let last: number | null = null
  let gap: Gap | null = null
  for (const event of events) {
    if (isFromOutside(event)) continue
    if (last !== null && event.kind === 'lease-taken' && event.at - last > freshMs) gap = {from: last, to: event.at}
    if (last !== null || (event.kind === 'step-ended' && event.data.step === 'declare')) last = event.at
  }
  return gap
}

/** Written before anybody ticks again: a person's wish, and that somebody else's lease ran out. */
const isFromOutside = (event: Event): boolean =>
  event.kind === 'lease-lost' || (event.kind === 'asked' && event.data.by !== 'sluice')
