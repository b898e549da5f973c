/**
 * State in memory with S3's conditional writes. Written behaviour: create fails when the key is there, replace when the etag
 * isn't the present one. `before` and `after` run around every write, so that a test can kill a writer inside a call or lose
 * the answer of a write that took place.
 */
import {createHash} from 'node:crypto'
import type {Put, Store} from '../../src/runbooks/engine/store.ts'

export interface MemoryStore extends Store {
  readonly objects: Map<string, {readonly body: string; readonly etag: string}>
}

export interface Around {
  before?(operation: 'create' | 'replace' | 'get' | 'list', key: string): void
  after?(operation: 'create' | 'replace' | 'get' | 'list', key: string): void
}

export function memoryStore(objects: MemoryStore['objects'] = new Map(), around: Around = {}): MemoryStore {
  const put = (key: string, body: string): Put => {
    // Of the content, as S3's: the same body has the same etag.
    const etag = `"${createHash('md5').update(body).digest('hex')}"`
    objects.set(key, {body, etag})
    return {kind: 'written', etag}
  }
  const doing = async <T>(operation: 'create' | 'replace' | 'get' | 'list', key: string, action: () => T): Promise<T> => {
    await Promise.resolve()
    around.before?.(operation, key)
    const result = action()
    around.after?.(operation, key)
    return result
  }
  return {
    objects,
    get: (key) => doing('get', key, () => objects.get(key) ?? null),
    create: (key, body) => doing('create', key, () => (objects.has(key) ? {kind: 'conflict'} : put(key, body))),
    replace: (key, body, etag) =>
      doing('replace', key, () => (objects.get(key)?.etag === etag ? put(key, body) : {kind: 'conflict'})),
    list: (prefix, {after = '', limit = Infinity} = {}) =>
      doing('list', prefix, () =>
        [...objects.keys()]
          .filter((key) => key.startsWith(prefix) && key > after)
          .toSorted()
          .slice(0, limit),
      ),
    folders: (prefix) =>
      doing('list', prefix, () =>
        [
          ...new Set(
            [...objects.keys()]
              .filter((key) => key.startsWith(prefix))
              .map((key) => key.slice(prefix.length).split('/')[0] ?? ''),
          ),
        ].toSorted(),
      ),
  }
}
