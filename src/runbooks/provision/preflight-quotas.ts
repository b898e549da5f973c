/**
 * Quotas against what will be made: what isn't there yet is counted, and added to what is in use as far as AWS tells. Too little
 * for the beginning stops; too little for the most hosts warns, because nobody may ever need them.
 */
import type {Finding, WantedStack} from './infra-plan.ts'
import type {Checking} from './preflight.ts'

interface Limited {
  readonly region: string
  readonly service: string
  readonly code: string
  /** At once, and at most. */
  readonly least: number
  readonly most: number
}

/** Quota by what counts against it. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const byType = [
  {type: 'AWS::EC2::EIP', service: 'ec2', code: 'L-0263D0A3'},
  {type: 'AWS::EC2::VPC', service: 'vpc', code: 'L-F678F1CE'},
  {type: 'AWS::EC2::InternetGateway', service: 'vpc', code: 'L-A4707A72'},
  {type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', service: 'elasticloadbalancing', code: 'L-53DA6B97'},
  {type: 'AWS::RDS::DBInstance', service: 'rds', code: 'L-7B6409FD'},
] as const

export async function quotaFindings({missing, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const regions = [...new Set(missing.map(({region}) => region))]
  const limited = regions.flatMap((region) =>
    limitedIn(
      region,
      missing.filter((stack) => stack.region === region),
    ),
  )
  const found = await Promise.all(
    limited.map(async (one) => {
      const quota = await read(() => world.preflight.quota(one.region, one.service, one.code, signal))
      return quota === null ? [] : judge(one, quota)
    }),
  )
  const worse = found.flat()
  if (worse.length > 0 || limited.length === 0) return worse
  return [{id: 'quotas', level: 'ok', text: `${limited.length} quotas leave room for what will be made.`, suggestions: []}]
}

function limitedIn(region: string, stacks: readonly WantedStack[]): readonly Limited[] {
  const counted = byType.map(({type, service, code}): Limited => {
    const count = stacks
      .flatMap(({resources, thenResources}) => [...resources, ...(thenResources ?? [])])
      .filter((one) => one.type === type).length
    return {region, service, code, least: count, most: count}
  })
  const main = stacks.find(({kind}) => kind === 'main')
  const vcpus = main === undefined ? [] : [{region, service: 'ec2', code: 'L-1216C47A', ...vcpusOfHosts(main.then)}]
  return [...counted, ...vcpus].filter(({most}) => most > 0)
}

function vcpusOfHosts(parameters: WantedStack['then']): {readonly least: number; readonly most: number} {
  const count = (name: string): number => Number(parameters[name] ?? 0)
  const each = vcpusOf(parameters['InstanceType'] ?? '')
  const prometheus = count('PrometheusHosts') * vcpusOf(parameters['PrometheusInstanceType'] ?? '')
  return {least: count('HostsMin') * each + prometheus, most: count('HostsMax') * each + prometheus}
}

/** By the size in the name: xlarge is 4, 2xlarge 8. Burstable types have 2 up to large; `medium` of the others has 1. */
export function vcpusOf(type: string): number {
  const [family = '', size = ''] = type.split('.')
  const times = /^(\d*)xlarge$/.exec(size)
  if (times !== null) return 4 * Number(times[1] === '' ? 1 : times[1])
  return size === 'medium' && !family.startsWith('t') ? 1 : 2
}

function judge(
  {region, service, code, least, most}: Limited,
  {name, value, used}: {readonly name: string; readonly value: number; readonly used: number | null},
): readonly Finding[] {
  const room = value - (used ?? 0)
  if (room >= most) return []
  const needed = room < least ? least : most
  const wanted = (used ?? 0) + needed
  const inUse = used === null ? "how many are in use isn't known" : `${used} in use`
  return [
    {
      id: 'quotas',
      level: room < least ? 'stops' : 'warns',
      text: `${name} in ${region}: ${value}, ${inUse}; the stack ${room < least ? 'needs' : 'may grow to'} ${needed} more.`,
      suggestions: [
        `aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} `
          + `--quota-code ${code} --desired-value ${wanted}`,
      ],
    },
  ]
}
