/**
 * What a release would take and find, said before it begins: the real judge on the service's own rates. Reads only, promises
 * nothing; hazards are what a person should know before saying yes.
 */
import {forecast} from '../../judge/forecast.ts'
import {canarySlot} from './input.ts'
import type {ReleaseInput} from './input.ts'
import {historyCounts, minuteMs, settledUntil} from './measure.ts'
import type {CountedMinute, ReleaseWorld} from './ports.ts'
import {recoverySituation} from './prepare.ts'

const historyMinutes = 60
const runs = 200
const ratios = [2, 5] as const
/** Aligning to whole minutes and settling, on top of a step's judged time. */
const settlingMs = 3 * minuteMs

export interface Foreseen {
  readonly requestsPerMinute: number
  /** Run ms until a healthy version is promoted; null when some step would need more data than it may wait for. */
  readonly totalMs: number | null
  readonly finds: readonly {readonly times: number; readonly withinMs: number}[]
  /** Requests that meet a version that fails, at most: the first step's canary until its limit. */
  readonly exposes: number
  readonly hazards: readonly string[]
}

export async function foresee(world: ReleaseWorld, input: ReleaseInput, signal: AbortSignal): Promise<Foreseen> {
  const until = settledUntil(world.awsTime())
  const [history, canary, settings, canaryTargets, recovery] = await Promise.all([
    world.metrics.counts(until - historyMinutes * minuteMs, until, signal),
    world.slots.read(canarySlot(input), signal),
    world.targets.settings(canarySlot(input), signal),
    world.targets.health(canarySlot(input), signal),
    recoverySituation(world, input.config, signal),
  ])
  const hazards = [
    ...(settings.slowStartSeconds > 0
      ? [`slow start ${settings.slowStartSeconds} s on slot ${canarySlot(input)}: the first minutes of each task aren't judged`]
      : []),
    ...(settings.stickiness
      ? [
          `stickiness on slot ${canarySlot(input)}'s target group: sessions keep their target, `
            + 'so the share lags behind the weight',
        ]
      : []),
    ...(canary.capacityProvider === null ? [`${canary.service} names no capacity provider: its tasks may find no host`] : []),
    ...(input.production.scaling !== null && input.canaryScaling === null
      ? [`slot ${canarySlot(input)} has no scalable target: promoted, it would not scale`]
      : []),
    ...(canaryTargets.length > 0
      ? [`the version before ${input.fromImage} is still warm in slot ${canarySlot(input)}: this release gives it up`]
      : []),
  ]
  const unasked =
    recovery.kind === 'unknown'
      ? [
          `${input.config.recovery?.region ?? 'the recovery Region'} can't be asked (${recovery.because}): `
            + "whether a recovery is under way isn't known, and it won't follow",
        ]
      : []
  return {...predict(input, history), hazards: [...unasked, ...hazards, ...quiet(history)]}
}

function quiet(history: readonly CountedMinute[]): readonly string[] {
  const requests = history.slice(-10).reduce((total, minute) => total + (minute.a.requests ?? 0) + (minute.b.requests ?? 0), 0)
  return requests === 0 ? ['no requests in the last 10 minutes: without traffic no step can pass, and the run will pause'] : []
}

function predict(input: ReleaseInput, history: readonly CountedMinute[]): Omit<Foreseen, 'hazards'> {
  const gate = input.config.gates.find((one) => one.kind === 'errors') ?? input.config.gates[0]
  const counts = gate === undefined ? [] : historyCounts(gate, history).filter((count) => count.requests > 0)
  const requests = counts.reduce((total, count) => total + count.requests, 0)
  const bad = counts.reduce((total, count) => total + count.bad, 0)
  if (gate === undefined || requests === 0) return {requestsPerMinute: 0, totalMs: null, finds: [], exposes: 0}
  const requestsPerMinute = Math.round(requests / counts.length)
  const steps = input.config.steps.map((step) =>
    forecast({
      settings: gate.settings,
      stableRate: Math.max(bad, 0.5) / requests,
      requestsPerMinute,
      weight: step.weight,
      minutes: Math.ceil(step.atMostMs / minuteMs),
      hold: Math.ceil(step.holdMs / minuteMs),
      ratios: step === input.config.steps[0] ? ratios : [],
      seed: 1,
      runs,
    }),
  )
  const passes = steps.map((step, index) =>
    step.passMinutes === null
      ? null
      : Math.max(step.passMinutes.p50 * minuteMs, input.config.steps[index]?.holdMs ?? 0) + settlingMs,
  )
  return {
    requestsPerMinute,
    totalMs: passes.every((pass) => pass !== null) ? passes.reduce((total, pass) => total + pass, 0) + 2 * settlingMs : null,
    finds: (steps[0]?.finds ?? []).flatMap(({ratio, share, medianMinute}) =>
      share > 0.5 && medianMinute !== null ? [{times: ratio, withinMs: medianMinute * minuteMs + settlingMs}] : [],
    ),
    exposes: steps[0]?.exposedRequests ?? 0,
  }
}
