/**
 * A small AWS in memory for provisioning, on a leaping clock. Written behaviour: a stack's creation, update and deletion take their
 * seconds and then end as they were told to (`fail`); nested stacks are those the text names and go with their root; a change set
 * takes 2 s; an operation under way refuses another; a token is recognised; a retained bucket stays; tasks are healthy after 20 s.
 * `around` runs before and after every call: a place to be killed at, throttled, or to lose an answer.
 */
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {seconds} from '../../src/runbooks/engine/clock.ts'
import type {
  ChangeSet,
  LiveRuleSpec,
  ProvisionWorld,
  ResourceChange,
  SlotSpec,
  StackEvent,
  StackInput,
  StackRef,
  StackResource,
  StackState,
  StackStatus,
} from '../../src/runbooks/provision/ports.ts'
import type {LeapingClock} from './leaping-clock.ts'

export interface FakeProvisionOptions {
  readonly clock: LeapingClock
  readonly account?: string
  /** By stack's name and operation; 60, 20 and 10 s where nothing is said. */
  readonly seconds?: (stack: string, operation: Operation) => number | undefined
  /** What a change set says; by default one modified resource per parameter that differs. */
  readonly changes?: (stack: FakeStack, input: StackInput) => readonly ResourceChange[] | undefined
  around?(moment: 'before' | 'after', call: string, where: string): void
}
type Operation = 'create' | 'update' | 'delete' | 'roll-back'

export interface FakeStack {
  id: string
  name: string
  region: string
  status: StackStatus
  reason: string | null
  text: string
  parameters: Record<string, string>
  resolved: Record<string, string>
  tags: Record<string, string>
  outputs: Record<string, string>
  changedAt: number
  protected: boolean
  policy: string | null
  parent: string | null
  token: string
  resources: StackResource[]
  readonly events: StackEvent[]
  readonly changeSets: Map<string, FakeChangeSet>
  /** What it is doing, and how that ends. */
  under: {readonly operation: Operation; readonly endsAt: number; readonly fails: Failing | null} | null
}
interface FakeChangeSet {
  readonly id: string
  readonly input: StackInput
  status: ChangeSet['status']
  readonly reason: string | null
  readonly readyAt: number
  readonly changes: readonly ResourceChange[]
}
interface Failing {
  /** `Database/Instance` */
  readonly path: string
  readonly type: string
  readonly reason: string
}

interface FakeSlot {
  spec: SlotSpec
  desired: number
  readonly since: number
  scaling: {min: number; max: number} | null
  taskDefinition: string
}

const usual: Record<Operation, number> = {create: 60, update: 20, delete: 10, 'roll-back': 15}
const settledAfter: Record<Operation, readonly [StackStatus, StackStatus, StackStatus]> = {
  create: ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'CREATE_FAILED'],
  update: ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_FAILED'],
  delete: ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED'],
  'roll-back': ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'],
}

/** Calls that change something, as `calls` names them. */
export const changing = /^(create|make|execute|delete|continue|remove|set|protect|ensure|put|empty|scale)/

export interface FakeProvision {
  readonly world: ProvisionWorld
  readonly clock: LeapingClock
  readonly account: string
  /** `create main@eu-west-1`, `describe foundation@eu-west-1`, `putObject eu-west-1`, in order. */
  readonly calls: string[]
  stack(name: string, region: string): FakeStack | undefined
  stacks(): readonly FakeStack[]
  /** The next operations of that stack (root's name) end with this resource's failure. */
  fail(name: string, region: string, failing: Failing, times?: number): void
  readonly objects: Map<string, {body: string; contentType: string}>
  readonly buckets: Map<string, Set<string>>
  readonly roles: Set<string>
  readonly ssm: Map<string, string>
  readonly slots: Map<string, FakeSlot>
  readonly rules: Map<string, {arn: string; weights: {a: number; b: number}; spec: LiveRuleSpec}>
  readonly records: {name: string; type: string; value: string}[]
  readonly protectedInstances: Map<string, string[]>
  readonly preflight: {
    denied: string[] | null
    zones: Map<string, string>
    offered: Record<string, readonly string[]> | null
    taken: Map<string, 'there' | 'leaving'>
  }
}

