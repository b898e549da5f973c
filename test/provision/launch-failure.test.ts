import {describe, expect, it} from 'vitest'
import {healsAlone, lastLaunchFailure, launchFailure} from '../../src/runbooks/provision/launch-failure.ts'
import type {ScalingActivity} from '../../src/runbooks/provision/launch-failure.ts'
import {launchRemedies} from '../../src/runbooks/provision/launch-remedies.ts'

const launch = (at: number, change: Partial<ScalingActivity> = {}): ScalingActivity => ({
  at,
  status: 'Failed',
  message: said.capacity,
  description: 'Launching a new EC2 instance',
  zone: 'eu-central-1a',
  ...change,
})
const said = {
  capacity:
    'We currently do not have sufficient m7g.large capacity in the Availability Zone you requested (eu-central-1a). Our system will be '
    + 'working on provisioning additional capacity. You can currently get m7g.large capacity by not specifying an Availability Zone in '
    + 'your request or choosing eu-central-1b, eu-central-1c. Launching EC2 instance failed.',
  quota:
    'You have requested more vCPU capacity than your current vCPU limit of 8 allows for the instance bucket that the specified instance '
    + 'type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. Launching EC2 '
    + 'instance failed.',
  image: "The image id '[ami-0123456789abcdef0]' does not exist. Launching EC2 instance failed.",
  template:
    'You must use a valid fully-formed launch template. The specified launch template, with template ID lt-1, does not exist. '
    + 'Launching EC2 instance failed.',
  zone: 'Your requested instance type (m7g.large) is not supported in your requested Availability Zone (eu-central-1c). Please retry.',
  key: 'Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InternalError: Client error on launch',
  kms: 'Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state',
  addresses: "There are not enough free addresses in subnet 'subnet-1' to satisfy the requested number of instances.",
  rights: 'You are not authorized to perform this operation. Encoded authorization failure message: abc.',
  other: 'Something new happened. Ask later.',
}
const short = {region: 'eu-central-1', group: 'hosts', missing: 2, types: ['m7g.large']}

describe('a launch that failed', () => {
  it.each([
    ['capacity', 'no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)', true],
    ['quota', 'a quota is used up in eu-central-1a (VcpuLimitExceeded, 8 vCPUs)', false],
    ['image', "the image ami-0123456789abcdef0 can't be used in eu-central-1a", false],
    ['template', 'its launch template is refused in eu-central-1a: You must use a valid fully-formed launch template', false],
    ['key', "the key of its hosts' disks can't be used in eu-central-1a (KMS)", false],
    ['addresses', 'no free address in the subnet in eu-central-1a', true],
    ['rights', 'Auto Scaling may not launch in eu-central-1a: You are not authorized to perform this operation', false],
    ['other', 'a launch failed in eu-central-1a: Something new happened', true],
  ] as const)('for want of %s is told in a few words, with its zone', (kind, text, heals) => {
    const failure = launchFailure([launch(5, {message: said[kind]})], 0)
    expect(failure).toMatchObject({kind, text, since: 5, at: 5, message: said[kind]})
    expect(failure === null || healsAlone(failure)).toBe(heals)
  })

  it.each([
    ['kms', 'key'],
    ['zone', 'template'],
  ] as const)('whose sentence is another one is known too: %s', (words, kind) => {
    expect(launchFailure([launch(5, {message: said[words]})], 0)?.kind).toBe(kind)
  })

  it('in several zones names them all, and counts from the first one', () => {
    const rows = [launch(9, {zone: 'eu-central-1b'}), launch(7), launch(5, {zone: 'eu-central-1b'})]
    expect(launchFailure(rows, 0)).toMatchObject({
      text: 'no m7g.large to be had in eu-central-1a, eu-central-1b (InsufficientInstanceCapacity)',
      since: 5,
      at: 9,
      times: 3,
    })
  })

  it.each([
    ['once a launch has succeeded after it', [launch(9, {status: 'Successful', message: ''}), launch(5)]],
    ['from before the step began', [launch(-1)]],
    [
      'when it was no launch: hosts that are kept from leaving',
      [launch(5, {status: 'Cancelled', description: 'Terminating EC2 instance'})],
    ],
    ['while it is under way', [launch(5, {status: 'InProgress'})]],
  ])("isn't told %s", (_when, rows) => {
    expect(launchFailure(rows, 0)).toBeNull()
  })

  it('is told anew when launches fail again, from there on', () => {
    const rows = [launch(9), launch(7, {status: 'Successful', message: ''}), launch(5)]
    expect(launchFailure(rows, 0)).toMatchObject({since: 9, times: 1})
  })

  it("isn't over because another host left", () => {
    const rows = [launch(9, {status: 'Successful', description: 'Terminating EC2 instance: i-1'}), launch(5)]
    expect(launchFailure(rows, 0)).not.toBeNull()
  })

  it('and is over is known with how long it took', () => {
    const rows = [
      launch(9, {status: 'Successful', message: ''}),
      launch(5),
      launch(4),
      launch(2, {status: 'Successful', message: ''}),
    ]
    expect(lastLaunchFailure(rows, 0)).toMatchObject({since: 4, at: 5, overAt: 9})
    expect(lastLaunchFailure(rows.slice(1), 0)).toMatchObject({since: 4, overAt: null})
    expect(lastLaunchFailure([launch(9, {status: 'Successful', message: ''})], 0)).toBeNull()
  })
})

describe('what to do about it', () => {
  const remedies = (message: string) => launchRemedies(launchFailure([launch(5, {message})], 0) ?? expect.fail(), short)
  it('is a reservation in a zone that AWS says has some, or other types', () => {
    expect(remedies(said.capacity)).toEqual([
      'aws ec2 create-capacity-reservation --region eu-central-1 --instance-type m7g.large --instance-platform Linux/UNIX --availability-zone eu-central-1b --instance-count 2',
      "name other types (InstanceType, FallbackInstanceType) in the stack's parameters, then sluice infra up",
      'aws autoscaling describe-scaling-activities --region eu-central-1 --auto-scaling-group-name hosts --max-items 10',
    ])
  })
  it('is a larger quota: what there is, and what is missing', () => {
    expect(remedies(said.quota)[0]).toBe(
      'aws service-quotas request-service-quota-increase --region eu-central-1 --service-code ec2 --quota-code L-1216C47A --desired-value 12',
    )
  })
  it('of a family that another quota counts is looking for it', () => {
    const failure = launchFailure([launch(5, {message: said.quota})], 0) ?? expect.fail()
    expect(launchRemedies(failure, {...short, types: ['g5.xlarge']})[0]).toBe(
      'aws service-quotas list-service-quotas --region eu-central-1 --service-code ec2',
    )
  })
  it.each([said.image, said.template, said.key, said.kms, said.addresses, said.rights, said.other])(
    'ends in asking Auto Scaling itself, in its Region: %s',
    (message) => {
      expect(remedies(message).at(-1)).toMatch(/^aws autoscaling describe-scaling-activities --region eu-central-1/)
      for (const one of remedies(message)) expect(one).toContain('--region eu-central-1')
    },
  )
})
