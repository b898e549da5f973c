/**
 * Whether a recovery is under way, or has moved users, as everybody sees it who would change something at home: releases and `infra
 * up` ask the recovery Region's state and its switch before they begin. A recovery Region that can't be asked stops nobody: it warns.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {isHeld} from '../engine/lease.ts'
import type {Lease} from '../engine/lease.ts'
import {StoreUnavailable} from '../engine/store.ts'
import {Unavailable} from '../engine/unavailable.ts'
import type {Standing} from './input.ts'

/** What lies in the recovery Region. */
export interface Signs {
  /** Of `recoveryTarget`. */
  readonly lease: Lease | null
  readonly standing: Standing | null
  /** The object `stop` is there: users are sent to the recovery Region. */
  readonly stopped: boolean
}

export type Situation =
  | {readonly kind: 'peace'}
  | {readonly kind: 'recovering'; readonly lease: Lease}
  /** `settled`: CloudFormation has been brought to it. */
  | {readonly kind: 'away'; readonly settled: boolean; readonly since: number | null; readonly run: string | null}
  /** Back at home, and the stacks haven't been looked at yet. */
  | {readonly kind: 'unsettled'; readonly since: number; readonly run: string}
  /** At home, and the recovery Region's database was promoted in vain: it is nobody's, until it is a replica again. */
  | {readonly kind: 'in-vain'; readonly since: number}
  | {readonly kind: 'unknown'; readonly because: string}

export function judgeSigns({lease, standing, stopped}: Signs, home: string, now: number): Situation {
  if (lease !== null && isHeld(lease, now)) return {kind: 'recovering', lease}
  if (standing !== null && standing.region !== home)
    return {kind: 'away', settled: standing.settled, since: standing.since, run: standing.run}
  if (stopped) return {kind: 'away', settled: false, since: null, run: standing?.run ?? null}
  if (standing !== null && !standing.settled) return {kind: 'unsettled', since: standing.since, run: standing.run}
  if (standing?.withdrawn !== undefined) return {kind: 'in-vain', since: standing.withdrawn.at}
  return {kind: 'peace'}
}

/** Going on without knowing is worse than a few seconds: one answer that was late on a busy machine or network isn't a lost Region. */
const tries = 3

/** `read` may throw what ports throw when a Region can't be asked; after some tries that is an answer here. */
export async function situationNow(
  read: () => Promise<Signs>,
  home: string,
  now: number,
  pause: () => Promise<void> = async () => undefined,
): Promise<Situation> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return judgeSigns(await read(), home, now)
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof StoreUnavailable)) throw error
      if (attempt === tries) return {kind: 'unknown', because: error.message}
      await pause()
    }
  }
}

/** To the second: for sentences. */
export const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** `dr promote r-… by alice on laptop, since …` */
const whoRecovers = ({operation, run, owner, host, since}: Lease): string =>
  `${operation} ${run} by ${owner} on ${host}, since ${iso(since)}`

export function recoveringError(lease: Lease): SluiceError {
  return new SluiceError({
    code: 'lease-held',
    exitCode: ExitCode.leaseHeld,
    message: `${whoRecovers(lease)}, has the recovery lease: a recovery and changes at home exclude each other.`,
    suggestions: ['sluice dr status'],
  })
}

/** A release at home begins only while users are there. */
export function refuseReleaseElsewhere(
  situation: Situation,
  {home, recovery}: {readonly home: string; readonly recovery: string},
): void {
  switch (situation.kind) {
    case 'recovering':
      throw recoveringError(situation.lease)
    case 'away':
      throw new SluiceError({
        code: 'users-elsewhere',
        exitCode: ExitCode.usage,
        message: `Users are in ${recovery}${situation.since === null ? '' : ` since ${iso(situation.since)}`}${situation.run === null ? '' : ` (${situation.run})`}: a release in ${home} would reach nobody.`,
        suggestions: ['sluice dr status', 'sluice dr failback'],
      })
    case 'peace':
    case 'unsettled':
    case 'in-vain':
    case 'unknown':
      return
  }
}
