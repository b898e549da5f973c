import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openProvision} from '../../compose.ts'
import {ExitCode} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../../use-cases/infra/infra-command.ts'
import {readStatus} from '../../runbooks/provision/read-status.ts'
import {infraStanding, infraStatusJson, infraStatusText} from '../../ui/infra-status-text.ts'

export default class InfraStatus extends InfraCommand {
  static override description = `Show what is there, as a tree: Region, stack, what is nested in it, slots and live rule.

Reads only. Exits 0 however things stand; the outcome says it: complete, incomplete, in-progress, failed, none.`

  static override examples = [
    '<%= config.bin %> infra status',
    '<%= config.bin %> infra status --outputs',
    '<%= config.bin %> infra status --json',
  ]
  static override flags = {
    config: stackFlags.config,
    environment: stackFlags.environment,
    region: stackFlags.region,
    sandbox: stackFlags.sandbox,
    outputs: Flags.boolean({description: "with the stacks' outputs (they are always in --json)"}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(InfraStatus)
    const config = await this.stack(flags)
    const {world, clock, account} = await openProvision(
      {region: config.region, sandbox: flags.sandbox, env: process.env},
      'read-state',
    )
    const regions = await readStatus(world, config, clock, new AbortController().signal)
    const standing = infraStanding(regions)
    return {
      outcome: standing,
      exitCode: ExitCode.done,
      data: {account, service: config.service, environment: config.environment, ...infraStatusJson(regions)},
      text:
        standing === 'none'
          ? `there is no stack of ${config.service} ${config.environment} here: sluice infra up`
          : infraStatusText(regions, {...this.look(process.stdout), outputs: flags.outputs ? 'shown' : 'hidden'}),
    }
  }
}
