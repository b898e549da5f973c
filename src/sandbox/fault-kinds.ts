/** The faults a person can turn on, in a person's words. */
import type {Fault} from './world/contract.ts'

export const FAULT_KINDS: Readonly<Record<Fault['kind'], string>> = {
  throttle: '--rate of API calls are answered with throttling',
  error: '--rate of API calls are answered with a 5xx',
  'lost-answer': '--rate of API calls take effect, but the connection is cut',
  latency: '--ms of real time are added to every API call',
  'late-metrics': '--seconds of virtual time are added to the publication of metrics',
  'no-metrics': 'no metrics are published from now on',
  incident: '--rate of requests are answered with a 5xx by the running tasks of both slots',
  'unhealthy-targets': 'targets of --service fail their health checks',
  'late-schedule': 'schedules fire --seconds of virtual time late',
  'region-down': 'connections to --region are cut; with --message hang they are left waiting',
  'replica-lag': 'replicas of --target (a database) are --seconds further behind',
  'replica-state': 'replicas of --target stop replicating: --message error, terminated or stopped',
  'lag-metric': 'the lag of --target is reported as --message minus-one, none or stale',
  'backing-up': '--target (a database) is being backed up',
  'no-database-capacity': 'RDS has no capacity for --target (a class); --message event: it says so in an event only',
  'site-stale': "objects of the site aren't replicated out of --region",
  denied: 'the caller lacks the right --target (service:Action as IAM says it, s3:* for all of S3)',
  'resource-fails': 'creating or updating --target (a type, or Stack/LogicalId) fails, --times times',
  'never-stable': 'tasks of --service never become healthy',
  'no-capacity': "Auto Scaling can't launch instances in --target (part of a group's name)",
}

/** `throttle 30 % of s3:PutObject in eu-west-1` */
export function faultLine(fault: Fault): string {
  const rate = fault.rate === undefined ? '' : ` ${Number((fault.rate * 100).toFixed(2))} %`
  const late = fault.seconds === undefined ? '' : ` ${fault.seconds} s`
  const slow = fault.ms === undefined ? '' : ` ${fault.ms} ms`
  const target = fault.target === undefined ? '' : ` of ${fault.target}`
  const times = fault.times === undefined ? '' : ` × ${fault.times}`
  const region = fault.region === undefined ? '' : ` in ${fault.region}`
  return `${fault.kind}${rate}${late}${slow}${target}${region}${times}`
}
