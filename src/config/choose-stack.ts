/** What flags change of the stack's configuration, for one call. Pure. */
import {ExitCode, SluiceError} from '../errors.ts'
import type {StackConfig} from './stack-config.ts'
import type {RecoveryShape} from './stack-schema.ts'

export interface StackChoice {
  readonly environment?: string | undefined
  readonly region?: string | undefined
  readonly shape?: string | undefined
  readonly 'recovery-shape'?: string | undefined
  /** Short for the recovery shape of that name. */
  readonly 'full-scale'?: boolean | undefined
  /** Image the slots begin with. */
  readonly image?: string | undefined
}

export function chooseStack(config: StackConfig, choice: StackChoice): StackConfig {
  const shape = choice['full-scale'] === true ? 'full-scale' : (choice['recovery-shape'] as RecoveryShape | undefined)
  const region = choice.region ?? config.region
  if (shape !== undefined && config.recovery === null)
    throw wrong(
      'no-recovery',
      `--${choice['full-scale'] === true ? 'full-scale' : 'recovery-shape'} needs stack.recovery in the configuration`,
    )
  if (config.recovery?.region === region)
    throw wrong('region-taken', `--region ${region} is the recovery Region of the configuration`)
  return {
    ...config,
    region,
    // Whoever serves from home still does.
    activeRegion: config.activeRegion === config.region ? region : config.activeRegion,
    environment: choice.environment ?? config.environment,
    shape: (choice.shape as StackConfig['shape'] | undefined) ?? config.shape,
    firstImage: choice.image ?? config.firstImage,
    recovery: config.recovery === null ? null : {...config.recovery, shape: shape ?? config.recovery.shape},
  }
}

const wrong = (code: string, message: string): SluiceError => new SluiceError({code, exitCode: ExitCode.usage, message})
