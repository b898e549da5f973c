/**
 * What an auditor gets of one recovery: everything that was asked, approved, measured and left, from the journal alone, and
 * whether that journal is whole. Plain JSON (schema 1). Pure.
 */
import type {Event, EventOf, Facts, Json} from '../runbooks/engine/event.ts'
import type {Call} from '../runbooks/engine/step.ts'
import type {Chain, Evidence} from '../runbooks/recovery/read-evidence.ts'
import {isoTime} from './format.ts'
import type {RecoveryRow} from './recovery-history.ts'
import {recoveryRowJson} from './recovery-history.ts'
import {recoveryOutcomeJson} from './recovery-outcome.ts'
import type {RecoveryView} from './recovery-view.ts'
import {recoverySentence} from './recovery-words.ts'

export interface StepCalls {
  readonly step: string
  readonly calls: readonly Call[]
}

export interface RecoveryReport {
  readonly view: RecoveryView
  readonly sentence: string
  readonly events: readonly Event[]
  readonly chain: Chain
  /** Wishes and consents: who, when, why. */
  readonly wishes: readonly EventOf<'asked'>[]
  /** Who held the run, one after the other. */
  readonly owners: readonly EventOf<'lease-taken'>[]
  /** What each step may call, by the plan; null: this version of the tool would plan otherwise. */
  readonly calls: readonly StepCalls[] | null
  /** Earlier and later runs of the same service, for the trend; newest first. */
  readonly history: readonly RecoveryRow[]
}

export function recoveryReport(
  view: RecoveryView,
  {events, chain}: Evidence,
  calls: readonly StepCalls[] | null,
  history: readonly RecoveryRow[],
): RecoveryReport {
  return {
    view,
    sentence: recoverySentence(view),
    events,
    chain,
    calls,
    history,
    wishes: events.filter((event) => event.kind === 'asked'),
    owners: events.filter((event) => event.kind === 'lease-taken'),
  }
}

/** Whoever moves users has given the environment's name before there was a first event: typed, or as --confirm. Null: nobody is moved. */
export function begunBy({view: {asked, startedAt}}: RecoveryReport): {
  readonly at: number
  readonly by: string
  readonly why: string
  readonly lossMs: number | null
} | null {
  const {kind, by, acceptLossMs} = asked
  if (kind !== 'promote' && kind !== 'failback') return null
  return {at: startedAt, by, why: "the environment's name was given", lossMs: acceptLossMs}
}

/** What the probes saw: facts of the steps that asked the API, the names or the database. */
export const probesOf = ({view}: RecoveryReport): readonly {readonly step: string; readonly facts: Facts}[] =>
  view.steps.filter(({id, facts}) => probing.has(id) && Object.keys(facts).length > 0).map(({id, facts}) => ({step: id, facts}))

const probing = new Set([
  'declare',
  'fence',
  'drained',
  'roll',
  'serving',
  'reads',
  'writes',
  'untouched',
  'caught-up',
  'residue',
  'backups',
  'report',
])

export function recoveryReportJson(report: RecoveryReport): object {
  const {view, sentence, chain, wishes, owners, calls, history, events} = report
  const begun = begunBy(report)
  return {
    ...recoveryOutcomeJson(view),
    sentence,
    toolVersion: view.toolVersion,
    planHash: view.planHash,
    chain,
    approvals: [
      ...(begun === null
        ? []
        : [
            {
              at: isoTime(begun.at),
              wish: 'begin',
              by: begun.by,
              why: begun.why,
              ...(begun.lossMs !== null && {accepts: {lossMs: begun.lossMs}}),
            },
          ]),
      ...wishes.map(({at, data}) => ({
        at: isoTime(at),
        wish: data.wish,
        by: data.by,
        why: data.why,
        ...(data.accepts !== undefined && {accepts: data.accepts}),
      })),
    ],
    owners: owners.map(({at, epoch, data}) => ({at: isoTime(at), epoch, owner: data.owner, host: data.host})),
    probes: probesOf(report),
    readiness: view.asked.readiness as Json,
    residue: view.facts.residue,
    orphans: view.facts.orphans,
    calls,
    trend: history.map(recoveryRowJson),
    events: events.map(({seq, at, epoch, writer, kind}) => ({seq, at: isoTime(at), epoch, writer, kind})),
  }
}
