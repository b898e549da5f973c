/** Who we are, and whether the credentials last for a release. */
import {minutes} from '../../engine/clock.ts'
import type {Finding} from '../finding.ts'
import {finding, ok, warn} from '../finding.ts'
import type {DoctorWorld} from '../ports.ts'

export function credentials(world: DoctorWorld, signal: AbortSignal): Promise<Finding> {
  return finding('credentials', async () => {
    const {account, arn, expiresAt} = await world.caller(signal)
    const who = `${arn} in account ${account}`
    if (expiresAt === null) return ok(who)
    const left = Math.floor((expiresAt - world.now()) / 60_000)
    const needed = Math.ceil(world.config.steps.reduce((sum, step) => sum + step.holdMs, minutes(10)) / 60_000)
    if (left < needed) {
      return warn(`${who}; ${left} min left, a release needs about ${needed}`, 'sign in again before you release: aws sso login')
    }
    return ok(`${who}; ${left} min left`)
  })
}
