/**
 * Hosts, services and tasks of a Region: what is there, how large, and one-shot tasks. It never touches who gets traffic: that is
 * the fence and the names.
 */
import type {ScalingActivity} from '../../provision/launch-failure.ts'

export interface HostsState {
  readonly group: string
  readonly min: number
  readonly max: number
  readonly desired: number
  readonly inService: number
  /** Container instances of the cluster that are ACTIVE with their agent connected. */
  readonly registered: number
  readonly instanceTypes: readonly string[]
}

export interface ComputePort {
  hosts(region: string, group: string, cluster: string, signal?: AbortSignal): Promise<HostsState | null>
  /** The group's newest, newest first: why hosts that were asked for don't come. */
  scalingActivities(region: string, group: string, signal?: AbortSignal): Promise<readonly ScalingActivity[]>
  sizeHosts(
    region: string,
    group: string,
    size: {readonly min: number; readonly max: number; readonly desired: number},
    signal?: AbortSignal,
  ): Promise<void>
  /**
   * Hosts are protected from scaling in, so that none goes while something runs on it: a smaller size alone takes nobody away. Takes
   * that off as many as are too many, the emptiest first, and answers how many those were. Only where nobody is served.
   */
  freeHosts(region: string, group: string, cluster: string, tooMany: number, signal?: AbortSignal): Promise<number>
  /** Scheduled sizes of the group and bounds of the service's scaling go to these: both would undo a size set by hand. */
  boundService(
    region: string,
    cluster: string,
    service: string,
    bounds: {readonly min: number; readonly max: number},
    signal?: AbortSignal,
  ): Promise<void>
  sizeService(region: string, cluster: string, service: string, count: number, signal?: AbortSignal): Promise<void>
  /** New tasks of the same revision: they read host, secret and `stop` anew. Answers the deployment's id. */
  rollService(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<{readonly deployment: string}>
  service(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<ServiceState | null>
  healthyTargets(region: string, targetGroup: string, signal?: AbortSignal): Promise<number>
  /** Image of the released container with its digest, as it runs; null: no task definition. */
  image(region: string, taskDefinition: string, signal?: AbortSignal): Promise<string | null>
  /** `RunTask` of the service's revision with `environment` added, in its own network; answers its ARN. */
  runTask(
    region: string,
    cluster: string,
    service: string,
    environment: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<{readonly task: string}>
  /** null: it still runs. Lines are those it logged. */
  taskResult(
    region: string,
    cluster: string,
    task: string,
    signal?: AbortSignal,
  ): Promise<{readonly exitCode: number | null; readonly reason: string; readonly lines: readonly string[]} | null>
}

export interface ServiceState {
  readonly name: string
  readonly desired: number
  readonly running: number
  readonly taskDefinition: string
  readonly targetGroup: string | null
  readonly bounds: {readonly min: number; readonly max: number} | null
  readonly deployment: {readonly id: string; readonly state: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED'; readonly reason: string}
  readonly createdAt: number
}
