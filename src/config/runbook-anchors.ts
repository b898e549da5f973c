/** Ids of the built-in recoveries' steps that a team's own may stand beside. They are fixed: screens, journals and these files name them. */
import type {RecoveryName} from './runbook.ts'

export const anchors: Readonly<Record<RecoveryName, readonly string[]>> = {
  'dr promote': [
    'declare',
    'fence',
    'hosts',
    'surge',
    'cache',
    'tasks',
    'drained',
    'approve',
    'promote-database',
    'secret',
    'roll',
    'warm',
    'flip',
    'serving',
    'backups',
    'report',
  ],
  'dr drill': [
    'leftovers',
    'recovery-point',
    'stack',
    'hosts',
    'database',
    'tasks',
    'reads',
    'writes',
    'untouched',
    'remove',
    'residue',
    'report',
  ],
  'dr failback': [
    'ready-home',
    'orphans',
    'keep',
    'set-aside',
    'reverse-replica',
    'returning',
    'secrets',
    'site',
    'open-home',
    'caught-up',
    'approve',
    'fence-away',
    'drained',
    'promote-database',
    'roll',
    'flip',
    'serving',
    'backups',
    'away-set-aside',
    'away-replica',
    'away-open',
    'secrets-again',
    'no-surge',
    'returned',
    'remove-left',
    'settle',
    'settled',
    'report',
  ],
}

/** Some are there only in some shapes or modes; steps beside one that isn't in the plan are left out with it. */
export const sometimes: Readonly<Record<RecoveryName, readonly string[]>> = {
  'dr promote': ['surge', 'cache', 'drained'],
  'dr drill': ['hosts'],
  'dr failback': ['no-surge'],
}

/**
 * The step with which the way back ends by itself, in the stricter of its modes. Going home, and in a planned promote, it is the flip:
 * before it what was promoted has taken nobody's rows.
 */
export const noReturn: Readonly<Record<RecoveryName, string | null>> = {
  'dr promote': 'promote-database',
  'dr drill': null,
  'dr failback': 'flip',
}

/** Steps that only begin once that one has: what stands beside them can't promise to be taken back. */
export const pastNoReturn: Readonly<Record<RecoveryName, readonly string[]>> = {
  'dr promote': ['secret', 'roll', 'flip', 'serving', 'backups', 'report'],
  'dr drill': [],
  'dr failback': [
    'serving',
    'backups',
    'away-set-aside',
    'away-replica',
    'away-open',
    'secrets-again',
    'no-surge',
    'returned',
    'remove-left',
    'settle',
    'settled',
    'report',
  ],
}
