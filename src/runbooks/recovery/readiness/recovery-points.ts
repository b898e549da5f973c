/** The second line: a recovery point in the recovery Region, when what replicated is wrong itself. Drills are made of it too. */
import type {RecoveryPoint} from '../ports/database-port.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const recoveryPoints: Check = {
  id: 'recovery-points',
  title: 'recovery points there',
  look: async ({world, place, to, now, signal}) => [
    pointFinding((await world.database.recoveryPoints(to, place.vault, place.database, signal))[0] ?? null, to, now),
  ],
}

export function pointFinding(newest: RecoveryPoint | null, to: string, now: number): Found {
  if (newest === null)
    return fail(
      `There is no recovery point of the database in ${to}: a mistake that replicates couldn't be undone there, and no drill can be held.`,
      {suggestions: ["look at the backup plan's copies"]},
    )
  const hours = Math.floor((now - newest.createdAt) / 3_600_000)
  const evidence = {snapshot: newest.snapshot, createdAt: newest.createdAt}
  if (hours > 30)
    return warn(`The newest recovery point in ${to} is ${hours} hours old; copies arrive daily.`, {
      evidence,
      suggestions: ['aws backup list-copy-jobs'],
    })
  return ok(`The newest recovery point in ${to} is ${hours} hours old.`, evidence)
}
