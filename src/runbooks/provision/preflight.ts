/**
 * What would stop `infra up` half way, found before any change: a wrong account, missing rights, quotas, types that a zone
 * doesn't have, a domain that isn't ours. Each finding says what to do. It only reads;
 * what can't be read is a warning and never a pass.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import {SluiceError} from '../../errors.ts'
import type {Clock} from '../engine/clock.ts'
import {gently} from './gently.ts'
import type {Gently} from './gently.ts'
import type {Finding, WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackState} from './ports.ts'
import {domainFindings, staticFindings} from './preflight-config.ts'
import {nameFindings} from './preflight-names.ts'
import {offerFindings} from './preflight-offers.ts'
import {quotaFindings} from './preflight-quotas.ts'
import {forgottenFindings, needFindings, surgeFindings} from './preflight-standing.ts'
import {serviceRoles} from './steps/ground-steps.ts'

export type PreflightWorld = Pick<ProvisionWorld, 'stacks' | 'ground' | 'preflight'>

export interface PreflightInput {
  readonly config: StackConfig
  readonly wanted: readonly WantedStack[]
  readonly account: string
  readonly arn: string
  /** IAM actions that `infra up` may use; empty: rights aren't looked at. */
  readonly actions: readonly string[]
}

/** What each check is given. */
export interface Checking extends PreflightInput {
  readonly world: PreflightWorld
  readonly read: Gently
  readonly signal: AbortSignal
  /** Wanted stacks that aren't there yet: what they will hold is counted. */
  readonly missing: readonly WantedStack[]
  /** Those that are, by id. */
  readonly there: ReadonlyMap<string, StackState>
}

/** The worst first. */
export async function preflight(
  world: PreflightWorld,
  input: PreflightInput,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const read = gently(clock)
  const fixed = staticFindings(input)
  // In the wrong account nothing else means anything.
  if (fixed.some(({id, level}) => id === 'account' && level === 'stops')) return fixed
  const states = await Promise.all(
    input.wanted.map(({name, region}) => read(() => world.stacks.describe({name, region}, signal))),
  )
  const there = new Map(
    input.wanted.flatMap(({id}, index) => {
      const state = states[index] ?? null
      return state === null || state.status === 'REVIEW_IN_PROGRESS' ? [] : [[id, state] as const]
    }),
  )
  const checking: Checking = {...input, world, read, signal, there, missing: input.wanted.filter(({id}) => !there.has(id))}
  const found = await Promise.all([
    checked('permissions', () => permissionFindings(checking)),
    checked('domain', () => domainFindings(checking)),
    checked('instance-types', () => offerFindings(checking)),
    checked('quotas', () => quotaFindings(checking)),
    checked('names', () => nameFindings(checking)),
    checked('service-roles', () => roleFindings(checking)),
    checked('needs', () => needFindings(checking)),
    checked('forgotten-region', () => forgottenFindings(checking)),
    checked('surge', () => surgeFindings(checking)),
  ])
  const order = {stops: 0, warns: 1, ok: 2}
  return [...fixed, ...found.flat()].toSorted((x, y) => order[x.level] - order[y.level])
}

async function checked(id: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return [{id, level: 'warns', text: `Not looked at: ${error.message}`, suggestions: error.suggestions}]
  }
}

const mostNamed = 8

/** The simulation knows no resources, so what it denies may be allowed where it matters: a warning. */
async function permissionFindings({actions, arn, world, read, signal}: Checking): Promise<readonly Finding[]> {
  if (actions.length === 0) return []
  const denied = await read(() => world.preflight.deniedActions(actions, signal))
  if (denied === null) {
    return [
      {
        id: 'permissions',
        level: 'warns',
        text: `Whether ${arn} may do everything can't be found out: it may not simulate policies.`,
        suggestions: ['sluice iam policy --command "infra up" prints what is needed'],
      },
    ]
  }
  if (denied.length === 0)
    return [{id: 'permissions', level: 'ok', text: `${actions.length} actions are allowed.`, suggestions: []}]
  const named = denied.slice(0, mostNamed).join(', ')
  const more = denied.length > mostNamed ? ` and ${denied.length - mostNamed} more` : ''
  return [
    {
      id: 'permissions',
      level: 'warns',
      text: `${arn} may not: ${named}${more}.`,
      suggestions: ['sluice iam policy --command "infra up" prints a policy that allows it'],
    },
  ]
}

async function roleFindings({world, read, signal}: Checking): Promise<readonly Finding[]> {
  const missing = await read(() => world.ground.missingServiceRoles(serviceRoles, signal))
  if (missing.length === 0)
    return [{id: 'service-roles', level: 'ok', text: 'The service-linked roles are there.', suggestions: []}]
  return [
    {
      id: 'service-roles',
      level: 'ok',
      text: `Service-linked roles that infra up makes first: ${missing.join(', ')}.`,
      suggestions: [],
    },
  ]
}
