/**
 * Looks at every stack and slot at once and says what would be done. It makes change sets, which change nothing; it never
 * executes one. An unchanged environment costs two or three calls per stack.
 */
import {createHash} from 'node:crypto'
import type {StackConfig} from '../../config/stack-config.ts'
import {seconds} from '../engine/clock.ts'
import type {Clock} from '../engine/clock.ts'
import {patiently} from '../engine/patience.ts'
import {accountReader} from './account-reader.ts'
import type {AccountReader} from './account-reader.ts'
import {compareStack, firstFingerprint} from './compare-stack.ts'
import type {Goal} from './compare-stack.ts'
import {assetsOf, refOf, stackInput, stateBucket, tokenOf, upload} from './deploy-stack.ts'
import {forecast} from './forecast.ts'
import type {Finding, InfraPlan, PlannedStack, StackVerdict, Wanted, WantedStack} from './infra-plan.ts'
import {judgeChanges} from './judge-changes.ts'
import {planSlots} from './plan-slots.ts'
import type {ChangeSet, ProvisionWorld, StackState} from './ports.ts'
import type {ServedRelease} from './served-release.ts'
import {wayOn} from './way-on.ts'

export type Only = 'home' | 'recovery'

export interface PlanInput {
  readonly config: StackConfig
  readonly account: string
  readonly arn: string
  readonly toolVersion: string
  readonly clock: Clock
  /** One Region's part; null: all. */
  readonly only: Only | null
  /** What was found before: preflight, a release under way. */
  readonly findings: readonly Finding[]
  /** null: nothing was released yet. */
  readonly served: ServedRelease | null
  /** Ids of stacks that stay as they are. */
  readonly left?: readonly string[]
  /** The last run was left half way: what no stack shows may be missing. */
  readonly unfinished: boolean
  readonly signal?: AbortSignal
  /** `find`: a change set that isn't there is told as blocked, not made. For a plan that is applied exactly. */
  readonly changeSets?: 'make' | 'find'
}

/** The certificate is the home Region's. */
export function chosenStacks(
  {stacks}: Wanted,
  {recovery}: StackConfig,
  only: Only | null,
  left: readonly string[] = [],
): readonly WantedStack[] {
  const present = stacks.filter(({id}) => !left.includes(id))
  if (only === null) return present
  return present.filter(({region, kind}) => (kind !== 'certificate' && region === recovery?.region) === (only === 'recovery'))
}

export async function planInfra(world: ProvisionWorld, wanted: Wanted, input: PlanInput): Promise<InfraPlan> {
  const {config, signal} = input
  const reader = accountReader(world, wanted.stacks, signal)
  const {left = [], served} = input
  const chosen = chosenStacks(wanted, config, input.only, left)
  const mains = chosen.filter(({kind}) => kind === 'main')
  const [stacks, slots] = await Promise.all([
    Promise.all(chosen.map((stack) => patiently(input.clock, () => planStack(world, reader, wanted, stack, input)))),
    Promise.all(
      mains.map((main) =>
        patiently(input.clock, async () => planSlots(world, config, main, await reader.state(main.id), served, signal)),
      ),
    ).then((found) => found.flat()),
  ])
  const changes =
    input.unfinished
    || stacks.some(({verdict}) => verdict.kind !== 'unchanged')
    || slots.some(({verdict}) => verdict === 'create' || verdict === 'later')
  const plan = {
    schema: 1 as const,
    toolVersion: input.toolVersion,
    account: input.account,
    arn: input.arn,
    config,
    stacks,
    slots,
    ...(served !== null && {served}),
    ...(left.length > 0 && {left}),
    findings: [...input.findings, ...(slots.some(({verdict}) => verdict === 'no-image') ? [noImage] : [])],
    ...forecast(chosen, stacks, slots),
    changes,
  }
  return {...plan, hash: planHash(plan)}
}

const noImage: Finding = {
  id: 'no-first-image',
  level: 'warns',
  text: "stack.firstImage isn't set: no slot services are made, and the load balancer answers 503",
  suggestions: ['set stack.firstImage in sluice.yaml, or name it with --image'],
}

/** Over what decides what will be done: not who asks, nor what was found on the way. */
export function planHash({account, config, stacks, slots}: Pick<InfraPlan, 'account' | 'config' | 'stacks' | 'slots'>): string {
  return createHash('sha256')
    .update(JSON.stringify([account, config, stacks, slots]))
    .digest('hex')
    .slice(0, 16)
}

