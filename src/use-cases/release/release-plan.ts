/** "Before anything happens": what a release would do, read from AWS and put into words. Changes nothing. */
import type {ReleaseConfig} from '../../config/release-config.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import type {Desk} from '../../runbooks/engine/desk.ts'
import {previousRun} from '../../runbooks/release/find-run.ts'
import {foresee} from '../../runbooks/release/foresee.ts'
import type {Foreseen} from '../../runbooks/release/foresee.ts'
import type {ReleaseInput} from '../../runbooks/release/input.ts'
import {releasePlan} from '../../runbooks/release/plan.ts'
import type {ReleaseWorld} from '../../runbooks/release/ports.ts'
import {prepareRelease} from '../../runbooks/release/prepare.ts'
import type {Asked} from '../../runbooks/release/prepare.ts'
import {wantsColor} from '../../ui/choose-renderer.ts'
import {versions} from '../../ui/format.ts'
import {releasePlanText} from '../../ui/release-plan-text.ts'

export interface PlannedRelease {
  readonly input: ReleaseInput
  readonly previous: Asked['previous']
  readonly foreseen: Foreseen
  readonly text: string
  readonly json: object
}

interface Wanted {
  readonly desk: Desk
  readonly world: ReleaseWorld
  readonly config: ReleaseConfig
  readonly account: string
  readonly by: string
  readonly image: string
}

export async function planRelease({desk, world, config, account, by, image}: Wanted): Promise<PlannedRelease> {
  const signal = new AbortController().signal
  const previous = await previousRun(desk, releaseTarget(config))
  const input = await patiently(desk.clock, () => prepareRelease(world, {config, account, by, image, previous}, signal))
  const foreseen = await patiently(desk.clock, () => foresee(world, input, signal))
  const digest = image.includes('@') ? (image.split('@')[1] ?? null) : null
  const {requestsPerMinute, totalMs, finds, exposes, hazards} = foreseen
  const text = releasePlanText(
    {
      account,
      arn: by,
      region: config.region,
      service: config.service,
      environment: config.environment,
      ...versions(input.fromImage, image),
      digest,
      steps: config.steps,
      hazards,
      ...(requestsPerMinute > 0 && {
        forecast: {requestsPerMinute, finds, exposes, ...(totalMs !== null && {totalMs, doneAt: desk.clock.now() + totalMs})},
      }),
    },
    {color: wantsColor({isTTY: process.stderr.isTTY, env: process.env}), columns: process.stderr.columns ?? 80},
  )
  const steps = releasePlan(input).steps.map(({id, title, needs, calls}) => ({id, title, needs, calls}))
  return {
    input,
    previous,
    foreseen,
    text,
    json: {
      service: config.service,
      region: config.region,
      account,
      from: input.fromImage,
      to: image,
      weights: config.steps,
      forecast: foreseen,
      steps,
    },
  }
}
