import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {formatDuration, formatPercent, parseDuration, parsePercent} from '../../src/config/units.ts'

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['0s', 0],
    ['1h1m1s1ms', 3_661_001],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
  it.each(['', '5', '5 m', 'm', '-5m', '5d', '5m1h', '1.5m', '5M', ' 5m'])("%j isn't one", (text) => {
    expect(parseDuration(text)).toBeNull()
  })
  it('what is written is read back', () => {
    fc.assert(fc.property(fc.nat(400_000_000), (ms) => parseDuration(formatDuration(ms)) === ms))
  })
})

describe('percents', () => {
  it.each([
    ['0.5%', 0.005],
    ['0.5 %', 0.005],
    ['0.1%', 0.001],
    ['20%', 0.2],
    ['0%', 0],
  ])('%s', (text, fraction) => {
    expect(parsePercent(text)).toBe(fraction)
  })
  it.each(['', '5', '%', '5 percent', '-5%', '.5%', '5%%'])("%j isn't one", (text) => {
    expect(parsePercent(text)).toBeNull()
  })
  it('what is written is read back', () => {
    fc.assert(fc.property(fc.integer({min: 0, max: 10_000}), (n) => parsePercent(formatPercent(n / 10_000)) === n / 10_000))
  })
})
