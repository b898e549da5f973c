/**
 * Readiness: would a failover that begins now keep its objectives? Checks side by side, a few at a time, each on its own: what one can't
 * ask is asked once more when the others are through, then `unknown`, and hides no other. The signal bounds them all. It only reads.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import {StoreUnavailable} from '../../engine/store.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {alarms} from './alarms.ts'
import {backupWindow} from './backup-window.ts'
import {capacityAge} from './capacity-age.ts'
import {certificates} from './certificates.ts'
import {classOffered, classParity, multiAz} from './class-parity.ts'
import {cloudfront} from './cloudfront.ts'
import {compute} from './compute.ts'
import {inOrder} from './finding.ts'
import type {Finding, Level} from './finding.ts'
import {ami, images} from './images.ts'
import {keys} from './keys.ts'
import {launches} from './launches.ts'
import {looking} from './looking.ts'
import type {Check, Looking, LookingInput} from './looking.ts'
import {alive, records, ttl} from './names.ts'
import {parameters} from './parameters.ts'
import {breakGlass, drill} from './people.ts'
import {quotas} from './quotas.ts'
import {recoveryPoints} from './recovery-points.ts'
import {replicaLag, toldLag} from './replica-lag.ts'
import {replicaState} from './replica-state.ts'
import {secret} from './secret.ts'
import {site} from './site.ts'
import {stackDrift} from './stack-drift.ts'
import {primaryRegion, standing} from './standing.ts'
import {watch} from './watch.ts'

export const checks: readonly Check[] = [
  standing,
  replicaState,
  replicaLag,
  parameters,
  backupWindow,
  classParity,
  classOffered,
  multiAz,
  compute,
  launches,
  images,
  ami,
  capacityAge,
  quotas,
  secret,
  site,
  certificates,
  ttl,
  records,
  alive,
  cloudfront,
  keys,
  alarms,
  recoveryPoints,
  stackDrift,
  breakGlass,
  drill,
  watch,
  primaryRegion,
]

export interface Readiness {
  readonly schema: 1
  readonly at: number
  readonly from: string
  readonly to: string
  /** 100: nothing found. */
  readonly score: number
  readonly rto: {
    readonly p50Seconds: number
    readonly p90Seconds: number
    readonly objectiveSeconds: number
    /** Part of both that findings cost. */ readonly findingsSeconds: number
  }
  readonly rpo: {
    readonly lagSeconds: number | null
    readonly source: 'heartbeat' | 'ReplicaLag' | null
    readonly objectiveSeconds: number
  }
  /** The worst first. */
  readonly findings: readonly Finding[]
}

export interface ReadinessInput extends LookingInput {
  /** How long the plan itself takes: see `forecastFailover`. */
  readonly forecast: {readonly p50Seconds: number; readonly p90Seconds: number}
}

export async function readReadiness(world: RecoveryWorld, {forecast, ...input}: ReadinessInput): Promise<Readiness> {
  const look = looking(world, input)
  const first = await fewAtATime(checks, (check) => checked(check, look))
  const second = await fewAtATime(first, async (one) =>
    one.ended === 'unanswered' && !input.signal.aborted ? checked(one.check, look) : one,
  )
  const findings = second.flatMap((one) => one.findings)
  // Read once: the headline and the finding below it must not contradict each other.
  const lag = toldLag(findings.find(({id}) => id === replicaLag.id)?.evidence ?? {})
  return scored(findings, {
    now: input.now,
    from: look.from,
    to: look.to,
    forecast,
    rtoMs: input.settings.rtoMs,
    rpoMs: input.settings.rpoMs,
    lag,
  })
}

const mostAtOnce = 5

async function fewAtATime<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const left = [...all.entries()]
  await Promise.all(
    Array.from({length: mostAtOnce}, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await act(next[1])
    }),
  )
  return results
}

interface Checked {
  readonly check: Check
  readonly ended: 'answered' | 'unanswered'
  readonly findings: readonly Finding[]
}

