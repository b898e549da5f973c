/**
 * The way home, in order. First a replica is made where the old primary was, which users don't notice; then a planned switchover that
 * loses nothing; then the same the other way round, so that both Regions are what they were, under the names that both stacks know.
 * Until users are refused a failure pauses and the run goes on where it was; from then on it takes back what it did, until the flip,
 * behind which there is only forward: the database at home takes nobody's rows before. Pure.
 */
import type {Plan} from '../engine/step.ts'
import {minutes} from '../engine/clock.ts'
import {agree} from './failback-steps/agree.ts'
import {failbackReport} from './failback-steps/failback-report.ts'
import {openRegion} from './failback-steps/open-region.ts'
import {orphansStep} from './failback-steps/orphan-rows.ts'
import {promoteHome, staysAway} from './failback-steps/promote-home.ts'
import {removeLeftStep} from './failback-steps/remove-left.ts'
import {replicaStep} from './failback-steps/replica-again.ts'
import {keepStep, setAsideStep} from './failback-steps/set-aside.ts'
import {
  caughtUp,
  homeActive,
  homeServes,
  readyHome,
  returned,
  returning,
  secrets,
  secretsAgain,
  site,
} from './failback-steps/way-home.ts'
import {whileHomeLives} from './failback-steps/while-home-lives.ts'
import type {FailbackInput} from './input.ts'
import {callsOf} from './port-calls.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {replicaSteps} from './settle-steps/long-stay.ts'
import {settled, stacksMatch} from './settle-steps/stacks-match.ts'
import {backups} from './steps/backups.ts'
import {isInVain} from './standing.ts'
import {fence} from './steps/fence.ts'
import {flipGivesBack, givesBack} from './steps/gives-back.ts'
import {rolledWithinMs} from './steps/in-vain.ts'
import {drained} from './steps/loss.ts'
import {roll} from './steps/roll.ts'
import {serving} from './steps/serving.ts'
import type {RecoveryStep, Way} from './way.ts'

export const failbackPlanName = 'failback'

/** Users leave the Region they fled to, and go home; nothing may be lost. */
export const wayHome = ({place, settings, from, to, capacity}: FailbackInput): Way => ({
  place,
  settings,
  mode: 'planned',
  fromRegion: from.region,
  from,
  to,
  capacity,
  backups: {days: Math.max(1, capacity.database.backupDays), window: capacity.database.backupWindow},
})

export function failbackPlan(input: FailbackInput): Plan<RecoveryWorld> {
  return isInVain(input.standing, input.place) ? standbyPlan(input) : wayHomePlan(input)
}

function wayHomePlan(input: FailbackInput): Plan<RecoveryWorld> {
  const way = wayHome(input)
  const {from, to} = input
  const stayed = input.standing.settled
  return {
    name: failbackPlanName,
    steps: [
      readyHome(input, way, {needs: []}),
      orphansStep(input, {needs: ['ready-home']}),
      keepStep(input, {needs: ['orphans']}),
      setAsideStep(input, {
        id: 'set-aside',
        title: `The old primary in ${to.region} set aside`,
        needs: ['keep'],
        out: to,
        active: from.region,
      }),
      replicaStep(input, {
        id: 'reverse-replica',
        title: `A replica in ${to.region}, under the final name`,
        needs: ['set-aside'],
        out: to,
        active: from.region,
      }),
      returning(input, {needs: ['reverse-replica']}),
      secrets(input, {needs: ['ready-home']}),
      site(input, {needs: ['ready-home']}),
      openRegion(input, {
        id: 'open-home',
        title: `${to.region} ready to serve`,
        needs: ['returning', 'secrets'],
        side: to,
        size: 'serving',
      }),
      caughtUp(input, {needs: ['open-home']}),
      ...(stayed
        ? [
            homeActive(input, to.region, {needs: ['ready-home', 'site']}),
            homeActive(input, from.region, {needs: ['ready-home', 'site']}),
          ]
        : []),
      agree(input, {needs: ['caught-up', 'site', ...(stayed ? ['active-home', 'active-away'] : [])]}),
      fence(way, {needs: ['approve'], id: 'fence-away'}),
      givesBack(staysAway(input), drained(way, {needs: ['fence-away']}, 'fence-away')),
      promoteHome(input, way, {needs: ['drained']}),
      givesBack(staysAway(input), roll(way, {needs: ['promote-database']}), rolledWithinMs),
      flipGivesBack(staysAway(input), way, {needs: ['roll']}),
      ...[
        serving(way, {needs: ['flip']}),
        backups(way, {needs: ['serving']}),
        ...standbyAgain(input, {served: 'serving', backedUp: 'backups', stayed}),
        failbackReport(input, {needs: ['settled']}),
      ].map(whileHomeLives(input)),
    ],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
    undoes: 'all-begun',
  }
}

