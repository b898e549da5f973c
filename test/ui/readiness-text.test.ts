import {describe, expect, it} from 'vitest'
import type {Finding, Level} from '../../src/runbooks/recovery/readiness/finding.ts'
import {scored} from '../../src/runbooks/recovery/readiness/read-readiness.ts'
import type {Readiness} from '../../src/runbooks/recovery/readiness/read-readiness.ts'
import {readinessText} from '../../src/ui/readiness-text.ts'
import {lengthOf} from '../../src/ui/styled-line.ts'

const finding = (level: Level, title: string, more: Partial<Finding> = {}): Finding => ({
  id: title,
  title,
  level,
  text: `about ${title}`,
  rtoMinutes: 0,
  suggestions: [],
  evidence: {},
  ...more,
})

const readiness = (...findings: readonly Finding[]): Readiness =>
  scored(findings, {
    now: 0,
    from: 'eu-west-1',
    to: 'eu-central-1',
    forecast: {p50Seconds: 720, p90Seconds: 1200},
    rtoMs: 1_800_000,
    rpoMs: 60_000,
    lag: {seconds: 2, source: 'heartbeat'},
  })
const whose = {service: 'shop', environment: 'production'}
const text = (of: Readiness, fine: 'listed' | 'counted' = 'counted', columns = 80): string =>
  readinessText(of, whose, {fine, columns})

describe('readiness on a screen', () => {
  it('puts score, forecast and loss first, each beside its objective', () => {
    const [first, second, third] = text(readiness(finding('ok', 'replica'))).split('\n')
    expect(first).toMatch(/^readiness · shop · production · eu-west-1 → eu-central-1 +100 of 100$/)
    expect(second).toBe('  RTO 12:00 usually, 20:00 at worst, of 30:00')
    expect(third).toBe('  loss if it began now 2 s by heartbeat, of 1 min')
  })

  it('prices what costs time, and says what part of the forecast it is', () => {
    const said = text(
      readiness(finding('warn', 'class', {text: 'one class smaller', rtoMinutes: 12, suggestions: ['sluice infra up']})),
    )
    expect(said).toMatch(/! WARN {4}class +\+12 min RTO: one class smaller/)
    expect(said).toContain('sluice infra up')
    expect(said).toContain('(12 min of it by what is below)')
  })

  it("says UNKNOWN for what couldn't be asked, and never counts it as fine", () => {
    const said = text(readiness(finding('unknown', 'quotas'), finding('ok', 'replica')))
    expect(said).toContain('? UNKNOWN quotas')
    expect(said).toContain("1 couldn't be asked, which isn't fine, 2 fine")
  })

  it('tells what is fine in one line, or one by one', () => {
    const fine = readiness(finding('ok', 'replica'), finding('ok', 'lag'))
    expect(text(fine)).toContain('✔ OK       replica, lag')
    expect(text(fine, 'listed')).toContain('about replica')
  })

  it('fits 80 columns', () => {
    const long = readiness(finding('fail', 'quotas', {text: 'short by 16 vCPU '.repeat(12), suggestions: []}))
    expect(
      text(long)
        .split('\n')
        .filter((line) => lengthOf(line) > 80),
    ).toEqual([])
  })

  it('fits 60 columns: what was found stands below its name, and a command stays whole', () => {
    const command = `sluice dr check --config ${'a'.repeat(60)}`
    const long = readiness(
      finding('fail', 'quotas of the recovery Region', {text: 'short by 16 vCPU '.repeat(12), suggestions: [command]}),
      finding('warn', 'break-glass role', {
        suggestions: ['make a role beforehand, and name it as stack.recovery.breakGlassRole'],
      }),
    )
    const lines = text(long, 'counted', 60).split('\n')
    expect(lines.filter((line) => lengthOf(line) > 60).map((line) => line.trim())).toEqual([command])
    expect(lines).toContain('  ✖ FAIL    quotas of the recovery Region')
    expect(lines[0]).toContain('eu-central-1')
  })
})
