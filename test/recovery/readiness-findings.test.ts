import {describe, expect, test} from 'vitest'
import {launchFinding} from '../../src/runbooks/recovery/readiness/launches.ts'
import {alarmFindings} from '../../src/runbooks/recovery/readiness/alarms.ts'
import {backupFinding, minutesUntil} from '../../src/runbooks/recovery/readiness/backup-window.ts'
import {capacityFinding} from '../../src/runbooks/recovery/readiness/capacity-age.ts'
import {certificateFinding} from '../../src/runbooks/recovery/readiness/certificates.ts'
import {classFinding, offeredFinding} from '../../src/runbooks/recovery/readiness/class-parity.ts'
import {distributionFindings, secondFindings} from '../../src/runbooks/recovery/readiness/cloudfront.ts'
import {computeFinding} from '../../src/runbooks/recovery/readiness/compute.ts'
import type {Found} from '../../src/runbooks/recovery/readiness/finding.ts'
import {amiFinding, imageFinding} from '../../src/runbooks/recovery/readiness/images.ts'
import {keyFindings} from '../../src/runbooks/recovery/readiness/keys.ts'
import {aliveFinding, recordFindings, ttlFinding} from '../../src/runbooks/recovery/readiness/names.ts'
import {parameterFindings} from '../../src/runbooks/recovery/readiness/parameters.ts'
import {drillFinding} from '../../src/runbooks/recovery/readiness/people.ts'
import {moreVcpus, quotaFindings} from '../../src/runbooks/recovery/readiness/quotas.ts'
import {pointFinding} from '../../src/runbooks/recovery/readiness/recovery-points.ts'
import {lagFinding, measuredLag, toldLag} from '../../src/runbooks/recovery/readiness/replica-lag.ts'
import type {LagFacts} from '../../src/runbooks/recovery/readiness/replica-lag.ts'
import {replicaFindings} from '../../src/runbooks/recovery/readiness/replica-state.ts'
import {secretFinding} from '../../src/runbooks/recovery/readiness/secret.ts'
import {siteFinding} from '../../src/runbooks/recovery/readiness/site.ts'
import {stackFindings} from '../../src/runbooks/recovery/readiness/stack-drift.ts'
import {regionFinding, standingFindings} from '../../src/runbooks/recovery/readiness/standing.ts'
import {watchFinding} from '../../src/runbooks/recovery/readiness/watch.ts'
import type {Watch} from '../../src/runbooks/recovery/watch.ts'
import type {DatabaseState} from '../../src/runbooks/recovery/ports/database-port.ts'
import type {DistributionState} from '../../src/runbooks/recovery/ports/edge-port.ts'
import type {RecordState} from '../../src/runbooks/recovery/ports/names-port.ts'
import type {SecretState} from '../../src/runbooks/recovery/ports/secrets-port.ts'
import {databaseArn} from '../../src/runbooks/recovery/place.ts'
import type {StackState} from '../../src/runbooks/provision/ports.ts'
import {aCapacity, aPlace} from '../support/recovery-bench.ts'
import {startOfTests as now} from '../support/leaping-clock.ts'

const place = aPlace()
const [home, away] = [place.home, place.recovery]
const both = {from: home, to: away}
const hour = 3_600_000
const day = 24 * hour

const aReplica = (change: Partial<DatabaseState> = {}): DatabaseState => ({
  id: place.database,
  arn: databaseArn(place, away),
  region: away,
  status: 'available',
  class: 'db.m7g.large',
  engine: 'postgres',
  engineVersion: '17.5',
  multiAz: false,
  storageGiB: 100,
  source: databaseArn(place, home),
  replicas: [],
  replication: {status: 'replicating', message: ''},
  pending: [],
  backupDays: 0,
  backupWindow: '03:00-03:30',
  maintenanceWindow: 'sun:03:00-sun:04:00',
  latestRestorableAt: null,
  parameterGroup: {name: 'shop-production-replica', apply: 'in-sync'},
  optionGroup: null,
  subnetGroup: 's',
  securityGroups: [],
  zones: [`${away}a`, `${away}b`],
  kmsKey: 'key',
  protected: true,
  endpoint: null,
  monitoringRole: null,
  tags: {},
  ...change,
})
/** `fail 12 min: The replica …` */
const said = (found: Found | readonly Found[]): readonly string[] =>
  [found]
    .flat()
    .map(
      ({level, rtoMinutes, text}) =>
        `${level}${rtoMinutes === undefined || rtoMinutes === 0 ? '' : ` +${rtoMinutes} min`}: ${text}`,
    )

