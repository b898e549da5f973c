/** The steps that come with the tool for runbooks of the team's own: `config/runbook-uses.ts` says what each is told, here is what it does. */
import type {Doing, Value} from '../../config/runbook.ts'
import {isBuiltIn} from '../../config/runbook-uses.ts'
import type {BuiltInName} from '../../config/runbook-uses.ts'
import {parseInterval} from '../../config/units.ts'
import {filled, filledByPlace} from './filled.ts'
import {refused} from './own-step.ts'
import type {Doer, Ground} from './own-step.ts'
import {heartbeatDoer, servingDoer, warmDoer, writeDoer} from './uses-api.ts'
import {recoveryPointDoer, replicaDoer} from './uses-database.ts'
import {hostsDoer} from './uses-hosts.ts'
import {switchDoer} from './uses-switch.ts'

/** What a built-in step was told, with the place filled in. */
export interface Told extends Ground {
  /** Region of `with`, or the runbook's. */
  readonly region: string
  readonly with: Readonly<Record<string, Value>>
}

export function usesStep({uses, with: said}: Extract<Doing, {kind: 'uses'}>, ground: Ground): Doer {
  if (!isBuiltIn(uses)) throw new Error(`no built-in step ${uses}: loading should have said so`)
  const given = filledByPlace(said, ground.place)
  const region = typeof given['region'] === 'string' ? given['region'] : filledByPlace(ground.region, ground.place)
  const make = makers[uses]
  const doer = make({...ground, region, with: given})
  // What refers to facts is only known when the step runs.
  const late = (context: Parameters<Doer['poll']>[1]) => filled(given, ground.place, context)
  return {
    calls: doer.calls,
    ...(doer.asks !== undefined && {asks: doer.asks}),
    ...(doer.observe !== undefined && {
      observe: async (world, context) => {
        const now = late(context)
        return now.kind === 'unknown'
          ? refused(now.because)
          : (make({...ground, region, with: now.value}).observe?.(world, context) ?? {kind: 'not-done'})
      },
    }),
    ...(doer.start !== undefined && {
      start: async (world, context) => {
        const now = late(context)
        if (now.kind === 'filled') return make({...ground, region, with: now.value}).start?.(world, context)
      },
    }),
    poll: async (world, context) => {
      const now = late(context)
      return now.kind === 'unknown' ? refused(now.because) : make({...ground, region, with: now.value}).poll(world, context)
    },
    ...(doer.undo !== undefined && {undo: doer.undo.bind(doer)}),
  }
}

const makers: Readonly<Record<BuiltInName, (told: Told) => Doer>> = {
  'replica-replicating': replicaDoer,
  'recovery-point': recoveryPointDoer,
  heartbeat: heartbeatDoer,
  write: writeDoer,
  'serving-from': servingDoer,
  warm: warmDoer,
  'switch-is': switchDoer,
  hosts: hostsDoer,
}

export const durationOf = (value: Value | undefined, otherwise: number): number =>
  typeof value === 'string' ? (parseInterval(value) ?? otherwise) : otherwise

/** A text, or what a text can be made of; loading has said what it is. */
export const textOf = (value: Value | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
