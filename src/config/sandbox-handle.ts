/**
 * How commands find a running sandbox: a small file per name under `$XDG_STATE_HOME/sluice/sandbox`. It says where the sandbox
 * listens, not that it still does: whoever needs that asks the endpoint. It imports nothing of the sandbox.
 */
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {ExitCode, SluiceError} from '../errors.ts'
import {stateHome} from './state-home.ts'
import type {Environment} from './state-home.ts'

export interface SandboxHandle {
  readonly endpoint: string
  readonly pid: number
  /** Virtual milliseconds per real one; fixed while it is up. */
  readonly speed: number
  readonly seed: number
  readonly world: 'shop' | 'empty'
  /** The primary one first. */
  readonly regions: readonly string[]
  readonly services: readonly string[]
  readonly account: string
}

export function sandboxDirectory(env: Environment): string {
  return join(stateHome(env), 'sandbox')
}

export function handlePath(name: string, env: Environment): string {
  return join(sandboxDirectory(env), `${name}.json`)
}

/** null: there is no such file, or it can't be read as one. */
export async function findHandle(name: string, env: Environment): Promise<SandboxHandle | null> {
  try {
    const handle = JSON.parse(await readFile(handlePath(name, env), 'utf8')) as Partial<SandboxHandle>
    return typeof handle.endpoint === 'string' && typeof handle.pid === 'number' && typeof handle.speed === 'number'
      ? (handle as SandboxHandle)
      : null
  } catch {
    return null
  }
}

/** For commands that were told which sandbox to work on. */
export async function readHandle(name: string, env: Environment): Promise<SandboxHandle> {
  const handle = await findHandle(name, env)
  if (handle !== null) return handle
  throw new SluiceError({
    code: 'sandbox-unknown',
    exitCode: ExitCode.usage,
    message: `There is no sandbox named ${name}.`,
    suggestions: [`sluice sandbox up${name === 'default' ? '' : ` --name ${name}`}`],
  })
}

/** Names become file names. */
export function checkSandboxName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name
  throw new SluiceError({
    code: 'sandbox-name',
    exitCode: ExitCode.usage,
    message: `A sandbox's name is letters, digits, dots, dashes and underscores; ${JSON.stringify(name)} isn't.`,
    suggestions: ['sluice sandbox up --name default'],
  })
}

/** Appears whole or not at all. */
export async function writeHandle(name: string, handle: SandboxHandle, env: Environment): Promise<string> {
  const path = handlePath(name, env)
  return inState(env, async () => {
    await mkdir(dirname(path), {recursive: true, mode: 0o700})
    await writeFile(`${path}.${process.pid}`, `${JSON.stringify(handle, null, 2)}\n`, {mode: 0o600})
    await rename(`${path}.${process.pid}`, path)
    return path
  })
}

export async function removeHandle(name: string, env: Environment): Promise<void> {
  await inState(env, () => rm(handlePath(name, env), {force: true}))
}

const refusals = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC']

/** A directory that can't be written to is the machine's matter, and no bug of ours. */
async function inState<T>(env: Environment, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    const {code = ''} = cause as NodeJS.ErrnoException
    if (!refusals.includes(code)) throw cause
    throw new SluiceError({
      code: 'state-home',
      exitCode: ExitCode.usage,
      message: `${sandboxDirectory(env)} can't be written to (${code}): what is kept of sandboxes on this machine lies there.`,
      suggestions: ['set XDG_STATE_HOME to a directory of yours'],
    })
  }
}
