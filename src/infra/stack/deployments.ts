/**
 * Which stacks an environment consists of, where each stands, what each waits for and with which parameters it is deployed. Pure:
 * configuration in, data out. It never reads an account, and what only an account can tell is left to whoever deploys.
 */
import {recoverySettings} from '../../config/recovery-config.ts'
import type {Parameters, StackConfig} from '../../config/stack-config.ts'
import {homeParameters, recoveryParameters} from './shapes.ts'

export type StackKind = 'foundation' | 'certificate' | 'main' | 'replica' | 'surge' | 'drill'

export interface Deployment {
  readonly kind: StackKind
  /** Name of the stack; unique with its Region. */
  readonly name: string
  readonly region: string
  readonly template: string
  readonly parameters: Parameters
  /** `kind@region` of the deployments that come first. */
  readonly needs: readonly string[]
  /** Parameters of a second update, once what it names exists; null: one is enough. */
  readonly then: Parameters | null
  /** When it is deployed. A failover creates nothing but a surge; a drill creates its own and deletes it. */
  readonly when: 'peace' | 'failover' | 'drill'
}

/** CloudFront takes certificates from here alone. */
export const certificateRegion = 'us-east-1'

export const stackName = (config: StackConfig, kind: StackKind): string => `${config.service}-${config.environment}-${kind}`
export const idOf = ({kind, region}: Pick<Deployment, 'kind' | 'region'>): string => `${kind}@${region}`

/** In an order in which each comes after what it needs. */
export function deployments(config: StackConfig, recipeVersion: string): readonly Deployment[] {
  const {recovery} = config
  const home = main(config, recipeVersion)
  if (recovery === null) return [foundation(config, config.region, ''), certificate(config), home]
  return [
    foundation(config, config.region, recovery.region),
    foundation(config, recovery.region, config.region),
    certificate(config),
    ...recoveryMain(config, recovery, recipeVersion),
    home,
    replica(config, recovery),
    ...(recovery.shape === 'pilot-light' ? [surge(config, recovery)] : []),
    drill(config, recovery),
  ]
}

type Recovery = NonNullable<StackConfig['recovery']>

function deployment(config: StackConfig, kind: StackKind, region: string, template: string, parameters: Parameters): Deployment {
  return {kind, name: stackName(config, kind), region, template, parameters, needs: [], then: null, when: 'peace'}
}

const identity = ({service, environment}: StackConfig): Parameters => ({Service: service, Environment: environment})

function foundation(config: StackConfig, region: string, peer: string): Deployment {
  return deployment(config, 'foundation', region, 'foundation.yaml', {
    ...identity(config),
    PeerRegion: peer,
    // Whether the other Region answers is watched from here by its own name.
    Api: peer === '' ? '' : config.api,
    HeartbeatPath: recoverySettings(config).probes.heartbeat,
    // Read once from the Region's public parameter, then kept for ever.
    SeedAmi: seedAmi,
    CreateStateBucket: String(config.account === 'own'),
    LogRetentionDays: config.shape === 'staging' ? '7' : '365',
  })
}

/** Looks like an AMI and is none: it has to be replaced before the first deployment. */
export const seedAmi = 'ami-00000000000000000'

function certificate(config: StackConfig): Deployment {
  return deployment(config, 'certificate', certificateRegion, 'certificate.yaml', {
    SiteName: config.site,
    HostedZoneId: config.hostedZone,
    AlarmEmail: config.alarms,
    // Nothing is watched until the home Region's stack is there.
    StopCheckId: '',
    AliveCheckId: '',
    HealthzCheckId: '',
  })
}

function main(config: StackConfig, recipeVersion: string): Deployment {
  const {region, recovery} = config
  return {
    ...deployment(config, 'main', region, '00-master.yaml', {...homeParameters(config, recipeVersion), ...config.parameters}),
    needs: [
      `foundation@${region}`,
      `certificate@${certificateRegion}`,
      // The destination of replication, and the key of the replicated secret.
      ...(recovery === null ? [] : [`foundation@${recovery.region}`, `main@${recovery.region}`]),
    ],
  }
}

const pick = (from: Parameters, names: readonly string[]): Parameters =>
  Object.fromEntries(names.map((name) => [name, from[name] ?? '']))

/** Its bucket first without replication, then, when the home bucket is there, the way back. */
function recoveryMain(config: StackConfig, recovery: Recovery, recipeVersion: string): readonly Deployment[] {
  const parameters = {...recoveryParameters(config, recovery, recipeVersion), ...config.parameters, ...recovery.parameters}
  return [
    {
      ...deployment(config, 'main', recovery.region, '00-master.yaml', {...parameters, Replicate: 'false'}),
      needs: [`foundation@${recovery.region}`],
      then: {...parameters, Replicate: 'true'},
    },
  ]
}

