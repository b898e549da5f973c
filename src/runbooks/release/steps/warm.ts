/**
 * After a promotion: the old slot stays warm while the new stable is watched. There is no control any more, so minute i after
 * the write is paired with the i-th minute before it, counting back. A fail can't be told from an incident: it alerts and
 * stops the scale-down, and flips back only where the configuration says so.
 */
import {minutes} from '../../engine/clock.ts'
import type {EventOf} from '../../engine/event.ts'
import type {Step, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import {look} from '../look.ts'
import {minuteCeil, minuteFloor, minuteMs, nextSettledAt, settledUntil} from '../measure.ts'
import type {CountedMinute, ReleaseWorld} from '../ports.ts'
import {resumedAt} from '../weight-since.ts'
import {lateSwitchMs} from './finish-previous.ts'

export function warm(input: ReleaseInput): Step<ReleaseWorld> {
  return {
    id: 'warm',
    title: `old version kept warm in slot ${input.stableSlot}`,
    needs: [],
    calls: call(input, 'cloudwatch:GetMetricData'),
    deadlineMs: input.config.warmMs + minutes(60),
    atDeadline: 'pause',
    observe: async (world, context) =>
      warmLeft(world, input, context) === 0 ? {kind: 'done', note: 'the warm window is over'} : {kind: 'not-done'},
    start: async () => undefined,
    poll: async (world, context) => {
      const seen = await pairedAcrossPromotion(world, input, context)
      const verdict =
        seen.length === 0
          ? null
          : look({
              gates: input.config.gates,
              history: [],
              minutes: seen,
              canary: canarySlot(input),
              stable: input.stableSlot,
              stepFrom: 0,
            })
      // Somebody has seen the alert and let the run go on: the window only has to pass.
      if (verdict?.verdict === 'fail' && !wasSeen(context)) {
        const because = `after the promotion the new stable is worse than before it (${verdict.reason}); this may be an incident`
        return {
          kind: 'failed',
          because,
          then: input.config.afterPromotion === 'roll-back' ? 'roll-back' : 'pause',
          cause: 'verdict',
        }
      }
      const left = warmLeft(world, input, context)
      if (left === 0) return {kind: 'done', note: `watched for ${seen.length} min`}
      const now = world.awsTime()
      return {
        kind: 'pending',
        waitsFor: 'the warm window to pass',
        lookAgainAt: context.now + Math.min(left, nextSettledAt(now) - now),
      }
    },
  }
}

function wasSeen(context: StepContext): boolean {
  const alert = context.events.find(
    (event) => event.kind === 'asked' && event.data.by === 'sluice' && event.at > promotedAt(context),
  )
  return alert !== undefined && resumedAt(context.events) >= alert.at
}

/** The window counts from the promotion, and never ends before a late switch (by AWS's time) could still want the old slot. */
function warmLeft(world: ReleaseWorld, input: ReleaseInput, context: StepContext): number {
  const disarmed = context.events.findLast((event): event is EventOf<'disarmed'> => event.kind === 'disarmed')
  const ofSwitch = disarmed === undefined ? lateSwitchMs : disarmed.data.at + lateSwitchMs - world.awsTime()
  return Math.max(0, promotedAt(context) + input.config.warmMs - context.now, ofSwitch)
}

const promotedAt = (context: StepContext): number =>
  context.events.findLast((event) => event.kind === 'rule-written' && event.data.phase === 'read-back')?.at ?? context.startedAt

async function pairedAcrossPromotion(
  world: ReleaseWorld,
  input: ReleaseInput,
  context: StepContext,
): Promise<readonly CountedMinute[]> {
  const asked =
    context.events.findLast((event) => event.kind === 'rule-written' && event.data.phase === 'asked')?.at ?? promotedAt(context)
  const before = minuteFloor(asked)
  const after = minuteCeil(promotedAt(context))
  const until = settledUntil(world.awsTime())
  const length = Math.floor((until - after) / minuteMs)
  if (length <= 0) return []
  const counted = await world.metrics.counts(before - length * minuteMs, until, context.signal)
  const at = new Map(counted.map((minute) => [minute.at, minute]))
  return Array.from(
    {length},
    (_, index) => [at.get(after + index * minuteMs), at.get(before - (index + 1) * minuteMs)] as const,
  ).flatMap(([now, then]) => {
    if (now === undefined || then === undefined) return []
    const {stableSlot} = input
    return [{...now, [stableSlot]: then[stableSlot], custom: pairedCustom(now, then, input)}]
  })
}

function pairedCustom(now: CountedMinute, then: CountedMinute, input: ReleaseInput): CountedMinute['custom'] {
  return Object.fromEntries(
    Object.entries(now.custom).map(([gate, pair]) => {
      const stable = then.custom[gate]?.[input.stableSlot] ?? [null, null]
      return [gate, {...pair, [input.stableSlot]: stable}]
    }),
  )
}
