import {expect, test} from 'vitest'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {explainFailure, rootCauseText} from '../../src/runbooks/provision/explain-failure.ts'
import type {ProvisionWorld, StackEvent, StackRef} from '../../src/runbooks/provision/ports.ts'

const root: StackRef = {name: 'shop-production-main', region: 'eu-west-1'}
const stackType = 'AWS::CloudFormation::Stack'
const idOf = (name: string): string => `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/0a1b`

interface Said {
  readonly at: number
  readonly logicalId: string
  readonly status: string
  readonly type?: string
  readonly physicalId?: string
  readonly reason?: string
}

/** Events of one stack; the stack's own are those that name it. */
function told(stack: string, ...said: readonly Said[]): readonly StackEvent[] {
  return said.map((event, index) => ({
    id: `${stack}-${index}`,
    at: event.at,
    stack,
    stackId: idOf(stack),
    logicalId: event.logicalId,
    status: event.status,
    physicalId: event.physicalId ?? (event.logicalId === stack ? idOf(stack) : ''),
    type: event.type ?? (event.logicalId === stack ? stackType : 'AWS::EC2::Subnet'),
    reason: event.reason ?? null,
  }))
}

interface Claims {
  readonly stopped?: readonly {readonly reason: string; readonly lines: readonly string[]}[]
  readonly says?: readonly string[]
  readonly activities?: readonly {readonly at: number; readonly status: string; readonly message: string}[]
  readonly records?: readonly {readonly name: string; readonly type: string; readonly value: string}[]
  readonly down?: boolean
}

/** Stacks that have said these events, and services that know this. */
function world(stacks: Readonly<Record<string, readonly StackEvent[]>>, claims: Claims = {}): ProvisionWorld {
  const served = <T>(value: T): Promise<T> =>
    claims.down === true ? Promise.reject(new Unavailable('ecs:ListTasks', 'throttled')) : Promise.resolve(value)
  return {
    stacks: {
      events: async ({name}: StackRef, since: number) =>
        (Object.entries(stacks).find(([stack]) => stack === name || idOf(stack) === name)?.[1] ?? []).filter(
          (event) => event.at >= since,
        ),
    },
    claims: {
      stoppedTasks: () => served(claims.stopped ?? []),
      serviceEvents: () => served(claims.says ?? []),
      scalingActivities: () => served(claims.activities ?? []),
    },
    ground: {pendingRecords: () => served(claims.records ?? [])},
  } as unknown as ProvisionWorld
}

const begun = (stack: string, at = 0): Said => ({at, logicalId: stack, status: 'CREATE_IN_PROGRESS'})
const nestedFailed = (logicalId: string, stack: string, at: number): Said => ({
  at,
  logicalId,
  status: 'CREATE_FAILED',
  type: stackType,
  physicalId: idOf(stack),
  reason: `Embedded stack ${idOf(stack)} was not successfully created`,
})
const explained = async (stacks: Parameters<typeof world>[0], claims?: Claims) => explainFailure(world(stacks, claims), root, 0)
/** The root with one nested stack `Api` in which one resource failed. */
const oneFailed = (failed: Omit<Said, 'at' | 'status'>) => ({
  [root.name]: told(root.name, begun(root.name), nestedFailed('Api', 'api', 30)),
  api: told('api', begun('api', 10), {...failed, at: 20, status: 'CREATE_FAILED'}),
})

test('a stack in which nothing failed has no root cause', async () => {
  expect(
    await explained({[root.name]: told(root.name, begun(root.name), {at: 5, logicalId: 'Vpc', status: 'CREATE_COMPLETE'})}),
  ).toBeNull()
})

test('the cause is the resource in the nested stack, named by logical ids, not the nested stack that says so', async () => {
  const cause = await explained(oneFailed({logicalId: 'Hosts', type: 'AWS::EC2::Instance', reason: 'No room'}))
  expect(cause).toMatchObject({stack: root.name, path: 'Api/Hosts', type: 'AWS::EC2::Instance', reason: 'No room', at: 20})
})

test('a nested stack two levels down is looked into as well', async () => {
  const cause = await explained({
    [root.name]: told(root.name, begun(root.name), nestedFailed('Network', 'network', 40)),
    network: told('network', begun('network', 5), nestedFailed('Nat', 'nat', 30)),
    nat: told('nat', begun('nat', 10), {at: 20, logicalId: 'GatewayA', status: 'CREATE_FAILED', reason: 'Too many addresses'}),
  })
  expect(cause?.path).toBe('Network/Nat/GatewayA')
})

