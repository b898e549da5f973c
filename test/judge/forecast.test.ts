import {describe, expect, test} from 'vitest'
import type {ForecastQuestion} from '../../src/judge/forecast.ts'
import {forecast} from '../../src/judge/forecast.ts'
import {seededRandom} from '../../src/judge/random.ts'
import {settings} from './minutes.ts'

const ask = (changed: Partial<ForecastQuestion> = {}) =>
  forecast({
    settings: settings(),
    stableRate: 0.001,
    requestsPerMinute: 6000,
    weight: 5,
    minutes: 15,
    ratios: [2, 8],
    seed: 1,
    runs: 200,
    ...changed,
  })

describe('forecast', () => {
  test('gives the same answer to the same question, and another to another seed', () => {
    expect(ask()).toEqual(ask())
    expect(ask({seed: 2})).not.toEqual(ask())
  })
  test('agrees with the table: eight times worse at 300 canary requests a minute is found, about minute 6; a healthy one passes', () => {
    const {finds, passShare} = ask()
    expect(passShare).toBeGreaterThan(0.95)
    expect(finds[1]?.share).toBeGreaterThan(0.95)
    expect(finds[1]?.medianMinute).toBeGreaterThanOrEqual(5)
    expect(finds[1]?.medianMinute).toBeLessThanOrEqual(7)
  })
  test('says that a healthy version would not pass in low traffic', () => {
    expect(ask({requestsPerMinute: 600})).toMatchObject({passMinutes: null, passShare: 0})
  })
  test('does not pass before the step has been held', () => {
    expect(ask({hold: 9}).passMinutes?.p50).toBeGreaterThanOrEqual(9)
  })
  test('has nothing to find where stable has no bad requests', () => {
    expect(ask({stableRate: 0}).finds).toEqual([
      {ratio: 2, share: 0, medianMinute: null},
      {ratio: 8, share: 0, medianMinute: null},
    ])
  })
  test("exposes at most the weight's share of the full time", () => {
    expect(ask({weight: 10, minutes: 20}).exposedRequests).toBe(12_000)
  })
})

describe('seeded randomness has the mean and the variance it should', () => {
  const rows: readonly (readonly [string, number, number, (random: ReturnType<typeof seededRandom>) => number])[] = [
    ['uniform', 0.5, 1 / 12, (random) => random.uniform()],
    ['Poisson, small', 0.3, 0.3, (random) => random.poisson(0.3)],
    ['Poisson, large', 300, 300, (random) => random.poisson(300)],
    ['binomial, small', 0.3, 0.2997, (random) => random.binomial(300, 0.001)],
    ['binomial, large', 285, 270.75, (random) => random.binomial(5700, 0.05)],
    ['binomial, mostly', 270, 27, (random) => random.binomial(300, 0.9)],
    ['geometric', 10, 90, (random) => random.geometric(10)],
  ]
  test.each(rows)('%s', (_, mean, variance, draw) => {
    const random = seededRandom(7)
    const draws = Array.from({length: 20_000}, () => draw(random))
    const average = draws.reduce((a, b) => a + b, 0) / draws.length
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(variance / draws.length))
    const spread = draws.reduce((a, b) => a + (b - average) ** 2, 0) / draws.length
    expect(Math.abs(spread / variance - 1)).toBeLessThan(0.1)
  })
})
