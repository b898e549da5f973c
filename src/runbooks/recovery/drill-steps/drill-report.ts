/** What a drill has measured, gathered from its own journal: times per step, the age of what was restored, what was asked and left. Pure. */
import {minutes} from '../../engine/clock.ts'
import type {Event, Facts} from '../../engine/event.ts'
import type {Step} from '../../engine/step.ts'
import type {DrillInput} from '../input.ts'
import {lookStep} from '../look-step.ts'
import {drillHosts} from './drill-names.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'

export function drillReportStep(input: DrillInput): Step<RecoveryWorld> {
  return lookStep({
    id: 'report',
    title: 'Report',
    needs: ['residue', 'untouched'],
    calls: [],
    deadlineMs: minutes(5),
    atDeadline: 'roll-back',
    look: (_world, context) =>
      Promise.resolve({
        kind: 'done',
        facts: {
          drill: input.name,
          // A restore is measured, not a promotion: an unplanned failover promotes the replica, which is quicker and loses less.
          measured: 'restore',
          rtoSeconds: secondsUntil(context.events, 'writes'),
          rpoSeconds: context.facts('recovery-point')['ageSeconds'] ?? null,
          restoreSeconds: context.facts('database')['restoreSeconds'] ?? null,
          hostSeconds: drillHosts(input) > 0 ? (context.facts('hosts')['hostSeconds'] ?? null) : null,
          steps: stepSeconds(context.events),
          reads: context.facts('reads')['reads'] ?? 0,
          writes: context.facts('writes')['writes'] ?? 0,
          untouched: true,
          residue: context.facts('residue')['residue'] ?? null,
          withoutPrimary: input.withoutPrimary,
          roles: input.roles,
        },
      }),
  })
}

/** From the run's first event to the end of a step; null: it hasn't ended. */
function secondsUntil(events: readonly Event[], step: string): number | null {
  const end = events.find((event) => event.kind === 'step-ended' && event.data.step === step)
  const [first] = events
  return end === undefined || first === undefined ? null : (end.at - first.at) / 1000
}

/** Start to end of each step that has ended. */
function stepSeconds(events: readonly Event[]): Facts {
  const began = new Map<string, number>()
  const took: Record<string, number> = {}
  for (const event of events) {
    if (event.kind === 'step-started' && !began.has(event.data.step)) began.set(event.data.step, event.at)
    if (event.kind === 'step-ended') took[event.data.step] = (event.at - (began.get(event.data.step) ?? event.at)) / 1000
  }
  return took
}
