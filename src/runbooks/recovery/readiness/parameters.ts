/** What a reboot would still have to apply: the promotion reboots, and should change nothing but the role. */
import type {DatabaseState} from '../ports/database-port.ts'
import {ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const parameters: Check = {
  id: 'parameters',
  title: 'parameters of the replica',
  look: async ({replica}) => {
    const state = await replica()
    return state === null ? [] : parameterFindings(state)
  },
}

export function parameterFindings({id, region, pending, parameterGroup: {name, apply}}: DatabaseState): readonly Found[] {
  const evidence = {group: name, apply, pending}
  const found = [
    ...(apply === 'pending-reboot'
      ? [
          warn(`Parameters of ${name} wait for a reboot of ${id}: the promotion's own would bring them in at the worst moment.`, {
            rtoMinutes: 3,
            evidence,
            suggestions: [`aws rds reboot-db-instance --region ${region} --db-instance-identifier ${id}`],
          }),
        ]
      : []),
    ...(pending.length > 0
      ? [
          warn(`${id} has pending changes (${pending.join(', ')}): a promotion is done only once they are.`, {
            rtoMinutes: 5,
            evidence,
            suggestions: [`aws rds modify-db-instance --region ${region} --db-instance-identifier ${id} --apply-immediately`],
          }),
        ]
      : []),
    // A cross-Region replica that is given no group gets the Region's default one: without TLS only, without the logs.
    ...(name.startsWith('default.')
      ? [warn(`${id} has the default parameter group ${name}: a promoted database would behave differently.`, {evidence})]
      : []),
  ]
  return found.length > 0 ? found : [ok(`${name} is in sync, nothing is pending.`, evidence)]
}
