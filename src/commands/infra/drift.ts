import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openProvision} from '../../compose.ts'
import {ExitCode} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../../use-cases/infra/infra-command.ts'
import {readDrift} from '../../runbooks/provision/read-drift.ts'
import {infraDriftJson, infraDriftText} from '../../ui/infra-drift-text.ts'

export default class InfraDrift extends InfraCommand {
  static override description = `Show what differs from the templates, in every stack and in those nested in it.

Leaves out what Auto Scaling, Image Builder, ECS and the releases own, and counts it. Knows slots and live rule. Changes nothing.
Exits 0, or 10 with --detailed-exitcode when something has drifted, 1 when something couldn't be checked.`

  static override examples = ['<%= config.bin %> infra drift', '<%= config.bin %> infra drift --detailed-exitcode --json']
  static override flags = {
    config: stackFlags.config,
    environment: stackFlags.environment,
    region: stackFlags.region,
    sandbox: stackFlags.sandbox,
    'detailed-exitcode': Flags.boolean({description: 'exit 10 when something has drifted'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(InfraDrift)
    const config = await this.stack(flags)
    const {world, desk, account} = await openProvision(
      {region: config.region, sandbox: flags.sandbox, env: process.env},
      'read-state',
    )
    const wait =
      process.stderr.isTTY && !flags.json
        ? (done: number, total: number) =>
            void process.stderr.write(`\r${done} of ${total} stacks compared${done === total ? '\r\u001b[K' : ''}`)
        : undefined
    const drift = await readDrift(world, config, desk, new AbortController().signal, wait === undefined ? {} : {onProgress: wait})
    const drifted = drift.differs.length > 0
    return {
      outcome: drifted ? 'drifted' : drift.unchecked.length > 0 ? 'unchecked' : 'in-sync',
      exitCode:
        drifted && flags['detailed-exitcode']
          ? ExitCode.changes
          : !drifted && drift.unchecked.length > 0
            ? ExitCode.unexpected
            : ExitCode.done,
      data: {account, service: config.service, environment: config.environment, ...infraDriftJson(drift)},
      text: infraDriftText(drift, this.look(process.stdout)),
    }
  }
}
