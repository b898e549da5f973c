/** The judge against a second implementation in Python (golden.py), which shares nothing with it but the description. */
import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import type {GateSettings} from '../../src/judge/settings.ts'
import {judgeGate} from '../../src/judge/judge-gate.ts'

interface Golden {
  readonly name: string
  readonly settings: GateSettings
  readonly history: readonly (readonly [number, number])[]
  readonly minutes: readonly (readonly [number, number, number, number])[]
  readonly expected: Record<'logHarm' | 'logWithinBudget' | 'logNoWorse' | 'dispersion', number> & {
    readonly verdict: string
    readonly failedAt: number | null
  }
}

const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as readonly Golden[]

describe('agrees with the second implementation', () => {
  test.each(golden)('$name', ({settings, history, minutes, expected}) => {
    const verdict = judgeGate(
      settings,
      history.map(([requests, bad]) => ({requests, bad})),
      minutes.map(([n, k, m, l]) => ({canary: {requests: n, bad: k}, stable: {requests: m, bad: l}})),
    )
    expect(verdict.verdict).toBe(expected.verdict)
    expect(verdict.failedAt).toBe(expected.failedAt)
    for (const key of ['logHarm', 'logWithinBudget', 'logNoWorse', 'dispersion'] as const) {
      const allowed = Math.max(1e-12, 1e-9 * Math.abs(expected[key]))
      expect(Math.abs(verdict[key] - expected[key]), `${key} ${verdict[key]} against ${expected[key]}`).toBeLessThanOrEqual(
        allowed,
      )
    }
  })

  const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 6))']).status === 0
  test.skipIf(!hasPython)('golden.json is what golden.py writes', () => {
    execFileSync('python3', [new URL('golden.py', import.meta.url).pathname, '--check'], {stdio: 'pipe'})
  })
})
