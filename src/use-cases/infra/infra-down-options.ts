/**
 * What the flags of `sluice infra down` ask for. Data goes only with the environment's own name:
 * a wrong one ends it before a look.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {DownOptions} from '../../runbooks/provision/down-input.ts'

interface DownFlags {
  readonly only?: string | undefined
  readonly 'delete-data'?: string | undefined
  readonly 'leave-stuck': boolean
}

export function downOptions(flags: DownFlags, environment: string): DownOptions {
  const data = flags['delete-data']
  if (data !== undefined && data !== environment) {
    throw new SluiceError({
      code: 'wrong-name',
      exitCode: ExitCode.confirmation,
      message: `--delete-data ${data} isn't ${environment}; nothing was deleted.`,
    })
  }
  return {
    only: flags.only === undefined ? 'all' : 'recovery',
    data: data === undefined ? 'kept' : 'deleted',
    stuck: flags['leave-stuck'] ? 'left-behind' : 'tried-again',
  }
}
