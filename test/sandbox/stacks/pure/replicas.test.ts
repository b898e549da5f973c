/** What CloudFormation makes of a read replica's deletion policy, on a clock that leaps: databases take their time. */
import {afterAll, beforeAll, expect, it} from 'vitest'
import {promoteReplica} from '../../../../src/sandbox/services/rds-promotion.ts'
import type {AccountRecord} from '../../../../src/sandbox/world/contract.ts'
import {aLeapingAccount, region} from './a-leaping-account.ts'

const {world, call, settled, seconds} = aLeapingAccount()

beforeAll(async () => {
  await call('CreateStack', {
    StackName: 'primary',
    TemplateBody: `Resources:
  One: {Type: AWS::RDS::DBInstance, DeletionPolicy: Retain, Properties: {DBInstanceIdentifier: one, Engine: postgres, DBInstanceClass: db.m7g.large, AllocatedStorage: 20, MasterUsername: root, MasterUserPassword: open-sesame}}`,
  })
  expect(await settled('primary')).toBe('CREATE_COMPLETE')
})
afterAll(async () => {
  await world.close()
})

it.each(['Retain', 'Snapshot'])(
  'a read replica goes with its stack and leaves nothing, although its policy is %s',
  async (policy) => {
    const name = `replica-${policy.toLowerCase()}`
    await call('CreateStack', {
      StackName: name,
      TemplateBody: `Resources:
  Two: {Type: AWS::RDS::DBInstance, DeletionPolicy: ${policy}, Properties: {DBInstanceIdentifier: ${name}, SourceDBInstanceIdentifier: one, DBInstanceClass: db.m7g.large}}`,
    })
    expect(await settled(name)).toBe('CREATE_COMPLETE')
    await call('DeleteStack', {StackName: name})
    expect(await settled(name)).toBe('DELETE_COMPLETE')
    expect(world.records.list(region, 'AWS::RDS::DBInstance').map((one) => one.id)).toEqual(['one'])
    expect(world.records.list(region, 'AWS::RDS::DBSnapshot')).toEqual([])
  },
)

it.each([
  ['Retain', ['one', 'promoted-retain'], 0],
  ['Snapshot', ['one'], 1],
] as const)(
  'one that a call has promoted is no replica any more: its policy counts, %s',
  async (policy, instances, snapshots) => {
    const name = `promoted-${policy.toLowerCase()}`
    await call('CreateStack', {
      StackName: name,
      TemplateBody: `Resources:
  Two: {Type: AWS::RDS::DBInstance, DeletionPolicy: ${policy}, Properties: {DBInstanceIdentifier: ${name}, SourceDBInstanceIdentifier: one, DBInstanceClass: db.m7g.large}}`,
    })
    expect(await settled(name)).toBe('CREATE_COMPLETE')
    promoteReplica(world, world.records.get(region, 'AWS::RDS::DBInstance', name) as AccountRecord, {})
    await seconds(300)
    await call('DeleteStack', {StackName: name})
    expect(await settled(name)).toBe('DELETE_COMPLETE')
    expect(world.records.list(region, 'AWS::RDS::DBInstance').map((one) => one.id)).toEqual(instances)
    expect(world.records.list(region, 'AWS::RDS::DBSnapshot')).toHaveLength(snapshots)
    world.records.remove(region, 'AWS::RDS::DBInstance', name)
    for (const {id} of world.records.list(region, 'AWS::RDS::DBSnapshot'))
      world.records.remove(region, 'AWS::RDS::DBSnapshot', id)
  },
)

it.each([
  ['Delete', 1],
  ['Retain', 2],
] as const)(
  'another source in the template makes a database anew; the promoted one goes, unless UpdateReplacePolicy keeps it: %s',
  async (policy, left) => {
    const name = `changed-${policy.toLowerCase()}`
    const template = (source: string): string => `Resources:
  Two: {Type: AWS::RDS::DBInstance, UpdateReplacePolicy: ${policy}, Properties: {SourceDBInstanceIdentifier: ${source}, DBInstanceClass: db.m7g.large}}`
    await call('CreateStack', {StackName: name, TemplateBody: template('one')})
    expect(await settled(name)).toBe('CREATE_COMPLETE')
    const made = () => world.records.list(region, 'AWS::RDS::DBInstance').filter(({id}) => id.startsWith(name))
    promoteReplica(world, made()[0] as AccountRecord, {})
    await seconds(300)
    await call('UpdateStack', {StackName: name, TemplateBody: template(`arn:aws:rds:${region}:${world.account}:db:one`)})
    expect(await settled(name)).toBe('UPDATE_COMPLETE')
    expect(made()).toHaveLength(left)
    for (const {id} of made()) world.records.remove(region, 'AWS::RDS::DBInstance', id)
  },
)

it('a database that somebody deleted by hand is no trouble, and leaves no snapshot', async () => {
  await call('CreateStack', {
    StackName: 'hand',
    TemplateBody: `Resources:
  Three: {Type: AWS::RDS::DBInstance, DeletionPolicy: Snapshot, Properties: {DBInstanceIdentifier: three, Engine: postgres, DBInstanceClass: db.m7g.large, AllocatedStorage: 20, MasterUsername: root, MasterUserPassword: open-sesame}}`,
  })
  expect(await settled('hand')).toBe('CREATE_COMPLETE')
  world.records.remove(region, 'AWS::RDS::DBInstance', 'three')
  await call('DeleteStack', {StackName: 'hand'})
  expect(await settled('hand')).toBe('DELETE_COMPLETE')
  expect(world.records.list(region, 'AWS::RDS::DBSnapshot')).toEqual([])
})

it('its primary stays where it is to be retained', async () => {
  await call('DeleteStack', {StackName: 'primary'})
  expect(await settled('primary')).toBe('DELETE_COMPLETE')
  expect(world.records.list(region, 'AWS::RDS::DBInstance').map((one) => one.id)).toEqual(['one'])
})
