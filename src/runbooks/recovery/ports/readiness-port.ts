/**
 * What only readiness asks: certificates, alarms, keys, quotas, images. Everything here reads.
 */

/** What only readiness asks. */
export interface ReadinessPort {
  /** Days until it isn't valid any more, and whether it is in use; null: no such certificate. */
  certificate(
    region: string,
    arn: string,
    signal?: AbortSignal,
  ): Promise<{readonly days: number; readonly status: string; readonly names: readonly string[]} | null>
  certificateOfListener(region: string, listener: string, signal?: AbortSignal): Promise<string | null>
  alarms(
    region: string,
    prefix: string,
    signal?: AbortSignal,
  ): Promise<readonly {readonly name: string; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'; readonly actions: boolean}[]>
  key(
    region: string,
    keyOrAlias: string,
    signal?: AbortSignal,
  ): Promise<{readonly enabled: boolean; readonly state: string} | null>
  role(name: string, signal?: AbortSignal): Promise<{readonly arn: string} | null>
  /** When the AMI that hosts begin with was made. */
  imageAge(
    region: string,
    parameter: string,
    signal?: AbortSignal,
  ): Promise<{readonly ami: string; readonly createdAt: number} | null>
  /** Digest of a tag (or of the digest itself) in the Region's registry; null: it isn't there. */
  imageDigest(region: string, image: string, signal?: AbortSignal): Promise<string | null>
  /** Digest that the newest running task of a service reports; null: none runs, or it doesn't say. */
  runningDigest(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<string | null>
  quotas(
    region: string,
    signal?: AbortSignal,
  ): Promise<
    readonly {
      readonly service: string
      readonly code: string
      readonly name: string
      readonly value: number
      readonly used: number | null
    }[]
  >
  /** By these tags, in this Region: ARNs. The proof that a drill left nothing. */
  tagged(region: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly string[]>
}
