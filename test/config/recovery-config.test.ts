import {describe, expect, test} from 'vitest'
import {parseStack} from '../../src/config/load-stack.ts'
import {recoveryDefaults, recoverySettings} from '../../src/config/recovery-config.ts'
import {parseInterval} from '../../src/config/units.ts'

const file = (recovery: string, more = ''): string => `service: shop
region: eu-west-1
stack:
  api: origin-api.example.com
  site: www.example.com
  hostedZone: Z0123456789ABC
${more}  recovery:
    region: eu-central-1
${recovery
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`
const settings = (recovery: string) => {
  const parsed = parseStack(file(recovery))
  return parsed.kind === 'config' ? recoverySettings(parsed.config) : parsed.problems
}
const problems = (text: string): readonly string[] => {
  const parsed = parseStack(text)
  return parsed.kind === 'problems' ? parsed.problems : []
}

describe('how a stack recovers', () => {
  test('is the defaults when nothing is said, and the configuration says nothing of them', () => {
    expect(settings('shape: warm-standby')).toEqual(recoveryDefaults)
    const parsed = parseStack(file('shape: warm-standby'))
    expect(parsed.kind === 'config' ? parsed.config.recovery : null).not.toHaveProperty('dr')
  })
  test('takes each key as it was written, and the default for those left out', () => {
    expect(
      settings(`objectives: {rto: 20m}
flip: record
distribution: E1ABCDEF2GHIJK
probes: {write: /db/ready, warm: [/catalog, /prices]}
drillEvery: 30d
approval: 90s
breakGlassRole: break-glass
extend: recovery-extra.yaml`),
    ).toEqual({
      ...recoveryDefaults,
      rtoMs: 20 * 60_000,
      flip: 'record',
      distribution: 'E1ABCDEF2GHIJK',
      drillEveryMs: 30 * 86_400_000,
      approvalMs: 90_000,
      probes: {...recoveryDefaults.probes, write: '/db/ready', warm: ['/catalog', '/prices']},
      breakGlassRole: 'break-glass',
      extend: 'recovery-extra.yaml',
    })
  })
  test('a loss of 0 may be the objective; no time at all may not', () => {
    expect(settings('objectives: {rpo: 0s}')).toMatchObject({rpoMs: 0})
    expect(problems(file('objectives: {rto: 0s}'))).toEqual(['9:23  stack.recovery.objectives.rto: 0 leaves no time at all'])
    expect(problems(file('approval: 0s'))).toEqual(['9:15  stack.recovery.approval: 0 leaves no time at all'])
  })
  test.each([
    ['objectives: {rto: 30}', '9:23  stack.recovery.objectives.rto: 30 has no unit: write a unit: 30m'],
    ['objectives: {rto: 1d}', '9:23  stack.recovery.objectives.rto: "1d" isn\'t a duration: write one like 90s, 30m or 1h30m'],
    ['flip: dns', '9:11  stack.recovery.flip: "dns" isn\'t one of stop, record'],
    [
      'probes: {write: ready}',
      '9:21  stack.recovery.probes.write: "ready" isn\'t usable here: a path of the API that begins with /',
    ],
    [
      'probes: {regionHeader: X-Region}',
      '9:28  stack.recovery.probes.regionHeader: "X-Region" isn\'t usable here: the name of a header in lower case',
    ],
    ['drill: 92d', '9:5  stack.recovery.drill: unknown key'],
    ['distribution: E1ABCDEF2GHIJK', '9:19  stack.recovery.distribution: a second distribution is only for flip: record'],
  ])('%s is told with its place', (recovery, problem) => {
    expect(problems(file(recovery))).toEqual([problem])
  })
  test('record has nothing to change where the zone is elsewhere', () => {
    expect(problems(file('flip: record').replace('  hostedZone: Z0123456789ABC\n', ''))).toEqual([
      '8:11  stack.recovery.flip: record changes records: it needs stack.hostedZone',
    ])
  })
})

test.each([
  ['92d', 92 * 86_400_000],
  ['2160h', 90 * 86_400_000],
  ['1d12h', null],
  ['92', null],
  ['', null],
])('an interval of %s is %s ms', (text, ms) => {
  expect(parseInterval(text)).toBe(ms)
})
