import {describe, expect, it} from 'vitest'
import {parseTemplate, readTemplates} from '../../src/infra/stack/templates.ts'
import {
  hasReplica,
  isWhole,
  namesSource,
  whole,
  withDatabase,
  withoutReplica,
  withReplica,
} from '../../src/runbooks/recovery/settle-steps/replica-template.ts'
import {tellsOnly} from '../../src/runbooks/recovery/settle-steps/long-stay.ts'
import {aDatabase} from '../support/fake-recovery-databases.ts'

const text = (await readTemplates()).get('08-rds-replica.yaml') ?? ''
const promoted = aDatabase('eu-central-1', {
  class: 'db.m7g.xlarge',
  engineVersion: '17.4',
  storageGiB: 120,
  backupDays: 14,
  tags: {'sluice:backup': 'shop-production'},
  endpoint: {host: 'shop-production.abc.eu-central-1.rds.amazonaws.com', port: 5433},
})
const without = withoutReplica(text, promoted) ?? ''
const imported = withDatabase(without, text, promoted) ?? ''

describe('telling a Region which one is active', () => {
  it.each([
    ['modify', 'no', 'AWS::Route53::HealthCheck', true],
    ['add', 'no', 'AWS::CloudWatch::Alarm', true],
    ['remove', 'no', 'AWS::CloudWatch::CompositeAlarm', true],
    ['dynamic', 'maybe', 'AWS::CloudFormation::Stack', true],
    ['remove', 'no', 'AWS::RDS::DBInstance', false],
    ['modify', 'yes', 'AWS::RDS::DBInstance', false],
    ['import', 'no', 'AWS::S3::Bucket', false],
  ] as const)('%s (replaced: %s) of %s may be executed: %s', (action, replacement, type, expected) => {
    expect(tellsOnly({action, replacement, type})).toBe(expected)
  })
})

describe("the replica's template on its way to a database of its own", () => {
  it('first is the same without the instance, with what was told of it written out', () => {
    const [before, after] = [parseTemplate(text), parseTemplate(without)]
    const {Replica: _gone, ...rest} = before.Resources
    expect(Object.keys(after.Resources)).toEqual(Object.keys(rest))
    expect(after.Resources['Host']?.Properties?.['Value']).toBe('shop-production.abc.eu-central-1.rds.amazonaws.com')
    expect(after.Resources['Port']?.Properties?.['Value']).toBe('5433')
    expect(without).not.toMatch(/Replica\.|!Ref Replica/)
    expect(Object.keys(after.Outputs ?? {})).toEqual(Object.keys(before.Outputs ?? {}))
  })

  it('then has the instance as it is now: retained, of its own engine, and of no source', () => {
    const {Replica: instance, ...rest} = parseTemplate(imported).Resources
    expect(rest).toEqual(parseTemplate(without).Resources)
    expect(instance).toMatchObject({Type: 'AWS::RDS::DBInstance', DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain'})
    expect(instance?.Properties).toMatchObject({
      Engine: {Ref: 'Engine'},
      EngineVersion: '17',
      AllocatedStorage: '120',
      DBInstanceClass: 'db.m7g.xlarge',
      MultiAZ: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 14,
      DBSubnetGroupName: {Ref: 'Subnets'},
      DBParameterGroupName: {Ref: 'Parameters'},
      Tags: [{Key: 'sluice:backup', Value: 'shop-production'}],
    })
    expect(Object.keys(instance?.Properties ?? {})).not.toContain('SourceDBInstanceIdentifier')
    expect(Object.keys(instance?.Properties ?? {})).not.toContain('SourceRegion')
  })

  it('in the end its address, port and outputs follow the instance again', () => {
    const end = parseTemplate(whole(imported, promoted))
    expect(end.Resources['Host']).toEqual(parseTemplate(text).Resources['Host'])
    expect(end.Resources['Port']).toEqual(parseTemplate(text).Resources['Port'])
    expect(end.Outputs).toEqual(parseTemplate(text).Outputs)
    expect([isWhole(imported), isWhole(whole(imported, promoted))]).toEqual([false, true])
  })

  it('and after a failback is what it was, to the letter, with the replica imported again', () => {
    const out = withoutReplica(whole(imported, promoted), promoted) ?? ''
    expect(hasReplica(out)).toBe(false)
    expect(parseTemplate(whole(withReplica(out, text) ?? '', promoted))).toEqual(parseTemplate(text))
  })

  it('knows where it is by the text alone', () => {
    expect([text, without, imported].map((one) => [hasReplica(one), namesSource(one)])).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ])
  })

  it("isn't touched when it isn't one of ours, or wouldn't be retained", () => {
    expect(withoutReplica('Resources:\n  Other:\n    Type: AWS::RDS::DBInstance\n', promoted)).toBeNull()
    expect(withoutReplica(text.replaceAll('DeletionPolicy: Retain', 'DeletionPolicy: Delete'), promoted)).toBeNull()
    expect(withoutReplica(text, {...promoted, endpoint: null})).toBeNull()
  })
})
