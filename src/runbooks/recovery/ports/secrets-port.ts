/**
 * The database's secret in both Regions. A value is never seen, logged or journaled.
 */

export interface SecretState {
  readonly arn: string
  /** Region of its primary; null: it isn't a replica. */
  readonly primaryRegion: string | null
  readonly replicas: readonly {readonly region: string; readonly status: string; readonly message: string}[]
  readonly version: string | null
}

export interface SecretsPort {
  describe(region: string, nameOrArn: string, signal?: AbortSignal): Promise<SecretState | null>
  /** Called in the replica's Region: it stands alone from then on. */
  standAlone(region: string, nameOrArn: string, signal?: AbortSignal): Promise<void>
  /** Copies the value of one Region's secret into the other's; the value is never seen, logged or journaled. */
  copyValue(
    from: {readonly region: string; readonly secret: string},
    to: {readonly region: string; readonly secret: string},
    signal?: AbortSignal,
  ): Promise<void>
  replicate(
    region: string,
    nameOrArn: string,
    to: {readonly region: string; readonly kmsKey: string | null},
    signal?: AbortSignal,
  ): Promise<void>
}
