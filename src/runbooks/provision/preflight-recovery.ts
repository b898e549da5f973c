/**
 * What a recovery means for `infra up`: while one is under way nothing is begun; while users are elsewhere and the stacks aren't
 * settled, those that a failover has changed by hand (names, database, replica) stay as they are, because bringing them to their
 * templates would undo it. Everything else goes on. A recovery Region that can't be asked warns and stops nobody.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import {leaseKey} from '../engine/lease.ts'
import type {Lease} from '../engine/lease.ts'
import type {Standing} from '../recovery/input.ts'
import {recoveryTarget, standingKey, switchBucket} from '../recovery/place.ts'
import {iso, recoveringError, situationNow} from '../recovery/situation.ts'
import type {Situation} from '../recovery/situation.ts'
import {stateBucket} from './deploy-stack.ts'
import type {Finding, WantedStack} from './infra-plan.ts'
import type {GroundPort} from './ports.ts'

export interface AboutRecovery {
  readonly config: StackConfig
  readonly account: string
  readonly now: number
  /** Waits a moment before a Region that gave no answer is asked again: planning keeps a machine busy. */
  readonly pause?: () => Promise<void>
}

export async function infraSituation(
  {ground}: {readonly ground: Pick<GroundPort, 'readObject'>},
  {config, account, now, pause}: AboutRecovery,
  signal?: AbortSignal,
): Promise<Situation> {
  const {recovery, region: home} = config
  if (recovery === null) return {kind: 'peace'}
  const state = stateBucket(account, recovery.region)
  const read = (bucket: string, key: string): Promise<string | null> => ground.readObject(recovery.region, bucket, key, signal)
  return situationNow(
    async () => {
      const [lease, standing, stop] = await Promise.all([
        read(state, leaseKey(recoveryTarget(config))),
        read(state, standingKey(config)),
        read(switchBucket({...config, account}, recovery.region), 'stop'),
      ])
      return {
        lease: lease === null ? null : (JSON.parse(lease) as Lease),
        standing: standing === null ? null : (JSON.parse(standing) as Standing),
        stopped: stop !== null,
      }
    },
    home,
    now,
    pause,
  )
}

/** Ids of the stacks that `infra up` leaves as they are. */
export function leftAlone(
  situation: Situation,
  config: StackConfig,
  stacks: readonly Pick<WantedStack, 'id' | 'kind'>[],
): readonly string[] {
  const of = (...kinds: readonly WantedStack['kind'][]): readonly string[] =>
    stacks.flatMap(({id, kind}) => (kinds.includes(kind) ? [id] : []))
  switch (situation.kind) {
    // Settled there: what was the replica is no replica any more, and its template would make it one.
    case 'away':
      return situation.settled ? of('replica') : isAgreed(situation, config) ? [] : of('main', 'replica')
    case 'unsettled':
      return of('main', 'replica')
    // The template would make a replica of it, in its place.
    case 'in-vain':
      return of('replica')
    case 'peace':
    case 'recovering':
    case 'unknown':
      return []
  }
}

/** Only the object `stop` says that users are there, and so does sluice.yaml: a move without a failover, by hand. */
const isAgreed = (situation: Situation & {kind: 'away'}, {activeRegion, region}: StackConfig): boolean =>
  situation.run === null && activeRegion !== region

export function recoveryFindings(situation: Situation, config: StackConfig, left: readonly string[]): readonly Finding[] {
  const away = config.recovery?.region ?? ''
  const finding = (id: string, level: Finding['level'], text: string, ...suggestions: readonly string[]): Finding => ({
    id,
    level,
    text,
    suggestions,
  })
  switch (situation.kind) {
    case 'peace':
      // After a stay that was settled and a failback, this is what nobody remembers: it would send users to a read-only database.
      return config.activeRegion === config.region
        ? []
        : [
            finding(
              'active-region',
              'stops',
              `Users are in ${config.region}. sluice.yaml says that they are in ${config.activeRegion}, `
                + 'and the names would be brought there.',
              'leave out stack.activeRegion in sluice.yaml',
              'to move users: sluice dr promote --planned',
            ),
          ]
    case 'recovering': {
      const {message, suggestions} = recoveringError(situation.lease)
      return [finding('recovery-running', 'stops', message, ...suggestions)]
    }
    case 'unknown':
      return [
        finding(
          'recovery-unknown',
          'warns',
          `${away} can't be asked whether a recovery is under way (${situation.because}).`,
          'sluice dr status',
        ),
      ]
    case 'unsettled':
      return [
        finding(
          'failover',
          'warns',
          `Users came back to ${config.region} (${situation.run}, ${iso(situation.since)}), `
            + `and the stacks aren't settled: ${stay(left)}.`,
          'sluice dr settle',
        ),
      ]
    case 'in-vain':
      return [
        finding(
          'in-vain',
          'warns',
          `The database in ${away} was promoted in vain (${iso(situation.since)}), and users are in ${config.region}: `
            + `there is nobody to fail over to, and ${stay(left)}.`,
          'sluice dr failback',
        ),
      ]
    case 'away':
      return awayFindings(situation, config, left)
  }
}

function awayFindings(situation: Situation & {kind: 'away'}, config: StackConfig, left: readonly string[]): readonly Finding[] {
  const away = config.recovery?.region ?? ''
  const since = situation.since === null ? '' : ` since ${iso(situation.since)}`
  const by = situation.run === null ? 'the object stop is in its switch bucket, and no run says why' : situation.run
  if (!situation.settled) {
    if (left.length === 0) return []
    return [
      {
        id: 'failover',
        level: 'warns',
        text: `Users are in ${away}${since} (${by}): ${stay(left)} until that is settled.`,
        suggestions: ['sluice dr failback', 'sluice dr settle --stay'],
      },
    ]
  }
  const settled: Finding = {
    id: 'failover-settled',
    level: 'warns',
    text: `Users are in ${away}${since}, settled: ${stay(left)}.`,
    suggestions: [],
  }
  if (config.activeRegion !== config.region) return left.length === 0 ? [] : [settled]
  return [
    {
      id: 'failover',
      level: 'stops',
      text:
        `Users are in ${away}${since}, settled. sluice.yaml says that they are in ${config.region}, `
        + 'and the names would be brought there.',
      suggestions: [`set stack.activeRegion to ${away} in sluice.yaml while they are there`, 'sluice dr failback'],
    },
  ]
}

const stay = (left: readonly string[]): string =>
  left.length === 0
    ? 'nothing of this run is concerned'
    : `${left.join(', ')} ${left.length === 1 ? 'stays as it is' : 'stay as they are'}`

/** When that was all there was to do, it is refused; with other things to do they are done. */
export const unlessOthers = (
  findings: readonly Finding[],
  left: readonly string[],
  changes: 'changes' | 'no-changes',
): readonly Finding[] =>
  findings.map((one) => (one.id === 'failover' && left.length > 0 && changes === 'no-changes' ? {...one, level: 'stops'} : one))
