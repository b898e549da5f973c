import {BackupClient, DeleteBackupVaultCommand, ListBackupVaultsCommand} from '@aws-sdk/client-backup'
import {DeleteRepositoryCommand, DescribeRepositoriesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  RemoveRegionsFromReplicationCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {removeStore, storeState} from '../../../src/infra/aws/data-stores.ts'
import type {DataStore} from '../../../src/runbooks/provision/down-ports.ts'
import {aSession, awsError} from './a-session.ts'

const [backup, ecr, secrets] = [mockClient(BackupClient), mockClient(ECRClient), mockClient(SecretsManagerClient)]
beforeEach(() => [backup, ecr, secrets].forEach((mock) => mock.reset()))
const vault: DataStore = {kind: 'vault', region: 'eu-west-1', id: 'shop-production', name: 'shop-production'}
const repository: DataStore = {kind: 'repository', region: 'eu-west-1', id: 'shop-production/api', name: 'shop-production/api'}
const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/production/database-aBcDeF'
const secret: DataStore = {kind: 'secret', region: 'eu-west-1', id: arn, name: 'shop/production/database'}
const state = (store: DataStore) => storeState(aSession(), store, undefined)
const remove = (store: DataStore) => removeStore(aSession(), store, undefined)

test.each([
  ['an empty vault may go', [{BackupVaultName: 'shop-production', NumberOfRecoveryPoints: 0}], 'removable'],
  ['one with recovery points stays', [{BackupVaultName: 'shop-production', NumberOfRecoveryPoints: 3}], 'full'],
  ['one of which nobody says what is in it stays', [{BackupVaultName: 'shop-production'}], 'full'],
  ["another's isn't it", [{BackupVaultName: 'shop', NumberOfRecoveryPoints: 0}], null],
] as const)('%s', async (_, BackupVaultList, wanted) => {
  backup.on(ListBackupVaultsCommand).resolves({BackupVaultList: [...BackupVaultList]})
  expect(await state(vault)).toBe(wanted)
})

test('a repository and a secret are there or gone', async () => {
  ecr
    .on(DescribeRepositoriesCommand)
    .resolvesOnce({repositories: [{}]})
    .rejects(awsError('RepositoryNotFoundException'))
  secrets.on(DescribeSecretCommand).resolvesOnce({ARN: arn}).rejects(awsError('ResourceNotFoundException'))
  expect([await state(repository), await state(repository), await state(secret), await state(secret)]).toEqual([
    'removable',
    null,
    'removable',
    null,
  ])
})

test('a vault is deleted by name, a repository with its images; what is gone is fine', async () => {
  backup.on(DeleteBackupVaultCommand).resolvesOnce({}).rejects(awsError('ResourceNotFoundException'))
  ecr.on(DeleteRepositoryCommand).resolvesOnce({}).rejects(awsError('RepositoryNotFoundException'))
  for (const one of [vault, vault, repository, repository]) await remove(one)
  expect(backup.commandCalls(DeleteBackupVaultCommand)[0]?.args[0].input).toEqual({BackupVaultName: 'shop-production'})
  expect(ecr.commandCalls(DeleteRepositoryCommand)[0]?.args[0].input).toEqual({
    repositoryName: 'shop-production/api',
    force: true,
  })
})

test('a secret loses its copies first, then goes at once, so that its name is free', async () => {
  secrets
    .on(DescribeSecretCommand)
    .resolvesOnce({ReplicationStatus: [{Region: 'eu-central-1'}]})
    .resolves({})
  secrets.on(RemoveRegionsFromReplicationCommand).resolves({})
  secrets.on(DeleteSecretCommand).resolves({})
  await remove(secret)
  expect(secrets.commandCalls(DeleteSecretCommand)).toEqual([])
  expect(secrets.commandCalls(RemoveRegionsFromReplicationCommand)[0]?.args[0].input).toEqual({
    SecretId: arn,
    RemoveReplicaRegions: ['eu-central-1'],
  })
  await remove(secret)
  expect(secrets.commandCalls(DeleteSecretCommand)[0]?.args[0].input).toEqual({SecretId: arn, ForceDeleteWithoutRecovery: true})
})

test("a secret whose copies aren't quite gone is asked again, and fails nothing", async () => {
  secrets.on(DescribeSecretCommand).resolves({})
  secrets.on(DeleteSecretCommand).rejects(awsError('InvalidRequestException'))
  await expect(remove(secret)).rejects.toMatchObject({name: 'Unavailable'})
})
