/**
 * Runs `infra up`: takes the lease, plans under it, and drives the plan. There is nothing to resume: whoever runs it again plans
 * anew and finds what was done, made, or is under way. It asks nobody; consent is the caller's.
 */
import {infraTarget} from '../../config/infra-target.ts'
import {releaseTarget} from '../../config/release-target.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {seconds} from '../engine/clock.ts'
import type {Clock} from '../engine/clock.ts'
import {isHeld, readLease} from '../engine/lease.ts'
import type {Lease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import {recoveringError} from '../recovery/situation.ts'
import type {Situation} from '../recovery/situation.ts'
import type {Desk} from '../engine/desk.ts'
import {claimInfra} from './claim-infra.ts'
import {driveInfra} from './drive-infra.ts'
import type {InfraRan, InfraWatching} from './drive-infra.ts'
import type {Finding, InfraPlan, Wanted} from './infra-plan.ts'
import {chosenStacks, planHash, planInfra} from './plan-infra.ts'
import type {Only} from './plan-infra.ts'
import type {ProvisionWorld} from './ports.ts'
import {infraSituation, leftAlone, recoveryFindings, unlessOthers} from './preflight-recovery.ts'
import {servedRelease} from './served-release.ts'
import {upRunbook} from './up-plan.ts'

export interface UpOptions {
  readonly config: StackConfig
  readonly account: string
  readonly arn: string
  readonly only: Only | null
  /** From preflight. */
  readonly findings: readonly Finding[]
}

/** What would be done, with what a run of its own would find: a release under way, a run that was left half way. */
export async function foreseeUp(
  desk: Desk,
  world: ProvisionWorld,
  wanted: Wanted,
  options: UpOptions,
  changeSets: 'make' | 'find' = 'make',
): Promise<InfraPlan> {
  const {config, only} = options
  const [findings, served, unfinished, situation] = await Promise.all([
    releaseFindings(desk, config),
    servedRelease(desk, config),
    lastRunUnfinished(desk, config),
    situationOf(desk, world, options),
  ])
  const left = leftAlone(situation, config, chosenStacks(wanted, config, only))
  const plan = await planInfra(world, wanted, {
    ...options,
    findings: [...options.findings, ...findings],
    unfinished,
    changeSets,
    clock: desk.clock,
    toolVersion: desk.toolVersion,
    served,
    left,
  })
  const found = unlessOthers(recoveryFindings(situation, config, left), left, plan.changes ? 'changes' : 'no-changes')
  return {...plan, findings: [...found, ...plan.findings]}
}

const situationOf = (desk: Desk, world: ProvisionWorld, {config, account}: UpOptions): Promise<Situation> =>
  infraSituation(world, {
    config,
    account,
    now: desk.clock.now(),
    pause: () => desk.clock.until(desk.clock.now() + Math.max(seconds(2), 1.5 * seconds(1) * desk.clock.speed)),
  })

/** Under the lease: a recovery may have begun, or ended, while the question stood there. */
async function refuseMoved(
  desk: Desk,
  world: ProvisionWorld,
  wanted: Wanted,
  plan: InfraPlan,
  options: UpOptions,
): Promise<void> {
  const situation = await situationOf(desk, world, options)
  if (situation.kind === 'recovering') throw recoveringError(situation.lease)
  const moved = leftAlone(situation, options.config, chosenStacks(wanted, options.config, options.only)).filter(
    (id) => !(plan.left ?? []).includes(id),
  )
  if (moved.length === 0) return
  throw new SluiceError({
    code: 'plan-outdated',
    exitCode: ExitCode.usage,
    message: `Users have been moved since this was planned, and ${moved.join(', ')} must stay as they are; nothing was changed.`,
    suggestions: ['sluice dr status', 'sluice infra plan'],
  })
}

export interface UpWatching extends InfraWatching {
  /** Told once, before the lease of an owner that may be dead is waited out. */
  readonly onWaiting?: (lease: Lease) => void
}

/**
 * `plan` is what a person agreed to: nothing is deleted or replaced with its data that it didn't show. `exactly`: held against
 * what is there now under the lease, and anything else isn't done (exit 2, `plan-outdated`). `from-here`: what a dead run has
 * done meanwhile is planned anew.
 */
export async function runUp(
  desk: Desk,
  world: ProvisionWorld,
  wanted: Wanted,
  plan: InfraPlan,
  options: UpOptions,
  applies: 'exactly' | 'from-here',
  watching: UpWatching,
): Promise<InfraRan> {
  refuseStopped(plan)
  let waited = false
  const onWaiting = (lease: Lease): void => {
    waited = true
    watching.onWaiting?.(lease)
  }
  const claim = await claimInfra(desk, infraTarget(options.config), 'infra up', {detach: watching.detach, onWaiting})
  const present = await presentPlan()
    .then(async (fresh) => {
      await refuseMoved(desk, world, wanted, fresh, options)
      return fresh
    })
    .catch(async (error: unknown) => {
      await claim.held.release().catch(() => undefined)
      throw error
    })
  const input = {
    plan: present,
    agreed: plan,
    wanted,
    chosen: chosenStacks(wanted, options.config, options.only, present.left),
    progressEveryMs: progressEvery(desk.clock),
  }
  const asked = {plan: present, config: options.config, only: options.only}
  return driveInfra(desk, claim, {runbook: upRunbook(input), input: asked, world}, watching)

  async function presentPlan(): Promise<InfraPlan> {
    if (applies === 'from-here' && !waited) return plan
    const fresh = await foreseeUp(desk, world, wanted, options, applies === 'exactly' ? 'find' : 'make')
    if (applies === 'exactly') refuseDifferent(plan, fresh)
    else refuseStopped(fresh)
    return fresh
  }
}

/** Two seconds of real time at least: a fast clock makes neither AWS nor what plays it any faster. */
const progressEvery = ({speed}: Clock): number => Math.max(seconds(5), seconds(2) * speed)

function refuseStopped({findings, stacks}: InfraPlan): void {
  const stops = findings.filter(({level}) => level === 'stops')
  const blocked = stacks.flatMap(({id, verdict}) => (verdict.kind === 'blocked' ? [{id, verdict}] : []))
  if (stops.length === 0 && blocked.length === 0) return
  const running = stops.find(({id}) => id === 'recovery-running')
  if (running !== undefined)
    throw new SluiceError({
      code: 'lease-held',
      exitCode: ExitCode.leaseHeld,
      message: running.text,
      suggestions: running.suggestions,
    })
  throw new SluiceError({
    code: 'infra-stopped',
    exitCode: ExitCode.usage,
    message: 'Something is in the way; nothing was changed.',
    details: [...stops.map(({text}) => text), ...blocked.map(({id, verdict}) => `${id}: ${verdict.because}`)],
    suggestions: [...stops.flatMap(({suggestions}) => suggestions), ...blocked.flatMap(({verdict}) => verdict.suggestions)],
  })
}

/** Names what differs between a plan and the account now; empty: it can be applied. Pure. */
export function differencesSince(plan: InfraPlan, now: InfraPlan): readonly string[] {
  if (plan.schema !== 1) return [`the plan is of schema ${String(plan.schema)}, which this version doesn't know`]
  if (plan.account !== now.account) return [`the plan is for account ${plan.account}, and this is ${now.account}`]
  const config =
    JSON.stringify(plan.config) === JSON.stringify(now.config) ? [] : ["the configuration isn't the one it was made from"]
  if (planHash(plan) !== plan.hash) return [...config, "the plan was changed after it was made: its hash doesn't fit"]
  const byId = new Map(now.stacks.map((stack) => [stack.id, stack]))
  const stacks = plan.stacks.flatMap((before) => {
    const after = byId.get(before.id)
    if (after === undefined) return [`${before.id} isn't part of it any more`]
    if (before.templateHash !== after.templateHash)
      return [
        `${before.id}: its template is another one (${before.templateHash.slice(0, 12)} then, `
          + `${after.templateHash.slice(0, 12)} now)`,
      ]
    if (after.verdict.kind === 'blocked') return [`${before.id}: ${after.verdict.because}`]
    if (before.verdict.kind !== after.verdict.kind)
      return [`${before.id} was to be ${words[before.verdict.kind]} and is now ${words[after.verdict.kind]}`]
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [`${before.id} has been changed since`]
  })
  const added = now.stacks.filter(({id}) => !plan.stacks.some((one) => one.id === id)).map(({id}) => `${id} wasn't part of it`)
  const slots =
    JSON.stringify(plan.slots) === JSON.stringify(now.slots) ? [] : ['slots or live rule have been made or removed since']
  return [...config, ...stacks, ...added, ...slots]
}

const words = {
  create: 'created',
  update: 'updated',
  unchanged: 'unchanged',
  later: 'settled later',
  'in-progress': 'under way',
  repair: 'in need of repair',
  blocked: 'blocked',
} as const

function refuseDifferent(plan: InfraPlan, now: InfraPlan): void {
  const details = differencesSince(plan, now)
  if (details.length === 0) return
  throw new SluiceError({
    code: 'plan-outdated',
    exitCode: ExitCode.usage,
    message: "This isn't what was planned any more; nothing was changed.",
    details,
    suggestions: ['sluice infra plan', 'sluice infra up'],
  })
}

/** Nothing of a release is touched, so it stops nothing; but whoever changes the ground under it should know. */
async function releaseFindings(desk: Desk, config: StackConfig): Promise<readonly Finding[]> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, releaseTarget(config)))
  if (lease === null || !isHeld(lease, desk.clock.now())) return []
  return [
    {
      id: 'release-running',
      level: 'warns',
      text:
        `${lease.operation} ${lease.run} by ${lease.owner} on ${lease.host} is under way; weights, `
        + 'counts and task definitions stay as they are',
      suggestions: [`sluice release watch ${lease.run}`],
    },
  ]
}

/** The lease names the last run; its last event tells whether it came to its end. */
async function lastRunUnfinished(desk: Desk, config: StackConfig): Promise<boolean> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, infraTarget(config)))
  if (lease === null) return false
  const last = (await patiently(desk.clock, () => desk.store.list(`runs/${lease.run}/`))).at(-1)
  const event = last === undefined ? null : await patiently(desk.clock, () => desk.store.get(last))
  if (event === null) return false
  const {kind, data} = JSON.parse(event.body) as {readonly kind: string; readonly data: {readonly outcome?: string}}
  return kind !== 'ended' || data.outcome !== 'done'
}
