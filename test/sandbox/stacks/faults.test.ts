/** What goes wrong in a service, as its stack tells it. */
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {aStackAccount, reasons} from './a-stack-account.ts'
import type {StackAccount} from './a-stack-account.ts'

let account: StackAccount
beforeAll(async () => {
  account = await aStackAccount()
}, 30_000)
afterEach(() => {
  account.world.clearFault()
})
afterAll(async () => {
  await account.close()
})

const hosts = `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  Launch: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {ImageId: ami-0123456789abcdef0, InstanceType: m7g.large}}}
  Hosts:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '2'
      MaxSize: '4'
      VPCZoneIdentifier: [!Ref Subnet]
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
`

describe("a service that can't", () => {
  it('have hosts says what Auto Scaling says', async () => {
    account.world.setFault({kind: 'no-capacity', target: 'Hosts'})
    await account.create('hosts', hosts, {DisableRollback: true})
    expect(await account.status('hosts')).toBe('CREATE_FAILED')
    expect(reasons(await account.events('hosts'), 'Hosts').at(-1)).toMatch(/do not have sufficient m7g\.large capacity/)
  })

  it('and can again, is made anew by the next update', async () => {
    await account.update('hosts', hosts, {DisableRollback: true})
    expect(await account.status('hosts')).toBe('UPDATE_COMPLETE')
    expect(account.world.records.list('eu-west-1', 'AWS::EC2::Instance').filter((one) => one.status === 'running')).toHaveLength(
      2,
    )
  })

  it('takes longer than it may: its stack gives up', async () => {
    const id = await account.create(
      'late',
      'Resources: {N: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: a.example.net, ValidationMethod: DNS}}}',
      {TimeoutInMinutes: 1},
    )
    expect(await account.status(id)).toBe('ROLLBACK_COMPLETE')
    expect(
      reasons(await account.events(id), 'late').some((one) =>
        one.startsWith('Stack creation time exceeded the specified timeout. '),
      ),
    ).toBe(true)
  })

  it('reach us-east-1 makes nothing global there, and everything of its own Region as ever', async () => {
    account.world.setFault({kind: 'region-down', region: 'us-east-1'})
    const role =
      'Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}}'
    await account.create('global', role, {DisableRollback: true, Capabilities: ['CAPABILITY_IAM']})
    expect(await account.status('global')).toBe('CREATE_FAILED')
    expect(reasons(await account.events('global'), 'R').at(-1)).toContain('us-east-1')
    await account.create('regional', 'Resources: {P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: there}}}')
    expect(await account.status('regional')).toBe('CREATE_COMPLETE')
  })
})
