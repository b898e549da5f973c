/**
 * The first act: both Regions' stacks, as `sluice infra up` makes them, planned and run through the same doors. It answers what
 * came of it; whether that is an end or a beginning is the caller's.
 */
import type {SessionInput} from '../compose.ts'
import {openProvision} from '../compose.ts'
import {parseStack} from '../config/load-stack.ts'
import type {StackConfig} from '../config/stack-config.ts'
import {planProvision} from '../use-cases/infra/infra-planning.ts'
import type {Clock} from '../runbooks/engine/clock.ts'
import {runUp} from '../runbooks/provision/run-up.ts'
import type {InfraRenderer} from '../ui/infra-renderer.ts'
import type {InfraView} from '../ui/infra-view.ts'
import {infraView} from '../ui/infra-view.ts'
import {watcher} from '../watching.ts'
import {demoFile} from './demo-stack.ts'

export interface BroughtUp {
  readonly view: InfraView
  /** Real seconds, with planning. */
  readonly seconds: number
}

/** `leave`: somebody wants out; before the run it begins nothing. */
export async function bringUp(
  where: SessionInput,
  show: (now: () => number) => InfraRenderer,
  leave: AbortSignal,
): Promise<BroughtUp> {
  const began = performance.now()
  const {wanted, options, plan} = await planProvision(await openProvision(where, 'read-state'), stackOfDemo(), undefined)
  const {desk, world, clock} = await openProvision(where, 'make-state')
  const shown = show(() => clock.now())
  const watching = watchUp(shown, clock, where.env, leave)
  try {
    const {run, events} = await runUp(desk, world, wanted, plan, options, 'from-here', watching)
    return {view: infraView(events, {...shown.live, run}, clock.now()), seconds: (performance.now() - began) / 1000}
  } finally {
    watching.close()
  }
}

function watchUp(shown: InfraRenderer, clock: Clock, env: NodeJS.ProcessEnv, leave: AbortSignal) {
  const watching = watcher({clock, events: undefined, until: 'ended', env, show: shown})
  return {
    ...watching,
    detach: AbortSignal.any([watching.detach, leave]),
    onRun: (run: string) => watching.begin(run, []),
    onLive: (step: string, data: unknown) => shown.shown(step, data),
  }
}

export function stackOfDemo(): StackConfig {
  const parsed = parseStack(demoFile)
  if (parsed.kind === 'config') return parsed.config
  throw new Error(`the demo's own stack: ${parsed.problems.join('; ')}`)
}
