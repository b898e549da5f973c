/**
 * One line of readiness: what was looked at, how it is, and what it costs in minutes of RTO if a failover began now. What couldn't be
 * asked is `unknown`, and `unknown` is never `ok`. Pure.
 */
import type {Json} from '../../engine/event.ts'

export type Level = 'ok' | 'warn' | 'fail' | 'unknown'

export interface Finding {
  /** The check's: `replica-lag`. A check may have several. */
  readonly id: string
  readonly title: string
  readonly level: Level
  readonly text: string
  /** What it adds to a failover that begins now; 0 for what costs no time, or more than time. */
  readonly rtoMinutes: number
  /** Exact commands, or one short instruction each. */
  readonly suggestions: readonly string[]
  /** What it was judged by, for machines and auditors. */
  readonly evidence: {readonly [name: string]: Json}
}

/** A finding before its check has put its name to it. */
export interface Found
  extends Pick<Finding, 'level' | 'text'>, Partial<Pick<Finding, 'rtoMinutes' | 'suggestions' | 'evidence'>> {}

type More = Omit<Found, 'level' | 'text'>

export const ok = (text: string, evidence: Finding['evidence'] = {}): Found => ({level: 'ok', text, evidence})
export const warn = (text: string, more: More = {}): Found => ({level: 'warn', text, ...more})
export const fail = (text: string, more: More = {}): Found => ({level: 'fail', text, ...more})
export const unknown = (text: string, more: More = {}): Found => ({level: 'unknown', text, ...more})

/** The worst first, the dearest first among equals; else in the order in which they were asked. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const order: Readonly<Record<Level, number>> = {fail: 0, unknown: 1, warn: 2, ok: 3}
  return findings.toSorted((x, y) => order[x.level] - order[y.level] || y.rtoMinutes - x.rtoMinutes)
}
