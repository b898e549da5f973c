/**
 * Inputs that make every plan with every step it can have: a policy is read off plans, and plans are made from inputs. Nothing in
 * here is ever run. Pure.
 */
import {slotService} from '../../config/slot-names.ts'
import {resolveStack} from '../../config/stack-config.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {DownInput} from '../provision/down-input.ts'
import type {InfraPlan, WantedStack} from '../provision/infra-plan.ts'
import type {UpInput} from '../provision/up-input.ts'
import type {ReleaseInput} from '../release/input.ts'
import type {Where} from './where.ts'

const scaling = {min: 1, max: 2, scaleInSuspended: false, scaleOutSuspended: false}
const homeOf = ({regions}: Where): string => regions[0] ?? ''
const recoveryOf = ({regions}: Where): string | null => regions[1] ?? null

export function sampleRelease(where: Where): ReleaseInput {
  const {service, environment, account} = where
  const recovery = recoveryOf(where)
  const slot = (name: 'a' | 'b') => ({service: slotService(where, name), targetGroup: `target-group-${name}`})
  return {
    config: {
      service,
      environment,
      region: homeOf(where),
      loadBalancer: 'load-balancer',
      listener: 'listener',
      rule: 'rule',
      cluster: 'cluster',
      container: null,
      slots: {a: slot('a'), b: slot('b')},
      gates: [],
      steps: [
        {weight: 20, holdMs: 1, atMostMs: 1},
        {weight: 60, holdMs: 1, atMostMs: 1},
      ],
      warmupMs: 0,
      warmMs: 1,
      afterPromotion: 'alert',
      deadMansSwitch: {role: null, deadLetterQueue: null, group: 'group', windowMs: 1, pausedWindowMs: 1},
      recovery:
        recovery === null
          ? null
          : {
              region: recovery,
              stack: `${service}-${environment}-main`,
              slots: {a: slotService(where, 'a'), b: slotService(where, 'b')},
            },
    },
    account,
    by: '',
    image: 'image',
    fromImage: 'image',
    fromTaskDefinition: 'task-definition',
    stableSlot: 'a',
    production: {desired: 1, scaling},
    canaryScaling: scaling,
    slotFreeAt: 0,
    previousRun: null,
  }
}

export function sampleConfig(where: Where): StackConfig {
  const recovery = recoveryOf(where)
  return resolveStack({
    service: where.service,
    environment: where.environment,
    region: homeOf(where),
    stack: {
      api: 'api.example.com',
      site: 'www.example.com',
      hostedZone: 'Z0',
      firstImage: 'image',
      ...(recovery !== null && {recovery: {region: recovery}}),
    },
  })
}

/** Every stack that an environment can have. */
function kindsIn(where: Where): readonly {readonly kind: WantedStack['kind']; readonly region: string}[] {
  const home = homeOf(where)
  const recovery = recoveryOf(where)
  return [
    ...where.regions.flatMap((region) => [
      {kind: 'foundation' as const, region},
      {kind: 'main' as const, region},
    ]),
    {kind: 'certificate', region: home.startsWith('cn-') ? home : 'us-east-1'},
    ...(recovery === null ? [] : [{kind: 'replica' as const, region: recovery}]),
  ]
}

export function sampleUp(where: Where): UpInput {
  const config = sampleConfig(where)
  const plan: InfraPlan = {
    schema: 1,
    toolVersion: '',
    account: where.account,
    arn: '',
    config,
    stacks: [],
    slots: [],
    findings: [],
    criticalPath: [],
    etaSeconds: 0,
    changes: true,
    hash: '',
  }
  const chosen = kindsIn(where).map(({kind, region}): WantedStack => ({
    id: `${kind}@${region}`,
    kind,
    name: `${where.service}-${where.environment}-${kind}`,
    region,
    body: '',
    templateHash: '',
    first: {},
    then: {},
    needs: [],
    thenNeeds: [],
    tags: {},
    role: kind === 'foundation' ? 'caller' : 'execution',
    keep: [],
    resources: [],
    protected: true,
  }))
  const assets = Object.fromEntries(where.regions.map((region) => [region, {}]))
  return {
    plan,
    agreed: plan,
    chosen,
    wanted: {stacks: chosen, assets, policy: '{}', site: {'index.html': ''}},
    progressEveryMs: 5000,
  }
}

export function sampleDown(where: Where): DownInput {
  const stacks = kindsIn(where).map(({kind, region}): DownInput['stacks'][number] => ({
    id: `${kind}@${region}`,
    kind,
    name: `${where.service}-${where.environment}-${kind}`,
    region,
    status: 'CREATE_COMPLETE',
    resources: 1,
    terminationProtection: 'on',
    protects:
      kind === 'main'
        ? [
            {kind: 'database', region, id: 'database'},
            {kind: 'load-balancer', region, id: 'balancer'},
          ]
        : kind === 'replica'
          ? [{kind: 'database', region, id: 'replica'}]
          : [],
    groups: kind === 'main' ? ['hosts'] : [],
    nested: kind === 'main' ? [{logicalId: 'Database', id: 'nested'}] : [],
    stuck: [],
  }))
  const recovery = recoveryOf(where)
  return {
    schema: 1,
    config: sampleConfig(where),
    account: where.account,
    arn: '',
    options: {only: 'all', data: 'deleted', stuck: 'tried-again'},
    stacks,
    slots: where.regions.map((region) => ({
      region,
      cluster: 'cluster',
      services: {a: slotService(where, 'a'), b: slotService(where, 'b')},
      listener: 'listener',
      targetGroups: {a: 'a', b: 'b'},
    })),
    replicas: recovery === null ? [] : [{region: recovery, id: 'replica', finalSnapshot: 'final'}],
    buckets: where.regions.map((region) => ({region, bucket: `bucket-${region}`})),
    retained: [],
    findings: [],
    stores: where.regions.flatMap((region) =>
      (['vault', 'repository', 'secret'] as const).map((kind) => ({kind, region, id: 'store', name: 'store'})),
    ),
  }
}
