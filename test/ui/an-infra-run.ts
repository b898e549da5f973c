/** A provisioning run's journal, event by event, and what its steps show, with boring defaults. Hashes are links, not digests. */
import type {Event, EventKind, EventOf, Json} from '../../src/runbooks/engine/event.ts'
import type {InfraPlan, RootCause, StackProgress} from '../../src/runbooks/provision/infra-plan.ts'
import type {InfraLive} from '../../src/ui/infra-live.ts'
import {nothingShown, withShown} from '../../src/ui/infra-live.ts'
import type {InfraView} from '../../src/ui/infra-view.ts'
import {infraView} from '../../src/ui/infra-view.ts'
import {aPlan} from './an-infra-plan.ts'

export const start = Date.parse('2026-11-22T18:32:10Z')

const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['service-roles', 'service-linked roles', []],
  ['templates@eu-west-1', 'templates in the state bucket of eu-west-1', []],
  ['create-foundation@eu-west-1', 'create', ['service-roles', 'templates@eu-west-1']],
  ['create-certificate@us-east-1', 'create', []],
  ['create-main@eu-west-1', 'create', ['create-foundation@eu-west-1']],
  ['update-main@eu-west-1', 'update', ['create-main@eu-west-1', 'create-certificate@us-east-1']],
  ['create-replica@eu-central-1', 'create', ['create-main@eu-west-1']],
  ['slot-a@eu-west-1', 'slot a', ['create-main@eu-west-1']],
]

export class InfraRun {
  readonly events: Event[] = []
  now = start
  live: InfraLive = {...nothingShown, run: 'r-20261122-183210-ab12'}

  constructor(plan: InfraPlan = aPlan()) {
    this.put('planned', {
      plan: 'up',
      planHash: 'h',
      steps: steps.map(([id, title, needs]) => ({id, title, needs})),
      input: {plan} as unknown as Json,
      toolVersion: '0.1.0',
    })
    this.put('lease-taken', {owner: 'mira', host: 'laptop', expiresAt: this.now + 180_000})
  }

  put<K extends EventKind>(kind: K, data: EventOf<K>['data']): this {
    const seq = this.events.length
    this.events.push({
      seq,
      at: this.now,
      epoch: 1,
      writer: 'w1',
      kind,
      previousHash: seq === 0 ? '' : `hash-${seq - 1}`,
      data,
    } as Event)
    return this
  }

  after(seconds: number): this {
    this.now += seconds * 1000
    return this
  }

  begun(step: string): this {
    return this.put('step-started', {step})
  }

  done(step: string, note?: string): this {
    return this.put('step-ended', {step, how: 'done', ...(note !== undefined && {note})})
  }

  failed(step: string, because: string): this {
    return this.put('step-ended', {step, how: 'failed', because, then: 'fail'})
  }

  explains(step: string, cause: RootCause): this {
    this.live = withShown(this.live, step, {kind: 'stack-failed', stack: step, cause})
    return this
  }

  shows(step: string, change: Partial<StackProgress>): this {
    this.live = withShown(this.live, step, {
      kind: 'stack',
      stack: step,
      status: 'CREATE_IN_PROGRESS',
      done: 0,
      total: 0,
      underWay: [],
      records: [],
      failed: [],
      ...change,
    })
    return this
  }
}

export const creating = (): InfraRun =>
  new InfraRun()
    .begun('service-roles')
    .begun('templates@eu-west-1')
    .after(3)
    .done('service-roles', '6 of 6 there')
    .done('templates@eu-west-1', '22 uploaded')
    .begun('create-foundation@eu-west-1')
    .begun('create-certificate@us-east-1')
    .after(21)
    .done('create-foundation@eu-west-1', '24 resources')
    .begun('create-main@eu-west-1')
    .after(250)
    .shows('create-main@eu-west-1', {
      done: 152,
      total: 213,
      underWay: [
        {path: 'Cache/Group', type: 'AWS::ElastiCache::ReplicationGroup', since: start + 36_000, usualSeconds: 712},
        {path: 'Database/Instance', type: 'AWS::RDS::DBInstance', since: start + 24_000, usualSeconds: 595},
        {
          path: 'LoadBalancer/LoadBalancer',
          type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
          since: start + 200_000,
          usualSeconds: 116,
        },
        {path: 'Network/Nat/GatewayA', type: 'AWS::EC2::NatGateway', since: start + 254_000, usualSeconds: 106},
      ],
    })

export const waitingForRecords = (): InfraRun =>
  creating().shows('create-certificate@us-east-1', {
    done: 0,
    total: 3,
    records: [
      {
        name: '_3f1c0e4b5a69788796a5b4c3d2e1f001.www.example.com.',
        type: 'CNAME',
        value: '_7b2d9e8f0a1b2c3d4e5f60718293a4b5.abcdefghij.acm-validations.aws.',
      },
    ],
  })

export const failing = (): InfraRun =>
  creating().shows('create-main@eu-west-1', {
    done: 152,
    total: 213,
    failed: [{path: 'Backup/Vault', type: 'AWS::Backup::BackupVault', reason: 'Backup vault shop-production already exists'}],
  })

const cause: RootCause = {
  stack: 'shop-production-main',
  path: 'Database/Instance',
  type: 'AWS::RDS::DBInstance',
  physicalId: 'shop-production',
  status: 'CREATE_FAILED',
  reason: 'refused',
  at: start,
  evidence: ['scaling activity: Failed, no capacity'],
}

export const failedRun = (): InfraRun =>
  creating()
    .explains('create-main@eu-west-1', cause)
    .failed(
      'create-main@eu-west-1',
      'main@eu-west-1: Database/Instance (AWS::RDS::DBInstance): Your request for DBInstance was refused because there are no db.m7g.large left',
    )
    .put('ended', {outcome: 'failed', because: 'main eu-west-1 failed'})

export const doneRun = (): InfraRun => {
  const run = creating().after(500).done('create-main@eu-west-1', '213 resources').done('create-certificate@us-east-1')
  for (const step of ['update-main@eu-west-1', 'create-replica@eu-central-1', 'slot-a@eu-west-1'])
    run.begun(step).after(10).done(step)
  return run.put('ended', {outcome: 'done', because: 'everything is as wanted'})
}

export const seen = (run: InfraRun, secondsLater = 0): InfraView => infraView(run.events, run.live, run.now + secondsLater * 1000)
