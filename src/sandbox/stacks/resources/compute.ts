/**
 * Resources whose services have a life of their own here: load balancing, ECS, Auto Scaling, S3, CloudWatch, schedules. What a
 * stack makes of these can be described and changed through the services' own calls.
 */
import type {ResourceHandlers} from '../contract.ts'
import {appScalingHandlers} from './app-scaling.ts'
import {autoScalingHandlers} from './autoscaling.ts'
import {cloudWatchHandlers} from './cloudwatch.ts'
import {ecsHandlers} from './ecs.ts'
import {elbv2Handlers} from './elbv2.ts'
import {s3Handlers} from './s3.ts'
import {schedulerHandlers} from './scheduler.ts'

export const computeHandlers: ResourceHandlers = {
  ...elbv2Handlers,
  ...ecsHandlers,
  ...autoScalingHandlers,
  ...s3Handlers,
  ...cloudWatchHandlers,
  ...schedulerHandlers,
  ...appScalingHandlers,
}
