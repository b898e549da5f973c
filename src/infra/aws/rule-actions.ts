/**
 * The actions of a listener rule as data: what they mean for the two slots, and what to send so that only the weights change.
 * Pure. ModifyRule replaces all actions, so whatever isn't carried over here is lost: it must never drop an authentication,
 * another target group or a member it doesn't know, and never emit weights that leave no slot with traffic.
 */
import {createHash} from 'node:crypto'
import type {Action, TargetGroupTuple} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Slot, Weights} from '../../runbooks/release/ports.ts'

export type SlotGroups = Readonly<Record<Slot, string>>

export interface RuleMeaning {
  readonly weights: Weights
  readonly stickiness: boolean
  readonly actionsHash: string
  readonly unusable: string | null
  readonly words: string
}

/** AWS's largest weight of a target group. */
const maxWeight = 999

/**
 * Whole weights for AWS. Two whole numbers that fit stay as they are; anything else becomes tenths of a percent, in which a
 * slot that should have traffic keeps at least one and a slot that should have none gets none.
 */
export function ruleWeights(weights: Weights): Weights {
  const {a, b} = weights
  if (!(a >= 0 && b >= 0 && Number.isFinite(a + b))) throw new RangeError(`weights must be finite, not negative: ${a}/${b}`)
  if (a + b === 0) throw new RangeError('weights of 0 on both slots would leave nobody to answer')
  if (a === 0) return {a: 0, b: 100}
  if (b === 0) return {a: 100, b: 0}
  if (Number.isInteger(a) && Number.isInteger(b) && a <= maxWeight && b <= maxWeight) return {a, b}
  const tenths = Math.min(Math.max(Math.round((1000 * b) / (a + b)), 1), maxWeight)
  return {a: 1000 - tenths, b: tenths}
}

/** The actions with these weights on the two slots and stickiness between groups off; everything else as it stands. */
export function withWeights(actions: readonly Action[], groups: SlotGroups, weights: Weights): Action[] {
  const whole = ruleWeights(weights)
  const ofSlot = new Map([
    [groups.a, whole.a],
    [groups.b, whole.b],
  ])
  return actions.map((action) => {
    if (action.Type === 'authenticate-oidc') return keepingSecret(action)
    if (action.Type !== 'forward') return action
    const {TargetGroupArn: _single, ...rest} = action
    const present = groupsOf(action)
    const absent = [groups.a, groups.b].filter((arn) => !present.some((group) => group.TargetGroupArn === arn))
    const all: readonly TargetGroupTuple[] = [...present, ...absent.map((arn) => ({TargetGroupArn: arn}))]
    return {
      ...rest,
      ForwardConfig: {
        ...action.ForwardConfig,
        TargetGroups: all.map((group) => ({...group, Weight: ofSlot.get(group.TargetGroupArn ?? '') ?? group.Weight ?? 1})),
        TargetGroupStickinessConfig: {Enabled: false},
      },
    }
  })
}

/** DescribeRules never tells the client secret; without this flag ModifyRule would ask for it. */
function keepingSecret(action: Action): Action {
  if (action.AuthenticateOidcConfig === undefined) return action
  const {ClientSecret: _secret, ...config} = action.AuthenticateOidcConfig
  return {...action, AuthenticateOidcConfig: {...config, UseExistingClientSecret: true}}
}

export function meaningOf(actions: readonly Action[], groups: SlotGroups, isDefault = false): RuleMeaning {
  const forward = actions.find((action) => action.Type === 'forward')
  const present = forward === undefined ? [] : groupsOf(forward)
  const weightOf = (arn: string): number => {
    const group = present.find((one) => one.TargetGroupArn === arn)
    return group === undefined ? 0 : (group.Weight ?? 1)
  }
  const weights = {a: weightOf(groups.a), b: weightOf(groups.b)}
  const stickiness = forward?.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true
  const isSlot = (arn: string | undefined): boolean => arn === groups.a || arn === groups.b
  const others = present.filter((group) => !isSlot(group.TargetGroupArn) && (group.Weight ?? 1) > 0)
  return {
    weights,
    stickiness,
    actionsHash: hashOf(actions),
    unusable: unusableBecause({actions, forward, groups, weights, others, isDefault}),
    words: words(actions, forward, weights, stickiness, others),
  }
}

