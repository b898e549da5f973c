/** Built-in step that looks at the object `stop`. It never puts or removes it: moving users is the recoveries'. */
import {later} from '../recovery/look-step.ts'
import {switchBucket} from '../recovery/place.ts'
import {callsOf} from '../recovery/port-calls.ts'
import type {Doer} from './own-step.ts'
import {textOf} from './uses.ts'
import type {Told} from './uses.ts'

export function switchDoer({place, with: told}: Told): Doer {
  const region = place.recovery
  return {
    calls: callsOf(region, 'switches.read'),
    async poll({switches}, context) {
      const stop =
        (await switches.read(region, switchBucket(place, region), 'stop', context.signal)) === null ? 'absent' : 'present'
      return stop === told['stop']
        ? {kind: 'done', facts: {stop}}
        : later(context, `stop is ${stop}, wanted ${textOf(told['stop'])}`, 15)
    },
  }
}