async function planStack(
  world: ProvisionWorld,
  reader: AccountReader,
  wanted: Wanted,
  stack: WantedStack,
  input: PlanInput,
): Promise<PlannedStack> {
  const state = await reader.state(stack.id)
  const told = (verdict: StackVerdict, fingerprint = firstFingerprint(stack)): PlannedStack => ({
    id: stack.id,
    name: stack.name,
    region: stack.region,
    templateHash: stack.templateHash,
    fingerprint,
    verdict,
  })
  const way = wayOn(state?.status ?? null, stack.name, stack.region)
  if (state === null || way.kind === 'create')
    return told({kind: 'create', resources: stack.resources.length + (stack.thenResources ?? []).length})
  const {status} = state
  switch (way.kind) {
    case 'wait':
      return told({kind: 'in-progress', status})
    case 'delete-shell':
    case 'update-again':
    case 'continue-rollback':
    case 'delete-and-create':
      return told({kind: 'repair', status, how: way.kind})
    case 'blocked':
      return told({...way, status})
    case 'stands': {
      const compared = await compareStack(reader, stack, state, 'then')
      if (compared.kind === 'same') return told({kind: 'unchanged'}, compared.goal.fingerprint)
      if (compared.kind === 'later') return told(compared)
      return told(await changeVerdict(world, reader, wanted, stack, state, compared.goal, input), compared.goal.fingerprint)
    }
  }
}

async function changeVerdict(
  world: ProvisionWorld,
  reader: AccountReader,
  wanted: Wanted,
  stack: WantedStack,
  state: StackState,
  goal: Goal,
  input: PlanInput,
): Promise<StackVerdict> {
  const {clock, signal, account} = input
  const ref = refOf(stack)
  const present = await world.stacks.changeSet(ref, goal.changeSet, signal)
  const usable = present !== null && (present.status === 'ready' || present.status === 'pending')
  if (!usable && input.changeSets === 'find') return blocked(state, `its change set ${goal.changeSet} isn't there any more`)
  if (!usable) {
    if (present !== null) await world.stacks.deleteChangeSet(ref, goal.changeSet, signal)
    const bucket = stateBucket(account, stack.region)
    if (stack.kind !== 'certificate' && stack.kind !== 'foundation') {
      await world.ground.ensureStateBucket(stack.region, signal)
      const lies = new Set<string>()
      await patiently(clock, () => upload(world, stack.region, bucket, assetsOf(wanted, stack.region), lies, signal))
    }
    await world.stacks.makeChangeSet(
      {
        ...(await stackInput(world, reader, stack, goal.parameters, {
          token: tokenOf(goal.changeSet, String(clock.now())),
          bucket,
        })),
        changeSet: goal.changeSet,
      },
      signal,
    )
  }
  const made = await ready(world, stack, goal.changeSet, clock, signal)
  switch (made.status) {
    case 'ready':
      return {kind: 'update', changeSet: goal.changeSet, ...judgeChanges(made.changes)}
    case 'empty':
      // Its texts differ and its resources don't: nothing to do, and nothing to leave lying about.
      await world.stacks.deleteChangeSet(ref, goal.changeSet, signal)
      return {kind: 'unchanged'}
    case 'pending':
    case 'failed':
    case 'executed':
    case 'obsolete':
      return blocked(state, made.reason ?? `its change set ${goal.changeSet} is ${made.status}`)
  }
}

const longestMs = seconds(600)

async function ready(
  world: ProvisionWorld,
  stack: WantedStack,
  name: string,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ChangeSet> {
  const begun = clock.now()
  for (;;) {
    const found = await world.stacks.changeSet(refOf(stack), name, signal)
    // One that was only just made may not be known yet.
    if (found === null && clock.now() - begun > seconds(60))
      throw new Error(`the change set ${name} of ${stack.id} is gone while it was being made`)
    if (found !== null && (found.status !== 'pending' || clock.now() - begun > longestMs)) return found
    await clock.until(clock.now() + seconds(2), signal)
  }
}

const blocked = ({status}: StackState, because: string): StackVerdict => ({
  kind: 'blocked',
  status,
  because,
  suggestions: ['sluice infra plan'],
})