describe('the replica', () => {
  const rows: readonly [string, DatabaseState | null, string][] = [
    ['is fine', aReplica(), 'ok: shop-production replicates eu-west-1.'],
    ["isn't there", null, 'fail: There is no database shop-production in eu-central-1.'],
    [
      'has been promoted',
      aReplica({source: null}),
      "fail: shop-production in eu-central-1 is nobody's replica (any more): it has been promoted, or was never one.",
    ],
    [
      "is somebody else's",
      aReplica({source: 'arn:aws:rds:eu-west-1:1:db:other'}),
      'fail: shop-production in eu-central-1 replicates arn:aws:rds:eu-west-1:1:db:other, and not arn:aws:rds:eu-west-1:111122223333:db:shop-production.',
    ],
    ['is told nothing of', aReplica({replication: null}), 'unknown: RDS says nothing about the replication of shop-production.'],
    [
      'is terminated',
      aReplica({replication: {status: 'terminated', message: ''}}),
      "fail: Replication of shop-production is terminated: RDS doesn't take it up again. Only a new replica helps, and making one can take hours.",
    ],
    [
      'is stopped',
      aReplica({replication: {status: 'stopped', message: ''}}),
      'fail: Replication of shop-production is stopped; RDS terminates it after 30 days.',
    ],
    [
      'has an error',
      aReplica({replication: {status: 'error', message: 'duplicate key'}}),
      'fail: Replication of shop-production has an error (duplicate key): what is written now would be lost.',
    ],
  ]
  test.each(rows)('that %s', (_, state, text) => {
    expect(said(replicaFindings(state, place, home, away))).toEqual([text])
  })
  test("in backing-up can't be promoted, and says so beside its replication", () => {
    expect(said(replicaFindings(aReplica({status: 'backing-up'}), place, home, away))).toEqual([
      'fail: shop-production is backing-up: RDS refuses to promote a replica while a backup of it is being taken.',
      'ok: shop-production replicates eu-west-1.',
    ])
  })
  test('every command names the Region: the databases of both have one name', () => {
    const states = [
      aReplica({status: 'storage-full'}),
      aReplica({status: 'failed'}),
      aReplica({replication: {status: 'error', message: ''}}),
      aReplica({parameterGroup: {name: 'g', apply: 'pending-reboot'}, pending: ['DBInstanceClass']}),
    ]
    const commands = states
      .flatMap((state) => [
        ...replicaFindings(state, place, home, away),
        ...parameterFindings(state),
        classFinding('db.m7g.2xlarge', state),
        offeredFinding('db.m7g.large', state, []),
      ])
      .flatMap(({suggestions = []}) => suggestions.filter((one) => one.startsWith('aws ')))
    expect(commands.length).toBeGreaterThan(8)
    expect(commands.filter((one) => !one.includes(`--region ${away} `))).toEqual([])
  })
  test("storage-full can be mended, a broken key can't", () => {
    expect(said(replicaFindings(aReplica({status: 'storage-full'}), place, home, away))[0]).toMatch(
      /^fail \+10 min: shop-production has no storage left/,
    )
    expect(said(replicaFindings(aReplica({status: 'inaccessible-encryption-credentials'}), place, home, away))[0]).toMatch(
      /RDS can't promote it, and it doesn't mend itself/,
    )
    expect(said(replicaFindings(aReplica({status: 'modifying'}), place, home, away))[0]).toBe(
      'warn +5 min: shop-production is modifying: RDS promotes an available replica only.',
    )
  })
})

describe('what would be lost', () => {
  const facts = (change: Partial<LagFacts> = {}): LagFacts => ({
    engine: 'postgres',
    metric: {seconds: 2, at: now - 60_000},
    heartbeat: {region: away, writable: false, drained: true, last: {seq: 9, at: now - 1500, region: home}},
    now,
    rpoMs: 60_000,
    ...change,
  })
  const rows: readonly [string, Partial<LagFacts>, string][] = [
    [
      'is measured by the heartbeat',
      {},
      'ok: The newest heartbeat row there is 1.5 s old, ReplicaLag 2 s; up to 60 s may be lost.',
    ],
    ['−1 is not 0', {metric: {seconds: -1, at: now}}, 'fail: ReplicaLag is −1, which is not 0: the replica does not replicate.'],
    [
      'no datapoint and no heartbeat: nobody knows',
      {metric: null, heartbeat: null},
      'unknown: There is no datapoint of ReplicaLag in the last 15 minutes, and no heartbeat row is to be had from the API there: nobody can tell what would be lost.',
    ],
    [
      'no datapoint, but a heartbeat: known, and the alarm is blind',
      {metric: null},
      'warn: The newest heartbeat row there is 1.5 s old. CloudWatch has no datapoint of ReplicaLag in the last 15 minutes: an alarm on it would be silent.',
    ],
    [
      'a stale datapoint says what was',
      {metric: {seconds: 1, at: now - 6 * 60_000}, heartbeat: null},
      'unknown: The newest ReplicaLag (1 s) is 6 min old, and no heartbeat row is to be had from the API there: it says what was, not what is.',
    ],
    [
      'a phantom of an idle database is seen through',
      {metric: {seconds: 240, at: now}},
      'ok: The newest heartbeat row there is 1.5 s old. ReplicaLag says 240 s: the phantom of an idle database.',
    ],
    [
      'without a heartbeat it may be a phantom',
      {metric: {seconds: 240, at: now}, heartbeat: null},
      "warn: ReplicaLag is 240 s, and no heartbeat row is to be had from the API there: an idle PostgreSQL shows up to 5 min that aren't there, so this may be nothing.",
    ],
    [
      'MySQL has no phantom',
      {engine: 'mysql', metric: {seconds: 240, at: now}, heartbeat: null},
      'fail: ReplicaLag is 240 s: more than the 60 s that may be lost.',
    ],
    [
      'more than 5 min is no phantom',
      {metric: {seconds: 301, at: now}, heartbeat: null},
      'fail: ReplicaLag is 301 s: more than the 60 s that may be lost.',
    ],
    [
      'the heartbeat is behind, whatever the metric says',
      {heartbeat: {region: away, writable: false, drained: true, last: {seq: 1, at: now - 90_000, region: home}}},
      'fail: The newest heartbeat row there is 90 s old: more than the 60 s that may be lost.',
    ],
    [
      'a database that never had a heartbeat is measured by the metric',
      {heartbeat: {region: away, writable: false, drained: true, last: null}},
      'ok: ReplicaLag is 2 s; up to 60 s may be lost.',
    ],
  ]
  test.each(rows)('%s', (_, change, text) => expect(said(lagFinding(facts(change)))).toEqual([text]))
  test("is null, and never 0, when it can't be told", () => {
    expect(measuredLag(facts({metric: {seconds: -1, at: now}, heartbeat: null}))).toEqual({seconds: null, source: null})
    expect(measuredLag(facts({metric: {seconds: 0, at: now - 200_000}, heartbeat: null}))).toEqual({seconds: null, source: null})
  })

  test('is the same in the headline and in its finding, which is read once', () => {
    const {evidence = {}} = lagFinding(facts({metric: {seconds: 4, at: now}, heartbeat: null}))
    expect(toldLag(evidence)).toEqual({seconds: 4, source: 'ReplicaLag'})
    expect(toldLag({})).toEqual({seconds: null, source: null})
  })
})

