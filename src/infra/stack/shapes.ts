/**
 * What tells production from staging, and home from recovery: parameters of 00-master.yaml and nothing else. Pure tables. A shape
 * must never leave a template's default to decide what a Region's size is.
 */
import type {Parameters, StackConfig} from '../../config/stack-config.ts'
import type {RecoveryShape} from '../../config/stack-schema.ts'

const production: Parameters = {
  NatGateways: '2',
  InstanceType: 'm7g.large',
  FallbackInstanceType: 'm7gd.large',
  HostsMin: '4',
  HostsMax: '12',
  ScaleByTime: 'true',
  DayHostsMin: '6',
  PrometheusInstanceType: 'm7g.large',
  PrometheusFallbackInstanceType: 'm7gd.large',
  PrometheusHosts: '1',
  DatabaseClass: 'db.m7g.large',
  StorageGiB: '100',
  MaxStorageGiB: '500',
  MultiAz: 'true',
  Insights: 'advanced',
  CacheNodeType: 'cache.m7g.large',
  CacheNodes: '2',
  SnapshotDays: '15',
  DeletionProtection: 'true',
  BackupDays: '14',
  KeepDays: '35',
  RestoreTesting: 'true',
  LogRetentionDays: '365',
}

/** Small, and easily thrown away. The cache keeps two nodes: failover is what staging is for. */
const staging: Parameters = {
  NatGateways: '1',
  InstanceType: 't4g.medium',
  FallbackInstanceType: 't4g.large',
  HostsMin: '2',
  HostsMax: '4',
  ScaleByTime: 'false',
  DayHostsMin: '2',
  PrometheusInstanceType: 't4g.medium',
  PrometheusFallbackInstanceType: 't4g.large',
  PrometheusHosts: '1',
  DatabaseClass: 'db.t4g.medium',
  StorageGiB: '20',
  MaxStorageGiB: '100',
  MultiAz: 'false',
  Insights: 'standard',
  CacheNodeType: 'cache.t4g.small',
  CacheNodes: '2',
  SnapshotDays: '1',
  DeletionProtection: 'false',
  BackupDays: '7',
  KeepDays: '7',
  RestoreTesting: 'false',
  LogRetentionDays: '7',
}

/** On top of home's size. The most hosts stay home's: a failover must find room to grow. */
const recovery: Readonly<Record<RecoveryShape, Parameters>> = {
  'warm-standby': {Surge: 'true', HostsMin: '2', ScaleByTime: 'false', PrometheusHosts: '1'},
  'pilot-light': {Surge: 'false', HostsMin: '0', ScaleByTime: 'false', PrometheusHosts: '0'},
  'full-scale': {Surge: 'true'},
}

export const sizes = {production, staging} as const

function common(config: StackConfig, recipeVersion: string): Parameters {
  const path = `/${config.service}/${config.environment}`
  return {
    Service: config.service,
    Environment: config.environment,
    ActiveRegion: config.activeRegion,
    ApiOriginName: config.api,
    SiteName: config.site,
    HostedZoneId: config.hostedZone,
    DistributionArn: config.distribution,
    ApiAmi: `${path}/ami/api`,
    PrometheusAmi: `${path}/ami/prometheus`,
    Engine: config.engine,
    RecipeVersion: recipeVersion,
    OwnsRegistry: String(config.account === 'own'),
    AlarmEmail: config.alarms,
    DataKeyArn: `${path}/sluice/data-key`,
    LogsKeyArn: `${path}/sluice/logs-key`,
    SiteKeyArn: `${path}/sluice/site-key`,
    LogBucket: `${path}/sluice/log-bucket`,
    CacheAuthArn: `${path}/sluice/cache-secret`,
    PreviewGuardArn: `${path}/sluice/preview-secret`,
    ImageBuilderRoleArn: `${path}/sluice/image-builder-role`,
    ...sizes[config.shape],
  }
}

export function homeParameters(config: StackConfig, recipeVersion: string): Parameters {
  return {
    ...common(config, recipeVersion),
    Role: 'home',
    PeerRegion: config.recovery?.region ?? '',
    VpcCidr: config.network,
    Surge: 'true',
    HasDatabase: 'true',
    Pipelines: 'true',
    Serves: String(config.activeRegion === config.region),
    SiteCertificateArn: config.siteCertificate,
    Replicate: String(config.recovery !== null),
  }
}

/** The recovery Region has no database of its own but the replica's stack, and builds no images: it is sent them. */
export function recoveryParameters(
  config: StackConfig,
  second: NonNullable<StackConfig['recovery']>,
  recipeVersion: string,
): Parameters {
  return {
    ...common(config, recipeVersion),
    ...recovery[second.shape],
    Role: 'recovery',
    PeerRegion: config.region,
    VpcCidr: second.network,
    HasDatabase: 'false',
    Pipelines: 'false',
    Serves: String(config.activeRegion === second.region),
    SiteCertificateArn: '',
    Replicate: 'true',
  }
}
