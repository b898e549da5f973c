/**
 * What the steps of a recovery found out, by the names their facts have in the journal: the one place of the screens that knows
 * those names. Pure. A fact that isn't there, or is of another type, is null; a screen then says that it isn't known.
 */
import type {Facts, Json} from '../runbooks/engine/event.ts'
import type {RecoveryStep} from './recovery-steps.ts'

export interface MeasuredLoss {
  /** Null: it can't be told. */
  readonly ms: number | null
  /** `heartbeat`, `replica-lag`, `none`; empty: not said. */
  readonly source: string
  /** The newest row or moment known to have been replicated, epoch ms. */
  readonly replicatedUntil: number | null
  /** How it was found out, in a sentence. */
  readonly text: string
}

export interface RecoveryFacts {
  readonly primaryAnswers: boolean | null
  readonly primaryLastRowAt: number | null
  readonly loss: MeasuredLoss | null
  readonly fence: 'fenced' | 'unreachable' | 'none' | null
  readonly fencedAt: number | null
  /** Who agreed to the loss; null: nobody has been asked yet. */
  readonly accepted: {readonly by: string; readonly lossMs: number | null; readonly unknownLoss: boolean} | null
  readonly servingAt: number | null
  readonly lastOldAnswerAt: number | null
  readonly rtoSeconds: number | null
  readonly residue: number | null
  /** Why hosts that were asked for don't come, as far as they still don't; null: nothing is known to keep them. */
  readonly launches: {readonly because: string; readonly commands: readonly string[]} | null
  /** What counts of a drill instead of a loss: how old its recovery point was. */
  readonly rpoSeconds: number | null
  /** Rows of the old primary that were never replicated; null: not looked for. `count` null: nobody can tell, and why. */
  readonly orphans: {readonly count: number | null; readonly rows: readonly Json[]; readonly because: string | null} | null
}

export function recoveryFacts(steps: readonly RecoveryStep[]): RecoveryFacts {
  const facts = (id: string): Facts => steps.findLast((step) => step.id === id)?.facts ?? {}
  const [declare, fence, approve, serving, report] = [
    facts('declare'),
    {...facts('fence-away'), ...facts('fence')},
    facts('approve'),
    facts('serving'),
    facts('report'),
  ]
  return {
    primaryAnswers: truth(declare['primaryAnswers']),
    primaryLastRowAt: number(member(declare['primaryLast'], 'at')),
    loss: lossOf(approve, facts('drained'), report),
    fence: fenceOf(text(fence['how']) ?? text(report['fence'])),
    fencedAt: number(fence['fencedAt']),
    accepted: acceptedOf(approve),
    servingAt: number(serving['servingAt']),
    lastOldAnswerAt: number(serving['lastOldAnswerAt']),
    rtoSeconds: number(report['rtoSeconds']),
    residue: number(facts('residue')['residue']) ?? number(report['residue']),
    launches: launchesOf(steps),
    rpoSeconds: number(report['rpoSeconds']),
    orphans: orphansOf(facts('orphans')),
  }
}

/** The newest measurement stands: proven by the drain, measured at the question. */
function lossOf(...places: readonly Facts[]): MeasuredLoss | null {
  const measured = places.find((one) => one['lossMs'] !== undefined)
  return measured === undefined
    ? null
    : {
        ms: number(measured['lossMs']),
        source: text(measured['source']) ?? '',
        replicatedUntil: number(measured['replicatedUntil']),
        text: text(measured['text']) ?? '',
      }
}

function acceptedOf(approve: Facts): RecoveryFacts['accepted'] {
  const by = text(approve['accepted'])
  if (by === null) return null
  const lossMs = number(approve['acceptedLossMs'])
  return {by, lossMs, unknownLoss: lossMs === null && number(approve['lossMs']) === null}
}

function launchesOf(steps: readonly RecoveryStep[]): RecoveryFacts['launches'] {
  const told = steps.findLast(({state, facts}) => state !== 'done' && text(member(facts['launches'], 'because')) !== null)
  const launches = told?.facts['launches']
  const commands = (list(member(launches, 'commands')) ?? []).flatMap((one) => text(one) ?? [])
  return told === undefined ? null : {because: text(member(launches, 'because')) ?? '', commands}
}

function orphansOf(found: Facts): RecoveryFacts['orphans'] {
  if (found['orphans'] === undefined) return null
  return {count: number(found['orphans']), rows: list(found['rows']) ?? [], because: text(found['because'])}
}

const fenceOf = (how: string | null): RecoveryFacts['fence'] =>
  (['fenced', 'unreachable', 'none'] as const).find((one) => one === how) ?? null

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)
const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
const member = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Facts)[name] : undefined
const truth = (value: Json | undefined): boolean | null => (typeof value === 'boolean' ? value : null)
const list = (value: Json | undefined): readonly Json[] | null => (Array.isArray(value) ? (value as readonly Json[]) : null)
