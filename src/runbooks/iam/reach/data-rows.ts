/** Where data is kept and what guards it: database, its door, secrets, keys, cache, backups. */
import {everything, inRegions, ours, own} from './arns.ts'
import type {Row} from './reach.ts'

export const dataRows: readonly Row[] = [
  {
    actions: [
      'rds:ModifyDBInstance',
      'rds:DeleteDBInstance',
      'rds:CreateDBSnapshot',
      'rds:DescribeDBInstances',
      'rds:PromoteReadReplica',
      'rds:RebootDBInstance',
      'rds:AddTagsToResource',
      'rds:RemoveTagsFromResource',
    ],
    reach: (where) => ({sid: 'Databases', resources: inRegions(where, 'rds', `db:${own(where)}*`, `snapshot:${own(where)}*`)}),
  },
  {
    // A replica is made into groups that were there before it, whatever they are called.
    actions: ['rds:CreateDBInstanceReadReplica'],
    reach: (where) => ({sid: 'Replicas', resources: inRegions(where, 'rds', `db:${own(where)}*`, 'subgrp:*', 'pg:*', 'og:*')}),
  },
  {actions: ['rds:*'], reach: everything('DatabaseOffers', 'IAM knows no resource for what a Region offers')},
  {
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
    reach: (where) => ({sid: 'DatabaseDoors', resources: inRegions(where, 'ec2', 'security-group/*'), condition: ours(where)}),
  },
  {actions: ['ec2:*'], reach: everything('Offers', 'IAM knows no resource for what a Region offers')},
  {
    actions: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:DeleteSecret',
      'secretsmanager:RemoveRegionsFromReplication',
      'secretsmanager:StopReplicationToReplica',
      'secretsmanager:ReplicateSecretToRegions',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ],
    reach: (where) => ({
      sid: 'Secrets',
      resources: inRegions(where, 'secretsmanager', `secret:${where.service}/${where.environment}/*`),
    }),
  },
  {
    actions: ['elasticache:DescribeReplicationGroups'],
    reach: (where) => ({sid: 'Caches', resources: inRegions(where, 'elasticache', 'replicationgroup:*')}),
  },
  {actions: ['kms:DescribeKey'], reach: (where) => ({sid: 'Keys', resources: inRegions(where, 'kms', 'key/*')})},
  {
    actions: ['kms:CreateGrant'],
    reach: (where) => ({
      sid: 'KeyGrants',
      resources: inRegions(where, 'kms', 'key/*'),
      condition: {Bool: {'kms:GrantIsForAWSResource': true}},
    }),
  },
  {
    // Only ever through Secrets Manager: with these nobody decrypts anything by hand.
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    reach: (where) => ({
      sid: 'SecretKeys',
      resources: inRegions(where, 'kms', 'key/*'),
      condition: {
        StringEquals: {
          'kms:ViaService': where.regions.map(
            (region) => `secretsmanager.${region}.amazonaws.com${where.partition === 'aws-cn' ? '.cn' : ''}`,
          ),
        },
      },
    }),
  },
  {
    actions: ['backup:ListRecoveryPointsByBackupVault'],
    reach: (where) => ({sid: 'RecoveryPoints', resources: inRegions(where, 'backup', `backup-vault:${own(where)}`)}),
  },
  {actions: ['backup:ListBackupJobs'], reach: everything('BackupJobs', 'IAM knows no resource for it')},
  {
    actions: ['backup:DeleteBackupVault'],
    reach: (where) => ({sid: 'EmptyVaults', resources: inRegions(where, 'backup', `backup-vault:${own(where)}`)}),
  },
  {
    actions: ['backup:ListBackupVaults'],
    reach: everything('Vaults', "a vault that isn't there is found out by listing, and a list has no name"),
  },
]
