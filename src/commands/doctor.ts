import {Flags} from '@oclif/core'
import type {Outcome} from '../cli/command.ts'
import {SluiceCommand} from '../cli/command.ts'
import {openDoctor} from '../compose.ts'
import {loadConfig} from '../config/load.ts'
import type {LoadedConfig} from '../config/release-config.ts'
import {ExitCode, SluiceError} from '../errors.ts'
import {stackFindings} from '../use-cases/infra/infra-doctor.ts'
import {errorFinding} from '../runbooks/doctor/error-finding.ts'
import {examine} from '../runbooks/doctor/examine.ts'
import type {Finding} from '../runbooks/doctor/finding.ts'
import {doctorText, worst} from '../ui/doctor-text.ts'

interface Found {
  readonly findings: readonly Finding[]
  readonly exitCode: ExitCode
}

export default class Doctor extends SluiceCommand {
  static override description = `Look at everything a release relies on, and say what to fix.

Reads only. Exits 0 when nothing failed (warnings don't), 2 when sluice.yaml is wrong or its stack isn't there yet, 4 without
usable credentials, 1 when something on AWS failed a check.`

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --sandbox shop --json']

  static override flags = {
    config: Flags.string({description: 'the configuration', helpValue: 'FILE', default: 'sluice.yaml'}),
    sandbox: Flags.string({description: 'look at this sandbox', helpValue: 'NAME'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(Doctor)
    const node: Finding = {name: 'node', state: 'ok', words: process.version}
    const {findings: rest, exitCode} = await found(flags.config, flags.sandbox)
    const findings = [node, ...rest]
    const state = worst(findings)
    const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
    return {
      outcome: state,
      exitCode: state === 'fail' ? exitCode : ExitCode.done,
      data: {findings},
      text: doctorText(findings, {color, columns: process.stdout.columns}),
    }
  }
}

async function found(file: string, sandbox: string | undefined): Promise<Found> {
  let loaded: LoadedConfig
  try {
    loaded = await loadConfig(file)
  } catch (error) {
    return {findings: [errorFinding('configuration', error)], exitCode: ExitCode.usage}
  }
  const {service, region} = loaded.kind === 'config' ? loaded.config : loaded.settings
  const valid: Finding = {name: 'configuration', state: 'ok', words: `${file}: ${service} in ${region}`}
  // Beside a release's: a stack that isn't there yet is what its checks are for.
  const stack = await stackFindings({file, sandbox, env: process.env})
  try {
    const findings = await examine(await openDoctor({loaded, sandbox, env: process.env}), new AbortController().signal)
    return {findings: [valid, ...findings, ...stack], exitCode: ExitCode.unexpected}
  } catch (error) {
    const exitCode = error instanceof SluiceError ? error.exitCode : ExitCode.bug
    return {
      findings: [valid, errorFinding(exitCode === ExitCode.credentials ? 'credentials' : 'connection', error), ...stack],
      exitCode,
    }
  }
}
