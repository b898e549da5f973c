import {describe, expect, it} from 'vitest'
import type {Gate} from '../../src/config/release-config.ts'
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {look} from '../../src/runbooks/release/look.ts'
import {minutesOf, served, silent} from './a-minute.ts'

const gates: readonly Gate[] = [
  {kind: 'errors', name: 'errors', settings: defaultSettings(2)},
  {kind: 'latency', name: 'latency', boundMs: 500, settings: defaultSettings(2)},
]
const history = minutesOf(...Array.from({length: 60}, () => [served(900, {slow: 9}), silent] as const))
const ten = (canary: ReturnType<typeof served>) =>
  minutesOf(...Array.from({length: 10}, () => [served(720, {slow: 7}), canary] as const))
const at = (canary: ReturnType<typeof served>, needed?: readonly string[]) =>
  look({gates, history, minutes: ten(canary), canary: 'b', stable: 'a', stepFrom: 0, needed})

describe('a look', () => {
  it('passes when every gate passes', () => {
    expect(at(served(180)).verdict).toBe('pass')
  })

  it('needs data while one gate does', () => {
    const noTimes = served(180, {timed: null, slow: null})
    expect(at(noTimes)).toMatchObject({verdict: 'need-data', reason: expect.stringMatching(/^latency: /) as string})
  })

  it('passes without a gate that this step does not need', () => {
    expect(at(served(180, {timed: null, slow: null}), ['errors']).verdict).toBe('pass')
  })

  it('fails by any gate, needed or not', () => {
    const verdict = at(served(180, {slow: 90}), ['errors'])
    expect(verdict).toMatchObject({verdict: 'fail', failing: {gate: 'latency'}})
    expect(verdict.minute).toBeLessThan(10)
  })
})
