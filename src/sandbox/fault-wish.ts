/** What `sluice sandbox fault` asks the sandbox for, and how it says what came of it. Pure. */
import {ExitCode, SluiceError} from '../errors.ts'
import {faultLine} from './fault-kinds.ts'
import type {Fault} from './world/contract.ts'

export interface Cleared {
  readonly cleared: number
}

export interface Listed {
  readonly faults: readonly Fault[]
}

export interface FaultFlags {
  readonly rate?: string | undefined
  readonly target?: string | undefined
  readonly service?: string | undefined
  readonly region?: string | undefined
  readonly seconds?: number | undefined
  readonly times?: number | undefined
  readonly message?: string | undefined
  readonly ms?: number | undefined
}

/** The admin route's body; which values a kind needs is the route's to say. */
export function faultWish(kind: string | undefined, flags: FaultFlags): object {
  if (kind === undefined) {
    throw new SluiceError({
      code: 'usage',
      exitCode: ExitCode.usage,
      message: 'Which fault? Or --list, or --clear.',
      suggestions: ['sluice sandbox fault --list', 'sluice sandbox fault incident --rate 0.05'],
    })
  }
  const {rate, target, service, region, seconds, times, message, ms} = flags
  const fraction = rate === undefined ? undefined : Number(rate)
  return {kind, rate: fraction, region, seconds, ms, times, message, target: target ?? service}
}

export const clearPath = (kind: string | undefined): string => (kind === undefined ? 'faults' : `faults?kind=${kind}`)

export const clearedText = (cleared: number): string => (cleared === 0 ? 'Nothing was on.' : `Off: ${cleared}.`)

export const faultsText = (faults: readonly Fault[]): string =>
  faults.length === 0 ? 'No faults are on.' : faults.map(faultLine).join('\n')
