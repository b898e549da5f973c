/** Can somebody act when the usual way in is gone, and has it been practised lately? */
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const breakGlass: Check = {
  id: 'break-glass',
  title: 'break-glass role',
  look: async ({world, settings: {breakGlassRole}, signal}) => {
    if (breakGlassRole === null) {
      return [
        warn('No break-glass role is named: when the identity provider is in the lost Region, nobody can sign in to run this.', {
          suggestions: ['make a role beforehand, and name it as stack.recovery.breakGlassRole'],
        }),
      ]
    }
    const role = await world.readiness.role(breakGlassRole, signal)
    return role === null
      ? [
          fail(`The break-glass role ${breakGlassRole} doesn't exist (any more).`, {
            suggestions: ["make it in peace: IAM is us-east-1's and can't be counted on in a failover"],
          }),
        ]
      : [ok(`The break-glass role ${breakGlassRole} is there.`, {arn: role.arn})]
  },
}

export const drill: Check = {
  id: 'drill',
  title: 'drill',
  look: async ({settings: {drillEveryMs}, lastDrillAt, now}) => [drillFinding(lastDrillAt, drillEveryMs, now)],
}

const days = (ms: number): number => Math.floor(ms / 86_400_000)

export function drillFinding(lastDrillAt: number | null, everyMs: number, now: number): Found {
  const evidence = {lastDrillAt, everyDays: days(everyMs)}
  if (lastDrillAt === null)
    return warn('There has been no drill yet: the times are guesses, and nobody has done it before.', {
      evidence,
      suggestions: ['sluice dr drill'],
    })
  const ago = now - lastDrillAt
  if (ago > everyMs)
    return warn(
      `The last drill was ${days(ago)} days ago, ${days(ago - everyMs)} more than the ${days(everyMs)} that were agreed.`,
      {evidence, suggestions: ['sluice dr drill']},
    )
  return ok(`The last drill was ${days(ago)} days ago; the next is due in ${days(everyMs - ago)}.`, evidence)
}