interface Examined {
  readonly actions: readonly Action[]
  readonly forward: Action | undefined
  readonly groups: SlotGroups
  readonly weights: Weights
  readonly others: readonly TargetGroupTuple[]
  readonly isDefault: boolean
}

function unusableBecause({actions, forward, groups, weights, others, isDefault}: Examined): string | null {
  if (isDefault) return "it is the listener's default rule, which ModifyRule can't change: make a rule for the path /*"
  if (groups.a === groups.b) return 'both slots name the same target group'
  if (forward === undefined) return `it doesn't forward (it does: ${typesOf(actions) || 'nothing'})`
  if (others.length > 0) return `another target group gets traffic: ${others.map(wordsOf).join(', ')}`
  if (weights.a + weights.b === 0) return 'no slot has any weight'
  return null
}

function words(
  actions: readonly Action[],
  forward: Action | undefined,
  weights: Weights,
  stickiness: boolean,
  others: readonly TargetGroupTuple[],
): string {
  if (forward === undefined) return typesOf(actions) || 'no action'
  const first = actions.filter((action) => action !== forward).map((action) => action.Type)
  const shares = [`a ${weights.a}`, `b ${weights.b}`, ...others.map(wordsOf)]
  return [...first, shares.join(' / '), ...(stickiness ? ['stickiness on'] : [])].join(', ')
}

/** A hash over everything the actions say, in the one form that DescribeRules' and ModifyRule's spellings of it share. */
export function hashOf(actions: readonly Action[]): string {
  return createHash('sha256')
    .update(JSON.stringify(canonicalActions(actions)))
    .digest('hex')
    .slice(0, 32)
}

/**
 * One spelling: order counted from 1, a lone target group as a forward configuration, AWS's defaults written out, members that
 * are read or written only left out, groups sorted (their order means nothing), keys sorted.
 */
function canonicalActions(actions: readonly Action[]): unknown {
  const numbered = actions.map((action, index) => ({action, order: action.Order ?? index + 1}))
  const inOrder = numbered.sort((x, y) => x.order - y.order)
  return sorted(
    inOrder.map(({action}, index) => {
      const {Order: _order, TargetGroupArn: _single, ForwardConfig: forwardConfig, AuthenticateOidcConfig: oidc, ...rest} = action
      return {
        ...rest,
        Order: index + 1,
        ...(action.Type === 'forward' && {ForwardConfig: {...forwardConfig, ...canonicalForward(action)}}),
        ...(oidc !== undefined && {
          AuthenticateOidcConfig: {...oidc, ClientSecret: undefined, UseExistingClientSecret: undefined},
        }),
      }
    }),
  )
}

function canonicalForward(action: Action): object {
  const stickiness = action.ForwardConfig?.TargetGroupStickinessConfig
  const groups = groupsOf(action).map((group) => ({...group, Weight: group.Weight ?? 1}))
  return {
    TargetGroups: groups.sort((x, y) => (x.TargetGroupArn ?? '').localeCompare(y.TargetGroupArn ?? '', 'en')),
    // A duration without stickiness means nothing, and isn't always read back.
    TargetGroupStickinessConfig: stickiness?.Enabled === true ? stickiness : {Enabled: false},
  }
}

/** AWS answers a forward to one group in two places at once; the scalar alone is how old templates write it. */
function groupsOf(action: Action): readonly TargetGroupTuple[] {
  const groups = action.ForwardConfig?.TargetGroups ?? []
  if (groups.length > 0) return groups
  return action.TargetGroupArn === undefined ? [] : [{TargetGroupArn: action.TargetGroupArn, Weight: 1}]
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
  return Object.fromEntries(entries.sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}

const typesOf = (actions: readonly Action[]): string => actions.map((action) => action.Type).join(', ')
const wordsOf = (group: TargetGroupTuple): string => `${nameOf(group.TargetGroupArn)} ${group.Weight ?? 1}`
const nameOf = (arn: string | undefined): string => arn?.split('/')[1] ?? arn ?? '?'
