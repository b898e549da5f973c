/** A database as DescribeDBInstances tells it, in the words of recoveries. Pure. */
import type {DBInstance, PendingModifiedValues} from '@aws-sdk/client-rds'
import type {DatabaseState} from '../../../runbooks/recovery/ports/database-port.ts'

export function databaseState(instance: DBInstance, region: string): DatabaseState {
  return {
    id: instance.DBInstanceIdentifier ?? '',
    arn: instance.DBInstanceArn ?? '',
    region,
    status: instance.DBInstanceStatus ?? '',
    class: instance.DBInstanceClass ?? '',
    engine: instance.Engine ?? '',
    engineVersion: instance.EngineVersion ?? '',
    multiAz: instance.MultiAZ === true,
    storageGiB: instance.AllocatedStorage ?? 0,
    source: textOrNull(instance.ReadReplicaSourceDBInstanceIdentifier),
    replicas: instance.ReadReplicaDBInstanceIdentifiers ?? [],
    replication: replicationOf(instance),
    pending: pendingOf(instance.PendingModifiedValues ?? {}),
    backupDays: instance.BackupRetentionPeriod ?? 0,
    backupWindow: instance.PreferredBackupWindow ?? '',
    maintenanceWindow: instance.PreferredMaintenanceWindow ?? '',
    latestRestorableAt: instance.LatestRestorableTime?.getTime() ?? null,
    parameterGroup: {
      name: instance.DBParameterGroups?.[0]?.DBParameterGroupName ?? '',
      apply: instance.DBParameterGroups?.[0]?.ParameterApplyStatus ?? 'in-sync',
    },
    optionGroup: textOrNull(instance.OptionGroupMemberships?.[0]?.OptionGroupName),
    subnetGroup: instance.DBSubnetGroup?.DBSubnetGroupName ?? '',
    securityGroups: (instance.VpcSecurityGroups ?? []).flatMap(({VpcSecurityGroupId}) => VpcSecurityGroupId ?? []),
    zones: zonesOf(instance),
    kmsKey: textOrNull(instance.KmsKeyId),
    protected: instance.DeletionProtection === true,
    endpoint:
      instance.Endpoint?.Address === undefined ? null : {host: instance.Endpoint.Address, port: instance.Endpoint.Port ?? 0},
    monitoringRole: textOrNull(instance.MonitoringRoleArn),
    tags: Object.fromEntries((instance.TagList ?? []).flatMap(({Key, Value}) => (Key === undefined ? [] : [[Key, Value ?? '']]))),
  }
}

const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

/** Present while it is a replica, and for a little longer. */
function replicationOf({StatusInfos}: DBInstance): DatabaseState['replication'] {
  const info = StatusInfos?.find(({StatusType}) => StatusType === 'read replication')
  return info === undefined ? null : {status: info.Status ?? '', message: info.Message ?? ''}
}

/** AWS sends the structure with nothing in it, too, and lists that are empty. */
function pendingOf(pending: PendingModifiedValues): readonly string[] {
  return Object.entries(pending)
    .filter(([, value]) => isSaid(value))
    .map(([name]) => name)
    .toSorted()
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return typeof value !== 'object' || Object.values(value).some(isSaid)
}

/** Where it may run: the zones of its subnets; a class has to be offered there. */
function zonesOf({DBSubnetGroup, AvailabilityZone}: DBInstance): readonly string[] {
  const ofSubnets = (DBSubnetGroup?.Subnets ?? []).flatMap(({SubnetAvailabilityZone}) => SubnetAvailabilityZone?.Name ?? [])
  const all = ofSubnets.length > 0 ? ofSubnets : [AvailabilityZone ?? []].flat()
  return [...new Set(all)].toSorted()
}
