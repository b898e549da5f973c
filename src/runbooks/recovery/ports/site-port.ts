/**
 * The static site's bucket in each Region, to compare them, and what replication still has to do. It is read, never changed.
 */

export interface SitePort {
  /** key → ETag of what is there now, delete markers left out. */
  manifest(region: string, bucket: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>
  pending(
    region: string,
    bucket: string,
    signal?: AbortSignal,
  ): Promise<{readonly operations: number; readonly bytes: number} | null>
}