test('of several failures, the oldest across all nested stacks is the cause', async () => {
  const cause = await explained({
    [root.name]: told(root.name, begun(root.name), nestedFailed('Cache', 'cache', 30), nestedFailed('Database', 'database', 31)),
    cache: told('cache', begun('cache', 5), {at: 25, logicalId: 'Group', status: 'CREATE_FAILED', reason: 'second'}),
    database: told('database', begun('database', 5), {at: 15, logicalId: 'Instance', status: 'CREATE_FAILED', reason: 'first'}),
  })
  expect(cause).toMatchObject({path: 'Database/Instance', reason: 'first'})
})

test('siblings that were only cancelled are never the cause, though they are older', async () => {
  const cause = await explained({
    [root.name]: told(
      root.name,
      begun(root.name),
      {at: 10, logicalId: 'SubnetA', status: 'CREATE_FAILED', reason: 'Resource creation cancelled'},
      {at: 11, logicalId: 'SubnetB', status: 'UPDATE_FAILED', reason: 'Resource update cancelled'},
      {at: 12, logicalId: 'Vpc', status: 'CREATE_FAILED', reason: 'The maximum number of VPCs has been reached.'},
    ),
  })
  expect(cause?.path).toBe('Vpc')
})

test('a failure of an operation before is not the cause of the newest one', async () => {
  const cause = await explained({
    [root.name]: told(
      root.name,
      begun(root.name),
      {at: 10, logicalId: 'Vpc', status: 'CREATE_FAILED', reason: 'long ago'},
      {at: 50, logicalId: root.name, status: 'UPDATE_IN_PROGRESS'},
      {at: 60, logicalId: 'Key', status: 'UPDATE_FAILED', reason: 'just now'},
    ),
  })
  expect(cause?.reason).toBe('just now')
})

test('a rollback belongs to the operation that failed, and what fails in it later is not the cause', async () => {
  const cause = await explained({
    [root.name]: told(
      root.name,
      {at: 1, logicalId: root.name, status: 'UPDATE_IN_PROGRESS'},
      {at: 10, logicalId: 'Key', status: 'UPDATE_FAILED', reason: 'the cause'},
      {at: 20, logicalId: root.name, status: 'UPDATE_ROLLBACK_IN_PROGRESS'},
      {at: 30, logicalId: 'Role', status: 'DELETE_FAILED', reason: 'the sequel'},
    ),
  })
  expect(cause?.reason).toBe('the cause')
})

test('a nested stack whose template was refused is the cause itself', async () => {
  const cause = await explained({
    [root.name]: told(root.name, begun(root.name), {
      at: 9,
      logicalId: 'Api',
      status: 'CREATE_FAILED',
      type: stackType,
      reason: 'Parameters: [VpcId] must have values',
    }),
  })
  expect(cause).toMatchObject({path: 'Api', reason: 'Parameters: [VpcId] must have values'})
})

test('a stack that failed without any resource failing is its own cause', async () => {
  const cause = await explained({
    [root.name]: told(root.name, begun(root.name), {
      at: 9,
      logicalId: root.name,
      status: 'ROLLBACK_IN_PROGRESS',
      reason: 'Template format error',
    }),
  })
  expect(cause).toMatchObject({path: root.name, reason: 'Template format error'})
})

test('a service that never stabilised brings its stopped tasks, their last lines and its own events', async () => {
  const cause = await explained(
    oneFailed({
      logicalId: 'Prometheus',
      type: 'AWS::ECS::Service',
      physicalId: 'arn:aws:ecs:eu-west-1:111122223333:service/shop-m/prom',
      reason: 'Exceeded attempts to wait',
    }),
    {
      stopped: [{reason: 'Essential container exited: 1', lines: ['no such file', 'bye']}],
      says: ['(service prom) was unable to place a task'],
    },
  )
  expect(cause?.evidence).toEqual([
    'a task stopped: Essential container exited: 1',
    'its log: no such file',
    'its log: bye',
    'the service says: (service prom) was unable to place a task',
  ])
})

const launch = {description: 'Launching a new EC2 instance', zone: 'eu-west-1a'}

