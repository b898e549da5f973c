/** How a stack recovers: `stack.recovery` of sluice.yaml after loading, defaults filled in. Plain JSON. Pure. */
import type {StackConfig} from './stack-config.ts'

export interface RecoverySettings {
  readonly rtoMs: number
  readonly rpoMs: number
  /** `stop`: one object in the switch bucket, no control plane. `record`: Route 53's records and CloudFront. */
  readonly flip: 'stop' | 'record'
  /** A second distribution that the site's alias is moved to with `flip: record`; null: the one distribution's origin is changed. */
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
  /** Class the promoted database gets when the replica's is another; null: the old primary's. */
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
