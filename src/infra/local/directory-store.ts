/**
 * The engine's store in a directory: the same port as S3, for one machine. A create is a hard link, which fails when the name
 * is taken; a replace holds a lock file. Never the only copy where a state bucket exists.
 */
import {createHash, randomBytes} from 'node:crypto'
import {link, mkdir, open, readFile, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {StoreUnavailable} from '../../runbooks/engine/store.ts'
import type {Put, Store} from '../../runbooks/engine/store.ts'

/** A lock this old belongs to a process that died between two system calls. */
const staleLockMs = 5000

export function directoryStore(root: string): Store {
  const place = (key: string): string => join(root, ...key.split('/'))
  return {
    get: (key) =>
      guarded(async () => {
        const body = await readFile(place(key), 'utf8').catch(missing)
        return body === null ? null : {body, etag: etagOf(body)}
      }),
    create: (key, body) =>
      guarded(async (): Promise<Put> => {
        const draft = await writeDraft(place(key), body)
        try {
          await link(draft, place(key))
          return {kind: 'written', etag: etagOf(body)}
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return {kind: 'conflict'}
          throw error
        } finally {
          await rm(draft, {force: true})
        }
      }),
    replace: (key, body, etag) =>
      guarded(() =>
        locked(place(key), async (): Promise<Put> => {
          const present = await readFile(place(key), 'utf8').catch(missing)
          if (present === null || etagOf(present) !== etag) return {kind: 'conflict'}
          await rename(await writeDraft(place(key), body), place(key))
          return {kind: 'written', etag: etagOf(body)}
        }),
      ),
    list: (prefix, {after = '', limit = Number.POSITIVE_INFINITY} = {}) =>
      guarded(async () => {
        const keys = await keysBelow(root, prefix.slice(0, prefix.lastIndexOf('/') + 1))
        return keys
          .filter((key) => key.startsWith(prefix) && key > after)
          .toSorted()
          .slice(0, limit)
      }),
    folders: (prefix) =>
      guarded(async () => {
        const entries = await readdir(place(prefix), {withFileTypes: true}).catch(missing)
        return (entries ?? [])
          .filter((entry) => entry.isDirectory())
          .map((entry) => entry.name)
          .toSorted()
      }),
  }
}

/** Writes what a better store already holds: no condition, whatever was there goes. */
export async function overwrite(root: string, key: string, body: string): Promise<void> {
  const path = join(root, ...key.split('/'))
  await rename(await writeDraft(path, body), path)
}

export const etagOf = (body: string): string => createHash('sha256').update(body).digest('hex')

async function writeDraft(path: string, body: string): Promise<string> {
  await mkdir(dirname(path), {recursive: true})
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`
  await writeFile(draft, body)
  return draft
}

async function locked<T>(path: string, action: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  await mkdir(dirname(path), {recursive: true})
  for (let tries = 0; ; tries += 1) {
    try {
      await (await open(lock, 'wx')).close()
      break
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || tries > 500) throw error
      const since = await stat(lock).then(
        (found) => found.mtimeMs,
        () => 0,
      )
      if (Date.now() - since > staleLockMs) await rm(lock, {force: true})
      else await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  try {
    return await action()
  } finally {
    await rm(lock, {force: true})
  }
}

async function keysBelow(root: string, prefix: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, ...prefix.split('/')), {withFileTypes: true, recursive: true}).catch(missing)
  return (entries ?? [])
    .filter((entry) => entry.isFile() && !/\.(draft|lock)$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code

function missing(error: unknown): null {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
  throw error
}

async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new StoreUnavailable(`the state directory: ${(cause as Error).message}`, {cause})
  }
}
