/**
 * From what the file says to what a release runs by: defaults filled in, units in the names. Pure, and the only place with
 * defaults.
 */
import type {GateSettings} from '../judge/settings.ts'
import type {Gate, LoadedConfig, RecoveryTarget, ReleaseSettings, ReleaseStep} from './release-config.ts'
import type {ConfigInput, StackConfigInput} from './schema.ts'
import {slotService, stackOf} from './slot-names.ts'
import {parseDuration, parsePercent} from './units.ts'

/** Chance of a false rollback per release, shared by its gates. */
const alphaPerRelease = 0.01

export function resolveConfig(input: ConfigInput | StackConfigInput): LoadedConfig {
  const settings = resolveSettings(input)
  if (!('rule' in input)) return {kind: 'of-stack', settings}
  const {loadBalancer, listener, rule, cluster, slots} = input
  return {kind: 'config', config: {...settings, loadBalancer, listener, rule, cluster, slots}}
}

function resolveSettings(input: ConfigInput | StackConfigInput): ReleaseSettings {
  return {
    service: input.service,
    environment: input.environment ?? 'production',
    region: input.region,
    container: input.container ?? null,
    gates: gates(input.gates ?? {}),
    steps: steps(input.steps ?? [{weight: 5}, {weight: 25}, {weight: 50}]),
    warmupMs: ms(input.warmup ?? '0s'),
    warmMs: ms(input.warm ?? '30m'),
    afterPromotion: input.afterPromotion ?? 'alert',
    deadMansSwitch: {
      role: input.switch?.role ?? null,
      deadLetterQueue: input.switch?.deadLetterQueue ?? null,
      group: input.switch?.group ?? 'default',
      windowMs: ms(input.switch?.window ?? '10m'),
      pausedWindowMs: ms(input.switch?.pausedWindow ?? '60m'),
    },
    recovery: input.recovery ?? recoveryOfStack(input),
  }
}

function recoveryOfStack({service, environment = 'production', stack}: ConfigInput | StackConfigInput): RecoveryTarget | null {
  if (stack?.recovery === undefined) return null
  const whose = {service, environment}
  return {
    region: stack.recovery.region,
    stack: stackOf(whose, 'main'),
    slots: {a: slotService(whose, 'a'), b: slotService(whose, 'b')},
  }
}

function steps(input: NonNullable<ConfigInput['steps']>): readonly ReleaseStep[] {
  return input.map((step) => ({
    weight: step.weight,
    holdMs: ms(step.hold ?? '5m'),
    atMostMs: ms(step.atMost ?? '30m'),
    ...(step.gates !== undefined && {gates: step.gates}),
  }))
}

type GatesInput = NonNullable<ConfigInput['gates']>
type SettingsInput = NonNullable<GatesInput['errors']>

function gates(input: GatesInput): readonly Gate[] {
  const {errors, latency, ...own} = input
  const count = 1 + (latency === undefined ? 0 : 1) + Object.keys(own).length
  const with_ = (given: SettingsInput, budget: string): GateSettings => settings(given, budget, alphaPerRelease / count)
  const all: Gate[] = [{kind: 'errors', name: 'errors', settings: with_(errors ?? {}, '0.5%')}]
  if (latency !== undefined)
    all.push({
      kind: 'latency',
      name: 'latency',
      boundMs: ms(latency.bound),
      settings: with_(latency, '1%'),
    })
  for (const [name, gate] of Object.entries(own)) {
    all.push({kind: 'counts', name, requests: gate.requests, bad: gate.bad, settings: with_(gate, '1%')})
  }
  return all
}

function settings(input: SettingsInput, budget: string, alpha: number): GateSettings {
  return {
    method: input.method ?? 'mixed',
    budget: fraction(input.budget ?? budget),
    tolerance: input.tolerance ?? 1.25,
    ratio: input.ratio ?? 2.5,
    floor: fraction(input.floor ?? '0.1%'),
    ceiling: fraction(input.ceiling ?? '20%'),
    alpha: input.alpha === undefined ? alpha : fraction(input.alpha),
    beta: fraction(input.beta ?? '5%'),
    minMinutes: input.minMinutes ?? 3,
  }
}

function ms(text: string): number {
  const value = parseDuration(text)
  if (value === null) throw new Error(`"${text}" passed the schema but isn't a duration`)
  return value
}

function fraction(text: string): number {
  const value = parsePercent(text)
  if (value === null) throw new Error(`"${text}" passed the schema but isn't a percent`)
  return value
}
