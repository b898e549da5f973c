/**
 * Secrets that both Regions hold. Values pass through `copyValue` only, from one AWS answer into the next call: they are never
 * returned, logged or put into an error.
 */
import type {DescribeSecretCommandOutput} from '@aws-sdk/client-secrets-manager'
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {SecretsPort, SecretState} from '../../../runbooks/recovery/ports/secrets-port.ts'
import type {AwsSession} from '../session.ts'
import {awsErrorName} from '../translate-error.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

export function secrets(session: AwsSession): SecretsPort {
  const describe = (region: string, SecretId: string, signal: Signal): Promise<DescribeSecretCommandOutput | null> =>
    unlessMissing(session.inRegion(region).call('secretsmanager', 'DescribeSecret', {SecretId}, {signal, resource: SecretId}))
  return {
    async describe(region, secret, signal) {
      const found = await describe(region, secret, signal)
      return found === null || found.DeletedDate !== undefined ? null : secretState(found, region)
    },
    async standAlone(region, SecretId, signal) {
      await session.inRegion(region).call('secretsmanager', 'StopReplicationToReplica', {SecretId}, {signal, resource: SecretId})
    },
    async copyValue(from, to, signal) {
      const value = await session
        .inRegion(from.region)
        .call('secretsmanager', 'GetSecretValue', {SecretId: from.secret}, {signal, resource: from.secret})
      const there = await describe(to.region, to.secret, signal)
      if (there === null) throw noSuchSecret(to.region, to.secret)
      if (value.VersionId !== undefined && currentVersion(there) === value.VersionId) return
      // The same version under the same id, so that trying again is nothing new; an id that the secret has had before can't come back.
      const isNew = value.VersionId !== undefined && there.VersionIdsToStages?.[value.VersionId] === undefined
      await session.inRegion(to.region).call(
        'secretsmanager',
        'PutSecretValue',
        {
          SecretId: to.secret,
          ...(isNew && {ClientRequestToken: value.VersionId}),
          ...(value.SecretBinary !== undefined ? {SecretBinary: value.SecretBinary} : {SecretString: value.SecretString ?? ''}),
        },
        {signal, resource: to.secret},
      )
    },
    async replicate(region, SecretId, to, signal) {
      try {
        await session.inRegion(region).call(
          'secretsmanager',
          'ReplicateSecretToRegions',
          {
            SecretId,
            ForceOverwriteReplicaSecret: true,
            AddReplicaRegions: [{Region: to.region, ...(to.kmsKey !== null && {KmsKeyId: to.kmsKey})}],
          },
          {signal, resource: SecretId},
        )
      } catch (error) {
        // It is replicated there already; how well, its description says.
        if (awsErrorName(error) !== 'ResourceExistsException') throw error
      }
    },
  }
}

/** AWS names the Region of the primary with the primary too. */
function secretState(secret: DescribeSecretCommandOutput, region: string): SecretState {
  const {PrimaryRegion: primary} = secret
  return {
    arn: secret.ARN ?? '',
    primaryRegion: primary === undefined || primary === '' || primary === region ? null : primary,
    replicas: (secret.ReplicationStatus ?? []).map(({Region = '', Status = '', StatusMessage = ''}) => ({
      region: Region,
      status: Status,
      message: StatusMessage,
    })),
    version: currentVersion(secret),
  }
}

function currentVersion({VersionIdsToStages}: DescribeSecretCommandOutput): string | null {
  return Object.entries(VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0] ?? null
}

function noSuchSecret(region: string, secret: string): SluiceError {
  return new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `The secret ${secret} doesn't exist in ${region}.`,
    suggestions: [`aws secretsmanager list-secrets --region ${region}`],
  })
}
