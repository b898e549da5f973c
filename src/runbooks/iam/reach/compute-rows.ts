/** What runs: services, tasks, images, hosts, their scaling, their logs. */
import {everything, inRegions, own} from './arns.ts'
import type {Row} from './reach.ts'

export const computeRows: readonly Row[] = [
  {
    actions: ['ecs:CreateService', 'ecs:DeleteService', 'ecs:UpdateService', 'ecs:DescribeServices'],
    reach: (where) => ({
      sid: 'SlotServices',
      resources: inRegions(where, 'ecs', `service/*/${own(where)}-*`, `service/${own(where)}-*`),
    }),
  },
  {
    actions: ['ecs:RegisterTaskDefinition'],
    reach: (where) => ({sid: 'TaskDefinitions', resources: inRegions(where, 'ecs', `task-definition/${own(where)}-*:*`)}),
  },
  {
    actions: ['ecs:TagResource'],
    reach: (where) => ({
      sid: 'TagsAtCreation',
      resources: inRegions(where, 'ecs', `service/*/${own(where)}-*`, `task-definition/${own(where)}-*:*`),
      condition: {StringEquals: {'ecs:CreateAction': ['CreateService', 'RegisterTaskDefinition']}},
    }),
  },
  {
    actions: ['ecs:RunTask'],
    reach: (where) => ({sid: 'OneShotTasks', resources: inRegions(where, 'ecs', `task-definition/${own(where)}-*:*`)}),
  },
  {
    actions: ['ecs:DescribeTasks'],
    reach: (where) => ({sid: 'Tasks', resources: inRegions(where, 'ecs', `task/${own(where)}-*/*`)}),
  },
  {
    actions: ['ecs:DescribeClusters'],
    reach: (where) => ({sid: 'Clusters', resources: inRegions(where, 'ecs', `cluster/${own(where)}-*`)}),
  },
  {
    actions: [
      'ecs:DescribeTaskDefinition',
      'ecs:ListTaskDefinitions',
      'ecs:ListTasks',
      'ecs:ListClusters',
      'ecs:ListServices',
      'ecs:ListContainerInstances',
      'ecs:DescribeContainerInstances',
    ],
    reach: everything('EcsReads', 'IAM knows no resource for it, or only one whose id nobody knows beforehand; it reads'),
  },
  {
    actions: ['ecr:DescribeRepositories', 'ecr:DeleteRepository'],
    reach: (where) => ({sid: 'Repositories', resources: inRegions(where, 'ecr', `repository/${own(where)}/*`)}),
  },
  {actions: ['ecr:DescribeImages'], reach: (where) => ({sid: 'Images', resources: inRegions(where, 'ecr', 'repository/*')})},
  {
    actions: [
      'autoscaling:SetInstanceProtection',
      'autoscaling:UpdateAutoScalingGroup',
      'autoscaling:PutScheduledUpdateGroupAction',
    ],
    reach: (where) => ({
      sid: 'Hosts',
      resources: inRegions(where, 'autoscaling', `autoScalingGroup:*:autoScalingGroupName/${own(where)}-*`),
    }),
  },
  {actions: ['autoscaling:*'], reach: everything('HostReads', 'IAM knows no resource for the describing calls')},
  {
    actions: [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DeregisterScalableTarget',
      'application-autoscaling:PutScalingPolicy',
      'application-autoscaling:TagResource',
    ],
    reach: (where) => ({
      sid: 'ServiceScaling',
      resources: inRegions(where, 'application-autoscaling', 'scalable-target/*'),
      condition: {StringEquals: {'application-autoscaling:service-namespace': 'ecs'}},
    }),
  },
  {actions: ['application-autoscaling:*'], reach: everything('ScalingReads', 'IAM knows no resource for the describing calls')},
  {
    actions: ['logs:GetLogEvents'],
    reach: (where) => ({
      sid: 'Logs',
      resources: inRegions(where, 'logs', `log-group:${own(where)}-*:log-stream:*`, `log-group:/*${own(where)}*:log-stream:*`),
    }),
  },
]