/** One check, whatever happens to it. A bug of ours is thrown; what AWS didn't answer is a finding. */
async function checked(check: Check, look: Looking): Promise<Checked> {
  const {id, title} = check
  try {
    const found = await bounded(check.look(look), look.signal)
    return {
      check,
      ended: 'answered',
      findings: found.map(({level, text, rtoMinutes = 0, suggestions = [], evidence = {}}) => ({
        id,
        title,
        level,
        text,
        rtoMinutes,
        suggestions,
        evidence,
      })),
    }
  } catch (error) {
    const text = `Couldn't be asked: ${whyNot(error)}`
    return {
      check,
      ended: error instanceof SluiceError ? 'answered' : 'unanswered',
      findings: [
        {
          id,
          title,
          level: 'unknown',
          text,
          rtoMinutes: 0,
          suggestions: error instanceof SluiceError ? error.suggestions : [],
          evidence: {},
        },
      ],
    }
  }
}

class TooLate extends Error {}

function whyNot(error: unknown): string {
  if (error instanceof SluiceError || error instanceof Unavailable || error instanceof StoreUnavailable) return error.message
  if (error instanceof TooLate) return 'no answer in time.'
  throw error
}

/** A port that forgets the signal must not hold up the others. */
async function bounded<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>()
  const onAbort = (): void => late.reject(new TooLate())
  signal.addEventListener('abort', onAbort, {once: true})
  if (signal.aborted) onAbort()
  // A port that does heed the signal rejects with its reason, which is the same as being too late.
  const heeded = asked.catch((error: unknown) => {
    throw signal.aborted ? new TooLate() : error
  })
  try {
    return await Promise.race([heeded, late.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

interface Scoring {
  readonly now: number
  readonly from: string
  readonly to: string
  readonly forecast: ReadinessInput['forecast']
  readonly rtoMs: number
  readonly rpoMs: number
  readonly lag: {readonly seconds: number | null; readonly source: 'heartbeat' | 'ReplicaLag' | null}
}

const costs: Readonly<Record<Level, number>> = {fail: 20, unknown: 7, warn: 3, ok: 0}

export function scored(findings: readonly Finding[], {now, from, to, forecast, rtoMs, rpoMs, lag}: Scoring): Readiness {
  const findingsSeconds = findings.reduce((sum, {rtoMinutes}) => sum + rtoMinutes * 60, 0)
  const rto = {
    p50Seconds: forecast.p50Seconds + findingsSeconds,
    p90Seconds: forecast.p90Seconds + findingsSeconds,
    objectiveSeconds: rtoMs / 1000,
    findingsSeconds,
  }
  const all = [...findings, rtoFinding(rto)]
  return {
    schema: 1,
    at: now,
    from,
    to,
    rto,
    score: Math.max(0, 100 - all.reduce((sum, {level}) => sum + costs[level], 0)),
    rpo: {lagSeconds: lag.seconds, source: lag.source, objectiveSeconds: rpoMs / 1000},
    findings: inOrder(all),
  }
}

function rtoFinding(rto: Readiness['rto']): Finding {
  const minutes = (seconds: number): number => Math.round(seconds / 60)
  const [usual, bad, objective] = [minutes(rto.p50Seconds), minutes(rto.p90Seconds), minutes(rto.objectiveSeconds)]
  const finding = (level: Level, text: string): Finding => ({
    id: 'rto',
    title: 'forecast',
    level,
    text,
    rtoMinutes: 0,
    suggestions: [],
    evidence: {...rto},
  })
  if (rto.p50Seconds > rto.objectiveSeconds)
    return finding('fail', `A failover would usually take ${usual} min, and ${objective} are allowed.`)
  if (rto.p90Seconds > rto.objectiveSeconds)
    return finding('warn', `A failover usually takes ${usual} min, but one of ten takes ${bad} and ${objective} are allowed.`)
  return finding('ok', `A failover takes ${usual} min usually and ${bad} at worst; ${objective} are allowed.`)
}

/** 0: ready; 9: an objective can't be kept, or something is broken; 8: nothing is known to be, but not everything could be asked. */
export function readinessExit({findings}: Pick<Readiness, 'findings'>): ExitCode {
  if (findings.some(({level}) => level === 'fail')) return ExitCode.objectiveMissed
  return findings.some(({level}) => level === 'unknown') ? ExitCode.stillRunning : ExitCode.done
}
