/**
 * SDK clients, made when first needed: no command loads a client it doesn't use. Here are the retry mode, the credentials, and
 * the watch on every request: in sandbox mode a request to anything but this machine is refused before it is sent.
 */
import {ExitCode, SluiceError} from '../../errors.ts'

/** Keys are IAM's prefixes, so that `service:Operation` is what a policy says. */
export const serviceModules = {
  elasticloadbalancing: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  ecs: () => import('@aws-sdk/client-ecs'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  'application-autoscaling': () => import('@aws-sdk/client-application-auto-scaling'),
  scheduler: () => import('@aws-sdk/client-scheduler'),
  s3: () => import('@aws-sdk/client-s3'),
  sts: () => import('@aws-sdk/client-sts'),
  cloudformation: () => import('@aws-sdk/client-cloudformation'),
  autoscaling: () => import('@aws-sdk/client-auto-scaling'),
  ec2: () => import('@aws-sdk/client-ec2'),
  rds: () => import('@aws-sdk/client-rds'),
  ssm: () => import('@aws-sdk/client-ssm'),
  acm: () => import('@aws-sdk/client-acm'),
  route53: () => import('@aws-sdk/client-route-53'),
  servicequotas: () => import('@aws-sdk/client-service-quotas'),
  iam: () => import('@aws-sdk/client-iam'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  backup: () => import('@aws-sdk/client-backup'),
  ecr: () => import('@aws-sdk/client-ecr'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  cloudfront: () => import('@aws-sdk/client-cloudfront'),
  elasticache: () => import('@aws-sdk/client-elasticache'),
  kms: () => import('@aws-sdk/client-kms'),
  tag: () => import('@aws-sdk/client-resource-groups-tagging-api'),
} as const

export type ServiceName = keyof typeof serviceModules
type Module<S extends ServiceName> = Awaited<ReturnType<(typeof serviceModules)[S]>>
/** Operations of a service by name: `DescribeRules`. */
export type OperationName<S extends ServiceName> = keyof Module<S> extends infer K
  ? K extends `${infer O}Command`
    ? O extends '$'
      ? never
      : O
    : never
  : never
type CommandOf<S extends ServiceName, O extends string> = `${O}Command` extends keyof Module<S>
  ? Module<S>[`${O}Command`] extends new (...args: never[]) => infer C
    ? C
    : never
  : never
export type InputOf<S extends ServiceName, O extends string> = CommandOf<S, O> extends {readonly input: infer I} ? I : never
export type OutputOf<S extends ServiceName, O extends string> =
  CommandOf<S, O> extends {resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{output: infer R}>} ? R : never

/** What all clients have in common, as far as the session uses it. */
export interface AnyClient {
  send(command: unknown, options: {readonly abortSignal: AbortSignal}): Promise<unknown>
  readonly config: {readonly credentials: unknown}
}

interface ClientInput {
  readonly region: string
  readonly profile: string | null
  readonly sandbox: {readonly endpoint: string} | null
  readonly onResponseDate: (date: string) => void
  /** 1: an attempt whose answer is lost isn't made again. */
  readonly attempts: number
  /** Real ms until a connection must be there; null: the SDK's own. */
  readonly connectMs: number | null
}

const clientNames: Readonly<Record<ServiceName, string>> = {
  elasticloadbalancing: 'ElasticLoadBalancingV2Client',
  ecs: 'ECSClient',
  cloudwatch: 'CloudWatchClient',
  'application-autoscaling': 'ApplicationAutoScalingClient',
  scheduler: 'SchedulerClient',
  s3: 'S3Client',
  sts: 'STSClient',
  cloudformation: 'CloudFormationClient',
  autoscaling: 'AutoScalingClient',
  ec2: 'EC2Client',
  rds: 'RDSClient',
  ssm: 'SSMClient',
  acm: 'ACMClient',
  route53: 'Route53Client',
  servicequotas: 'ServiceQuotasClient',
  iam: 'IAMClient',
  logs: 'CloudWatchLogsClient',
  backup: 'BackupClient',
  ecr: 'ECRClient',
  secretsmanager: 'SecretsManagerClient',
  cloudfront: 'CloudFrontClient',
  elasticache: 'ElastiCacheClient',
  kms: 'KMSClient',
  tag: 'ResourceGroupsTaggingAPIClient',
}

export async function createClient(service: ServiceName, input: ClientInput): Promise<AnyClient> {
  const module = (await serviceModules[service]()) as unknown as Record<string, new (config: object) => WatchedClient>
  const Client = module[clientNames[service]]
  if (Client === undefined) throw new Error(`the SDK has no ${clientNames[service]}`)
  const client = new Client({
    region: input.region,
    retryMode: 'standard',
    maxAttempts: input.attempts,
    ...(input.connectMs !== null && {requestHandler: {connectionTimeout: input.connectMs}}),
    ...(input.profile !== null && {profile: input.profile}),
    ...(input.sandbox !== null && {
      endpoint: input.sandbox.endpoint,
      credentials: {accessKeyId: 'AKIASLUICESANDBOX', secretAccessKey: 'not-a-secret'},
      ...(service === 's3' && {forcePathStyle: true}),
    }),
  })
  watchRequests(client, input)
  return client
}

type Next = (args: {request: unknown}) => Promise<{response: unknown}>
interface WatchedClient extends AnyClient {
  readonly middlewareStack: {
    add(middleware: (next: Next) => Next, options: {step: 'deserialize'; priority: 'low'; name: string; override: true}): void
  }
}

/** Innermost in the stack, so it sees each attempt as it leaves and each answer as it comes, errors included. */
function watchRequests(client: WatchedClient, input: ClientInput): void {
  const watch =
    (next: Next): Next =>
    async (args) => {
      const host = hostOf(args.request)
      if (input.sandbox !== null && !isLoopback(host)) throw leavesTheSandbox(host)
      const result = await next(args)
      const {headers} = (result.response ?? {}) as {readonly headers?: Record<string, string | undefined>}
      if (headers?.['date'] !== undefined) input.onResponseDate(headers['date'])
      // The SDK takes a clock that isn't this machine's for a skewed one, and tries every refused call three times to correct it.
      if (input.sandbox !== null) delete headers?.['date']
      return result
    }
  client.middlewareStack.add(watch, {step: 'deserialize', priority: 'low', name: 'sluiceWatch', override: true})
}

function hostOf(request: unknown): string {
  return (request as {hostname?: string}).hostname ?? ''
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

function leavesTheSandbox(host: string): SluiceError {
  return new SluiceError({
    code: 'outside-sandbox',
    exitCode: ExitCode.usage,
    message: `A command in sandbox mode tried to reach ${host}, which isn't this machine; nothing was sent.`,
    suggestions: ['sluice sandbox status', 'leave out --sandbox (and SLUICE_SANDBOX) to work with AWS'],
  })
}
