/**
 * After a promotion the recovery Region's stable service follows: the same image, its own size. It starts from the revision
 * that runs there, so that Region's roles, addresses and secrets stay. It never changes how many tasks run there.
 */
import type {RecoveryTarget} from '../../config/release-config.ts'
import type {RecoveryFollower} from '../../runbooks/release/ports.ts'
import {releasedContainer, revisions} from './revisions.ts'
import type {AwsSession} from './session.ts'
import {describeService, rollService} from './slot-services.ts'
import {homeInRecovery} from './stack-release.ts'

export interface RecoveryInput {
  readonly target: RecoveryTarget
  readonly container: string | null
}

/** `session` is one of the recovery Region. */
export function recoveryFollower(session: AwsSession, input: RecoveryInput): RecoveryFollower {
  return {
    async carry(from, signal) {
      const home = 'stack' in input.target ? await homeInRecovery(session, input.target, signal) : input.target
      const service = await describeService(session, home.cluster, home.service, signal)
      const current = service.taskDefinition ?? ''
      const runs = await session.call('ecs', 'DescribeTaskDefinition', {taskDefinition: current}, {signal, resource: current})
      const image = imageThere(from.image, releasedContainer(runs.taskDefinition ?? {}, input.container).image ?? '')
      const next = await revisions(session, input.container).withImage(current, image, signal)
      const words = next.taskDefinition.split('/').at(-1) ?? next.taskDefinition
      if (next.taskDefinition === current) return {note: `${session.region} already runs ${words}`}
      await rollService(
        session, home.cluster, home.service, {taskDefinition: next.taskDefinition, desired: service.desiredCount ?? 0}, signal,
      )
      return {note: `${session.region} rolls to ${words}, size ${service.desiredCount ?? 0}`}
    },
  }
}

const privateRegistry = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/([^:@]+)(.*)$/

/**
 * Nothing on the recovery path may need the lost Region: where the recovery Region already pulls this repository from its own
 * registry (so images are replicated there), the new image is named there too.
 */
export function imageThere(image: string, present: string): string {
  const wanted = privateRegistry.exec(image)
  const there = privateRegistry.exec(present)
  if (wanted === null || there === null || wanted[4] !== there[4]) return image
  return `${there[1]}.dkr.ecr.${there[2]}.${there[3]}/${there[4]}${wanted[5]}`
}
