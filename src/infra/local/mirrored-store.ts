/**
 * State in a bucket, mirrored to a local directory. The mirror is written first, so that what this machine meant to write
 * survives whatever happens next; the bucket alone decides what was written, and the mirror follows it. A mirror that can't be
 * written stops nothing.
 */
import type {Store} from '../../runbooks/engine/store.ts'
import {overwrite} from './directory-store.ts'

export function mirroredStore(remote: Store, root: string): Store {
  const mirror = (key: string, body: string): Promise<void> => overwrite(root, key, body).catch(() => undefined)
  return {
    ...remote,
    async get(key, signal) {
      const stored = await remote.get(key, signal)
      if (stored !== null) await mirror(key, stored.body)
      return stored
    },
    async create(key, body, signal) {
      await mirror(key, body)
      const put = await remote.create(key, body, signal)
      if (put.kind === 'conflict') await follow(remote, key, mirror, signal)
      return put
    },
    async replace(key, body, etag, signal) {
      await mirror(key, body)
      const put = await remote.replace(key, body, etag, signal)
      if (put.kind === 'conflict') await follow(remote, key, mirror, signal)
      return put
    },
  }
}

async function follow(
  remote: Store,
  key: string,
  mirror: (key: string, body: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const stored = await remote.get(key, signal)
  if (stored !== null) await mirror(key, stored.body)
}
