/** What a stack is made with and found by: CloudFormation, buckets, roles, parameters, tags, quotas. */
import type {Where} from '../where.ts'
import {arn, everything, own} from './arns.ts'
import type {Row} from './reach.ts'

const stateBuckets = ({partition, account, regions}: Where): readonly string[] =>
  regions.map((region) => `arn:${partition}:s3:::sluice-state-${account}-${region}`)
const stackBuckets = (where: Where): string => `arn:${where.partition}:s3:::${own(where)}-*`

export const stackRows: readonly Row[] = [
  {
    actions: ['cloudformation:DescribeStackDriftDetectionStatus', 'cloudformation:BatchDescribeTypeConfigurations'],
    reach: everything('DriftStatus', 'IAM knows no resource for it'),
  },
  {
    // Root stacks are found by listing, which is this call without a name.
    actions: ['cloudformation:DescribeStacks'],
    reach: everything('ListStacks', 'root stacks are found by listing them, and a list has no name'),
  },
  {
    actions: ['cloudformation:*'],
    reach: (where) => ({
      sid: 'Stacks',
      resources: [...new Set([...where.regions, 'us-east-1'])].map((region) =>
        arn(where, 'cloudformation', region, `stack/${own(where)}-*`),
      ),
    }),
  },
  {
    actions: ['s3:GetObject', 's3:PutObject'],
    reach: (where) => ({sid: 'Objects', resources: [...stateBuckets(where), stackBuckets(where)].map((bucket) => `${bucket}/*`)}),
  },
  {
    // The bucket of state is not in here: its history is deleted by nobody's `down`.
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    reach: (where) => ({sid: 'DeletedObjects', resources: [`${stackBuckets(where)}/*`]}),
  },
  {actions: ['s3:DeleteBucket'], reach: (where) => ({sid: 'DeletedBuckets', resources: [stackBuckets(where)]})},
  {
    actions: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketVersioning'],
    reach: (where) => ({sid: 'Buckets', resources: [...stateBuckets(where), stackBuckets(where)]}),
  },
  {actions: ['s3:*'], reach: (where) => ({sid: 'StateBuckets', resources: stateBuckets(where)})},
  {
    actions: ['iam:PassRole'],
    reach: (where, passedTo) => ({
      sid: 'PassedRoles',
      resources: [`${own(where)}-*`, 'sluice-switch'].map((role) => `arn:${where.partition}:iam::${where.account}:role/${role}`),
      condition: {StringEquals: {'iam:PassedToService': passedTo}},
    }),
  },
  {
    actions: ['iam:CreateServiceLinkedRole'],
    reach: (where) => ({
      sid: 'ServiceLinkedRoles',
      resources: [`arn:${where.partition}:iam::${where.account}:role/aws-service-role/*`],
    }),
  },
  {
    actions: ['iam:SimulatePrincipalPolicy', 'iam:GetRole', 'iam:ListRoles'],
    reach: everything('WhoMayWhat', "who asks isn't known beforehand, and listing roles knows no resource"),
  },
  {
    actions: ['ssm:GetParameters'],
    reach: (where) => ({
      sid: 'Parameters',
      resources: where.regions.flatMap((region) => [
        `arn:${where.partition}:ssm:${region}::parameter/aws/service/*`,
        arn(where, 'ssm', region, `parameter/${where.service}/${where.environment}/*`),
      ]),
    }),
  },
  {
    actions: ['tag:GetResources'],
    reach: everything('Tagged', "what carries a tag isn't known beforehand, and IAM knows no resource for it"),
  },
  {actions: ['servicequotas:*'], reach: everything('Quotas', 'a quota that AWS applies by default has no ARN')},
]
