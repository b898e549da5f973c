/**
 * The whole failover (or planned switchover), in order: reading `promotePlan` tells what happens. Pure: from the input of event 0 to
 * steps. What can be taken back begins at once beside the database's own way; everything before the point of no return is undone when
 * something fails, everything behind it goes on or pauses. In peace that point is the flip: until then home has everything. In an outage
 * it is the promotion, because nobody may be there to go back to; a person who sees that home is can withdraw until the flip all the same.
 *
 * Shared steps, for this and other directions (all take a `Way` and where they stand):
 * declare · fence · hosts, tasks (grow.ts) · surge, cache (surge.ts) · drained, approve (loss.ts) · promoteDatabase · secret · roll ·
 * warm · flip · serving · backups · report
 */
import type {Plan} from '../engine/step.ts'
import type {PromoteInput} from './input.ts'
import {otherRegion} from './place.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {backups} from './steps/backups.ts'
import {declare} from './steps/declare.ts'
import {reopening} from './reopen-plan.ts'
import {fence} from './steps/fence.ts'
import {flip} from './steps/flip.ts'
import {flipGivesBack, givesBack} from './steps/gives-back.ts'
import {hosts, tasks} from './steps/grow.ts'
import {promotedWithinMs, promotionTakenBack, rolledWithinMs, secretTakenBack, staysHome} from './steps/in-vain.ts'
import {approve, drained} from './steps/loss.ts'
import {promoteDatabase} from './steps/promote-database.ts'
import {report} from './steps/report.ts'
import {roll} from './steps/roll.ts'
import {secret} from './steps/secret.ts'
import {serving} from './steps/serving.ts'
import {stillAgreed} from './steps/still-agreed.ts'
import {cache, surge} from './steps/surge.ts'
import {warm} from './steps/warm.ts'
import type {RecoveryStep, Way} from './way.ts'

export const promotePlanName = 'promote'

const promoteWay = ({place, settings, mode, from, to, capacity, backups: kept}: PromoteInput): Way => ({
  place,
  settings,
  mode,
  fromRegion: otherRegion(place, to.region),
  from,
  to,
  capacity,
  backups: kept,
})

export function promotePlan(input: PromoteInput): Plan<RecoveryWorld> {
  const way = promoteWay(input)
  const isPlanned = input.mode === 'planned'
  const back = staysHome(input)
  /** Between fence and flip of a move in peace. */
  const inWindow = (step: RecoveryStep, withinMs?: number) => (isPlanned ? givesBack(back, step, withinMs) : step)
  const hasSurge = input.place.shape === 'pilot-light'
  const accepted = {
    lossMs: input.acceptLossMs,
    unknown: input.acceptUnknownLoss === true,
    lastAnswerAt: input.lastAnswerAt,
    silence: input.silence ?? null,
  }
  const reopens = input.reopens ?? null
  const ours = promoteDatabase(way, {needs: ['approve']})
  const {declared, approved, promoted, opened, after} =
    reopens === null
      ? {
          declared: declare(way, {needs: []}),
          approved: approve(way, accepted, {needs: ['fence', ...(isPlanned ? ['drained'] : [])]}),
          promoted: isPlanned ? ours : stillAgreed(ours, way, accepted),
          opened: [],
          after: [],
        }
      : reopening(way, reopens, accepted, input.config)
  const promotion = promotionTakenBack(promoted, way, input.stood ?? null, reopens?.setAside)
  return {
    name: promotePlanName,
    steps: [
      declared,
      // In peace users are served at home until everything else is there; in an outage nobody waits for that.
      fence(way, {needs: isPlanned ? ['tasks'] : ['declare']}),
      hosts(way, {needs: ['declare']}),
      ...(hasSurge ? [surge(way, input.surge ?? null, {needs: ['declare']}), cache(way, {needs: ['surge']})] : []),
      ...opened,
      tasks(way, {needs: ['hosts', ...opened.map(({id}) => id), ...(hasSurge ? ['surge'] : [])]}),
      ...(isPlanned ? [inWindow(drained(way, {needs: ['fence']}))] : []),
      approved,
      inWindow({...promotion, pointOfNoReturn: !isPlanned}, promotedWithinMs),
      inWindow(secretTakenBack(secret(way, {needs: ['promote-database']}), way)),
      inWindow(roll(way, {needs: ['promote-database', 'secret', 'tasks']}), rolledWithinMs),
      // Behind the cache, which may take longer than the whole move: only the report waits for either.
      warm(way, {needs: ['tasks', ...(hasSurge ? ['cache'] : [])]}),
      isPlanned ? flipGivesBack(back, way, {needs: ['roll']}) : flip(way, {needs: ['roll']}),
      serving(way, {needs: ['flip']}),
      backups(way, {needs: ['serving']}),
      ...after,
      report(way, {needs: ['backups', ...after.map(({id}) => id), ...(hasSurge ? ['cache'] : []), 'warm', 'secret']}),
    ],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
    undoes: 'all-begun',
    withdrawnUntil: 'flip',
  }
}
