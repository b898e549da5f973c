import {BackupClient, ListBackupVaultsCommand} from '@aws-sdk/client-backup'
import {DescribeRepositoriesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {HeadBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {DescribeSecretCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {existing} from '../../../src/infra/aws/existing.ts'
import {aSession, awsError} from './a-session.ts'

const [backup, ecr, rds, s3, secrets, sts] = [
  mockClient(BackupClient),
  mockClient(ECRClient),
  mockClient(RDSClient),
  mockClient(S3Client),
  mockClient(SecretsManagerClient),
  mockClient(STSClient),
]
beforeEach(() => {
  ;[backup, ecr, rds, s3, secrets, sts].forEach((mock) => mock.reset())
  sts.on(GetCallerIdentityCommand).resolves({Arn: 'arn:aws:iam::111122223333:user/ada'})
})
const look = (type: string, name: string) => existing(aSession(), type, name, undefined)

test('what each service describes is there', async () => {
  s3.on(HeadBucketCommand, {Bucket: 'site'}).resolves({})
  ecr.on(DescribeRepositoriesCommand, {repositoryNames: ['shop/api']}).resolves({repositories: [{}]})
  rds.on(DescribeDBInstancesCommand, {DBInstanceIdentifier: 'shop'}).resolves({DBInstances: [{}]})
  secrets.on(DescribeSecretCommand, {SecretId: 'shop/database'}).resolves({Name: 'shop/database'})
  expect(
    await Promise.all([
      look('AWS::S3::Bucket', 'site'),
      look('AWS::ECR::Repository', 'shop/api'),
      look('AWS::RDS::DBInstance', 'shop'),
      look('AWS::SecretsManager::Secret', 'shop/database'),
    ]),
  ).toEqual(['there', 'there', 'there', 'there'])
})

test("each service's way to say that there is none", async () => {
  s3.on(HeadBucketCommand).rejects(awsError('NotFound', 404))
  ecr.on(DescribeRepositoriesCommand).rejects(awsError('RepositoryNotFoundException', 400))
  rds.on(DescribeDBInstancesCommand).rejects(awsError('DBInstanceNotFoundFault', 404))
  secrets.on(DescribeSecretCommand).rejects(awsError('ResourceNotFoundException', 400))
  expect(
    await Promise.all([
      look('AWS::S3::Bucket', 'site'),
      look('AWS::ECR::Repository', 'shop/api'),
      look('AWS::RDS::DBInstance', 'shop'),
      look('AWS::SecretsManager::Secret', 'shop/database'),
    ]),
  ).toEqual([null, null, null, null])
})

test('a secret whose deletion is scheduled has its name still', async () => {
  secrets.on(DescribeSecretCommand).resolves({Name: 'shop/database', DeletedDate: new Date(0)})
  expect(await look('AWS::SecretsManager::Secret', 'shop/database')).toBe('leaving')
})

test('a vault is looked for on every page of the list', async () => {
  backup
    .on(ListBackupVaultsCommand)
    .resolvesOnce({BackupVaultList: [{BackupVaultName: 'shop'}], NextToken: 'n'})
    .resolvesOnce({BackupVaultList: [{BackupVaultName: 'shop-production'}]})
    .resolves({BackupVaultList: []})
  expect([
    await look('AWS::Backup::BackupVault', 'shop-production'),
    await look('AWS::Backup::BackupVault', 'shop-production'),
  ]).toEqual(['there', null])
})

test("what may not be seen isn't taken for free", async () => {
  s3.on(HeadBucketCommand).rejects(awsError('403', 403))
  await expect(look('AWS::S3::Bucket', 'site')).rejects.toMatchObject({code: 'access-denied'})
})

test('a type that nobody can look for is a bug', async () => {
  await expect(look('AWS::SNS::Topic', 'x')).rejects.toThrow('AWS::SNS::Topic')
})
