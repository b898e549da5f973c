/** RDS refuses to promote a replica that is being backed up: is one running, or about to? */
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const backupWindow: Check = {
  id: 'backup-window',
  title: 'backups of the replica',
  look: async ({world, place, to, now, signal, replica}) => {
    const state = await replica()
    if (state === null) return []
    const running = await world.database.backupRunning(to, place.database, signal)
    return [backupFinding({...state, running, now})]
  },
}

export function backupFinding({
  id,
  backupDays,
  backupWindow,
  running,
  now,
}: {
  readonly id: string
  readonly backupDays: number
  readonly backupWindow: string
  readonly running: boolean
  readonly now: number
}): Found {
  const evidence = {running, backupDays, backupWindow}
  if (running)
    return fail(`A backup of ${id} is being taken: RDS refuses to promote until it is done.`, {
      evidence,
      suggestions: ['leave the replica out of the backup plan until it is promoted'],
    })
  if (backupDays > 0 && minutesUntil(backupWindow, now) <= windowMarginMinutes) {
    return warn(
      `It is ${id}'s backup window (${backupWindow} UTC) now or soon: RDS refuses to promote while the backup is taken.`,
      {
        rtoMinutes: 10,
        evidence,
        suggestions: ['give the replica no backups of its own until it is promoted'],
      },
    )
  }
  return ok(
    `No backup of ${id} runs${backupDays > 0 ? `; its window is ${backupWindow} UTC` : ', and it has no window of its own'}.`,
    evidence,
  )
}

const windowMarginMinutes = 10

/** 0 while it is open. */
export function minutesUntil(window: string, now: number): number {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window)
  if (match === null) return Infinity
  const [from, to] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])]
  const day = 24 * 60
  const minute = Math.floor(now / 60_000) % day
  const open = from <= to ? minute >= from && minute < to : minute >= from || minute < to
  return open ? 0 : (from - minute + day) % day
}
