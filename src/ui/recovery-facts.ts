/**
 * What the steps of a recovery found out, by the names their facts have in the journal: the one place of the screens that knows those
 * names. Pure. A fact that isn't there, or is of another type, is null; a screen then says that it isn't known.
 */
import type {Facts, Json} from '../runbooks/engine/event.ts'
import type {RecoveryStep} from './recovery-steps.ts'

export interface MeasuredLoss {
  /** Null: it can't be told. */
  readonly ms: number | null
  /** What it was measured by, in words. */
  readonly source: string
  /** The newest row or moment known to have been replicated, epoch ms. */
  readonly lastReplicatedAt: number | null
}

export interface RecoveryFacts {
  readonly primaryAnswers: boolean | null
  /** Which ways were tried, in words. */
  readonly primaryWords: string | null
  readonly loss: MeasuredLoss | null
  readonly fence: 'fenced' | 'unreachable' | 'none' | null
  readonly fencedAt: number | null
  readonly acceptedMs: number | null
  readonly servingAt: number | null
  readonly lastOldAnswerAt: number | null
  readonly rtoSeconds: number | null
  readonly residue: number | null
  readonly orphans: readonly Json[]
}

export function recoveryFacts(steps: readonly RecoveryStep[]): RecoveryFacts {
  const facts = (id: string): Facts => steps.findLast((step) => step.id === id)?.facts ?? {}
  const [declare, fence, approve, serving, report] = [facts('declare'), facts('fence'), facts('approve'), facts('serving'), facts('report')]
  return {
    primaryAnswers: truth(declare['primaryAnswers']),
    primaryWords: text(declare['primary']),
    loss: lossOf(facts('drained'), approve, declare, report),
    fence: fenceOf(text(fence['how']) ?? text(report['fence'])),
    fencedAt: number(fence['fencedAt']),
    acceptedMs: number(approve['acceptedMs']) ?? number(approve['acceptLossMs']),
    servingAt: number(serving['servingAt']),
    lastOldAnswerAt: number(serving['lastOldAnswerAt']),
    rtoSeconds: number(report['rtoSeconds']),
    residue: number(facts('residue')['residue']) ?? number(report['residue']),
    orphans: list(facts('orphans')['rows']) ?? list(report['orphans']) ?? [],
  }
}

/** The newest measurement stands: proven by the drain, measured at the question, measured at the beginning. */
function lossOf(...places: readonly Facts[]): MeasuredLoss | null {
  const first = <T>(read: (facts: Facts) => T | null): T | null => places.map(read).find((value) => value !== null) ?? null
  const measured = places.find((one) => one['lossMs'] !== undefined)
  return measured === undefined ? null : {
    ms: number(measured['lossMs']),
    source: first((one) => text(one['lossSource'])) ?? '',
    lastReplicatedAt: first((one) => number(one['lastReplicatedAt'])),
  }
}

const fenceOf = (how: string | null): RecoveryFacts['fence'] => (['fenced', 'unreachable', 'none'] as const).find((one) => one === how) ?? null

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)
const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
const truth = (value: Json | undefined): boolean | null => (typeof value === 'boolean' ? value : null)
const list = (value: Json | undefined): readonly Json[] | null => (Array.isArray(value) ? value as readonly Json[] : null)