describe('the database that would be promoted', () => {
  test('pays for parameters that wait for a reboot, and for pending changes', () => {
    expect(
      said(parameterFindings(aReplica({parameterGroup: {name: 'g', apply: 'pending-reboot'}, pending: ['DBInstanceClass']}))),
    ).toEqual([
      "warn +3 min: Parameters of g wait for a reboot of shop-production: the promotion's own would bring them in at the worst moment.",
      'warn +5 min: shop-production has pending changes (DBInstanceClass): a promotion is done only once they are.',
    ])
    expect(said(parameterFindings(aReplica({parameterGroup: {name: 'default.postgres17', apply: 'in-sync'}})))[0]).toMatch(
      /^warn: .*default parameter group/,
    )
    expect(said(parameterFindings(aReplica()))).toEqual(['ok: shop-production-replica is in sync, nothing is pending.'])
  })
  test("can't be promoted in the middle of a backup, and better not shortly before one", () => {
    const replica = {id: 'db', backupDays: 7, backupWindow: '18:35-19:05', running: false, now}
    expect(said(backupFinding(replica))).toEqual([
      "warn +10 min: It is db's backup window (18:35-19:05 UTC) now or soon: RDS refuses to promote while the backup is taken.",
    ])
    expect(said(backupFinding({...replica, running: true}))).toEqual([
      'fail: A backup of db is being taken: RDS refuses to promote until it is done.',
    ])
    expect(said(backupFinding({...replica, backupWindow: '03:00-03:30'}))[0]).toMatch(/^ok/)
    expect(said(backupFinding({...replica, backupDays: 0}))[0]).toMatch(/^ok/)
  })
  test.each([
    ['18:00-19:00', 0],
    ['18:30-18:31', 0],
    ['18:00-18:30', 1410],
    ['23:45-00:15', 315],
    ['18:20-18:10', 0],
    ['sometimes', Infinity],
  ])('the window %s is open in %s minutes at 18:30', (window, minutes) => {
    expect(minutesUntil(window, now)).toBe(minutes)
  })
  test('is priced by its class', () => {
    expect(said(classFinding('db.m7g.large', aReplica({class: 'db.m7g.medium'})))).toEqual([
      'warn +12 min: The replica is 1 size smaller (db.m7g.medium, the primary db.m7g.large): it lags more easily, and has to be resized before it carries everyone.',
    ])
    expect(said(classFinding('db.m7g.large', aReplica({class: 'db.t4g.large'})))[0]).toMatch(
      /^warn \+12 min: The replica is of another class/,
    )
    expect(said(classFinding('db.m7g.large', aReplica({class: 'db.m7g.2xlarge'})))[0]).toMatch(/^ok: The replica is larger/)
    expect(said(classFinding('db.m7g.large', aReplica()))[0]).toMatch(/^ok/)
  })
  test('must be had in the zones of its subnets', () => {
    const zones = [`${away}a`, `${away}b`]
    expect(said(offeredFinding('db.m9g.large', aReplica(), []))).toEqual([
      "fail: db.m9g.large with postgres 17.5 can't be had in any zone of the replica's subnets in eu-central-1: a resize there would fail.",
    ])
    expect(said(offeredFinding('db.m9g.large', aReplica(), [`${away}c`]))[0]).toMatch(/^fail: .*\(only in eu-central-1c\)/)
    expect(said(offeredFinding('db.m9g.large', aReplica(), [`${away}a`]))).toEqual([
      "warn: db.m9g.large with postgres 17.5 isn't offered in eu-central-1b: no standby in the other zone.",
    ])
    expect(said(offeredFinding('db.m7g.large', aReplica(), zones))[0]).toMatch(/^ok/)
  })
})

