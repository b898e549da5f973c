/**
 * Why Auto Scaling starts no hosts, out of its own activities: the one place that turns them into a sentence. A reason is told until a launch succeeds after it. It judges words of AWS that may change: what it doesn't recognise it
 * passes on as it is, and never takes it for something that can't heal. Pure.
 */
/** One activity of an Auto Scaling group. */
export interface ScalingActivity {
  /** When it began, epoch ms. */
  readonly at: number
  /** `Successful`, `Failed`, `Cancelled`, `InProgress`, … */
  readonly status: string
  /** AWS's reason; where it gives none, what was done. */
  readonly message: string
  /** `Launching a new EC2 instance: i-…` */
  readonly description: string
  /** Zone it was tried in; null: not said. */
  readonly zone: string | null
}

export type LaunchProblem = 'capacity' | 'quota' | 'image' | 'template' | 'key' | 'addresses' | 'rights' | 'other'

export interface LaunchFailure {
  readonly kind: LaunchProblem
  /** `no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)` */
  readonly text: string
  /** AWS's own sentence. */
  readonly message: string
  readonly zones: readonly string[]
  /** Instance type that AWS named. */
  readonly type: string | null
  /** The first and the newest launch that failed since one last succeeded, and how many did. */
  readonly since: number
  readonly at: number
  readonly times: number
}

interface Problem {
  readonly kind: LaunchProblem
  /** AWS's code, or the sentence that Auto Scaling puts in its place. */
  readonly pattern: RegExp
  readonly words: (message: string, where: string) => string
}

/** The first that fits. Sentences: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-instancelaunchfailure.html */
const problems: readonly Problem[] = [
  {
    kind: 'capacity',
    pattern: /Insufficient\w*Capacity|do not have sufficient|no capacity|not (have )?enough capacity|insufficient capacity/i,
    words: (message, where) => `no ${typeIn(message) ?? 'instance'} to be had${where} (InsufficientInstanceCapacity)`,
  },
  {
    kind: 'quota',
    pattern: /VcpuLimitExceeded|vCPU (capacity|limit)|InstanceLimitExceeded|LimitExceeded|exceeds? (your|the) .*(quota|limit)/i,
    words: (message, where) => `a quota is used up${where} (${limitIn(message)})`,
  },
  {
    kind: 'image',
    pattern:
      /InvalidAMIID|image id '?\[?ami-|not authorized for images|\bAMI\b.*(does not exist|not exist|deregistered|disabled|unavailable)/i,
    words: (message, where) => `the image ${imageIn(message) ?? 'of its hosts'} can't be used${where}`,
  },
  {
    kind: 'key',
    pattern: /InvalidKMSKey|KMS key|Client\.InternalError|Client error on launch/i,
    words: (_message, where) => `the key of its hosts' disks can't be used${where} (KMS)`,
  },
  {
    kind: 'template',
    pattern:
      /launch template|key pair '|security group '|InvalidSecurityGroup|InvalidKeyPair|Invalid IamInstanceProfile|not supported in your requested Availability Zone|InvalidBlockDeviceMapping/i,
    words: (message, where) => `its launch template is refused${where}: ${shortened(message)}`,
  },
  {
    kind: 'addresses',
    pattern: /not enough free addresses|InsufficientFreeAddressesInSubnet/i,
    words: (_message, where) => `no free address in the subnet${where}`,
  },
  {
    kind: 'rights',
    pattern: /not authorized to perform|UnauthorizedOperation|Authentication Failure/i,
    words: (message, where) => `Auto Scaling may not launch${where}: ${shortened(message)}`,
  },
]

const mendedByPeople: ReadonlySet<LaunchProblem> = new Set(['quota', 'image', 'template', 'key', 'rights'])

/** A full zone or subnet gets free by itself, and of what isn't recognised nobody knows; the others wait for a person. */
export const healsAlone = ({kind}: Pick<LaunchFailure, 'kind'>): boolean => !mendedByPeople.has(kind)

/** Of launches that began at `since` or later; null: none failed after the newest one that succeeded. */
export function launchFailure(activities: readonly ScalingActivity[], since: number): LaunchFailure | null {
  const launches = launchesSince(activities, since)
  const worked = Math.max(-Infinity, ...launches.filter(({status}) => status === 'Successful').map(({at}) => at))
  return failureOf(launches.filter((one) => didFail(one) && one.at > worked))
}

/** The newest row of launches that failed, whether or not one has succeeded since. `overAt`: when one did; null: none has. */
export function lastLaunchFailure(
  activities: readonly ScalingActivity[],
  since: number,
): (LaunchFailure & {readonly overAt: number | null}) | null {
  const launches = launchesSince(activities, since)
  const last = launches.find(didFail)
  if (last === undefined) return null
  const worked = launches.filter(({status}) => status === 'Successful').map(({at}) => at)
  const before = Math.max(-Infinity, ...worked.filter((at) => at < last.at))
  const after = worked.filter((at) => at > last.at)
  const failure = failureOf(launches.filter((one) => didFail(one) && one.at > before))
  return failure === null ? null : {...failure, overAt: after.length === 0 ? null : Math.min(...after)}
}

/** Newest first. Hosts that leave are told by activities too, and prove nothing. */
const launchesSince = (activities: readonly ScalingActivity[], since: number): readonly ScalingActivity[] =>
  activities
    .filter(({at, description}) => at >= since && /^launching/i.test(description))
    .toSorted((one, other) => other.at - one.at)

const didFail = ({status}: ScalingActivity): boolean => status === 'Failed' || status === 'Cancelled'

function failureOf(failed: readonly ScalingActivity[]): LaunchFailure | null {
  const [newest] = failed
  if (newest === undefined) return null
  const problem = problemOf(newest.message)
  const same = failed.filter(({message}) => problemOf(message)?.kind === problem?.kind)
  const zones = [...new Set(same.flatMap(({zone}) => zone ?? []))].sort()
  const where = zones.length === 0 ? '' : ` in ${zones.join(', ')}`
  return {
    kind: problem?.kind ?? 'other',
    text: problem?.words(newest.message, where) ?? `a launch failed${where}: ${shortened(newest.message)}`,
    message: newest.message,
    zones,
    type: typeIn(newest.message),
    since: Math.min(...same.map(({at}) => at)),
    at: newest.at,
    times: same.length,
  }
}

const problemOf = (message: string): Problem | undefined => problems.find(({pattern}) => pattern.test(message))

const typeIn = (message: string): string | null =>
  /\b([a-z]+\d[\w-]*\.(?:\d*x?large|medium|small|micro|nano|metal[\w-]*))\b/.exec(message)?.[1] ?? null
export const imageIn = (message: string): string | null => /\bami-[0-9a-f]+\b/.exec(message)?.[0] ?? null
export const vcpuLimitIn = (message: string): number | null => {
  const found = /vCPU limit of (\d+)/i.exec(message)?.[1]
  return found === undefined ? null : Number(found)
}

function limitIn(message: string): string {
  const limit = vcpuLimitIn(message)
  if (limit !== null) return `VcpuLimitExceeded, ${limit} vCPUs`
  return /\b\w+LimitExceeded\b/.exec(message)?.[0] ?? shortened(message)
}

/** Its first sentence: the rest is what AWS says to everybody. */
function shortened(message: string): string {
  const first = message.split(/(?<=[^.\d])\.\s/)[0] ?? message
  return first.replace(/\.$/, '').slice(0, 160)
}
