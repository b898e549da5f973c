import {describe, expect, it} from 'vitest'
import type {Gate} from '../../src/config/release-config.ts'
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {
  gateCounts,
  historyCounts,
  nextSettledAt,
  settledUntil,
  unansweredPerMinute,
  unexplained5xx,
} from '../../src/runbooks/release/measure.ts'
import {minutesOf, served, silent} from './a-minute.ts'

const errors: Gate = {kind: 'errors', name: 'errors', settings: defaultSettings(2)}
const latency: Gate = {kind: 'latency', name: 'latency', boundMs: 500, settings: defaultSettings(2)}

describe('requests that were never answered', () => {
  it.each([
    [
      'none, when all are answered in their minute',
      [
        [100, 100],
        [100, 100],
      ],
      [0, 0],
    ],
    [
      'none, when answers come in the minute after: they were in flight',
      [
        [100, 90],
        [100, 110],
        [100, 100],
      ],
      [0, 0, 0],
    ],
    [
      'what stays open until the last minute, in the minute it was given',
      [
        [100, 90],
        [100, 100],
        [100, 100],
      ],
      [10, 0, 0],
    ],
    [
      'only what stays, of what is in flight and what is lost',
      [
        [100, 80],
        [100, 110],
        [100, 100],
      ],
      [10, 0, 0],
    ],
    [
      'each in its own minute',
      [
        [100, 95],
        [100, 97],
        [100, 100],
      ],
      [5, 3, 0],
    ],
    [
      'none for answers to requests from before the first minute',
      [
        [100, 104],
        [100, 100],
      ],
      [0, 0],
    ],
    [
      "the newest minute's too, until later answers show otherwise",
      [
        [100, 100],
        [100, 60],
      ],
      [0, 40],
    ],
  ])('%s', (_, counted, expected) => {
    expect(unansweredPerMinute(counted.map(([requests = 0, answers = 0]) => served(requests, {answered2xx: answers})))).toEqual(
      expected,
    )
  })
})

describe('what a gate counts', () => {
  it('5xx answers, unanswered and refused requests are bad, never more than there were requests', () => {
    const minutes = minutesOf(
      [served(900), served(100, {answered2xx: 60, answered5xx: 30, connectionErrors: 4})],
      [served(900), served(0, {connectionErrors: 7})],
    )
    expect(gateCounts(errors, minutes, 'b')).toEqual([
      {requests: 100, bad: 44},
      {requests: 7, bad: 7},
    ])
  })

  it('a published RequestCount without a published 5XX count means no errors; nothing published means no requests', () => {
    expect(gateCounts(errors, minutesOf([silent, served(10, {answered5xx: null})]), 'b')).toEqual([{requests: 10, bad: 0}])
    expect(gateCounts(errors, minutesOf([silent, silent]), 'b')).toEqual([{requests: 0, bad: 0}])
  })

  it('latency counts answers that were timed: an unanswered request has no sample', () => {
    expect(gateCounts(latency, minutesOf([silent, served(100, {answered2xx: 80, timed: 80, slow: 8})]), 'b')).toEqual([
      {requests: 80, bad: 8},
    ])
  })

  it('history sums both slots and leaves out minutes in which both had requests', () => {
    const minutes = minutesOf(
      [served(900, {answered5xx: 9}), silent],
      [served(500), served(400)],
      [silent, served(900, {answered5xx: 3})],
    )
    expect(historyCounts(errors, minutes)).toEqual([
      {requests: 900, bad: 9},
      {requests: 900, bad: 3},
    ])
  })
})

describe('answers that the load balancer made itself', () => {
  it('are unexplained as far as no slot left requests unanswered or refused them', () => {
    const [minute] = minutesOf([served(900), served(100, {answered2xx: 95})])
    expect(unexplained5xx([{...minute!, loadBalancer5xx: 12}])).toBe(7)
  })
})

describe('a minute is settled two minutes after its end', () => {
  it.each([
    [179_999, 0],
    [180_000, 60_000],
    [239_999, 60_000],
  ])('at %i ms, until %i ms', (now, until) => {
    expect(settledUntil(now)).toBe(until)
  })

  it('and the next look is when one more is', () => {
    expect(nextSettledAt(180_000)).toBe(240_000)
  })
})
