/** The running sandbox a command means or starts, or the sentence that says how to get one. Stale files are cleared away. */
import {ExitCode, SluiceError} from '../errors.ts'
import type {SandboxOptions} from './options.ts'
import {AdminRefused, askSandbox, isUp, startDaemon} from './remote.ts'
import type {Started} from './remote.ts'

export interface Reached {
  readonly endpoint: string
}

/** `forget` removes the file that says it is there. */
export async function reachSandbox<Handle extends Reached>(
  name: string,
  handle: Handle,
  forget: () => Promise<void>,
): Promise<Handle> {
  if (await isUp(handle.endpoint)) return handle
  await forget()
  throw new SluiceError({
    code: 'sandbox-silent',
    exitCode: ExitCode.usage,
    message: `The sandbox ${name} doesn't answer at ${handle.endpoint} any more.`,
    suggestions: [upCommand(name)],
  })
}

/** `known`: what its file says, if there is one. */
export async function refuseWhenUp(name: string, known: Reached | null): Promise<void> {
  if (known === null || !(await isUp(known.endpoint))) return
  throw new SluiceError({
    code: 'sandbox-up',
    exitCode: ExitCode.usage,
    message: `The sandbox ${name} is up already, at ${known.endpoint}.`,
    suggestions: [downCommand(name), 'sluice sandbox up --name ANOTHER'],
  })
}

/** Starts it; where it can't, the sentence names the log that says why. */
export async function startOrExplain(options: SandboxOptions, log: string): Promise<Started> {
  try {
    return await startDaemon(options, log)
  } catch (error) {
    throw new SluiceError({
      code: 'sandbox-start',
      exitCode: ExitCode.unexpected,
      message: `The sandbox didn't start: ${(error as Error).message}`,
      suggestions: [`cat ${log}`],
      cause: error,
    })
  }
}

/** Asks, and turns a refusal into what a person can act on. */
export async function askOrExplain<Answer>(
  handle: Reached,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  try {
    return await askSandbox<Answer>(handle.endpoint, method, path, body)
  } catch (error) {
    if (!(error instanceof AdminRefused)) throw error
    throw new SluiceError({
      code: 'sandbox-refused',
      exitCode: ExitCode.usage,
      message: error.message,
      suggestions: ['sluice sandbox status'],
    })
  }
}

function upCommand(name: string): string {
  return `sluice sandbox up${name === 'default' ? '' : ` --name ${name}`}`
}

export function downCommand(name: string): string {
  return `sluice sandbox down${name === 'default' ? '' : ` --name ${name}`}`
}
