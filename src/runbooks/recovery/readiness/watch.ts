/** Does somebody watch whether users' Region answers? Without it every second until a failover is declared counts as possibly lost. */
import {minutes} from '../../engine/clock.ts'
import {clockTime} from '../measure-loss.ts'
import {leastMisses, readWatch} from '../watch.ts'
import type {Watch} from '../watch.ts'
import {ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

const overdueMs = minutes(5)

export const watch: Check = {
  id: 'watch',
  title: 'watch of the other Region',
  look: async ({world, place, from, to, now, signal}) => [
    watchFinding(await readWatch(world.store(to), place, signal), {from, to}, now),
  ],
}

export function watchFinding(seen: Watch | null, {from, to}: {readonly from: string; readonly to: string}, now: number): Found {
  const cost = 'the loss of a failover would be counted up to the moment at which it is declared'
  const suggestions = [`look at the watch function of the foundation stack in ${to}`]
  if (seen === null || seen.region !== from)
    return warn(`Nobody in ${to} has written down yet whether ${from} answers: ${cost}.`, {
      suggestions: ['sluice infra up', ...suggestions],
    })
  const {lookedAt, answeredAt, silentSince, misses} = seen
  const evidence = {lookedAt, answeredAt, silentSince, misses}
  if (now - lookedAt > overdueMs)
    return warn(`The watch in ${to} hasn't looked for ${Math.floor((now - lookedAt) / minutes(1))} min: ${cost}.`, {
      evidence,
      suggestions,
    })
  if (silentSince !== null && misses >= leastMisses) {
    const last = answeredAt === null ? 'has never answered' : `last answered ${clockTime(answeredAt)}`
    return warn(`${from} ${last}, by the watch of ${to}.`, {
      evidence,
      suggestions: [`ask the heartbeat of ${from} by its own name, from outside of it`, ...suggestions],
    })
  }
  return ok(
    `${to} watches ${from}, which ${answeredAt === null ? 'has not answered yet' : `last answered ${clockTime(answeredAt)}`}.`,
    evidence,
  )
}
