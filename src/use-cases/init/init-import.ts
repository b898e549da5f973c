/** What `sluice init --import` puts into the file: the one service with a live rule that is meant, or a clear question. */
import {discover} from '../../compose.ts'
import {chooseService} from '../../config/choose-service.ts'
import type {Discovered} from '../../config/render-yaml.ts'
import {ExitCode, SluiceError} from '../../errors.ts'

export interface ImportWish {
  readonly service: string | undefined
  readonly region: string | null
  readonly sandbox: string | undefined
}

/** `problems`: what was found and doesn't fit, a sentence each. */
export interface Imported extends Discovered {
  readonly problems: readonly string[]
}

export async function importedFile({service, region, sandbox}: ImportWish): Promise<Imported> {
  if (region === null) {
    throw new SluiceError({
      code: 'no-region',
      exitCode: ExitCode.usage,
      message: 'Which Region? None was given, and AWS_REGION is not set.',
      suggestions: ['sluice init --import --region eu-west-1'],
    })
  }
  return chooseService(await discover({region, sandbox, env: process.env}), service, region)
}
