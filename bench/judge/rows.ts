/**
 * The twenty cases of the operating-characteristics table, and how their minutes are made. Canary weight 5 % (stable gets 19
 * times the canary's requests), 60 minutes of stable's history, then 15 minutes of both. Requests a minute are Poisson. Bad
 * ones are independent (binomial), or come in bursts of geometric size with the mean named, each burst on one version and
 * within one minute. An incident adds the same bad fraction to both versions for five minutes and ends by itself; its bursts,
 * where it has any, are its own. When it begins isn't in the description of the table: minutes 4 and 6 are inferred from the
 * columns of the simple rules, which give it away.
 */
import type {Count, PairedMinute} from '../../src/judge/counts.ts'
import type {Behaviour} from '../../src/judge/simulate.ts'
import type {Random} from '../../src/judge/random.ts'
import {sum} from '../../src/judge/counts.ts'
import {simulatedMinute} from '../../src/judge/simulate.ts'

const minutesOfRelease = 15
const minutesOfHistory = 60
const stablePerCanary = 19

export interface Row {
  readonly name: string
  /** A rollback is wrong here. */
  readonly healthy: boolean
  /** Canary requests a minute. */
  readonly requests: number
  /** Bad fractions in peace. */
  readonly stable: number
  readonly canary: number
  /** Mean burst in history and in the release. */
  readonly bursts?: {readonly before: number; readonly during: number}
  readonly incident?: {readonly from: number; readonly add: number; readonly burst: number}
}

const minutesOfIncident = 5
const always = (burst: number): {readonly before: number; readonly during: number} => ({before: burst, during: burst})
const begins = (burst: number): {readonly before: number; readonly during: number} => ({before: 1, during: burst})

const well = (bad: number, requests: number, how = ''): Row => ({
  name: `healthy ${percent(bad)}${how}, ${requests}/min`,
  healthy: true,
  requests,
  stable: bad,
  canary: bad,
})

export const rows: readonly Row[] = [
  well(0.001, 30),
  well(0.001, 300),
  well(0.004, 300),
  well(0.02, 3000),
  {...well(0.001, 300, ', bursts of 5'), bursts: always(5)},
  {...well(0.002, 300, ', bursts of 10'), bursts: always(10)},
  {...well(0.002, 3000, ', bursts of 10'), bursts: always(10)},
  {...well(0.002, 3000), name: 'healthy, bursts of 10 begin with the release, 3000/min', bursts: begins(10)},
  {...well(0.002, 300), name: 'healthy, bursts of 10 begin with the release, 300/min', bursts: begins(10)},
  {...well(0.001, 300), name: 'incident 5 % on both, 300/min', incident: {from: 4, add: 0.05, burst: 1}},
  {...well(0.001, 300), name: 'incident on both, bursts of 10, 300/min', incident: {from: 4, add: 0.05, burst: 10}},
  {name: '20x worse (2 %), 30/min', healthy: false, requests: 30, stable: 0.001, canary: 0.02},
  {name: '5x worse (0.5 %), 300/min', healthy: false, requests: 300, stable: 0.001, canary: 0.005},
  {name: '8x worse (0.8 %), 300/min', healthy: false, requests: 300, stable: 0.001, canary: 0.008},
  {
    name: '10x worse during an incident, 300/min',
    healthy: false,
    requests: 300,
    stable: 0.001,
    canary: 0.01,
    incident: {from: 6, add: 0.05, burst: 1},
  },
  {name: '3x worse (0.1 to 0.3 %), 3000/min', healthy: false, requests: 3000, stable: 0.001, canary: 0.003},
  {name: '2 to 4 %, 3000/min', healthy: false, requests: 3000, stable: 0.02, canary: 0.04},
  {name: '2 to 4 %, bursts of 3, 3000/min', healthy: false, requests: 3000, stable: 0.02, canary: 0.04, bursts: always(3)},
  {name: '30 % bad, 300/min', healthy: false, requests: 300, stable: 0.001, canary: 0.3},
  {name: 'dead (90 %), 300/min', healthy: false, requests: 300, stable: 0.001, canary: 0.9},
]

function percent(bad: number): string {
  return `${Number((100 * bad).toFixed(2))} %`
}

export interface Case {
  readonly history: readonly Count[]
  readonly minutes: readonly PairedMinute[]
}

export function simulatedCase(random: Random, row: Row): Case {
  const before = row.bursts?.before ?? 1
  const during = row.bursts?.during ?? 1
  const all = {requests: row.requests * (stablePerCanary + 1), bad: row.stable, burst: before}
  const minute = (position: number): PairedMinute => ({
    canary: oneSide(random, row, position, {requests: row.requests, bad: row.canary, burst: during}),
    stable: oneSide(random, row, position, {requests: row.requests * stablePerCanary, bad: row.stable, burst: during}),
  })
  return {
    history: Array.from({length: minutesOfHistory}, () => simulatedMinute(random, all)),
    minutes: Array.from({length: minutesOfRelease}, (_, i) => minute(i + 1)),
  }
}

function oneSide(random: Random, {incident}: Row, position: number, peace: Behaviour): Count {
  const count = simulatedMinute(random, peace)
  if (incident === undefined || position < incident.from || position >= incident.from + minutesOfIncident) return count
  const hit = simulatedMinute(random, {requests: peace.requests, bad: incident.add, burst: incident.burst})
  return {requests: count.requests, bad: Math.min(count.requests, sum(count, hit).bad)}
}
