/** A desk, a configuration, the real templates and a fake AWS, ready for `infra up`: boring defaults, one thing changed per test. */
import {parseStack} from '../../src/config/load-stack.ts'
import type {StackConfig} from '../../src/config/stack-config.ts'
import {readSite, readTemplates} from '../../src/infra/stack/templates.ts'
import {wantedStacks} from '../../src/infra/stack/wanted-stacks.ts'
import type {InfraRan} from '../../src/runbooks/provision/drive-infra.ts'
import type {InfraPlan, Wanted} from '../../src/runbooks/provision/infra-plan.ts'
import {foreseeUp, runUp} from '../../src/runbooks/provision/run-up.ts'
import type {UpOptions, UpWatching} from '../../src/runbooks/provision/run-up.ts'
import type {Desk} from '../../src/runbooks/engine/desk.ts'
import type {FakeProvision} from './fake-provision-world.ts'

const templates = await readTemplates()
const site = await readSite()

export function aStackConfig(change: Partial<StackConfig> = {}): StackConfig {
  const parsed = parseStack(
    [
      'service: shop',
      'region: eu-west-1',
      'stack:',
      '  api: origin.example.com',
      '  site: www.example.com',
      '  hostedZone: Z0EXAMPLE0000',
      '  firstImage: shop/api:1.0.0',
      '  recovery:',
      '    region: eu-central-1',
      '',
    ].join('\n'),
  )
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return {...parsed.config, ...change}
}

export function wantedOf(config: StackConfig, {world, account}: FakeProvision, files = templates): Wanted {
  return wantedStacks(config, files, {
    site,
    objectUrl: (region, key) => world.ground.objectUrl(region, `sluice-state-${account}-${region}`, key),
  })
}

export const packageTemplates = templates

export const upOptions = (config: StackConfig, change: Partial<UpOptions> = {}): UpOptions => ({
  config,
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:role/w1',
  only: null,
  findings: [],
  ...change,
})

const never = new AbortController().signal
export const watchingUp = (change: Partial<UpWatching> = {}): UpWatching => ({detach: never, leave: never, ...change})

export interface Bench {
  readonly config?: StackConfig
  readonly wanted?: Wanted
  readonly options?: Partial<UpOptions>
  readonly watching?: Partial<UpWatching>
}

export function planUp(
  desk: Desk,
  aws: FakeProvision,
  {config = aStackConfig(), wanted, options}: Bench = {},
): Promise<InfraPlan> {
  return foreseeUp(desk, aws.world, wanted ?? wantedOf(config, aws), upOptions(config, options))
}

export async function up(desk: Desk, aws: FakeProvision, bench: Bench & {readonly agreed?: InfraPlan} = {}): Promise<InfraRan> {
  const {config = aStackConfig(), options, watching} = bench
  const wanted = bench.wanted ?? wantedOf(config, aws)
  const plan = bench.agreed ?? (await planUp(desk, aws, {...bench, wanted}))
  return runUp(desk, aws.world, wanted, plan, upOptions(config, options), 'from-here', watchingUp(watching))
}