export function fakeProvisionWorld(options: FakeProvisionOptions): FakeProvision {
  const {clock, account = '111122223333'} = options
  const all = new Map<string, FakeStack>()
  const calls: string[] = []
  const failing: {name: string; region: string; failing: Failing; left: number}[] = []
  const objects: FakeProvision['objects'] = new Map()
  const buckets: FakeProvision['buckets'] = new Map()
  const roles = new Set<string>()
  const ssm = new Map<string, string>()
  const slots: FakeProvision['slots'] = new Map()
  const rules: FakeProvision['rules'] = new Map()
  const records: FakeProvision['records'] = []
  const protectedInstances: FakeProvision['protectedInstances'] = new Map()
  const preflight: FakeProvision['preflight'] = {
    denied: [],
    zones: new Map([['Z0EXAMPLE0000', 'example.com']]),
    offered: null,
    taken: new Map(),
  }
  let ids = 0

  const live = (): FakeStack[] => [...all.values()].filter(({status}) => status !== 'DELETE_COMPLETE')
  const find = ({name, region}: StackRef): FakeStack | undefined => {
    settle()
    return all.get(name) ?? live().find((one) => one.name === name && one.region === region)
  }
  const held = (name: string): string => ssm.get(name) ?? `held-${name.split('/').at(-1) ?? ''}`
  const resolve = (parameters: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(parameters)
        .filter(([, value]) => value.startsWith('/'))
        .map(([key, value]) => [key, held(value)]),
    )

  /** Ends what has had its time. */
  function settle(): void {
    for (const stack of all.values()) {
      const {under} = stack
      if (under?.operation === 'create') settleNested(stack)
      if (under === null || under.endsAt > clock.now()) continue
      stack.under = null
      const [, good, bad] = settledAfter[under.operation]
      if (under.fails !== null) failNow(stack, under.fails, bad, under.endsAt)
      else finish(stack, under.operation, good, under.endsAt)
    }
  }

  /** Nested stacks with seconds of their own are there before their root is. */
  function settleNested(root: FakeStack): void {
    for (const one of nestedOf(root)) {
      const took = options.seconds?.(one.name, 'create')
      const at = root.changedAt + seconds(took ?? 0)
      if (took === undefined || one.status !== 'CREATE_IN_PROGRESS' || at > Math.min(clock.now(), root.under?.endsAt ?? at))
        continue
      one.status = 'CREATE_COMPLETE'
      root.resources = root.resources.map((resource) =>
        resource.physicalId === one.id ? {...resource, status: 'CREATE_COMPLETE', changedAt: at} : resource,
      )
    }
  }

  function failNow(stack: FakeStack, {path, type, reason}: Failing, status: StackStatus, at: number): void {
    const parts = path.split('/')
    let present = stack
    for (const part of parts.slice(0, -1)) {
      const inside = nestedOf(present).find((one) => one.name.endsWith(`-${part}`))
      if (inside === undefined) break
      event(
        present,
        part,
        inside.id,
        'AWS::CloudFormation::Stack',
        'CREATE_FAILED',
        `Embedded stack ${inside.id} was not successfully created`,
        at + 1,
      )
      present = inside
    }
    event(present, parts.at(-1) ?? path, `${path}-id`, type, status.replace(/^.*_/, 'CREATE_'), reason, at)
    stack.status = status
    stack.reason = `The following resource(s) failed: [${parts[0] ?? ''}].`
    stack.resources = stack.resources.map((one) =>
      one.logicalId === parts[0]
        ? {
            ...one,
            status: 'CREATE_FAILED',
            reason: parts.length > 1 ? `Embedded stack ${one.physicalId} failed` : reason,
            changedAt: at,
          }
        : one,
    )
    if (present !== stack)
      present.resources = [
        {logicalId: parts.at(-1) ?? path, physicalId: `${path}-id`, type, status: 'CREATE_FAILED', reason, changedAt: at},
      ]
    for (const one of nestedOf(stack))
      one.status = one === present ? status : one.status.endsWith('_IN_PROGRESS') ? status : one.status
  }

  function finish(stack: FakeStack, operation: Operation, status: StackStatus, at: number): void {
    stack.status = status
    stack.reason = null
    if (operation === 'delete') {
      for (const one of nestedOf(stack)) one.status = 'DELETE_COMPLETE'
      return
    }
    for (const one of nestedOf(stack)) {
      one.status = status
      one.outputs = outputsOf(one, stack)
      one.resolved =
        one.name.endsWith('-Api') || one.name.endsWith('-Monitoring')
          ? {Ami: held(`/${stack.tags['service'] ?? ''}/${stack.tags['environment'] ?? ''}/ami/api`)}
          : {}
    }
    stack.resources = stack.resources.map((one) => ({...one, status: status.replace('UPDATE', 'CREATE'), changedAt: at}))
    stack.outputs = outputsOf(stack, stack)
    if (stack.name.endsWith('-foundation'))
      for (const kind of ['switch', 'log'])
        buckets.set(bucketName(stack, kind), buckets.get(bucketName(stack, kind)) ?? new Set())
    if (stack.name.endsWith('-main')) buckets.set(bucketName(stack, 'site'), buckets.get(bucketName(stack, 'site')) ?? new Set())
  }
  const prefix = ({name}: {readonly name: string}): string => name.split('-').slice(0, 2).join('-')
  const bucketName = (stack: FakeStack, kind: string): string => `${prefix(stack)}-${kind}-${account}-${stack.region}`
  const nestedOf = (stack: FakeStack): FakeStack[] => [...all.values()].filter(({parent}) => parent === stack.id)

  function outputsOf(one: FakeStack, root: FakeStack): Record<string, string> {
    const arn = (what: string): string => `arn:aws:${what}:${root.region}:${account}:${prefix(root)}`
    const kind = one === root ? root.name.split('-').at(-1) : one.name.split('-').at(-1)
    switch (kind) {
      case 'foundation':
        return {
          ExecutionRoleArn: `arn:aws:iam::${account}:role/${prefix(root)}-execution-${root.region}`,
          StateBucketName: `sluice-state-${account}-${root.region}`,
          SwitchBucketName: bucketName(root, 'switch'),
          LogBucketName: bucketName(root, 'log'),
          SchedulerRoleArn: `arn:aws:iam::${account}:role/scheduler`,
          ScheduleGroupName: 'sluice',
        }
      case 'certificate':
        return {CertificateArn: `arn:aws:acm:us-east-1:${account}:certificate/1`}
      case 'main':
        return {
          ListenerArn: arn('listener'),
          LoadBalancerArn: arn('lb'),
          TargetGroupA: arn('tg-a'),
          TargetGroupB: arn('tg-b'),
          ClusterName: `${prefix(root)}-cluster`,
          CapacityProvider: 'cp',
          HostsName: `${prefix(root)}-hosts`,
          TaskExecutionRoleArn: 'arn:aws:iam::1:role/x',
          TaskRoleArn: 'arn:aws:iam::1:role/t',
          ApiLogGroup: 'logs',
          PrivateSubnetA: 'subnet-a',
          PrivateSubnetB: 'subnet-b',
          TaskSecurityGroup: 'sg-1',
          SiteBucketName: bucketName(root, 'site'),
          ...(root.parameters['HasDatabase'] === 'true' && {DatabaseId: 'db', DatabaseSecretArn: arn('secretsmanager')}),
        }
      case 'Edge':
        return {
          SiteBucketName: bucketName(root, 'site'),
          ...((root.parameters['SiteCertificateArn'] ?? '') !== '' && {
            DistributionArn: `arn:aws:cloudfront::${account}:distribution/E1`,
          }),
        }
      case 'Names':
        return {
          HealthzCheckId: id36(3),
          ...((root.parameters['PeerRegion'] ?? '') !== '' && {StopCheckId: id36(1), AliveCheckId: id36(2)}),
        }
      default:
        return {}
    }
  }

  function event(
    stack: FakeStack,
    logicalId: string,
    physicalId: string,
    type: string,
    status: string,
    reason: string | null,
    at = clock.now(),
  ): void {
    stack.events.push({
      id: `e-${(ids += 1)}`,
      at,
      stack: stack.name,
      stackId: stack.id,
      logicalId,
      physicalId,
      type,
      status,
      reason,
    })
  }

  function begin(stack: FakeStack, operation: Operation): void {
    const index = failing.findIndex((one) => one.name === stack.name && one.region === stack.region && one.left > 0)
    const found = failing[index]
    if (found !== undefined) found.left -= 1
    const took = seconds(options.seconds?.(stack.name, operation) ?? usual[operation])
    stack.under = {operation, endsAt: clock.now() + (found === undefined ? took : took / 2), fails: found?.failing ?? null}
    stack.status = settledAfter[operation][0]
    stack.changedAt = clock.now()
    for (const one of nestedOf(stack)) one.status = settledAfter[operation][0]
    event(
      stack,
      stack.name,
      stack.id,
      'AWS::CloudFormation::Stack',
      settledAfter[operation][0],
      operation === 'create' || operation === 'update' ? 'User Initiated' : null,
    )
  }

  /** Resources are what the text names, two spaces in; stacks among them are nested. */
  function lay(stack: FakeStack): void {
    const named = [...stack.text.matchAll(/^ {2}(\w+):\n {4}Type: (AWS::[\w:]+)/gm)].map(([, logicalId = '', type = '']) => ({
      logicalId,
      type,
    }))
    stack.resources = named.map(({logicalId, type}) => {
      const physicalId = type === 'AWS::CloudFormation::Stack' ? nestedFor(stack, logicalId).id : `${stack.name}-${logicalId}`
      return {logicalId, physicalId, type, status: 'CREATE_IN_PROGRESS', reason: null, changedAt: clock.now()}
    })
  }
  function nestedFor(root: FakeStack, logicalId: string): FakeStack {
    const name = `${root.name}-${logicalId}`
    const present = nestedOf(root).find((one) => one.name === name && one.status !== 'DELETE_COMPLETE')
    if (present !== undefined) return present
    const made = fresh(name, root.region, root.id)
    all.set(made.id, made)
    return made
  }
  const fresh = (name: string, region: string, parent: string | null): FakeStack => ({
    id: `arn:aws:cloudformation:${region}:${account}:stack/${name}/${(ids += 1)}`,
    name,
    region,
    status: 'CREATE_IN_PROGRESS',
    reason: null,
    text: '',
    parameters: {},
    resolved: {},
    tags: {},
    outputs: {},
    changedAt: clock.now(),
    protected: false,
    policy: null,
    parent,
    token: '',
    resources: [],
    events: [],
    changeSets: new Map(),
    under: null,
  })

  function take(stack: FakeStack, input: StackInput): void {
    stack.text = textOf(input)
    stack.parameters = givenTo(stack, input)
    stack.resolved = resolve(stack.parameters)
    stack.tags = {...input.tags}
    stack.token = input.token
    lay(stack)
  }
  function textOf({template}: StackInput): string {
    if (template.kind === 'body') return template.body
    return (
      objects.get(template.url.replace('https://', ''))?.body ?? wrong('ValidationError', `S3 error: ${template.url} isn't there`)
    )
  }
  const givenTo = (stack: FakeStack, {parameters}: StackInput): Record<string, string> =>
    Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [
        key,
        value ?? stack.parameters[key] ?? wrong('ValidationError', `${key} has no previous value`),
      ]),
    )
  const busy = (stack: FakeStack): boolean => stack.under !== null
  const mustBe = (ref: StackRef): FakeStack => find(ref) ?? wrong('aws-not-found', `Stack with id ${ref.name} does not exist`)

  const doing = async <T>(name: string, where: string, action: () => T): Promise<T> => {
    await Promise.resolve()
    options.around?.('before', name, where)
    calls.push(`${name} ${where}`)
    settle()
    const result = action()
    options.around?.('after', name, where)
    return result
  }
  const at = ({name, region}: StackRef): string => `${name.startsWith('arn:') ? (name.split('/')[1] ?? name) : name}@${region}`

  const world: ProvisionWorld = {
    stacks: {
      describe: (ref) =>
        doing('describe', at(ref), () => {
          const stack = find(ref)
          return stack === undefined ? null : stateOf(stack)
        }),
      template: (ref) => doing('template', at(ref), () => find(ref)?.text ?? null),
      resources: (ref) => doing('resources', at(ref), () => find(ref)?.resources ?? []),
      events: (ref, since) =>
        doing('events', at(ref), () =>
          (find(ref)?.events ?? []).filter((one) => one.at >= since).toSorted((x, y) => x.at - y.at),
        ),
      create: (input) =>
        doing('create', at(input.stack), () => {
          const present = find(input.stack)
          if (present !== undefined)
            return present.token === input.token
              ? {id: present.id}
              : wrong('aws-already-exists', `Stack [${input.stack.name}] already exists`)
          const stack = fresh(input.stack.name, input.stack.region, null)
          all.set(stack.id, stack)
          take(stack, input)
          begin(stack, 'create')
          return {id: stack.id}
        }),
      makeChangeSet: (input) =>
        doing('makeChangeSet', at(input.stack), () => {
          const stack = mustBe(input.stack)
          if (busy(stack)) return wrong('aws-invalid', `Stack ${stack.id} is in ${stack.status} state and can not be updated.`)
          if (stack.changeSets.has(input.changeSet))
            return wrong('aws-already-exists', `ChangeSet ${input.changeSet} already exists`)
          const changes = options.changes?.(stack, input) ?? differences(stack, input)
          const failed = /_FAILED$/.test(stack.status)
          const empty = changes.length === 0 && !failed
          const id = `${stack.id}/changeSet/${(ids += 1)}`
          stack.changeSets.set(input.changeSet, {
            id,
            input,
            status: empty ? 'empty' : 'ready',
            reason: empty ? "The submitted information didn't contain changes." : null,
            readyAt: clock.now() + seconds(2),
            changes,
          })
          return {id}
        }),
      changeSet: (ref, name) =>
        doing('changeSet', at(ref), () => {
          const found = find(ref)?.changeSets.get(name)
          return found === undefined
            ? null
            : {
                id: found.id,
                name,
                status: found.readyAt > clock.now() ? 'pending' : found.status,
                reason: found.reason,
                changes: found.changes,
              }
        }),
      executeChangeSet: (ref, name) =>
        doing('executeChangeSet', at(ref), () => {
          const stack = mustBe(ref)
          const found = stack.changeSets.get(name)
          if (busy(stack) || found?.status !== 'ready')
            return wrong(
              'aws-invalid',
              `ChangeSet [${name}] cannot be executed in its current status of [${found?.status ?? 'gone'}]`,
            )
          for (const other of stack.changeSets.values()) other.status = 'obsolete'
          found.status = 'executed'
          take(stack, found.input)
          begin(stack, 'update')
        }),
      deleteChangeSet: (ref, name) => doing('deleteChangeSet', at(ref), () => void find(ref)?.changeSets.delete(name)),
      continueRollback: (ref) => doing('continueRollback', at(ref), () => begin(mustBe(ref), 'roll-back')),
      remove: (ref) =>
        doing('remove', at(ref), () => {
          const stack = find(ref)
          if (stack === undefined || stack.status === 'DELETE_IN_PROGRESS') return
          if (stack.protected)
            wrong('aws-invalid', `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`)
          begin(stack, 'delete')
        }),
      setPolicy: (ref, policy) => doing('setPolicy', at(ref), () => void (mustBe(ref).policy = policy)),
      policy: (ref) => doing('policy', at(ref), () => find(ref)?.policy ?? null),
      protect: (ref, protection) => doing('protect', at(ref), () => void (mustBe(ref).protected = protection === 'on')),
      list: (region, name) =>
        doing('list', region, () =>
          live()
            .filter((one) => one.parent === null && one.region === region && one.name.startsWith(name))
            .map(stateOf),
        ),
      detectDrift: (ref) => doing('detectDrift', at(ref), () => ({detection: `d-${(ids += 1)}`})),
      drift: (ref) => doing('drift', at(ref), () => []),
    },
    ground: {
      missingServiceRoles: (services) => doing('missingServiceRoles', 'global', () => services.filter((one) => !roles.has(one))),
      createServiceRole: (service) => doing('createServiceRole', 'global', () => void roles.add(service)),
      ensureStateBucket: (region) =>
        doing('ensureStateBucket', region, () => {
          const bucket = `sluice-state-${account}-${region}`
          buckets.set(bucket, buckets.get(bucket) ?? new Set())
          return {bucket}
        }),
      hasObject: (region, bucket, key) => doing('hasObject', region, () => buckets.get(bucket)?.has(key) === true),
      readObject: (region, bucket, key) =>
        doing('readObject', region, () => objects.get(objectUrl(region, bucket, key).replace('https://', ''))?.body ?? null),
      putObject: (region, bucket, key, body, contentType) =>
        doing('putObject', region, () => {
          const keys = buckets.get(bucket) ?? wrong('aws-not-found', `there is no bucket ${bucket}`)
          keys.add(key)
          objects.set(objectUrl(region, bucket, key).replace('https://', ''), {body, contentType})
        }),
      objectUrl,
      parameters: (region, names) =>
        doing('parameters', region, () => Object.fromEntries(names.map((name) => [name, held(name)]))),
      bucketSize: (region, bucket) =>
        doing('bucketSize', region, () => {
          const keys = buckets.get(bucket)
          return keys === undefined ? null : {objects: keys.size, more: false}
        }),
      emptyBucket: (region, bucket) =>
        doing('emptyBucket', region, () => {
          const deleted = buckets.get(bucket)?.size ?? 0
          buckets.get(bucket)?.clear()
          return {deleted, more: false}
        }),
      protectedInstances: (region, group) => doing('protectedInstances', region, () => protectedInstances.get(group) ?? []),
      removeInstanceProtection: (region, group) =>
        doing('removeInstanceProtection', region, () => void protectedInstances.delete(group)),
      pendingRecords: (region) => doing('pendingRecords', region, () => [...records]),
    },
    slots: {
      slot: (region, cluster, service) =>
        doing('slot', region, () => {
          const slot = slots.get(`${region}/${cluster}/${service}`)
          return slot === undefined
            ? null
            : {
                status: 'ACTIVE',
                desired: slot.desired,
                running: healthy(slot),
                taskDefinition: slot.taskDefinition,
                targetGroup: slot.spec.targetGroup,
                scaling: slot.scaling,
              }
        }),
      createSlot: (spec) =>
        doing('createSlot', spec.region, () => {
          const key = `${spec.region}/${spec.cluster}/${spec.service}`
          if (!slots.has(key))
            slots.set(key, {
              spec,
              desired: spec.count,
              since: clock.now(),
              scaling: null,
              taskDefinition: `${spec.taskDefinition.family}:1`,
            })
        }),
      createScaling: (spec) =>
        doing('createScaling', spec.region, () => {
          const slot =
            slots.get(`${spec.region}/${spec.cluster}/${spec.service}`)
            ?? wrong('aws-not-found', `there is no service ${spec.service}`)
          slot.scaling ??= {min: spec.scaling.min, max: spec.scaling.max}
        }),
      removeScaling: (region, cluster, service) =>
        doing('removeScaling', region, () => {
          const slot = slots.get(`${region}/${cluster}/${service}`)
          if (slot !== undefined) slot.scaling = null
        }),
      scaleSlot: (region, cluster, service, count) =>
        doing('scaleSlot', region, () => {
          const slot = slots.get(`${region}/${cluster}/${service}`)
          if (slot !== undefined) slot.desired = count
        }),
      removeSlot: (region, cluster, service) =>
        doing('removeSlot', region, () => void slots.delete(`${region}/${cluster}/${service}`)),
      liveRule: (region, listener) =>
        doing('liveRule', region, () => {
          const rule = rules.get(`${region}/${listener}`)
          return rule === undefined ? null : {arn: rule.arn, weights: rule.weights}
        }),
      createLiveRule: (spec) =>
        doing('createLiveRule', spec.region, () => {
          const key = `${spec.region}/${spec.listener}`
          if (!rules.has(key))
            rules.set(key, {arn: `${spec.listener}/rule`, weights: spec.serving === 'a' ? {a: 100, b: 0} : {a: 0, b: 100}, spec})
        }),
      removeLiveRule: (region, arn) =>
        doing('removeLiveRule', region, () => void rules.delete(`${region}/${arn.replace(/\/rule$/, '')}`)),
      healthyTargets: (region, targetGroup) =>
        doing('healthyTargets', region, () =>
          [...slots.values()]
            .filter(({spec}) => spec.region === region && spec.targetGroup === targetGroup)
            .reduce((sum, slot) => sum + healthy(slot), 0),
        ),
    },
    claims: {
      stoppedTasks: (region) => doing('stoppedTasks', region, () => []),
      serviceEvents: (region) => doing('serviceEvents', region, () => []),
      scalingActivities: (region) => doing('scalingActivities', region, () => []),
    },
    preflight: {
      deniedActions: () => doing('deniedActions', 'global', () => preflight.denied),
      offeredTypes: (region, types) =>
        doing(
          'offeredTypes',
          region,
          () => preflight.offered ?? Object.fromEntries(types.map((type) => [type, zonesOf(region)])),
        ),
      zones: (region) => doing('zones', region, () => zonesOf(region)),
      quota: (region) => doing('quota', region, () => null),
      hostedZone: (id) =>
        doing('hostedZone', 'global', () => {
          const name = preflight.zones.get(id)
          return name === undefined ? null : {name, private: false}
        }),
      existing: (region, _type, name) => doing('existing', region, () => preflight.taken.get(name) ?? null),
    },
  }
  const healthy = (slot: FakeSlot): number => (clock.now() - slot.since >= seconds(20) ? slot.desired : 0)
  const zonesOf = (region: string): readonly string[] => ['a', 'b', 'c'].map((zone) => `${region}${zone}`)
  const stateOf = ({
    id,
    name,
    status,
    reason,
    parameters,
    resolved,
    tags,
    outputs,
    changedAt,
    protected: isProtected,
    parent,
  }: FakeStack): StackState => ({
    id,
    name,
    status,
    reason,
    parameters: {...parameters},
    resolved: {...resolved},
    tags: {...tags},
    outputs: {...outputs},
    changedAt,
    protected: isProtected,
    parent,
  })
  const differences = (stack: FakeStack, input: StackInput): readonly ResourceChange[] => {
    const given = givenTo(stack, input)
    const now = resolve(given)
    const changed = Object.keys(given).filter((key) => given[key] !== stack.parameters[key] || now[key] !== stack.resolved[key])
    const text = textOf(input) === stack.text ? [] : ['template']
    return [...changed, ...text].map((key) => ({
      path: key,
      type: 'AWS::Test::Thing',
      physicalId: `${key}-id`,
      action: 'modify',
      replacement: 'no',
      nested: null,
      properties: [
        {
          path: `Properties/${key}`,
          before: stack.parameters[key] ?? null,
          after: given[key] ?? null,
          replaces: 'no',
          follows: false,
        },
      ],
    }))
  }

  return {
    world,
    clock,
    account,
    calls,
    objects,
    buckets,
    roles,
    ssm,
    slots,
    rules,
    records,
    protectedInstances,
    preflight,
    stack: (name, region) => find({name, region}),
    stacks: () => {
      settle()
      return live().filter(({parent}) => parent === null)
    },
    fail: (name, region, one, times = 1) => void failing.push({name, region, failing: one, left: times}),
  }
}

const objectUrl = (region: string, bucket: string, key: string): string => `https://${bucket}.s3.${region}.amazonaws.com/${key}`
const id36 = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function wrong(code: string, message: string): never {
  throw new SluiceError({code, exitCode: ExitCode.unexpected, message})
}
