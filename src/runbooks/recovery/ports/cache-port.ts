/**
 * The cache of a Region: whether it is there, and of what size. It is read, never changed.
 */

export interface CachePort {
  describe(
    region: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<{readonly status: string; readonly nodes: number; readonly nodeType: string} | null>
}
