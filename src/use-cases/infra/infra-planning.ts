/**
 * "Before anything happens" of provisioning: everything the package wants, looked for in the account. Makes change sets,
 * executes none.
 */
import {readFile} from 'node:fs/promises'
import type {OpenProvision} from '../../compose.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {readSite, readTemplates} from '../../infra/stack/templates.ts'
import {wantedStacks} from '../../infra/stack/wanted-stacks.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {stateBucket} from '../../runbooks/provision/deploy-stack.ts'
import {declaredCalls} from '../../runbooks/iam/declared-calls.ts'
import type {Finding, InfraPlan, Wanted, WantedStack} from '../../runbooks/provision/infra-plan.ts'
import {chosenStacks} from '../../runbooks/provision/plan-infra.ts'
import {preflight} from '../../runbooks/provision/preflight.ts'
import type {UpOptions} from '../../runbooks/provision/run-up.ts'
import {foreseeUp} from '../../runbooks/provision/run-up.ts'

export interface Planned {
  readonly wanted: Wanted
  readonly options: UpOptions
  readonly plan: InfraPlan
}

export async function planProvision(opened: OpenProvision, config: StackConfig, only: string | undefined): Promise<Planned> {
  const {desk, world, account, arn} = opened
  if (only === 'recovery' && config.recovery === null) {
    throw new SluiceError({
      code: 'no-recovery',
      exitCode: ExitCode.usage,
      message: '--only recovery needs stack.recovery in the configuration',
    })
  }
  const wanted = await wantedOf(config, opened)
  const options: UpOptions = {config, account, arn, only: only === 'home' || only === 'recovery' ? only : null, findings: []}
  // In the wrong account not even a change set is made.
  const changeSets = config.allowedAccounts.length === 0 || config.allowedAccounts.includes(account) ? 'make' : 'find'
  const [findings, plan] = await Promise.all([
    preflightOf(opened, config, chosenStacks(wanted, config, options.only)),
    patiently(desk.clock, () => foreseeUp(desk, world, wanted, options, changeSets)),
  ])
  return {wanted, options: {...options, findings}, plan: {...plan, findings: [...findings, ...plan.findings]}}
}

/** What would stop `infra up` half way, asked before any change. */
export async function preflightOf(
  {desk, world, account, arn}: OpenProvision,
  config: StackConfig,
  wanted: readonly WantedStack[],
): Promise<readonly Finding[]> {
  const {service, environment, region, recovery} = config
  const where = {
    service,
    environment,
    account,
    partition: arn.split(':')[1] ?? 'aws',
    regions: recovery === null ? [region] : [region, recovery.region],
  }
  const actions = [...new Set(declaredCalls('infra up', where).map(({action}) => action))]
  return preflight(world, {config, wanted, account, arn, actions}, desk.clock, new AbortController().signal)
}

/** What shall be, with templates named by their objects in this account's buckets. */
export async function wantedOf(config: StackConfig, {world, account}: Pick<OpenProvision, 'world' | 'account'>): Promise<Wanted> {
  const [templates, site] = await Promise.all([readTemplates(), readSite()])
  return wantedStacks(config, templates, {
    site,
    objectUrl: (region, key) => world.ground.objectUrl(region, stateBucket(account, region), key),
  })
}

/** A plan as `infra plan --out` wrote it. What it says is held against the account later; here it only has to be one. */
export async function readPlan(path: string): Promise<InfraPlan> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SluiceError({
      code: 'plan-missing',
      exitCode: ExitCode.usage,
      message: `${path} can't be read: ${(cause as Error).message}`,
      suggestions: ['sluice infra plan --out plan.json'],
      cause,
    })
  })
  const plan = parsed(text)
  if (plan !== null) return plan
  throw new SluiceError({
    code: 'plan-invalid',
    exitCode: ExitCode.usage,
    message: `${path} isn't a plan of sluice infra plan --out`,
    suggestions: ['sluice infra plan --out plan.json'],
  })
}

function parsed(text: string): InfraPlan | null {
  try {
    const plan = JSON.parse(text) as Partial<InfraPlan> | null
    const whole =
      typeof plan === 'object'
      && plan !== null
      && Array.isArray(plan.stacks)
      && Array.isArray(plan.slots)
      && Array.isArray(plan.findings)
      && Array.isArray(plan.criticalPath)
      && typeof plan.hash === 'string'
      && typeof plan.config === 'object'
    return whole ? (plan as InfraPlan) : null
  } catch {
    return null
  }
}