test('an Auto Scaling group brings the launches that failed since the operation began', async () => {
  const cause = await explained(
    oneFailed({logicalId: 'Hosts', type: 'AWS::AutoScaling::AutoScalingGroup', physicalId: 'shop-hosts', reason: 'timed out'}),
    {
      activities: [
        {...launch, at: 18, status: 'Failed', message: 'We currently do not have sufficient m7g.large capacity'},
        {...launch, at: 17, status: 'Successful', message: launch.description},
        {...launch, at: -9, status: 'Failed', message: 'last week'},
      ],
    },
  )
  expect(cause?.evidence).toEqual([
    'no m7g.large to be had in eu-west-1a (InsufficientInstanceCapacity)',
    'Auto Scaling says: We currently do not have sufficient m7g.large capacity',
    expect.stringMatching(/^a way on: aws ec2 create-capacity-reservation --region eu-west-1 .* --availability-zone eu-west-1a /),
    expect.stringMatching(/^a way on: name other types/),
    expect.stringMatching(/^a way on: aws autoscaling describe-scaling-activities .* --auto-scaling-group-name shop-hosts/),
  ])
})

test('a certificate brings the records that it waits for', async () => {
  const cause = await explained(
    oneFailed({
      logicalId: 'Certificate',
      type: 'AWS::CertificateManager::Certificate',
      physicalId: 'arn:aws:acm:1',
      reason: 'timed out',
    }),
    {records: [{name: '_a.example.com.', type: 'CNAME', value: '_b.acm-validations.aws.'}]},
  )
  expect(cause?.evidence).toEqual(['it waits for the record _a.example.com. CNAME _b.acm-validations.aws.'])
})

test('a denied call names the action and the role that lacks it', async () => {
  const reason =
    'User: arn:aws:sts::111122223333:assumed-role/shop-execution/AWSCloudFormation is not authorized to perform: rds:CreateDBInstance on resource: arn:aws:rds:… because no identity-based policy allows it'
  const cause = await explained(oneFailed({logicalId: 'Instance', type: 'AWS::RDS::DBInstance', reason}))
  expect(cause?.evidence).toEqual(['role shop-execution may not rds:CreateDBInstance'])
})

test("a service that can't be asked leaves the cause standing without evidence", async () => {
  const cause = await explained(
    oneFailed({logicalId: 'Hosts', type: 'AWS::AutoScaling::AutoScalingGroup', physicalId: 'g', reason: 'timed out'}),
    {down: true},
  )
  expect(cause).toMatchObject({path: 'Api/Hosts', evidence: []})
})

test("in one sentence: the path, the type and AWS's reason without the handler's token", async () => {
  const reason =
    'Resource handler returned message: "DB Instance already exists (Service: Rds)" (RequestToken: 7c9e6679-7425, HandlerErrorCode: AlreadyExists)'
  const cause = await explained(oneFailed({logicalId: 'Instance', type: 'AWS::RDS::DBInstance', reason}))
  expect(cause !== null && rootCauseText(cause)).toBe(
    'Api/Instance (AWS::RDS::DBInstance): DB Instance already exists (Service: Rds) (HandlerErrorCode: AlreadyExists)',
  )
})

test('names what else failed on its own beside the first, and not what was cancelled', async () => {
  const cause = await explained({
    [root.name]: told(
      root.name,
      begun(root.name),
      {at: 3, logicalId: 'Alarm', status: 'CREATE_FAILED', reason: 'later'},
      {at: 2, logicalId: 'Subnet', status: 'CREATE_FAILED', reason: 'first'},
      {at: 4, logicalId: 'Route', status: 'CREATE_FAILED', reason: 'Resource creation cancelled'},
    ),
  })
  expect([cause?.path, cause?.evidence]).toEqual(['Subnet', ['also failed: Alarm (AWS::EC2::Subnet): later']])
})

test.each([
  [
    "the stack's own policy",
    'Action denied by stack policy: Statement [#1] does not allow [Update:Replace] for resource [Database]',
    /set-stack-policy; the next infra up puts the policy back/,
  ],
  [
    'a replacement after a failure',
    'Replacement type updates not supported on stack with disable-rollback.',
    /rollback-stack --region eu-west-1 --stack-name shop-production-main, then infra up/,
  ],
])('what %s refuses is told with the way on, because another try would end the same', async (_, reason, way) => {
  const cause = await explained({
    [root.name]: told(root.name, begun(root.name), {at: 1, logicalId: 'Database', status: 'UPDATE_FAILED', reason}),
  })
  expect(cause?.evidence.join('\n')).toMatch(way)
})
