/**
 * The whole story on a sandbox of its own: started, used through the same doors as any account, and gone at the end, whatever
 * happens. Nothing of this machine's own state is read or written.
 */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {discover, openDesk} from '../compose.ts'
import {chooseService} from '../config/choose-service.ts'
import {parseConfig} from '../config/load.ts'
import type {ReleaseConfig} from '../config/release-config.ts'
import {renderYaml} from '../config/render-yaml.ts'
import {writeHandle} from '../config/sandbox-handle.ts'
import {releaseTarget} from '../config/release-target.ts'
import {schemaUrl} from '../config/schema-url.ts'
import {prepareRelease} from '../runbooks/release/prepare.ts'
import {claimRelease, startRelease} from '../runbooks/release/run-release.ts'
import type {Ran} from '../runbooks/release/run-release.ts'
import {askSandbox, endSandbox, startDaemon} from '../sandbox/remote.ts'
import type {Watcher} from '../watching.ts'
import {requestsPerMinute, scenarios, speed, steps} from './scenarios.ts'
import type {Scenario} from './scenarios.ts'

const name = 'demo'
const regions = ['eu-west-1', 'eu-central-1'] as const

export interface Told {
  readonly scenario: Scenario
  readonly ran: Ran
  /** The run's clock when it stopped. */
  readonly now: number
}

export interface DemoOptions {
  readonly seed: number
  readonly env: NodeJS.ProcessEnv
  /** Called before each release; answers who watches it. */
  watch(scenario: Scenario, now: () => number): Watcher
  onReleased(told: Told): void
  /** Aborted when somebody wants out. */
  readonly signal: AbortSignal
}

/** Tells the releases in order; stops early when it is told to. Leaves no process and no file behind. */
export async function runDemo(options: DemoOptions): Promise<readonly Told[]> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
  const env = {...options.env, XDG_STATE_HOME: home}
  const sandbox = await startDaemon(
    {name, speed, seed: options.seed, world: 'shop', regions, services: ['api'], trafficPerMinute: requestsPerMinute}, join(home, 'sandbox.log'), 'attached')
  try {
    await writeHandle(name, {...sandbox, speed, seed: options.seed, world: 'shop', services: ['api']}, env)
    return await tell(options, env, sandbox.endpoint)
  } finally {
    await endSandbox(sandbox.endpoint, sandbox.pid, 10_000)
    await rm(home, {recursive: true, force: true})
  }
}

async function tell(options: DemoOptions, env: NodeJS.ProcessEnv, endpoint: string): Promise<readonly Told[]> {
  const where = {region: regions[0], sandbox: name, env}
  const config = demoConfig(chooseService(await discover(where), 'api', regions[0]))
  const {desk, worldOf, account, arn, clock} = await openDesk(where, 'make-state')
  const world = await worldOf(config)
  const told: Told[] = []
  for (const scenario of scenarios) {
    if (options.signal.aborted) break
    await askSandbox(endpoint, 'POST', 'images', {tag: scenario.image, env: scenario.env})
    if (scenario.incidentRate !== null) await askSandbox(endpoint, 'POST', 'faults', {kind: 'incident', rate: scenario.incidentRate, target: 'api'})
    const watching = options.watch(scenario, () => clock.now())
    try {
      const claimed = await claimRelease(desk, releaseTarget(config))
      watching.begin(claimed.run, [])
      const prepare = () => prepareRelease(world, {config, account, by: arn, image: scenario.image, previous: claimed.previous}, watching.leave)
      const ran = await startRelease(desk, claimed, prepare, world, watching)
      told.push({scenario, ran, now: clock.now()})
    } finally {
      watching.close()
    }
    options.onReleased(told.at(-1) as Told)
    if (scenario.incidentRate !== null) await askSandbox(endpoint, 'DELETE', 'faults?kind=incident')
  }
  return told
}

/** What `sluice init` would write for the shop, with the demo's steps and a latency gate. */
function demoConfig(found: Parameters<typeof renderYaml>[0]): ReleaseConfig {
  const yaml = renderYaml(found, {schema: schemaUrl})
    .replace('  # latency:\n  #   bound: 500ms', '  latency:\n    bound: 500ms')
    .replace(/^# recovery:\n(#.*\n?)+/m, `recovery: {region: ${regions[1]}, cluster: shop, service: api-a}\n`)
  const parsed = parseConfig(yaml)
  if (parsed.kind !== 'config') throw new Error(`the demo's own configuration: ${parsed.kind === 'problems' ? parsed.problems.join('; ') : 'it names no load balancer'}`)
  return {...parsed.config, steps}
}
