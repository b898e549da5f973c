/** How a stack recovers: `stack.recovery` of sluice.yaml after loading, defaults filled in. Plain JSON. Pure. */
import type {StackConfig} from './stack-config.ts'
import {parseInterval} from './units.ts'

export interface RecoverySettings {
  readonly rtoMs: number
  readonly rpoMs: number
  /** `stop`: one object in the switch bucket, no control plane. `record`: Route 53's records and CloudFront. */
  readonly flip: 'stop' | 'record'
  /**
   * A second distribution that the site's alias is moved to with `flip: record`; null: the one distribution's origin is changed.
   */
  readonly distribution: string | null
  readonly probes: {
    readonly heartbeat: string
    readonly write: string
    readonly read: string
    readonly warm: readonly string[]
    readonly regionHeader: string
  }
  /** A drill is overdue after this. */
  readonly drillEveryMs: number
  /** How long the question at the point of no return stays open before the run pauses. */
  readonly approvalMs: number
  /** Name of the role for the day on which nobody can sign in as usual; null: none is looked for. */
  readonly breakGlassRole: string | null
  /** File with a runbook of the team's own that extends the built-in recoveries; null: none. */
  readonly extend: string | null
}

export const recoveryDefaults: RecoverySettings = {
  rtoMs: 30 * 60_000,
  rpoMs: 60_000,
  flip: 'stop',
  distribution: null,
  probes: {heartbeat: '/heartbeat', write: '/ready-write', read: '/', warm: [], regionHeader: 'x-region'},
  drillEveryMs: 92 * 24 * 3_600_000,
  approvalMs: 5 * 60_000,
  breakGlassRole: null,
  extend: null,
}

export function recoverySettings(config: StackConfig): RecoverySettings {
  const given = config.recovery?.dr ?? {}
  return {...recoveryDefaults, ...given, probes: {...recoveryDefaults.probes, ...given.probes}}
}

export type RecoveryDifference = Partial<Omit<RecoverySettings, 'probes'>> & {
  readonly probes?: Partial<RecoverySettings['probes']>
}

/** `stack.recovery` as a person writes it; everything but the stacks' own keys. */
export interface RecoveryKeys {
  readonly objectives?: {readonly rto?: string | undefined; readonly rpo?: string | undefined} | undefined
  readonly flip?: 'stop' | 'record' | undefined
  readonly distribution?: string | undefined
  readonly probes?: {readonly [K in keyof RecoverySettings['probes']]?: RecoverySettings['probes'][K] | undefined} | undefined
  readonly drillEvery?: string | undefined
  readonly approval?: string | undefined
  readonly breakGlassRole?: string | undefined
  readonly extend?: string | undefined
}

/** Only what was written: a default that changes with a new version changes for whoever left it out. */
export function recoveryDifference({
  objectives,
  flip,
  distribution,
  probes,
  drillEvery,
  approval,
  breakGlassRole,
  extend,
}: RecoveryKeys): RecoveryDifference {
  const ms = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : (parseInterval(text) ?? undefined)
  return written({
    rtoMs: ms(objectives?.rto),
    rpoMs: ms(objectives?.rpo),
    flip,
    distribution,
    probes: probes === undefined ? undefined : written(probes),
    drillEveryMs: ms(drillEvery),
    approvalMs: ms(approval),
    breakGlassRole,
    extend,
  })
}

function written<T extends object>(given: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
