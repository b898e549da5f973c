/**
 * What an unplanned failover does otherwise when a failback had sent users home, and home is lost before the other Region is a standby
 * again. Where nothing replicates yet, the database that users left is opened again: nothing is promoted, and what is lost is what they
 * wrote at home since. Where its replica is there, that is promoted as always, behind doors that may still be closed. Pure.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import type {Reopens} from './input.ts'
import {asBefore} from './reopen-steps/as-before.ts'
import {lossSinceFlip} from './reopen-steps/loss-since-flip.ts'
import {openAgain} from './reopen-steps/open-again.ts'
import {reopenDatabase} from './reopen-steps/reopen-database.ts'
import {reopenable} from './reopen-steps/reopenable.ts'
import {supersedes} from './reopen-steps/supersede.ts'
import {declare} from './steps/declare.ts'
import {approve} from './steps/loss.ts'
import type {Accepted} from './steps/loss.ts'
import {firstPromotion, promoteDatabase} from './steps/promote-database.ts'
import type {RecoveryStep, Way} from './way.ts'

interface Reopening {
  readonly declared: RecoveryStep
  readonly approved: RecoveryStep
  /** The point of no return. */
  readonly promoted: RecoveryStep
  /** Tasks wait for these. */
  readonly opened: readonly RecoveryStep[]
  /** Once users are served: only the report waits for these. */
  readonly after: readonly RecoveryStep[]
}

export function reopening(way: Way, reopens: Reopens, accepted: Accepted, config: StackConfig): Reopening {
  const promotion = {...firstPromotion, setAside: reopens.setAside}
  switch (reopens.what) {
    case 'opens':
      return {
        declared: reopenable(way, reopens, {needs: []}),
        approved: lossSinceFlip(way, accepted, reopens, {needs: ['fence']}),
        promoted: supersedes(reopenDatabase(way, reopens, promotion, {needs: ['approve']}), way, reopens),
        opened: [openAgain(way, config, {needs: ['promote-database']})],
        after: [],
      }
    case 'promotes':
      return {
        declared: declare(way, {needs: []}),
        approved: approve(way, accepted, {needs: ['fence']}),
        promoted: supersedes(promoteDatabase(way, {needs: ['approve']}, promotion), way, reopens),
        opened: [openAgain(way, config, {needs: ['declare']})],
        after: [asBefore(way, reopens, {needs: ['backups']})],
      }
  }
}
