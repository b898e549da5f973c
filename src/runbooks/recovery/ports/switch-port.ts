/**
 * The switch bucket of a Region: objects whose presence alone moves traffic, because an inverted health check looks for them. No
 * control plane is needed.
 */

export interface SwitchPort {
  /** Whether `stop` (`alive`, `returning`) is there; its text. */
  read(region: string, bucket: string, key: 'stop' | 'alive' | 'returning', signal?: AbortSignal): Promise<string | null>
  put(region: string, bucket: string, key: 'stop' | 'returning', body: string, signal?: AbortSignal): Promise<void>
  remove(region: string, bucket: string, key: 'stop' | 'returning', signal?: AbortSignal): Promise<void>
}
