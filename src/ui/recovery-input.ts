/**
 * What event 0 of a recovery says of the run, for screens and reports. Pure;
 * an older or newer event 0 leaves gaps and nothing worse.
 */
import {recoveryDefaults} from '../config/recovery-config.ts'
import type {RecoverySettings} from '../config/recovery-config.ts'
import type {Event} from '../runbooks/engine/event.ts'
import type {PromoteMode} from '../runbooks/recovery/input.ts'

export type RecoveryKind = 'promote' | 'drill' | 'failback' | 'settle' | 'custom'

export interface RecoveryAsked {
  readonly kind: RecoveryKind
  readonly service: string
  readonly environment: string
  readonly account: string
  /** Where users are when it begins, and where they are to be. */
  readonly from: string
  readonly to: string
  /** Null for what isn't a promotion. */
  readonly mode: PromoteMode | null
  readonly flip: RecoverySettings['flip']
  readonly rtoMs: number
  readonly rpoMs: number
  /** Where sluice.yaml said that users are; null: it isn't known. */
  readonly activeRegion: string | null
  /** ARN of who asked. */
  readonly by: string
  /** Loss accepted up front. */
  readonly acceptLossMs: number | null
  readonly withoutPrimary: boolean
  readonly recoveryPoint: {readonly snapshot: string; readonly createdAt: number} | null
  readonly lastAnswerAt: number | null
  /** As `dr check --json` told it before. */
  readonly readiness: unknown
}

/** Every kind of input, with every member in doubt. */
interface Stored {
  readonly kind?: RecoveryKind
  readonly mode?: PromoteMode
  readonly by?: string
  readonly place?: {
    readonly service?: string
    readonly environment?: string
    readonly account?: string
    readonly home?: string
    readonly recovery?: string
  }
  readonly settings?: Partial<RecoverySettings>
  readonly config?: {readonly activeRegion?: string}
  readonly from?: {readonly region?: string} | null
  readonly to?: {readonly region?: string}
  readonly side?: {readonly region?: string}
  readonly active?: string
  readonly acceptLossMs?: number | null
  readonly lastAnswerAt?: number | null
  readonly silence?: {readonly answeredAt?: number | null} | null
  readonly withoutPrimary?: boolean
  readonly recoveryPoint?: {readonly snapshot: string; readonly createdAt: number}
  readonly readiness?: unknown
}

export function recoveryInput(events: readonly Event[]): RecoveryAsked {
  const first = events.find((event) => event.kind === 'planned')
  const stored = (first?.data.input ?? {}) as Stored
  const {place, settings} = stored
  const kind = stored.kind ?? kindOf(first?.data.plan ?? '')
  const {from, to} = wayOf(kind, stored)
  return {
    kind,
    service: place?.service ?? '–',
    environment: place?.environment ?? '–',
    account: place?.account ?? '',
    from,
    to,
    mode: stored.mode ?? null,
    flip: settings?.flip ?? recoveryDefaults.flip,
    rtoMs: settings?.rtoMs ?? recoveryDefaults.rtoMs,
    rpoMs: settings?.rpoMs ?? recoveryDefaults.rpoMs,
    activeRegion: stored.config?.activeRegion ?? null,
    by: stored.by ?? '',
    acceptLossMs: stored.acceptLossMs ?? null,
    withoutPrimary: stored.withoutPrimary ?? false,
    recoveryPoint: stored.recoveryPoint ?? null,
    lastAnswerAt: stored.lastAnswerAt ?? stored.silence?.answeredAt ?? null,
    readiness: stored.readiness ?? null,
  }
}

const kindOf = (plan: string): RecoveryKind =>
  (['promote', 'drill', 'failback', 'settle'] as const).find((one) => plan === one) ?? 'custom'

function wayOf(kind: RecoveryKind, {place, from, to, side, active}: Stored): {readonly from: string; readonly to: string} {
  const [home, recovery] = [place?.home ?? '–', place?.recovery ?? '–']
  switch (kind) {
    case 'promote': {
      const target = to?.region ?? recovery
      return {from: from?.region ?? (target === home ? recovery : home), to: target}
    }
    case 'failback': {
      const target = to?.region ?? home
      return {from: from?.region ?? (target === home ? recovery : home), to: target}
    }
    case 'drill':
      return {from: home, to: side?.region ?? recovery}
    case 'settle':
      return {from: active ?? recovery, to: active ?? recovery}
    case 'custom':
      return {from: home, to: recovery}
  }
}
