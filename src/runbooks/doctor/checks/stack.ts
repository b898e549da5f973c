/** Whether `infra up` would be stopped half way: what its preflight found, in doctor's words. */
import type {Finding as Preflight} from '../../provision/infra-plan.ts'
import type {Finding} from '../finding.ts'
import {fail, heading, ok, warn} from '../finding.ts'

/** Only where a `stack:` section says that there shall be one. */
export function stack(found: readonly Preflight[]): Finding {
  return heading(
    'stack',
    'what infra up needs',
    found.map(({id, level, text, suggestions}) => {
      switch (level) {
        case 'ok':
          return {name: id, ...ok(text)}
        case 'warns':
          return {name: id, ...warn(text, ...suggestions)}
        case 'stops':
          return {name: id, ...fail(text, ...suggestions)}
      }
    }),
  )
}
