/**
 * What CloudFormation does with the caller's own rights when it deploys or deletes the certificate's stack in us-east-1: it begins
 * beside the foundations, before there is an execution role. By type of resource, held against the template by a test. A table.
 */
import type {Rights} from './foundation-rights.ts'
import type {Where} from './where.ts'

const region = 'us-east-1'
const here = ({partition, account}: Where, service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`
const own = ({service, environment}: Where): string => `${service}-${environment}-certificate-*`

export const certificateRights: Readonly<Record<string, Rights>> = {
  // One that is being requested has no ARN yet.
  CertificateRequest: {
    types: ['AWS::CertificateManager::Certificate'],
    actions: ['acm:RequestCertificate', 'acm:AddTagsToCertificate'],
    resources: () => ['*'],
  },
  CertificateItself: {
    types: ['AWS::CertificateManager::Certificate'],
    actions: [
      'acm:DescribeCertificate',
      'acm:ListTagsForCertificate',
      'acm:RemoveTagsFromCertificate',
      'acm:UpdateCertificateOptions',
    ],
    resources: (where) => [here(where, 'acm', 'certificate/*')],
  },
  // The record by which the certificate is validated.
  CertificateRecords: {
    types: ['AWS::CertificateManager::Certificate'],
    actions: ['route53:ChangeResourceRecordSets', 'route53:GetHostedZone', 'route53:ListResourceRecordSets'],
    resources: ({partition}) => [`arn:${partition}:route53:::hostedzone/*`],
  },
  CertificateAlarms: {
    types: ['AWS::CloudWatch::Alarm'],
    actions: [
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:DeleteAlarms',
      'cloudwatch:ListTagsForResource',
      'cloudwatch:TagResource',
      'cloudwatch:UntagResource',
    ],
    resources: (where) => [here(where, 'cloudwatch', `alarm:${own(where)}`)],
  },
  CertificateTopic: {
    types: ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'AWS::SNS::Subscription'],
    actions: [
      'sns:CreateTopic',
      'sns:DeleteTopic',
      'sns:GetTopicAttributes',
      'sns:SetTopicAttributes',
      'sns:GetDataProtectionPolicy',
      'sns:ListSubscriptionsByTopic',
      'sns:Subscribe',
      'sns:ListTagsForResource',
      'sns:TagResource',
      'sns:UntagResource',
    ],
    resources: (where) => [here(where, 'sns', own(where))],
  },
  // IAM knows no resource for a subscription.
  CertificateSubscription: {
    types: ['AWS::SNS::Subscription'],
    actions: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
    resources: () => ['*'],
  },
  CertificateKey: {
    types: ['AWS::KMS::Key'],
    actions: [
      'kms:CreateKey',
      'kms:DescribeKey',
      'kms:EnableKeyRotation',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListResourceTags',
      'kms:PutKeyPolicy',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateKeyDescription',
    ],
    resources: () => ['*'],
  },
}
