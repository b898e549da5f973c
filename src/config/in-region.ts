/**
 * What `--region` does to a configuration that names a Region already. A stack of ours may have been made in another home Region, and is
 * looked for there; ARNs are where they are, so anything else is refused: a release must never go to another Region than was asked for. Pure.
 */
import {ExitCode, SluiceError} from '../errors.ts'
import type {LoadedConfig} from './release-config.ts'

export function inRegion(loaded: LoadedConfig, region: string | undefined): LoadedConfig {
  const {region: named, recovery} = loaded.kind === 'config' ? loaded.config : loaded.settings
  if (region === undefined || region === named) return loaded
  if (loaded.kind === 'config') throw elsewhere(`--region ${region}: what the configuration names is in ${named}.`)
  if (region === recovery?.region) throw elsewhere(`--region ${region} is the recovery Region of the configuration.`)
  return {kind: 'of-stack', settings: {...loaded.settings, region}}
}

const elsewhere = (message: string): SluiceError =>
  new SluiceError({
    code: 'region-elsewhere',
    exitCode: ExitCode.usage,
    message,
    suggestions: ['leave --region out, or name another configuration with --config FILE'],
  })
