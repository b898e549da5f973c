/**
 * What two values of a configuration say about each other: weights rise, a hold fits into its limit, everything is in one Region.
 * Each rule reads the raw value and passes over what has the wrong shape (the schema says that), so that all problems are found
 * in one go. Pure.
 */
import {parseArn} from './arn.ts'
import type {Path, Problem} from './problem.ts'
import {valueAt} from './problem.ts'
import {formatDuration, parseDuration} from './units.ts'

export interface RuleContext {
  /** The account the caller is in, when it is known. */
  readonly account?: string
}
type Rule = (raw: unknown, context: RuleContext) => readonly Problem[]

const wrong = (path: Path, message: string): Problem => ({path, message, on: 'value'})

const defaultHoldMs = 300_000
const defaultAtMostMs = 1_800_000
const leastWarmMs = 420_000

function steps(raw: unknown): readonly unknown[] {
  const value = valueAt(raw, ['steps'])
  return Array.isArray(value) ? value : []
}

/** What `sluice init` left for a person: said once, whatever else such a value would be blamed for. */
export function leftToDo(raw: unknown, path: Path = []): readonly Problem[] {
  if (raw === 'TODO') return [wrong(path, 'still to be filled in')]
  if (typeof raw !== 'object' || raw === null) return []
  return Object.entries(raw).flatMap(([key, value]) => leftToDo(value, [...path, Array.isArray(raw) ? Number(key) : key]))
}

/** Milliseconds, `whenAbsent` if it isn't there, null if it is there but unreadable. */
function durationAt(raw: unknown, path: Path, whenAbsent: number): number | null {
  const value = valueAt(raw, path)
  if (value === undefined) return whenAbsent
  return typeof value === 'string' ? parseDuration(value) : null
}

const weightsRise: Rule = (raw) => {
  const problems: Problem[] = []
  let above = 0
  for (const [index] of steps(raw).entries()) {
    const weight = valueAt(raw, ['steps', index, 'weight'])
    if (typeof weight !== 'number' || weight <= 0 || weight >= 100) continue
    if (weight <= above) problems.push(wrong(['steps', index, 'weight'], `${weight} doesn't rise above ${above}`))
    above = Math.max(above, weight)
  }
  return problems
}

/** A load balancer's weights are whole numbers up to 999, so a thousandth is the finest share. */
const weightsCanBeSplit: Rule = (raw) =>
  steps(raw).flatMap((_, index) => {
    const weight = valueAt(raw, ['steps', index, 'weight'])
    if (typeof weight !== 'number' || weight <= 0 || weight >= 100 || Number.isInteger(Number((weight * 10).toFixed(6)))) {
      return []
    }
    return [wrong(['steps', index, 'weight'], `${weight} is finer than a load balancer can split: tenths of a percent at most`)]
  })

const holdsFit: Rule = (raw) =>
  steps(raw).flatMap((_, index) => {
    const hold = durationAt(raw, ['steps', index, 'hold'], defaultHoldMs)
    const atMost = durationAt(raw, ['steps', index, 'atMost'], defaultAtMostMs)
    if (hold === null || atMost === null || hold <= atMost) return []
    const at = valueAt(raw, ['steps', index, 'hold']) === undefined ? 'atMost' : 'hold'
    return [
      wrong(
        ['steps', index, at],
        `hold ${formatDuration(hold)} is longer than atMost ${formatDuration(atMost)}: the step could never pass`,
      ),
    ]
  })

const holdsAreSomething: Rule = (raw) =>
  steps(raw).flatMap((_, index) =>
    ['hold', 'atMost']
      .filter((key) => durationAt(raw, ['steps', index, key], 1) === 0)
      .map((key) => wrong(['steps', index, key], '0s judges nothing: write at least 1m')),
  )

const stepGatesExist: Rule = (raw) => {
  const gates = valueAt(raw, ['gates'])
  const known = [
    'errors',
    ...(typeof gates === 'object' && gates !== null ? Object.keys(gates).filter((name) => name !== 'errors') : []),
  ]
  return steps(raw).flatMap((_, index) => {
    const named = valueAt(raw, ['steps', index, 'gates'])
    if (!Array.isArray(named)) return []
    return (named as readonly unknown[]).flatMap((name, at) =>
      typeof name !== 'string' || known.includes(name)
        ? []
        : [wrong(['steps', index, 'gates', at], `there is no gate ${name}; there are: ${known.join(', ')}`)],
    )
  })
}

const slotsDiffer: Rule = (raw) =>
  (['service', 'targetGroup'] as const).flatMap((key) => {
    const a = valueAt(raw, ['slots', 'a', key])
    const b = valueAt(raw, ['slots', 'b', key])
    if (typeof a !== 'string' || a !== b) return []
    const what = key === 'service' ? 'ECS service' : 'target group'
    return [wrong(['slots', 'b', key], `the same ${what} as slot a: a release needs two`)]
  })

