import {CloudFormationClient, CreateStackCommand, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {IAMClient} from '@aws-sdk/client-iam'
import {RDSClient} from '@aws-sdk/client-rds'
import {Route53Client} from '@aws-sdk/client-route-53'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {recoveryWorld} from '../../../../src/infra/aws/recovery/recovery-world.ts'
import {withoutRegions} from '../../../../src/infra/aws/recovery/without-regions.ts'
import {aSession} from '../a-session.ts'

const cloudFormation = mockClient(CloudFormationClient)
const others = [mockClient(IAMClient), mockClient(RDSClient), mockClient(Route53Client)]
beforeEach(() =>
  [cloudFormation, ...others].forEach((mock) => {
    mock.reset()
    mock.onAnyCommand().resolves({})
  }),
)

const role = 'arn:aws:iam::111122223333:role/recovery'
function bench() {
  const lockout = withoutRegions(aSession({region: 'eu-central-1'}), ['eu-west-1', 'us-east-1'], role)
  return {...lockout, world: recoveryWorld(lockout.session, {account: '111122223333', arn: 'arn', regionHeader: 'x-region'})}
}
const sent = (): number => others.reduce((sum, mock) => sum + mock.calls().length, 0)

describe('without Regions', () => {
  test('a call to one of them is refused before it is sent, and counted', async () => {
    const {world, refused} = bench()
    await expect(world.database.describe('eu-west-1', 'shop')).rejects.toMatchObject({code: 'denied-by-drill'})
    expect([sent(), refused()]).toEqual([0, 1])
  })

  test('global services are where their control plane is, and refused with it', async () => {
    const {world, refused} = bench()
    await expect(world.names.records('Z', 'api')).rejects.toMatchObject({code: 'denied-by-drill'})
    await expect(world.readiness.role('break-glass')).rejects.toMatchObject({code: 'denied-by-drill'})
    await expect(world.ground.missingServiceRoles(['rds.amazonaws.com'])).rejects.toMatchObject({code: 'denied-by-drill'})
    expect([sent(), refused()]).toEqual([0, 3])
  })

  test('the Region that is left works as ever', async () => {
    const {world, refused} = bench()
    expect(await world.database.describe('eu-central-1', 'shop')).toBeNull()
    expect([sent(), refused()]).toEqual([1, 0])
  })

  test('CloudFormation takes the recovery role, whatever role it was to take', async () => {
    const {world} = bench()
    const stack = {name: 'shop-production-drill', region: 'eu-central-1'}
    await world.stacks.create({
      stack,
      template: {kind: 'body', body: '{}'},
      parameters: {},
      tags: {},
      role: 'arn:peace',
      token: 't',
    })
    await world.stacks.describe(stack)
    expect(cloudFormation.commandCalls(CreateStackCommand)[0]?.args[0].input.RoleARN).toBe(role)
    expect(cloudFormation.commandCalls(DescribeStacksCommand)[0]?.args[0].input).not.toHaveProperty('RoleARN')
  })
})