/** Users never left home, and what was promoted in vain in the other Region is in the way of the next failover. */
function standbyPlan(input: FailbackInput): Plan<RecoveryWorld> {
  const [setAside, ...others] = standbyAgain(input, {served: 'home-serves', backedUp: 'home-serves', stayed: false})
  return {
    name: failbackPlanName,
    steps: [
      homeServes(input, {needs: []}),
      // From here on only a new replica helps: half of it leaves nothing that could be failed over to.
      ...(setAside === undefined ? [] : [{...setAside, pointOfNoReturn: true, consent: 'home-serves'}]),
      ...others,
    ],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
    undoes: 'all-begun',
  }
}

/** What users have left is a replica again, under the name that its stack knows; the same after a move in vain. */
export function standbyAgain(
  input: FailbackInput,
  {served, backedUp, stayed}: {readonly served: string; readonly backedUp: string; readonly stayed: boolean},
): readonly RecoveryStep[] {
  const {place, from, to} = input
  return [
    setAsideStep(input, {
      id: 'away-set-aside',
      title: `What served in ${from.region} set aside`,
      needs: [served],
      out: from,
      active: to.region,
    }),
    replicaStep(input, {
      id: 'away-replica',
      title: `A replica in ${from.region} again, under the final name`,
      needs: ['away-set-aside', backedUp],
      out: from,
      active: to.region,
    }),
    openRegion(input, {
      id: 'away-open',
      title: `${from.region} as it is in peace`,
      needs: ['away-replica', 'secrets-again'],
      side: from,
      size: 'peace',
    }),
    secretsAgain(input, {needs: [served]}),
    ...(place.shape === 'pilot-light' ? [noSurge(input)] : []),
    returned(input, {needs: ['away-open']}),
    removeLeftStep(input, {needs: ['returned', backedUp]}),
    ...(stayed ? replicaSteps({place}, {needs: ['returned']}, 'replica') : []),
    stacksMatch(place, {
      needs: ['remove-left', ...(stayed ? ['policy-back'] : []), ...(place.shape === 'pilot-light' ? ['no-surge'] : [])],
      id: 'settle',
      title: 'CloudFormation knows both databases',
    }),
    settled(place, to.region, {needs: ['settle']}),
  ]
}

/** A pilot light again: what costs most is deleted once nobody is served there. */
function noSurge({place, from}: FailbackInput): RecoveryStep {
  const stack = {name: place.stacks.surge, region: from.region}
  return {
    id: 'no-surge',
    title: `${stack.name} deleted in ${from.region}`,
    needs: ['away-open'],
    deadlineMs: minutes(60),
    atDeadline: 'pause',
    calls: callsOf(from.region, 'stacks.describe', 'stacks.remove'),
    observe: async (world, {signal}) => {
      const state = await world.stacks.describe(stack, signal)
      return state === null || state.status === 'DELETE_COMPLETE' ? {kind: 'done', note: 'gone'} : {kind: 'not-done'}
    },
    start: (world, {run, signal}) => world.stacks.remove(stack, {token: `${run}-no-surge`, role: null}, signal),
    poll: async (world, {now, signal}) => {
      const state = await world.stacks.describe(stack, signal)
      if (state === null || state.status === 'DELETE_COMPLETE') return {kind: 'done'}
      if (state.status === 'DELETE_FAILED')
        return {
          kind: 'failed',
          because: `${stack.name} can't be deleted: ${state.reason ?? 'AWS gives no reason'}`,
          then: 'pause',
        }
      return {kind: 'pending', waitsFor: `${stack.name} (${state.status})`, lookAgainAt: now + 10_000}
    },
  }
}