const regionalArns: readonly Path[] = [
  ['loadBalancer'],
  ['listener'],
  ['rule'],
  ['cluster'],
  ['slots', 'a', 'targetGroup'],
  ['slots', 'b', 'targetGroup'],
  ['switch', 'deadLetterQueue'],
]

const oneRegion: Rule = (raw) => {
  const region = valueAt(raw, ['region'])
  if (typeof region !== 'string') return []
  return regionalArns.flatMap((path) => {
    const arn = arnAt(raw, path)
    if (arn === null || arn.region === region || arn.region === '') return []
    return [wrong(path, `is in ${arn.region}, but region is ${region}`)]
  })
}

const oneAccount: Rule = (raw, {account}) => {
  const paths: readonly Path[] = [...regionalArns, ['switch', 'role']]
  const expected = account ?? arnAt(raw, ['loadBalancer'])?.account
  if (expected === undefined) return []
  const whose = account === undefined ? 'loadBalancer is' : 'these credentials are'
  return paths.flatMap((path) => {
    const arn = arnAt(raw, path)
    if (arn === null || arn.account === expected) return []
    return [wrong(path, `is in account ${arn.account}, but ${whose} in ${expected}`)]
  })
}

/** `listener/app/<name>/<id>/…` and `listener-rule/app/<name>/<id>/…` name the load balancer they belong to. */
const oneLoadBalancer: Rule = (raw) => {
  const [balancer, listener, rule] = ['loadBalancer', 'listener', 'rule'].map((key) =>
    arnAt(raw, [key])?.resource.replace(/^[^/]+\//, ''),
  )
  const problems: Problem[] = []
  if (balancer !== undefined && listener !== undefined && !listener.startsWith(`${balancer}/`))
    problems.push(wrong(['listener'], 'is a listener of another load balancer'))
  if (listener !== undefined && rule !== undefined && !rule.startsWith(`${listener}/`))
    problems.push(wrong(['rule'], 'is a rule of another listener'))
  return problems
}

const warmLongEnough: Rule = (raw) => {
  const warm = durationAt(raw, ['warm'], leastWarmMs)
  if (warm === null || warm >= leastWarmMs) return []
  return [wrong(['warm'], `${formatDuration(warm)} is too short: the old slot is the way back, keep it at least 7m`)]
}

const windowsMakeSense: Rule = (raw) => {
  const window = durationAt(raw, ['switch', 'window'], 600_000)
  const paused = durationAt(raw, ['switch', 'pausedWindow'], 3_600_000)
  const problems: Problem[] = []
  if (window !== null && window < 240_000)
    problems.push(
      wrong(
        ['switch', 'window'],
        `${formatDuration(window)} is too short: a slow tick would send traffic home; write at least 4m`,
      ),
    )
  if (window !== null && paused !== null && paused < window) {
    const at = valueAt(raw, ['switch', 'pausedWindow']) === undefined ? 'window' : 'pausedWindow'
    problems.push(
      wrong(['switch', at], `pausedWindow ${formatDuration(paused)} is shorter than window ${formatDuration(window)}`),
    )
  }
  return problems
}

const recoveryElsewhere: Rule = (raw) => {
  const region = valueAt(raw, ['recovery', 'region'])
  if (typeof region !== 'string' || region !== valueAt(raw, ['region'])) return []
  return [wrong(['recovery', 'region'], `${region} is the Region of the service itself`)]
}

const percentsAreShares: Rule = (raw) => {
  const gates = valueAt(raw, ['gates'])
  if (typeof gates !== 'object' || gates === null) return []
  return Object.keys(gates).flatMap((gate) =>
    ['budget', 'floor', 'ceiling', 'alpha', 'beta'].flatMap((key) => {
      const value = valueAt(raw, ['gates', gate, key])
      const percent = typeof value === 'string' ? Number.parseFloat(value) : 1
      const least = key === 'floor' ? 0 : Number.MIN_VALUE
      return percent >= least && percent < 100
        ? []
        : [wrong(['gates', gate, key], `${String(value)} is out of range: above 0% and below 100%`)]
    }),
  )
}

function arnAt(raw: unknown, path: Path): ReturnType<typeof parseArn> {
  const value = valueAt(raw, path)
  return typeof value === 'string' ? parseArn(value) : null
}

const rules: readonly Rule[] = [
  weightsRise,
  weightsCanBeSplit,
  holdsAreSomething,
  holdsFit,
  stepGatesExist,
  slotsDiffer,
  oneRegion,
  oneAccount,
  oneLoadBalancer,
  warmLongEnough,
  windowsMakeSense,
  recoveryElsewhere,
  percentsAreShares,
]

export function ruleProblems(raw: unknown, context: RuleContext): readonly Problem[] {
  return rules.flatMap((rule) => rule(raw, context))
}
