import {describe, expect, it} from 'vitest'
import {decide} from '../../src/runbooks/release/decide.ts'
import type {Observation} from '../../src/runbooks/release/decide.ts'
import {minutes} from '../../src/runbooks/engine/clock.ts'

const looked = (verdict: Observation['look']['verdict']): Observation['look'] => ({
  verdict,
  gates: [],
  reason: `it is ${verdict}`,
  minute: 3,
  failing: null,
})
const seen = (change: Partial<Observation> = {}): Observation => ({
  look: looked('pass'),
  judgedMs: minutes(3),
  holdMs: minutes(3),
  ageMs: minutes(6),
  atMostMs: minutes(12),
  promoteWish: null,
  silentMinutes: 0,
  loadBalancer: {unexplained: 0, expected: 0},
  canaryExits: 0,
  stableHealthy: null,
  ...change,
})

describe('at a look', () => {
  it.each<readonly [string, Partial<Observation>, string]>([
    ['goes on when every gate passes and the hold is over', {}, 'advance'],
    ['waits for the hold although every gate passes', {judgedMs: minutes(2)}, 'wait'],
    ['waits for more data', {look: looked('need-data')}, 'wait'],
    ['pauses when there is still too little at atMost', {look: looked('need-data'), ageMs: minutes(12)}, 'pause'],
    [
      'goes home on proof of harm, before the hold is over',
      {look: looked('fail'), judgedMs: minutes(1), stableHealthy: 3},
      'roll-back',
    ],
    ['halts instead when stable has nobody to serve', {look: looked('fail'), stableHealthy: 0}, 'halt'],
    [
      'goes home on proof of harm although somebody asked for promotion',
      {look: looked('fail'), stableHealthy: 3, promoteWish: 'ann: go'},
      'roll-back',
    ],
    [
      'goes on without enough data when somebody asked for promotion',
      {look: looked('need-data'), promoteWish: 'ann: go'},
      'advance',
    ],
    ['pauses when a canary with weight has had no counted request for 3 min', {silentMinutes: 3}, 'pause'],
    ['waits on two such minutes', {look: looked('need-data'), silentMinutes: 2}, 'wait'],
    ['pauses on 502, 503 and 504 above history that nothing explains', {loadBalancer: {unexplained: 30, expected: 2}}, 'pause'],
    [
      'leaves them to the gate tasks when a canary task exited',
      {loadBalancer: {unexplained: 30, expected: 2}, canaryExits: 1},
      'wait',
    ],
    [
      'pauses on them all the same at atMost',
      {loadBalancer: {unexplained: 30, expected: 2}, canaryExits: 1, ageMs: minutes(12)},
      'pause',
    ],
    ['takes as many as history shows for granted', {loadBalancer: {unexplained: 30, expected: 10}}, 'advance'],
    ['takes nine for granted whatever history shows', {loadBalancer: {unexplained: 9, expected: 0}}, 'advance'],
  ])('%s', (_, change, kind) => {
    expect(decide(seen(change)).kind).toBe(kind)
  })
})