describe('the recovery Region', () => {
  test('has the site object by object', () => {
    const here = {'index.html': 'e2', 'a.js': 'e1'}
    expect(said(siteFinding(here, here, {operations: 0}, both))).toEqual(['ok: 2 objects, the same in both Regions.'])
    expect(said(siteFinding(here, {'index.html': 'e1'}, {operations: 2}, both))).toEqual([
      "warn: 2 of 2 objects in eu-west-1 aren't the same in eu-central-1 (a.js, index.html); 2 are on their way.",
    ])
    expect(said(siteFinding(here, {'index.html': 'e2'}, {operations: 0}, both))).toEqual([
      "fail: 1 of 2 objects in eu-west-1 aren't in eu-central-1 (a.js), and none is on the way: what was there before replication, or failed, comes by S3 Batch Replication only.",
    ])
    expect(said(siteFinding(here, {...here, 'old.js': 'e0'}, null, both))[0]).toMatch(/^warn: 1 objects are in eu-central-1 only/)
  })
  test('has the password that the database has', () => {
    const source = (status: string, message = ''): SecretState => ({
      arn: 'arn',
      primaryRegion: null,
      version: 'v1',
      replicas: [{region: away, status, message}],
    })
    const copy: SecretState = {arn: 'arn', primaryRegion: home, version: 'v1', replicas: []}
    expect(said(secretFinding(source('InSync'), copy, both))).toEqual(['ok: The credentials are in sync in eu-central-1.'])
    expect(said(secretFinding({...source('InSync'), replicas: []}, copy, both))).toEqual([
      "fail: The database's credentials aren't replicated to eu-central-1.",
    ])
    expect(said(secretFinding(source('Failed', 'there is one of that name'), copy, both))).toEqual([
      'fail: The copy of the credentials in eu-central-1 is Failed: there is one of that name.',
    ])
    expect(said(secretFinding(source('InSync'), null, both))[0]).toMatch(
      /^fail: Secrets Manager says InSync, and there is no such secret/,
    )
    expect(said(secretFinding(source('InSync'), {...copy, version: 'v0'}, both))[0]).toMatch(/^fail: .*another version/)
    expect(said(secretFinding(source('InSync'), {...copy, primaryRegion: null}, both))[0]).toMatch(/^warn: .*stands alone/)
  })
  test('runs the image that users run, from its own registry', () => {
    const [one, two] = ['1', '2'].map((digit) => `shop/api@sha256:${digit.repeat(64)}`) as [string, string]
    expect(said(imageFinding(one, one, 'sha256:1', both))).toEqual(['ok: Both Regions run api@sha256:111111111111….'])
    expect(said(imageFinding(two, one, 'sha256:2', both))).toEqual([
      "warn +5 min: eu-central-1 runs another image (api@sha256:111111111111…) than eu-west-1 (api@sha256:222222222222…): the last release wasn't carried.",
    ])
    expect(said(imageFinding(`1.dkr.ecr.eu-west-1.amazonaws.com/${one}`, one, null, both))[0]).toMatch(
      /^fail: api@sha256:1+… isn't in the registry of eu-central-1/,
    )
    expect(said(imageFinding(one, one, null, both))[0]).toMatch(/^ok/)
    expect(said(imageFinding(one, null, 'x', both))[0]).toMatch(/^fail: No service/)
    expect(said(imageFinding(null, one, 'x', both))[0]).toMatch(/^unknown/)
    expect(said(imageFinding('shop/api:1.0', 'shop/api:1.0', 'x', both))[0]).toMatch(
      /^unknown: Both Regions run api:1.0 by its tag/,
    )
  })
  test('would start what users run from a registry outside of AWS, where nothing runs: told, and not priced', () => {
    const digest = `sha256:${'1'.repeat(64)}`
    const here = `ghcr.io/acme/shop@${digest}`
    const there = (image: string, named: string | null) => said(imageFinding(here, image, digest, {...both, named}))
    expect(there('ghcr.io/acme/shop:1.0', 'ghcr.io/acme/shop:1.0')).toEqual([
      'warn: eu-central-1 would start shop:1.0 by its tag, and nothing runs there that tells its digest: a tag that was moved would be another image than shop@sha256:111111111111….',
    ])
    expect(there('ghcr.io/acme/shop:1.0', null)[0]).toMatch(/^warn: eu-central-1 would start shop:1.0/)
    expect(there('ghcr.io/acme/shop:0.9', 'ghcr.io/acme/shop:1.0')[0]).toMatch(/^warn \+5 min: eu-central-1 runs shop:0.9/)
    expect(there('ghcr.io/other:1.0', null)[0]).toMatch(/^warn \+5 min/)
  })
  test('starts hosts from an image that is about as old', () => {
    expect(said(amiFinding({ami: 'a', createdAt: now - day}, {ami: 'b', createdAt: now - 3 * day}, {to: away, now}))).toEqual([
      'ok: The machine image in eu-central-1 is 3 days old.',
    ])
    expect(said(amiFinding({ami: 'a', createdAt: now - day}, {ami: 'b', createdAt: now - 40 * day}, {to: away, now}))[0]).toMatch(
      /^warn: .* 39 days older/,
    )
    expect(said(amiFinding(null, {ami: 'b', createdAt: now - 120 * day}, {to: away, now}))[0]).toMatch(/^warn: .* 120 days old/)
    expect(said(amiFinding(null, null, {to: away, now}))[0]).toMatch(/^fail/)
  })
  test('has room for production', () => {
    const vcpu = {service: 'ec2', code: 'L-1216C47A', name: 'Running On-Demand Standard instances', value: 32, used: 8}
    expect(said(quotaFindings([], [vcpu], {...both, moreVcpus: 40}))).toEqual([
      'fail: Quota short by 16 vCPU: Running On-Demand Standard instances in eu-central-1 is 32, 8 in use, a failover needs 40 more.',
    ])
    expect(said(quotaFindings([{...vcpu, value: 64}], [vcpu], {...both, moreVcpus: 4}))[0]).toMatch(
      /^warn: .* was raised to 64 in eu-west-1 and is 32/,
    )
    const eip = {service: 'ec2', code: 'L-0263D0A3', name: 'Elastic IPs', value: 5, used: 0}
    expect(said(quotaFindings([{...eip, value: 10, used: 7}], [eip], {...both, moreVcpus: 0}))).toEqual([
      'fail: Quota short by 2: Elastic IPs is 5 in eu-central-1, and eu-west-1 uses 7.',
    ])
    expect(said(quotaFindings([vcpu], [vcpu], {...both, moreVcpus: 4}))[0]).toMatch(/^ok/)
    expect(said(quotaFindings([vcpu], [vcpu], {...both, moreVcpus: null}))[0]).toMatch(/^unknown/)
    expect(said(quotaFindings([vcpu], [], {...both, moreVcpus: 1}))[0]).toMatch(/^unknown/)
  })
  test('needs vCPUs for the largest production of a day, less what runs there', () => {
    const hosts = {group: 'g', min: 1, max: 2, desired: 1, inService: 1, registered: 1, instanceTypes: ['m7g.xlarge']}
    expect(moreVcpus({...aCapacity(home), hosts: {min: 1, max: 12, desired: 4, peak: 6}}, hosts)).toBe(20)
    expect(moreVcpus({...aCapacity(home), hosts: {min: 8, max: 12, desired: 4, peak: 6}}, hosts)).toBe(28)
    expect(moreVcpus(null, hosts)).toBeNull()
    expect(moreVcpus(aCapacity(home), {...hosts, instanceTypes: []})).toBeNull()
  })
  test('would tell somebody', () => {
    const alarm = (name: string, state: 'OK' | 'ALARM', actions = true) => ({name, state, actions})
    expect(said(alarmFindings([], away))).toEqual(['fail: There are no alarms in eu-central-1.'])
    expect(said(alarmFindings([alarm('lag', 'ALARM'), alarm('cpu', 'OK', false)], away))).toEqual([
      'warn: 1 of 2 alarms in eu-central-1 are ringing: lag.',
      'warn: 1 of 2 alarms in eu-central-1 tell nobody: their actions are off.',
    ])
  })
  test('has keys that open what they closed', () => {
    expect(said(keyFindings([{name: 'k', state: {enabled: false, state: 'Disabled'}}], away))[0]).toMatch(
      /^fail: The key k in eu-central-1 is Disabled: a database/,
    )
    expect(said(keyFindings([{name: 'k', state: {enabled: false, state: 'PendingDeletion'}}], away))[0]).toMatch(
      /about to be deleted/,
    )
    expect(said(keyFindings([{name: 'k', state: null}], away))).toEqual(["fail: The key k isn't in eu-central-1."])
    expect(said(keyFindings([{name: 'k', state: {enabled: true, state: 'Enabled'}}], away))[0]).toMatch(/^ok/)
  })
  test('has hosts and tasks that answer', () => {
    const there = {registered: 1, desiredHosts: 1, running: 1, desired: 1, status: 200, region: away}
    const finding = (change: Partial<typeof there> | {status: null}) =>
      said(computeFinding({...there, ...change}, {to: away, header: 'x-region'}))[0]
    expect(finding({})).toMatch(/^ok/)
    expect(finding({registered: 0})).toBe("warn +3 min: 0 of 1 hosts in eu-central-1 are registered: others don't come up.")
    expect(finding({running: 0})).toBe('warn +3 min: 0 of 1 tasks run in eu-central-1.')
    expect(finding({status: null})).toBe("fail: The API in eu-central-1 doesn't answer by its Region's own name.")
    expect(finding({status: 503})).toMatch(/answers 503/)
    expect(finding({region: ''})).toMatch(/^warn: Answers from eu-central-1 don't name it/)
    expect(finding({desired: 0, running: 0, registered: 0, desiredHosts: 0})).toBe(
      'ok: Nothing runs in eu-central-1 until it is needed.',
    )
  })
  test('could launch hosts within the last day', () => {
    const hosts = {group: 'g', min: 1, max: 4, desired: 2, inService: 1, registered: 1, instanceTypes: ['m7g.large']}
    const launch = (ago: number, message: string | null) => ({
      at: now - ago,
      status: message === null ? 'Successful' : 'Failed',
      message: message ?? '',
      description: 'Launching a new EC2 instance',
      zone: `${away}a`,
    })
    const full = 'We currently do not have sufficient m7g.large capacity.'
    const finding = (...rows: readonly ReturnType<typeof launch>[]) => launchFinding(rows, {to: away, hosts, now})
    expect(said([finding(launch(hour, null))])).toEqual(['ok: No launch of a host failed in eu-central-1 within a day.'])
    expect(said([finding(launch(day + hour, full))])[0]).toMatch(/^ok/)
    const short = 'no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)'
    const tries = "Auto Scaling couldn't launch hosts in eu-central-1"
    expect(said([finding(launch(hour, null), launch(hour + 60_000, full), launch(hour + 240_000, full))])).toEqual([
      `warn +4 min: ${tries} (2 of its tries, the last at 2026-11-22T17:29:00Z): ${short}. It could again at 2026-11-22T17:30:00Z.`,
    ])
    expect(said([finding(launch(2 * hour, full))])).toEqual([
      `warn +20 min: ${tries} (1 of its tries, the last at 2026-11-22T16:30:00Z): ${short}. None has come up since.`,
    ])
    const image = finding(launch(hour, "The image id '[ami-0a]' does not exist"))
    expect(said([image])[0]).toMatch(/^fail: .* the image ami-0a can't be used in eu-central-1a\. None has come up since\.$/)
    expect(image.suggestions?.[0]).toBe('aws ec2 describe-images --region eu-central-1 --image-ids ami-0a')
  })
  test('knows how large production is', () => {
    expect(said(capacityFinding(null, home, now))[0]).toMatch(/^fail: There is no capacity snapshot/)
    expect(said(capacityFinding(aCapacity(home), home, now))).toEqual([
      "ok: Production's size is known, as of 30 min ago: 2 hosts (at most 2 in 24 h), 4 tasks.",
    ])
    expect(said(capacityFinding({...aCapacity(home), at: now - 4 * hour}, home, now))).toEqual([
      'warn: The capacity snapshot is 4 hours old; it should be written every hour.',
    ])
    expect(said(capacityFinding({...aCapacity(home), at: now - 50 * hour}, home, now))).toEqual([
      'fail: The capacity snapshot is 2 days old.',
    ])
    expect(said(capacityFinding(aCapacity(away), home, now))[0]).toMatch(
      /^warn: .* is eu-central-1's, and users are in eu-west-1/,
    )
  })
  test('has a recovery point of its own', () => {
    expect(said(pointFinding(null, away, now))[0]).toMatch(/^fail: There is no recovery point/)
    expect(
      said(pointFinding({snapshot: 's', createdAt: now - 40 * hour, engineVersion: null, from: 'rds'}, away, now))[0],
    ).toMatch(/^warn: .* 40 hours old/)
    expect(
      said(pointFinding({snapshot: 's', createdAt: now - 4 * hour, engineVersion: null, from: 'rds'}, away, now))[0],
    ).toMatch(/^ok/)
  })
})

describe('the way that users come', () => {
  const where = {where: 'the load balancer in eu-central-1', name: 'origin-api.example.com'}
  const certificate = (days: number, status = 'ISSUED', names = ['*.example.com']) => ({days, status, names})
  test('is trusted', () => {
    expect(said(certificateFinding(certificate(200), where))).toEqual([
      'ok: The certificate of the load balancer in eu-central-1 is good for 200 days.',
    ])
    expect(said(certificateFinding(certificate(-3, 'EXPIRED'), where))).toEqual([
      'fail: The certificate of the load balancer in eu-central-1 has expired 3 days ago: nobody would trust its answers.',
    ])
    expect(said(certificateFinding(certificate(20), where))[0]).toMatch(/^warn: .* ends in 20 days/)
    expect(said(certificateFinding(certificate(20, 'PENDING_VALIDATION'), where))[0]).toMatch(/^fail: .* is PENDING_VALIDATION/)
    expect(said(certificateFinding(certificate(200, 'ISSUED', ['*.other.com']), where))).toEqual([
      "fail: The certificate of the load balancer in eu-central-1 isn't for origin-api.example.com (but for *.other.com).",
    ])
    expect(said(certificateFinding(null, where))).toEqual(['fail: The load balancer in eu-central-1 has no certificate.'])
    expect(said(certificateFinding('not-asked', where))[0]).toMatch(/^unknown/)
  })
  test('is remembered no longer than a minute: TTL 300 costs 4', () => {
    const answer = (
      ttlSeconds: number | null,
      addresses: readonly string[] | null = ['1.2.3.4'],
      kind: 'authoritative' | 'resolver' = 'authoritative',
    ) => ({server: 'ns-1', kind, addresses, ttlSeconds})
    expect(said(ttlFinding([answer(300)], 'api'))).toEqual([
      'warn +4 min: TTL 300: resolvers keep the old address of api that long after a flip; 60 s is usual.',
    ])
    expect(said(ttlFinding([answer(60), answer(17, ['1.2.3.4'], 'resolver')], 'api'))).toEqual(['ok: api is kept for 60 s.'])
    expect(said(ttlFinding([answer(null, null)], 'api'))).toEqual(['unknown: No server of the zone answered for api.'])
    expect(said(ttlFinding([answer(60), answer(null, null)], 'api'))).toEqual(["warn: ns-1 didn't answer for api."])
    expect(said(ttlFinding([answer(null, [])], 'api'))[0]).toMatch(/^fail: .* know no address/)
  })
  test('is changed by the object stop and by nothing else', () => {
    const record = (failover: 'PRIMARY' | 'SECONDARY', change: Partial<RecordState> = {}): RecordState => ({
      name: 'api',
      type: 'A',
      setIdentifier: failover,
      failover,
      healthCheck: failover === 'PRIMARY' ? 'stop' : null,
      ttlSeconds: null,
      aliasTo: {dnsName: 'lb', zone: 'Z', evaluatesHealth: false},
      values: [],
      ...change,
    })
    const all = [record('PRIMARY'), record('SECONDARY')]
    const good = {inverted: true, healthy: true}
    expect(said(recordFindings(all, good, place))).toEqual(['ok: Only the object stop moves users of origin-api.example.com.'])
    expect(
      said(
        recordFindings(
          [record('PRIMARY', {aliasTo: {dnsName: 'lb', zone: 'Z', evaluatesHealth: true}}), record('SECONDARY')],
          good,
          place,
        ),
      ),
    ).toEqual([
      'fail: PRIMARY of origin-api.example.com evaluates target health: a broken canary could move users to a read-only database.',
    ])
    expect(said(recordFindings([record('PRIMARY', {healthCheck: null}), record('SECONDARY')], null, place))[0]).toMatch(
      /^fail: PRIMARY .* has no health check: it is always healthy/,
    )
    expect(said(recordFindings([record('PRIMARY'), record('SECONDARY', {healthCheck: 'x'})], good, place))[0]).toMatch(
      /^fail: SECONDARY .* has a health check/,
    )
    expect(
      said(
        recordFindings(
          [...all, record('PRIMARY', {type: 'CNAME', failover: null, aliasTo: null, ttlSeconds: 3600})],
          good,
          place,
        ),
      ),
    ).toEqual([
      'warn +59 min: The CNAME record of origin-api.example.com has a TTL of 3600 s: who has asked keeps the old Region that long after a flip.',
    ])
    expect(said(recordFindings(all, {inverted: false, healthy: true}, place))[0]).toMatch(/isn't inverted/)
    expect(said(recordFindings(all, {inverted: true, healthy: false}, place))[0]).toMatch(/^fail: The stop check is unhealthy/)
    expect(said(recordFindings(all, null, place))[0]).toMatch(/^fail: The health check stop .* doesn't exist/)
    expect(said(recordFindings([record('PRIMARY')], good, place))[0]).toMatch(/^fail: .* has no SECONDARY record/)
  })
  test('can be changed: the health checkers read the switch bucket', () => {
    expect(said(aliveFinding('alive', {healthy: true}, 'bucket'))).toEqual(['ok: Route 53 reads bucket.'])
    expect(said(aliveFinding(null, {healthy: true}, 'bucket'))[0]).toMatch(/^fail: The object alive isn't in bucket/)
    expect(said(aliveFinding('alive', {healthy: false}, 'bucket'))).toEqual([
      "fail: Route 53 can't read bucket: the object stop would not be seen.",
    ])
    expect(said(aliveFinding('alive', 'not-named', 'bucket'))[0]).toMatch(/^unknown/)
  })
  const distribution = (change: Partial<DistributionState> = {}): DistributionState => ({
    id: 'E1',
    arn: 'arn',
    domain: 'd1.cloudfront.net',
    status: 'Deployed',
    etag: 'E',
    aliases: ['www.example.com'],
    certificate: 'arn',
    siteOrigins: ['home', 'away'],
    origins: [
      {id: 'home', domain: 'home-bucket.s3.amazonaws.com'},
      {id: 'away', domain: 'away-bucket.s3.amazonaws.com'},
    ],
    ...change,
  })
  const wants = {site: 'www.example.com', buckets: ['home-bucket', 'away-bucket']}
  test("leads to a distribution with both Regions' origins", () => {
    expect(said(distributionFindings(distribution(), wants))).toEqual(["ok: E1 holds www.example.com and both Regions' origins."])
    expect(said(distributionFindings(distribution({origins: []}), wants))[0]).toMatch(
      /^fail: E1 has no origin home-bucket or away-bucket/,
    )
    expect(said(distributionFindings(distribution({siteOrigins: ['home']}), wants))[0]).toMatch(/^warn: E1 has no origin group/)
  })
  test('an alias that another account holds is a conflict', () => {
    expect(said(distributionFindings(null, wants))).toEqual([
      "fail: No distribution of this account has the alias www.example.com: an alias that another account's distribution holds can't be moved (CNAMEAlreadyExists).",
    ])
  })
  test('a distribution that somebody is changing has an ETag that is stale in a moment', () => {
    expect(said(distributionFindings(distribution({status: 'InProgress'}), wants))).toEqual([
      'warn +5 min: E1 is being changed by somebody: an ETag read now is stale a moment later, and CloudFront refuses a change with a stale one.',
    ])
  })
  test('a second distribution can take the name only with a certificate', () => {
    const second = (change: Partial<DistributionState> = {}) =>
      said(secondFindings(distribution({id: 'E2', aliases: [], ...change}), distribution(), {id: 'E2', site: 'www.example.com'}))
    expect(second()).toEqual(['ok: www.example.com can be moved to E2.'])
    expect(second({certificate: null})).toEqual(["fail: E2 has no certificate, so CloudFront won't move www.example.com to it."])
    expect(second({status: 'InProgress'})[0]).toMatch(/^warn \+5 min: E2 is being changed/)
    expect(second({id: 'E1'})[0]).toMatch(/^warn: .* already/)
    expect(said(secondFindings(null, distribution(), {id: 'E2', site: 's'}))).toEqual([
      "fail: The second distribution E2 isn't there.",
    ])
  })
})

describe('people and places', () => {
  test('a drill is due, overdue, or was never held', () => {
    expect(said(drillFinding(null, 92 * day, now))[0]).toMatch(/^warn: There has been no drill yet/)
    expect(said(drillFinding(now - 100 * day, 92 * day, now))).toEqual([
      'warn: The last drill was 100 days ago, 8 more than the 92 that were agreed.',
    ])
    expect(said(drillFinding(now - 10 * day, 92 * day, now))).toEqual([
      'ok: The last drill was 10 days ago; the next is due in 82.',
    ])
  })
  test('us-east-1 as the home Region is said plainly', () => {
    expect(said(regionFinding('us-east-1', 'stop'))[0]).toMatch(/^warn: Users are in us-east-1: with it go the control planes/)
    expect(said(regionFinding('us-east-1', 'record'))[0]).toMatch(/^fail/)
    expect(said(regionFinding(home, 'record'))[0]).toMatch(/^warn: .* both need us-east-1/)
    expect(said(regionFinding(home, 'stop'))[0]).toMatch(/^ok/)
  })
  test('users are where they should be, settled', () => {
    const standing = {
      schema: 1 as const,
      region: away,
      since: now,
      run: 'r-1',
      settled: false,
      replicatedUntil: null,
      fence: 'fenced' as const,
    }
    expect(said(standingFindings(null, false, place))).toEqual(['ok: Users are in eu-west-1.'])
    expect(said(standingFindings(standing, true, place))[0]).toMatch(
      /^fail: Users have been in eu-central-1 since 2026-11-22T18:30Z \(r-1\), and the stacks aren't settled/,
    )
    expect(said(standingFindings({...standing, settled: true}, true, place))[0]).toMatch(
      /^warn: Users are in eu-central-1, settled/,
    )
    expect(said(standingFindings({...standing, region: home}, false, place))[0]).toMatch(
      /^fail: Users are home again \(r-1\), and the stacks aren't settled/,
    )
    const withdrawn = {at: now, setAside: []}
    expect(said(standingFindings({...standing, region: home, settled: true, withdrawn}, false, place))[0]).toMatch(
      /^fail: Users are in eu-west-1, and the database in eu-central-1 was promoted in vain/,
    )
    expect(said(standingFindings(null, true, place))[0]).toMatch(
      /^fail: The object stop sends users to eu-central-1, and no run says that they are there/,
    )
  })
  test('users who belong elsewhere and lost the object stop are sent home, and that is said before all else', () => {
    const away_ = {schema: 1 as const, region: away, since: now, run: 'r-1', replicatedUntil: null, fence: 'fenced' as const}
    expect(said(standingFindings({...away_, settled: false}, false, place))).toEqual([
      "fail: Users belong in eu-central-1 (r-1), and the object stop isn't in its bucket: they are sent to eu-west-1, which doesn't take them.",
    ])
    expect(said(standingFindings({...away_, settled: false}, false, place, 'record'))[0]).toMatch(/aren't settled/)
    expect(said(standingFindings({...away_, settled: true}, false, place))[0]).toMatch(/^warn/)
  })
  test('two stacks mean the same, whatever their Regions are called', () => {
    const state = (change: Partial<StackState> = {}): StackState => ({
      id: 'i',
      name: 'shop-production-main',
      status: 'UPDATE_COMPLETE',
      reason: null,
      parameters: {InstanceType: 'm7g.large'},
      resolved: {},
      tags: {},
      outputs: {},
      changedAt: 0,
      protected: true,
      parent: null,
      ...change,
    })
    const texts = {text: `url: https://x.s3.${home}.amazonaws.com/a`, other: `url: https://x.s3.${away}.amazonaws.com/a`, ...both}
    expect(said(stackFindings(state(), state(), texts))).toEqual(['ok: Both stacks are of the same templates and parameters.'])
    expect(said(stackFindings(state(), state({parameters: {InstanceType: 't4g.small'}}), texts))).toEqual([
      'warn: The stacks differ in InstanceType (m7g.large in eu-west-1, t4g.small in eu-central-1).',
    ])
    expect(said(stackFindings(state(), state(), {...texts, other: 'another'}))).toEqual([
      'warn: The stacks were deployed from different templates.',
    ])
    expect(said(stackFindings(state(), null, texts))).toEqual(['fail: There is no stack in eu-central-1.'])
    expect(said(stackFindings(state(), state({status: 'ROLLBACK_COMPLETE'}), texts))).toEqual([
      'fail: shop-production-main in eu-central-1 is ROLLBACK_COMPLETE.',
    ])
    expect(said(stackFindings(state(), state({status: 'UPDATE_ROLLBACK_COMPLETE'}), texts))[0]).toMatch(/^ok/)
  })
})

describe('the watch of the other Region', () => {
  const seen: Watch = {schema: 1, region: home, lookedAt: now - 30_000, answeredAt: now - 30_000, silentSince: null, misses: 0}
  const time = (at: number): string => `${new Date(at).toISOString().slice(11, 19)}Z`
  const cost = 'the loss of a failover would be counted up to the moment at which it is declared'
  const rows: readonly [string, Watch | null, string][] = [
    ['looks, and is answered', seen, `ok: eu-central-1 watches eu-west-1, which last answered ${time(now - 30_000)}.`],
    [
      'missed one answer, which says nothing',
      {...seen, silentSince: now - 30_000, misses: 1},
      `ok: eu-central-1 watches eu-west-1, which last answered ${time(now - 30_000)}.`,
    ],
    ['has never looked', null, `warn: Nobody in eu-central-1 has written down yet whether eu-west-1 answers: ${cost}.`],
    [
      'looks at another Region',
      {...seen, region: away},
      `warn: Nobody in eu-central-1 has written down yet whether eu-west-1 answers: ${cost}.`,
    ],
    [
      "hasn't run for six minutes",
      {...seen, lookedAt: now - 360_000},
      `warn: The watch in eu-central-1 hasn't looked for 6 min: ${cost}.`,
    ],
    [
      'is answered no more',
      {...seen, answeredAt: now - 90_000, silentSince: now - 80_000, misses: 6},
      `warn: eu-west-1 last answered ${time(now - 90_000)}, by the watch of eu-central-1.`,
    ],
    [
      'was never answered',
      {...seen, answeredAt: null, silentSince: now - 80_000, misses: 6},
      'warn: eu-west-1 has never answered, by the watch of eu-central-1.',
    ],
  ]
  test.each(rows)('%s', (_, object, text) => {
    expect(said(watchFinding(object, both, now))).toEqual([text])
  })
})
