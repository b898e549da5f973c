/** The running sandbox a command means, or the sentence that says how to get one. Stale files are cleared away. */
import {ExitCode, SluiceError} from '../errors.ts'
import {AdminRefused, askSandbox, isUp} from './remote.ts'

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
