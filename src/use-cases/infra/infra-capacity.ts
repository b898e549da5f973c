/**
 * After `infra up`: what production has now is written down where a failover will look. It is told when it can't be, and fails
 * nothing: the function of the foundation writes one within the hour.
 */
import {completeRecovery, openRecovery} from '../../compose-recovery.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {SluiceError} from '../../errors.ts'
import {StoreUnavailable} from '../../runbooks/engine/store.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import {keepCapacity} from '../../runbooks/recovery/capacity.ts'

interface Where {
  readonly config: StackConfig
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
}

/** One sentence; empty: there is no second Region. */
export async function noteCapacity({config, sandbox, env}: Where): Promise<string> {
  if (config.recovery === null) return ''
  try {
    const opened = await openRecovery({config, sandbox, env}, 'make-state')
    const {world, place, clock, arn} = opened
    const {home, homeMissing} = await completeRecovery(opened)
    if (home === null) return notNoted(homeMissing ?? `${place.home} didn't say`)
    const kept = await keepCapacity(world, place, home, {now: clock.now(), by: arn})
    if (kept.kind === 'nothing') return notNoted(kept.because)
    return (
      `What production needs is written down in ${place.recovery}: ${kept.snapshot.hosts.desired} hosts, `
      + `${kept.snapshot.service.desired} tasks.`
    )
  } catch (error) {
    if (error instanceof SluiceError || error instanceof Unavailable || error instanceof StoreUnavailable)
      return notNoted(error.message)
    throw error
  }
}

const notNoted = (because: string): string => `What production needs isn't written down yet: ${because}`
