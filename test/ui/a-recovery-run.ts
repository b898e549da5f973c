/** A recovery's journal, event by event, with boring defaults: an unplanned failover of shop. Hashes are links, not digests. */
import type {Event, EventKind, EventOf, Facts, Json, PlannedStep} from '../../src/runbooks/engine/event.ts'
import type {Loss} from '../../src/runbooks/recovery/measure-loss.ts'
import type {Live} from '../../src/ui/live.ts'
import type {RecoveryView} from '../../src/ui/recovery-view.ts'
import {recoveryView} from '../../src/ui/recovery-view.ts'

export const start = Date.parse('2026-11-22T03:12:40Z')
export const run = 'r-20261122-031240-ab12'

const step = (id: string, needs: readonly string[], p50Seconds?: number, p90Seconds?: number): PlannedStep => ({
  id,
  title: `title of ${id}`,
  needs,
  ...(id === 'promote-database' && {pointOfNoReturn: true}),
  ...(p50Seconds !== undefined && p90Seconds !== undefined && {usual: {p50Seconds, p90Seconds}}),
})

export const promoteSteps: readonly PlannedStep[] = [
  step('declare', [], 10, 30),
  step('fence', ['declare'], 60, 60),
  step('hosts', ['declare'], 150, 300),
  step('tasks', ['hosts'], 90, 180),
  step('approve', ['fence']),
  step('promote-database', ['approve'], 240, 600),
  step('secret', ['promote-database'], 10, 30),
  step('roll', ['promote-database', 'tasks'], 120, 240),
  step('warm', ['tasks'], 20, 60),
  step('flip', ['roll'], 5, 20),
  step('serving', ['flip'], 90, 180),
  step('backups', ['serving'], 60, 900),
  step('report', ['backups', 'secret', 'warm'], 1, 5),
]

export const sevenSeconds: Loss = {
  lossMs: 7000,
  replicatedUntil: start - 27_000,
  source: 'heartbeat',
  ageMs: 35_000,
  text: 'at most 7 s lost (last heartbeat row 03:12:13Z, last answer of the old Region 03:12:20Z)',
}
export const untold: Loss = {lossMs: null, replicatedUntil: null, source: 'none', ageMs: null, text: "the loss can't be told"}

const place = {service: 'shop', environment: 'production', account: '111122223333', home: 'eu-west-1', recovery: 'eu-central-1'}
const settings = {rtoMs: 30 * 60_000, rpoMs: 60_000, flip: 'stop'}

export class RecoveryRun {
  readonly events: Event[] = []
  now = start
  live: Live = {run}

  constructor(input: {readonly [name: string]: Json} = {}, plan = 'promote', steps: readonly PlannedStep[] = promoteSteps) {
    this.put('planned', {
      plan,
      planHash: 'ab12cd34ef567890',
      steps,
      toolVersion: '0.1.0',
      input: {
        kind: 'promote',
        mode: 'unplanned',
        by: 'arn:aws:sts::111122223333:assumed-role/oncall/mira',
        place,
        settings,
        from: {region: 'eu-west-1'},
        to: {region: 'eu-central-1'},
        acceptLossMs: null,
        lastAnswerAt: start - 20_000,
        readiness: null,
        ...input,
      },
    })
    this.put('lease-taken', {owner: 'mira', host: 'laptop', expiresAt: this.now + 180_000})
  }

  put<K extends EventKind>(kind: K, data: EventOf<K>['data']): this {
    const seq = this.events.length
    this.events.push({
      seq,
      at: this.now,
      epoch: 1,
      writer: 'w1',
      kind,
      previousHash: seq === 0 ? '' : `hash-${seq - 1}`,
      data,
    } as Event)
    return this
  }

  after(seconds: number): this {
    this.now += seconds * 1000
    return this
  }

  begun(...ids: readonly string[]): this {
    for (const id of ids) this.put('step-started', {step: id})
    return this
  }

  waits(id: string, waitsFor: string, facts?: Facts): this {
    return this.put('step-observed', {step: id, waitsFor, ...(facts !== undefined && {facts})})
  }

  done(id: string, note?: string, facts?: Facts): this {
    return this.put('step-ended', {step: id, how: 'done', ...(note !== undefined && {note}), ...(facts !== undefined && {facts})})
  }

  undone(...ids: readonly string[]): this {
    for (const id of ids) this.put('step-ended', {step: id, how: 'undone'})
    return this
  }

  failed(id: string, because: string): this {
    return this.put('step-ended', {step: id, how: 'failed', because, then: 'fail'})
  }

  ended(outcome: 'done' | 'failed' | 'halted', because = ''): this {
    return this.put('ended', {outcome, because})
  }

  shows(loss: Loss): this {
    this.live = {...this.live, loss}
    return this
  }

  view(): RecoveryView {
    return recoveryView(this.events, this.live, this.now)
  }
}

export const declared = (): RecoveryRun =>
  new RecoveryRun()
    .begun('declare')
    .after(8)
    .done('declare', "eu-west-1 doesn't answer", {declaredAt: start + 8000, primaryAnswers: false, primaryLast: null})
    .begun('fence', 'hosts')
    .after(58)
    .done('fence', 'unreachable: fences itself when it returns', {how: 'unreachable'})

export const asking = (): RecoveryRun =>
  declared()
    .begun('approve')
    .waits('approve', `consent: ${sevenSeconds.text}`)
    .shows(sevenSeconds)
    .after(30)
    .waits('hosts', '9 of 12 hosts registered')

export const promoting = (): RecoveryRun =>
  asking()
    .put('asked', {wish: 'promote', by: 'role/oncall', why: 'accepted at the terminal', accepts: {lossMs: 10_000}})
    .after(2)
    .done('approve', sevenSeconds.text, {
      ...sevenSeconds,
      consent: true,
      accepted: 'role/oncall',
      why: 'accepted at the terminal',
      acceptedLossMs: 10_000,
    })
    .begun('promote-database')
    .after(60)
    .done('hosts', '12 registered')
    .begun('tasks')
    .waits('promote-database', 'available, not yet modifying')
    .after(40)

export const recovered = (): RecoveryRun =>
  promoting()
    .after(30)
    .done('tasks', '12 of 12 healthy')
    .begun('warm')
    .after(20)
    .done('warm', '40 paths')
    .after(130)
    .done('promote-database', 'writable', {tookMs: 270_000})
    .begun('secret', 'roll')
    .after(5)
    .done('secret')
    .after(110)
    .done('roll', 'a write committed')
    .begun('flip')
    .after(4)
    .done('flip', 'stop is there')
    .begun('serving')
    .after(80)
    .done('serving', '3 answers and one write', {servingAt: start + 577_000, lastOldAnswerAt: start - 20_000})
    .begun('backups')
    .after(70)
    .done('backups', '7 days, 03:00-03:30')
    .begun('report')
    .after(1)
    .done('report', '', {rtoSeconds: 577, lossMs: 7000, fence: 'unreachable'})
    .ended('done', 'every step is done')
