/**
 * The whole story on a sandbox of its own: an empty account, the stack in two Regions, releases on it. Used through the same
 * doors as any account, and gone at the end, whatever happens. Nothing of this machine's own state is read or written.
 */
import {completeConfig, openDesk} from '../compose.ts'
import {parseConfig} from '../config/load.ts'
import type {LoadedConfig} from '../config/release-config.ts'
import {releaseTarget} from '../config/release-target.ts'
import {prepareRelease} from '../runbooks/release/prepare.ts'
import {claimRelease, startRelease} from '../runbooks/release/run-release.ts'
import type {Ran} from '../runbooks/release/run-release.ts'
import type {InfraRenderer} from '../ui/infra-renderer.ts'
import type {Watcher} from '../watching.ts'
import {bringUp} from './bring-up.ts'
import type {BroughtUp} from './bring-up.ts'
import {demoFile, service} from './demo-stack.ts'
import {onStage} from './on-stage.ts'
import type {Stage} from './on-stage.ts'
import {requestsPerMinute, scenarios} from './scenarios.ts'
import type {Scenario} from './scenarios.ts'

export interface Told {
  readonly scenario: Scenario
  readonly ran: Ran
  /** The run's clock when it stopped. */
  readonly now: number
}

/** Releases only where there is a stack to release to. */
export interface Demo {
  readonly infra: BroughtUp
  readonly told: readonly Told[]
}

export interface DemoOptions {
  readonly seed: number
  readonly env: NodeJS.ProcessEnv
  /** Called before the stack is made; answers who shows it. */
  readonly show: (now: () => number) => InfraRenderer
  /** Called before each release; answers who watches it. */
  watch(scenario: Scenario, now: () => number): Watcher
  /** Aborted when somebody wants out. */
  readonly signal: AbortSignal
}

/** Tells the story in order; stops early when it is told to. Leaves no process and no file behind. */
export async function runDemo(options: DemoOptions): Promise<Demo> {
  return onStage(options, async (stage) => {
    const infra = await bringUp(stage.where, options.show, options.signal)
    return {infra, told: infra.view.state === 'done' ? await release(options, stage) : []}
  })
}

async function release(options: DemoOptions, {where, ask}: Stage): Promise<readonly Told[]> {
  const opened = await openDesk(where, 'make-state')
  const {desk, worldOf, account, arn, clock} = opened
  const config = await completeConfig(opened, settingsOfDemo())
  const world = await worldOf(config)
  await ask('POST', 'traffic', {service, perMinute: requestsPerMinute})
  const told: Told[] = []
  for (const scenario of scenarios) {
    if (options.signal.aborted) break
    await ask('POST', 'images', {tag: scenario.image, env: scenario.env})
    if (scenario.incidentRate !== null)
      await ask('POST', 'faults', {kind: 'incident', rate: scenario.incidentRate, target: service})
    const watching = options.watch(scenario, () => clock.now())
    try {
      const claimed = await claimRelease(desk, releaseTarget(config))
      watching.begin(claimed.run, [])
      const prepare = () =>
        prepareRelease(world, {config, account, by: arn, image: scenario.image, previous: claimed.previous}, watching.leave)
      const ran = await startRelease(desk, claimed, prepare, world, watching)
      told.push({scenario, ran, now: clock.now()})
    } finally {
      watching.close()
    }
    if (scenario.incidentRate !== null) await ask('DELETE', 'faults?kind=incident')
  }
  return told
}

function settingsOfDemo(): LoadedConfig {
  const parsed = parseConfig(demoFile)
  if (parsed.kind !== 'problems') return parsed
  throw new Error(`the demo's own configuration: ${parsed.problems.join('; ')}`)
}
