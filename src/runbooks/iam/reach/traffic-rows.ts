/** What leads users to what runs, and what is counted of it: load balancer, dead-man's switch, names, edge, metrics and alarms. */
import {arn, everything, inRegions, ours, own} from './arns.ts'
import type {Row} from './reach.ts'

export const trafficRows: readonly Row[] = [
  {
    actions: ['elasticloadbalancing:ModifyRule', 'elasticloadbalancing:DeleteRule'],
    reach: (where) => ({
      sid: 'LiveRules',
      resources: inRegions(where, 'elasticloadbalancing', 'listener-rule/app/*'),
      condition: {Null: {'aws:ResourceTag/sluice:live': false}},
    }),
  },
  {
    actions: ['elasticloadbalancing:CreateRule'],
    reach: (where) => ({
      sid: 'LiveRuleMade',
      resources: inRegions(where, 'elasticloadbalancing', 'listener/app/*'),
      condition: {Null: {'aws:RequestTag/sluice:live': false}},
    }),
  },
  {
    actions: ['elasticloadbalancing:AddTags'],
    reach: (where) => ({
      sid: 'LiveRuleTagged',
      resources: inRegions(where, 'elasticloadbalancing', 'listener-rule/app/*'),
      condition: {StringEquals: {'elasticloadbalancing:CreateAction': 'CreateRule'}},
    }),
  },
  {
    actions: ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
    reach: (where) => ({
      sid: 'LoadBalancers',
      resources: inRegions(where, 'elasticloadbalancing', 'loadbalancer/app/*'),
      condition: ours(where),
    }),
  },
  {actions: ['elasticloadbalancing:*'], reach: everything('LoadBalancerReads', 'IAM knows no resource for the describing calls')},
  {
    // Whatever group is configured: the names of the schedules are fixed.
    actions: ['scheduler:CreateScheduleGroup'],
    reach: (where) => ({sid: 'ScheduleGroups', resources: inRegions(where, 'scheduler', `schedule-group/${own(where)}-sluice`)}),
  },
  {
    actions: ['scheduler:*'],
    reach: (where) => ({sid: 'DeadMansSwitch', resources: inRegions(where, 'scheduler', `schedule/*/sluice-${where.service}*`)}),
  },
  {
    actions: ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
    reach: ({partition}) => ({sid: 'Records', resources: [`arn:${partition}:route53:::hostedzone/*`]}),
  },
  {
    actions: ['route53:GetChange', 'route53:GetHealthCheck', 'route53:GetHealthCheckStatus'],
    reach: ({partition}) => ({
      sid: 'RecordReads',
      resources: [`arn:${partition}:route53:::change/*`, `arn:${partition}:route53:::healthcheck/*`],
    }),
  },
  {
    actions: ['route53:GetHostedZone'],
    reach: ({partition}) => ({sid: 'Zone', resources: [`arn:${partition}:route53:::hostedzone/*`]}),
  },
  {
    actions: ['cloudfront:ListDistributions'],
    reach: everything('Distributions', 'a distribution is found by its alias, and a list has no name'),
  },
  {
    actions: [
      'cloudfront:GetDistribution',
      'cloudfront:GetDistributionConfig',
      'cloudfront:UpdateDistribution',
      'cloudfront:UpdateDomainAssociation',
    ],
    reach: ({partition, account}) => ({sid: 'Edge', resources: [`arn:${partition}:cloudfront::${account}:distribution/*`]}),
  },
  {
    actions: ['acm:DescribeCertificate'],
    reach: (where) => ({
      sid: 'Certificates',
      resources: [...new Set([...where.regions, 'us-east-1'])].map((region) => arn(where, 'acm', region, 'certificate/*')),
    }),
  },
  {
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
    reach: (where) => ({
      sid: 'ScalingAlarms',
      resources: inRegions(where, 'cloudwatch', `alarm:TargetTracking-service/${own(where)}-*`),
    }),
  },
  {
    actions: ['cloudwatch:DescribeAlarms'],
    reach: everything('AlarmReads', 'alarms are found by how their names begin, and a list has no name'),
  },
  {
    actions: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
    reach: everything('Metrics', 'IAM knows no resource for metrics'),
  },
]
