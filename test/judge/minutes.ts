/** Builders: boring minutes, so that a test says only what is special about its own. */
import type {Count, PairedMinute} from '../../src/judge/counts.ts'
import type {GateSettings} from '../../src/judge/settings.ts'
import {defaultSettings} from '../../src/judge/default-settings.ts'

export const count = (requests: number, bad: number): Count => ({requests, bad})

/** 300 canary and 5,700 stable requests, stable at 0.1 %. */
export const minute = (canaryBad = 0, changed: Partial<PairedMinute> = {}): PairedMinute => ({
  canary: count(300, canaryBad),
  stable: count(5700, 6),
  ...changed,
})

export const emptyMinute: PairedMinute = {canary: count(0, 0), stable: count(0, 0)}

export const times = <T>(n: number, what: T): readonly T[] => Array.from({length: n}, () => what)

/** An hour of 6,000 requests a minute with 6 bad ones. */
export const quietHour: readonly Count[] = times(60, count(6000, 6))

export const settings = (changed: Partial<GateSettings> = {}): GateSettings => ({...defaultSettings(2), ...changed})
