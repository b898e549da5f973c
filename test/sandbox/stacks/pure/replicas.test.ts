/** What CloudFormation makes of a read replica's deletion policy, on a clock that leaps: databases take their time. */
import {setImmediate as settle} from 'node:timers/promises'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {createCloudFormation} from '../../../../src/sandbox/services/cloudformation.ts'
import type {Operation} from '../../../../src/sandbox/world/contract.ts'
import {otherHandlers} from '../../../../src/sandbox/stacks/resources/other.ts'
import {createWorld} from '../../../../src/sandbox/world/world.ts'
import {aLeapingClock} from '../../a-leaping-clock.ts'

const region = 'eu-west-1'
const clock = aLeapingClock(Date.UTC(2026, 10, 22, 12))
const world = createWorld({speed: 1, seed: 1, clock})
const {service, engine} = createCloudFormation(world, otherHandlers)

const call = async (operation: string, input: object): Promise<void> => {
  await (service.operations[operation] as Operation)(input as never, {region, account: world.account, requestId: 'r'})
}
const status = async (name: string): Promise<string | undefined> => {
  for (let minute = 0; minute < 60; minute += 1) {
    await settle()
    await clock.leap(60_000)
  }
  return engine.shelf.list(region).find((one) => one.name === name)?.status
}

beforeAll(async () => {
  await call('CreateStack', {StackName: 'primary', TemplateBody: `Resources:
  One: {Type: AWS::RDS::DBInstance, DeletionPolicy: Retain, Properties: {DBInstanceIdentifier: one, Engine: postgres, DBInstanceClass: db.m7g.large, AllocatedStorage: 20, MasterUsername: root, MasterUserPassword: open-sesame}}`})
  expect(await status('primary')).toBe('CREATE_COMPLETE')
})
afterAll(async () => { await world.close() })

it.each(['Retain', 'Snapshot'])('a read replica goes with its stack and leaves nothing, although its policy is %s', async (policy) => {
  const name = `replica-${policy.toLowerCase()}`
  await call('CreateStack', {StackName: name, TemplateBody: `Resources:
  Two: {Type: AWS::RDS::DBInstance, DeletionPolicy: ${policy}, Properties: {DBInstanceIdentifier: ${name}, SourceDBInstanceIdentifier: one, DBInstanceClass: db.m7g.large}}`})
  expect(await status(name)).toBe('CREATE_COMPLETE')
  await call('DeleteStack', {StackName: name})
  expect(await status(name)).toBe('DELETE_COMPLETE')
  expect(world.records.list(region, 'AWS::RDS::DBInstance').map((one) => one.id)).toEqual(['one'])
  expect(world.records.list(region, 'AWS::RDS::DBSnapshot')).toEqual([])
})

it('a database that somebody deleted by hand is no trouble, and leaves no snapshot', async () => {
  await call('CreateStack', {StackName: 'hand', TemplateBody: `Resources:
  Three: {Type: AWS::RDS::DBInstance, DeletionPolicy: Snapshot, Properties: {DBInstanceIdentifier: three, Engine: postgres, DBInstanceClass: db.m7g.large, AllocatedStorage: 20, MasterUsername: root, MasterUserPassword: open-sesame}}`})
  expect(await status('hand')).toBe('CREATE_COMPLETE')
  world.records.remove(region, 'AWS::RDS::DBInstance', 'three')
  await call('DeleteStack', {StackName: 'hand'})
  expect(await status('hand')).toBe('DELETE_COMPLETE')
  expect(world.records.list(region, 'AWS::RDS::DBSnapshot')).toEqual([])
})

it('its primary stays where it is to be retained', async () => {
  await call('DeleteStack', {StackName: 'primary'})
  expect(await status('primary')).toBe('DELETE_COMPLETE')
  expect(world.records.list(region, 'AWS::RDS::DBInstance').map((one) => one.id)).toEqual(['one'])
})
