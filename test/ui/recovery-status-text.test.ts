/** `dr status`: what the one screen says, and which command it leads to. */
import {describe, expect, it} from 'vitest'
import type {Standing} from '../../src/runbooks/recovery/input.ts'
import type {Finding} from '../../src/runbooks/recovery/readiness/finding.ts'
import {betweenRegions} from '../../src/ui/between-regions.ts'
import {recoveryStatusJson, recoveryStatusText} from '../../src/ui/recovery-status-text.ts'
import type {RecoveryStatus} from '../../src/ui/recovery-status-text.ts'
import {promoting, recovered, RecoveryRun} from './a-recovery-run.ts'

const now = Date.parse('2026-11-22T18:30:00Z')
const day = 86_400_000

const finding = (id: string, level: Finding['level'], text: string): Finding => ({
  id,
  title: id === 'replica-lag' ? 'replica lag' : 'replica',
  level,
  text,
  rtoMinutes: 0,
  suggestions: [],
  evidence: {},
})
const standing = (region: string, settled: boolean): Standing => ({
  schema: 1,
  region,
  since: now - day,
  run: 'r-1',
  settled,
  replicatedUntil: null,
  fence: 'fenced',
})
const aStatus = (change: Partial<RecoveryStatus> = {}): RecoveryStatus => ({
  service: 'shop',
  environment: 'production',
  home: 'eu-west-1',
  recovery: 'eu-central-1',
  shape: 'warm-standby',
  standing: null,
  between: null,
  homeMissing: null,
  lastDrillAt: now - 10 * day,
  drillEveryMs: 92 * day,
  runs: [],
  ticker: null,
  now,
  readiness: {
    schema: 1,
    at: now,
    from: 'eu-west-1',
    to: 'eu-central-1',
    score: 100,
    rto: {p50Seconds: 600, p90Seconds: 1500, objectiveSeconds: 1800, findingsSeconds: 0},
    rpo: {lagSeconds: 1, source: 'heartbeat', objectiveSeconds: 60},
    findings: [finding('replica-state', 'ok', 'shop-production replicates eu-west-1.')],
  },
  ...change,
})
const comingHome: RecoveryStatus['runs'][number] = {
  run: 'r-1',
  kind: 'failback',
  mode: null,
  startedAt: now - 3_600_000,
  outcome: 'paused',
  durationMs: 3_600_000,
  rtoMs: null,
  rtoObjectiveMs: 1_800_000,
  lossMs: null,
  residue: null,
  criticalPathMs: 0,
  longest: null,
  by: 'anna',
}
const next = (change: Partial<RecoveryStatus>): unknown => (recoveryStatusJson(aStatus(change)) as {next: unknown}).next

describe('dr status', () => {
  it('fits one screen and says users, home, replica, drill and readiness', () => {
    const text = recoveryStatusText(aStatus())
    expect(text.split('\n').length).toBeLessThanOrEqual(24)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const words of [
      'in eu-west-1; they have never left it',
      'eu-west-1 answers',
      'shop-production replicates eu-west-1.',
      '10 d ago',
      'of 30:00',
    ])
      expect(text).toContain(words)
  })

  it('says what a failover would find while a failback is still making the standby', () => {
    const text = recoveryStatusText(aStatus({standing: standing('eu-west-1', false), runs: [comingHome]})).replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      'eu-central-1 is no standby again yet: if eu-west-1 is lost now, sluice dr promote --unplanned gives users the database they left there',
    )
  })

  it('says that users are in neither Region from the fence until the flip, though the database is promoted already', () => {
    const moving = promoting()
    const between = betweenRegions(moving.view())
    const text = recoveryStatusText(aStatus({between, standing: standing('eu-central-1', false)})).replaceAll(/\s+/g, ' ')
    expect(text).toContain('between eu-west-1 and eu-central-1 since 2026-11-22')
    expect(text).not.toContain('in eu-central-1 since')
  })

  it.each([
    ['before anything is fenced', () => new RecoveryRun().begun('declare')],
    ['after the flip', recovered],
  ])('says where users are by right %s', (_, run) => {
    expect(betweenRegions(run().view())).toBeNull()
  })

  it.each([
    ['somebody is at', {run: 'r-1', owner: 'anna', host: 'laptop'}, 'running, by anna on laptop'],
    ['nobody is at', null, 'running: nobody is at it'],
    ['nobody is at any more, while another run begins', {run: 'r-2', owner: 'bo', host: 'ci'}, 'running: nobody is at it'],
  ])('says of an unfinished run that %s it', (_, ticker, words) => {
    const status = aStatus({runs: [{...comingHome, outcome: 'running'}], ticker})
    expect(recoveryStatusText(status)).toContain(words)
    expect(recoveryStatusJson(status)).toMatchObject({ticker})
  })

  it('tells the lag with what it means', () => {
    const lag = finding('replica-lag', 'fail', 'ReplicaLag is −1, which is not 0: the replica does not replicate.')
    const text = recoveryStatusText(aStatus({readiness: {...aStatus().readiness, findings: [lag]}}))
    expect(text.replaceAll(/\s+/g, ' ')).toContain('ReplicaLag is −1, which is not 0')
  })

  it('says that a loss nobody can tell is none of zero', () => {
    const rpo = {lagSeconds: null, source: null, objectiveSeconds: 60}
    expect(recoveryStatusText(aStatus({readiness: {...aStatus().readiness, rpo}}))).toContain("can't be told")
  })

  it.each<[string, Partial<RecoveryStatus>, readonly string[]]>([
    ['nothing, when all is well', {}, []],
    ['a failover, when home is lost', {homeMissing: "eu-west-1 doesn't answer"}, ['sluice dr promote --unplanned']],
    ['home again, when users are away', {standing: standing('eu-central-1', false)}, ['sluice dr failback --confirm production']],
    [
      'no way home while home is silent',
      {standing: standing('eu-central-1', false), homeMissing: "eu-west-1 doesn't answer"},
      ['sluice dr check'],
    ],
    ['settling, when users are home and the stacks are not', {standing: standing('eu-west-1', false)}, ['sluice dr settle']],
    [
      'users back to what they left, when home is lost before a failback is through',
      {standing: standing('eu-west-1', false), homeMissing: "eu-west-1 doesn't answer", runs: [comingHome]},
      ['sluice dr promote --unplanned', 'sluice dr resume r-1'],
    ],
    ['that failback, while home answers', {standing: standing('eu-west-1', false), runs: [comingHome]}, ['sluice dr resume r-1']],
    ['nothing, when they are home for good', {standing: standing('eu-west-1', true)}, []],
    [
      'a look at what is wrong',
      {readiness: {...aStatus().readiness, findings: [finding('replica-state', 'fail', 'gone')]}},
      ['sluice dr check'],
    ],
  ])('leads to %s', (_what, change, commands) => {
    expect(next(change)).toEqual(commands)
  })
})