const published = ({service, environment}: StackConfig, name: string): string => `/${service}/${environment}/sluice/${name}`

function replica(config: StackConfig, {region, parameters}: Recovery): Deployment {
  const all = {...homeParameters(config, '1.0.0'), ...config.parameters, ...parameters}
  return {
    ...deployment(config, 'replica', region, '08-rds-replica.yaml', {
      ...identity(config),
      SourceRegion: config.region,
      DataSubnetA: published(config, 'data-subnet-a'),
      DataSubnetB: published(config, 'data-subnet-b'),
      SecurityGroup: published(config, 'database-group'),
      DataKeyArn: published(config, 'data-key'),
      InstanceClass: all['DatabaseClass'] ?? '',
      ...pick(all, ['Engine', 'MaxStorageGiB', 'Insights', 'DeletionProtection']),
      DatabasePort: all['DatabasePort'] ?? '5433',
    }),
    needs: [`main@${config.region}`, `main@${region}`],
  }
}

function surge(config: StackConfig, {region, parameters}: Recovery): Deployment {
  const all = {...homeParameters(config, '1.0.0'), ...config.parameters, ...parameters}
  const handedOver = Object.fromEntries(
    Object.entries({
      VpcId: 'vpc',
      PublicSubnetA: 'public-subnet-a',
      PublicSubnetB: 'public-subnet-b',
      PrivateRouteTableA: 'private-route-table-a',
      PrivateRouteTableB: 'private-route-table-b',
      DataSubnetA: 'data-subnet-a',
      DataSubnetB: 'data-subnet-b',
      CacheSecurityGroup: 'cache-group',
      CacheAuthArn: 'cache-secret',
      DataKeyArn: 'data-key',
      LogsKeyArn: 'logs-key',
    }).map(([name, value]) => [name, published(config, value)]),
  )
  return {
    ...deployment(config, 'surge', region, 'surge.yaml', {
      ...identity(config),
      ...handedOver,
      ...pick(all, ['NatGateways', 'CacheNodeType', 'CacheNodes', 'SnapshotDays', 'LogRetentionDays']),
    }),
    needs: [`main@${region}`],
    when: 'failover',
  }
}

/**
 * What only a drill knows looks as it will and is nothing: which recovery point, which image, which tasks. A drill fills it in.
 */
function drill(config: StackConfig, {region, parameters, shape}: Recovery): Deployment {
  const all = {...homeParameters(config, '1.0.0'), ...config.parameters, ...parameters}
  const role = `arn:aws:iam::000000000000:role/${config.service}-${config.environment}-main-Api`
  return {
    ...deployment(config, 'drill', region, 'drill.yaml', {
      ...identity(config),
      Name: 'by-hand',
      VpcId: published(config, 'vpc'),
      DataSubnetA: published(config, 'data-subnet-a'),
      DataSubnetB: published(config, 'data-subnet-b'),
      LoadBalancerGroup: published(config, 'load-balancer-group'),
      PrivateSubnetA: 'subnet-00000000000000000',
      PrivateSubnetB: 'subnet-00000000000000001',
      PublicSubnetA: published(config, 'public-subnet-a'),
      PublicSubnetB: published(config, 'public-subnet-b'),
      ...pick(all, ['InstanceType', 'FallbackInstanceType']),
      HostCount: shape === 'pilot-light' ? '2' : '0',
      Ami: `/${config.service}/${config.environment}/ami/api`,
      HostProfileArn: 'arn:aws:iam::000000000000:instance-profile/of-main',
      DataKeyArn: published(config, 'data-key'),
      ApiPort: all['ApiPort'] ?? '8080',
      DatabasePort: all['DatabasePort'] ?? '5433',
      HealthPath: all['HealthPath'] ?? '/health',
      Snapshot: 'newest-recovery-point',
      Engine: config.engine,
      InstanceClass: all['DatabaseClass'] ?? '',
      ParameterGroup: 'of-the-replica',
      Cluster: 'of-main',
      CapacityProvider: 'of-main',
      Image: 'of-the-serving-slot',
      TaskCpu: String(config.task.cpu),
      TaskMemory: String(config.task.memory),
      TaskExecutionRoleArn: `${role}-execution`,
      TaskRoleArn: role,
      LogGroup: 'of-main',
      ListenerArn: `arn:aws:elasticloadbalancing:${region}:000000000000:listener/app/of-main`,
      HostName: `drill.${config.api}`,
    }),
    needs: [`main@${region}`, `replica@${region}`],
    when: 'drill',
  }
}
