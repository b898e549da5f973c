/**
 * What a failback does beside databases and doors: makes sure that home is fenced and there, tells home's own fence that only a replica
 * stands in it, brings secrets and site into step, and waits until the replica has nearly caught up.
 */
import {hours} from '../hours.ts'
import {minutes} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {FailbackInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {regionalName, siteBucket, switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {notYet, statusLagsMs} from '../promotion-state.ts'
import {activeRegionStep} from '../settle-steps/long-stay.ts'
import {isInVain, readStanding} from '../standing.ts'
import {fence} from '../steps/fence.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {behind, nearMs} from './behind.ts'

/** Home is there and takes no writes. What isn't fenced is, and stays it: users are elsewhere, so this is never taken back. */
export function readyHome(input: FailbackInput, way: Way, placed: Placed): RecoveryStep {
  const {place, to} = input
  const fencing = fence(
    {...way, fromRegion: to.region, from: to, mode: 'planned'},
    {...placed, id: 'ready-home', title: `${to.region} is there, and fenced`},
  )
  const step: RecoveryStep = {...fencing}
  delete (step as {undo?: unknown}).undo
  const roots = [place.stacks.foundation, place.stacks.main]
  return {
    ...step,
    atDeadline: 'pause',
    calls: [...step.calls, ...callsOf(to.region, 'stacks.describe')],
    // Begun before anything is asked: a Region that doesn't answer is waited for until the deadline, not for ever.
    observe: () => Promise.resolve({kind: 'not-done'}),
    poll: async (world, context) => {
      const states = await Promise.all(roots.map((name) => world.stacks.describe({name, region: to.region}, context.signal)))
      const wrong = roots.filter((_, index) => states[index]?.status.endsWith('_COMPLETE') !== true)
      if (wrong.length > 0)
        return {
          kind: 'failed',
          because: `${wrong.join(' and ')} in ${to.region} isn't there, or isn't whole; sluice infra status`,
          then: 'pause',
        }
      return step.poll(world, context)
    },
  }
}

/** Nothing is done to the other Region's database before it is seen that users don't need it. The name typed at the start is the consent. */
export function homeServes({place, settings, from}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'home-serves',
    title: `Users are served by ${place.home}`,
    needs,
    deadlineMs: minutes(45),
    atDeadline: 'fail',
    calls: callsOf(place.recovery, 'store.read', 'api.ask', 'database.describe'),
    look: async (world, context) => {
      const standing = await readStanding(world.store(place.recovery), place, context.signal)
      if (standing === null || !isInVain(standing, place))
        return {kind: 'failed', because: `nothing says that ${place.recovery} was promoted in vain`, then: 'fail'}
      const served = await readHeartbeat(world, place.api, {settings, signal: context.signal})
      if (served?.region !== place.home || !served.writable)
        return later(context, `${place.home} to answer users with a database that takes writes`)
      // A promotion that is still under way looks like a replica.
      const database = await world.database.describe(from.region, place.database, context.signal)
      const vainAt = standing.withdrawn?.at ?? 0
      if (context.now - vainAt <= statusLagsMs || (database !== null && notYet(database) !== null))
        return later(context, `RDS to show what became of the promotion of ${place.database} (${database?.status ?? 'gone'})`)
      return {kind: 'done', facts: {consent: true}}
    },
  })
}

