/** The running sandbox a command means, or the sentence that says how to get one. Stale files are cleared away. */
import {checkSandboxName, readHandle, removeHandle} from '../config/sandbox-handle.ts'
import type {Environment, SandboxHandle} from '../config/sandbox-handle.ts'
import {ExitCode, SluiceError} from '../errors.ts'
import {AdminRefused, askSandbox, isUp} from './remote.ts'

export async function reachSandbox(name: string, env: Environment): Promise<SandboxHandle> {
  const handle = await readHandle(checkSandboxName(name), env)
  if (await isUp(handle.endpoint)) return handle
  await removeHandle(name, env)
  throw new SluiceError({
    code: 'sandbox-silent', exitCode: ExitCode.usage, message: `The sandbox ${name} doesn't answer at ${handle.endpoint} any more.`, suggestions: [upCommand(name)],
  })
}

/** Asks, and turns a refusal into what a person can act on. */
export async function askOrExplain<Answer>(handle: SandboxHandle, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
  try {
    return await askSandbox<Answer>(handle.endpoint, method, path, body)
  } catch (error) {
    if (!(error instanceof AdminRefused)) throw error
    throw new SluiceError({code: 'sandbox-refused', exitCode: ExitCode.usage, message: error.message, suggestions: ['sluice sandbox status']})
  }
}

export function upCommand(name: string): string {
  return `sluice sandbox up${name === 'default' ? '' : ` --name ${name}`}`
}

export function downCommand(name: string): string {
  return `sluice sandbox down${name === 'default' ? '' : ` --name ${name}`}`
}
