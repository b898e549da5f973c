/**
 * Synthetic reads and writes of a drill, at the recovery Region's own name with the drill's Host header. Before anything is written, the
 * answer has to prove that it comes from the restored database: a replica isn't writable, and writes that reached production's tasks
 * would be no rehearsal.
 */
import {minutes} from '../../engine/clock.ts'
import type {Step, StepContext} from '../../engine/step.ts'
import type {DrillInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {Heartbeat, ProbeAnswer, ProbeTarget} from '../ports/api-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {drillHost} from './drill-names.ts'

const asked = 5

export function readsStep(input: DrillInput): Step<RecoveryWorld> {
  const {side, settings} = input
  return lookStep({
    id: 'reads',
    title: 'Synthetic reads answered',
    needs: ['tasks'],
    calls: callsOf(side.region, 'api.ask'),
    deadlineMs: minutes(10),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 10, p90Seconds: 60},
    look: async (world, context) => {
      const beat = heartbeat(await ask(world, input, context, {path: settings.probes.heartbeat}))
      if (beat === null) return later(context, `an answer to ${settings.probes.heartbeat}`)
      if (!beat.writable) return later(context, 'tasks on the restored database: what answers is on a replica')
      const answers = await Promise.all(
        Array.from({length: asked}, () => ask(world, input, context, {path: settings.probes.read})),
      )
      const good = answers.filter((answer) => isFrom(answer, side.region)).length
      if (good < asked) return later(context, `reads: ${good} of ${asked} answered by ${side.region}`)
      return {
        kind: 'done',
        facts: {reads: good, rowsUntil: beat.last?.at ?? null, rows: beat.last?.seq ?? null},
        note: `${good} of ${asked}`,
      }
    },
  })
}

export function writesStep(input: DrillInput): Step<RecoveryWorld> {
  const {side, settings} = input
  return lookStep({
    id: 'writes',
    title: 'Synthetic writes committed',
    needs: ['reads'],
    calls: callsOf(side.region, 'api.ask'),
    deadlineMs: minutes(10),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 10, p90Seconds: 60},
    look: async (world, context) => {
      // Asked again each time: the rule in front may be another one by now.
      const beat = heartbeat(await ask(world, input, context, {path: settings.probes.heartbeat}))
      if (beat?.writable !== true) return later(context, 'the restored database to answer')
      let committed = 0
      for (let n = 0; n < asked; n += 1) {
        const answer = await ask(world, input, context, {path: settings.probes.write, method: 'POST'})
        if (isFrom(answer, side.region)) committed += 1
      }
      if (committed < asked) return later(context, `writes: ${committed} of ${asked} committed`)
      return {kind: 'done', facts: {writes: committed}, note: `${committed} of ${asked}`}
    },
  })
}

function ask(
  world: RecoveryWorld,
  input: DrillInput,
  {signal}: StepContext,
  target: Pick<ProbeTarget, 'path' | 'method'>,
): Promise<ProbeAnswer | null> {
  return world.api.ask({host: regionalName(input.place, input.side.region), hostHeader: drillHost(input), ...target}, signal)
}

const isFrom = (answer: ProbeAnswer | null, region: string): boolean =>
  answer !== null && answer.status >= 200 && answer.status < 300 && answer.region === region

function heartbeat(answer: ProbeAnswer | null): Heartbeat | null {
  if (answer?.status !== 200) return null
  try {
    return JSON.parse(answer.body) as Heartbeat
  } catch {
    return null
  }
}