/** Home's own fence asks for this beside `stop`: with it, it stands down. Safe, because nothing there can take writes any more. */
export function returning({place, from}: FailbackInput, {needs}: Placed): RecoveryStep {
  const bucket = switchBucket(place, from.region)
  const home = place.home
  const isThere = async (world: RecoveryWorld, signal: AbortSignal): Promise<boolean> =>
    (await world.switches.read(from.region, bucket, 'returning', signal)) !== null
  return {
    id: 'returning',
    title: `The fence of ${home} stands down`,
    needs,
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    calls: [...callsOf(from.region, 'switches.read', 'switches.put', 'switches.remove'), ...callsOf(home, 'database.describe')],
    observe: async (world, {signal}) => {
      const database = await world.database.describe(home, place.database, signal)
      if (database === null || database.source === null)
        return {kind: 'foreign', what: `${place.database} in ${home} is no replica: its fence stays`}
      return (await isThere(world, signal)) ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: async (world, {run, signal}) =>
      world.switches.put(from.region, bucket, 'returning', `${run}: a replica stands in ${home}\n`, signal),
    poll: async (world, context) =>
      (await isThere(world, context.signal)) ? {kind: 'done'} : later(context, 'the object returning', 1),
    undo: async (world, {signal}) => world.switches.remove(from.region, bucket, 'returning', signal),
  }
}

/**
 * After a settled stay the primary record is never healthy, whatever the object `stop` says: home's stacks have to know that home is
 * active before anybody is refused, or the flip moves nobody. `stop` keeps users where they are until then.
 */
export function homeActive({place, from}: FailbackInput, region: string, placed: Placed): RecoveryStep {
  const step = activeRegionStep({place, active: place.home}, region, placed)
  const bucket = switchBucket(place, place.recovery)
  return {
    ...step,
    calls: [...step.calls, ...callsOf(place.recovery, 'switches.read', 'switches.put')],
    start: async (world, context) => {
      if ((await world.switches.read(place.recovery, bucket, 'stop', context.signal)) === null) {
        await world.switches.put(
          place.recovery,
          bucket,
          'stop',
          JSON.stringify({schema: 1, users: from.region, since: new Date(context.now).toISOString(), run: context.run}),
          context.signal,
        )
      }
      return step.start(world, context)
    },
  }
}

/** Last of the way back: nobody has to stand down any more. */
export function returned({place, from}: FailbackInput, {needs}: Placed): RecoveryStep {
  const bucket = switchBucket(place, from.region)
  return lookStep({
    id: 'returned',
    title: `The fence of ${place.home} stands guard again`,
    needs,
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    calls: callsOf(from.region, 'switches.read', 'switches.remove'),
    look: async (world, context) => {
      if ((await world.switches.read(from.region, bucket, 'stop', context.signal)) !== null)
        return later(context, 'the object stop to be gone')
      if ((await world.switches.read(from.region, bucket, 'returning', context.signal)) === null) return {kind: 'done'}
      await world.switches.remove(from.region, bucket, 'returning', context.signal)
      return later(context, 'the object returning to be gone', 1)
    },
  })
}

/** The value that serves, put into home's own secret, which stays the one that is replicated from. */
export function secrets({place, from, to}: FailbackInput, {needs}: Placed): RecoveryStep {
  const versions = async (world: RecoveryWorld, signal: AbortSignal) =>
    Promise.all([
      from.secret === null ? null : world.secrets.describe(from.region, from.secret, signal),
      to.secret === null ? null : world.secrets.describe(to.region, to.secret, signal),
    ])
  return {
    id: 'secrets',
    title: "The database's secret as it is where users are",
    needs,
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    calls: [
      ...callsOf(from.region, 'secrets.describe', 'secrets.copyValue'),
      ...callsOf(to.region, 'secrets.describe', 'secrets.copyValue'),
    ],
    observe: async (world, {signal}) => {
      const [serving, home] = await versions(world, signal)
      if (serving === null || home === null)
        return from.secret === null && to.secret === null
          ? {kind: 'done', note: 'there is none'}
          : {
              kind: 'failed',
              because: `the database's secret isn't in ${serving === null ? from.region : to.region}`,
              then: 'pause',
            }
      return serving.version !== null && serving.version === home.version
        ? {kind: 'done', note: `as in ${place.recovery}`}
        : {kind: 'not-done'}
    },
    start: async (world, {signal}) => {
      if (from.secret !== null && to.secret !== null)
        await world.secrets.copyValue({region: from.region, secret: from.secret}, {region: to.region, secret: to.secret}, signal)
    },
    // A version that home's secret has had before can't come back under its id: the copy itself is what counts.
    poll: () => Promise.resolve({kind: 'done'}),
  }
}

/** Once users are home: the other Region's secret is a replica again, over the one that stood alone. */
export function secretsAgain({place, from, to}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'secrets-again',
    title: `The secret replicated to ${from.region} again`,
    needs,
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    calls: [...callsOf(to.region, 'secrets.describe', 'secrets.replicate'), ...callsOf(from.region, 'secrets.describe')],
    look: async (world, context) => {
      const {signal} = context
      if (from.secret === null || to.secret === null) return {kind: 'done', note: 'there is none'}
      const [copy, home] = await Promise.all([
        world.secrets.describe(from.region, from.secret, signal),
        world.secrets.describe(to.region, to.secret, signal),
      ])
      const state = home?.replicas.find(({region}) => region === from.region)
      if (copy?.primaryRegion === to.region && state?.status === 'InSync') return {kind: 'done', note: 'in sync'}
      if (copy?.primaryRegion !== to.region && state?.status !== 'InProgress') {
        await world.secrets.replicate(
          to.region,
          to.secret,
          {region: from.region, kmsKey: `alias/${place.service}-${place.environment}-data`},
          signal,
        )
      }
      return later(
        context,
        `the secret in ${from.region} (${state?.status ?? 'not replicated'}${state?.message === undefined || state.message === '' ? '' : `: ${state.message}`})`,
      )
    },
  })
}

/** Exactly the same objects in both buckets, before users come back to one of them. */
export function site({place, from, to}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'site',
    title: 'The site is the same in both Regions',
    needs,
    deadlineMs: hours(2),
    atDeadline: 'pause',
    calls: [...callsOf(from.region, 'site.manifest'), ...callsOf(to.region, 'site.manifest')],
    look: async (world, context) => {
      const [served, home] = await Promise.all(
        [from.region, to.region].map((region) => world.site.manifest(region, siteBucket(place, region), context.signal)),
      )
      const different = [...new Set([...Object.keys(served ?? {}), ...Object.keys(home ?? {})])].filter(
        (key) => served?.[key] !== home?.[key],
      )
      if (different.length === 0) return {kind: 'done', facts: {objects: Object.keys(served ?? {}).length}}
      return later(
        context,
        `${different.length} objects that differ (${different.slice(0, 3).join(', ')}): what S3 doesn't replicate by itself, aws s3 sync brings over`,
        30,
      )
    },
  })
}

export function caughtUp({place, settings, to}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'caught-up',
    title: `The replica in ${to.region} is at most ${nearMs / 1000} s behind`,
    needs,
    deadlineMs: hours(6),
    atDeadline: 'pause',
    calls: callsOf(to.region, 'api.ask'),
    look: async (world: RecoveryWorld, context: StepContext): Promise<Polled> => {
      const beat = await readHeartbeat(world, regionalName(place, to.region), {settings, signal: context.signal})
      if (beat?.writable === true)
        return {
          kind: 'failed',
          because: `the database of ${to.region} takes writes while users are in ${place.recovery}: it is no replica`,
          then: 'pause',
        }
      const found = behind({place, to}, beat, context.now)
      if (found.kind === 'waits') return later(context, found.waitsFor)
      return {kind: 'done', facts: {behindMs: found.behindMs}, note: `${Math.round(found.behindMs / 1000)} s`}
    },
  })
}
