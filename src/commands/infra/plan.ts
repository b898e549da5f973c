import {chmod, writeFile} from 'node:fs/promises'
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openProvision} from '../../compose.ts'
import {ExitCode} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../../use-cases/infra/infra-command.ts'
import {planProvision} from '../../use-cases/infra/infra-planning.ts'
import {infraPlanJson, infraPlanText} from '../../ui/infra-plan-text.ts'

export default class InfraPlan extends InfraCommand {
  static override description = `Show what infra up would do: for each stack what is created, changed, replaced or removed. Executes nothing.

Change sets are made and kept, so that up finds them. What would lose data, widens permissions or opens the network comes first; what
only follows from another change is counted. Exits 0, or 10 with --detailed-exitcode when there are changes, 2 when something stops it.`

  static override examples = [
    '<%= config.bin %> infra plan',
    '<%= config.bin %> infra plan --out plan.json --detailed-exitcode',
    '<%= config.bin %> infra plan --only recovery --json',
  ]

  static override flags = {
    ...stackFlags,
    image: Flags.string({description: 'image the slots begin with, instead of stack.firstImage', helpValue: 'IMAGE'}),
    only: Flags.string({description: "one Region's part", options: ['home', 'recovery']}),
    out: Flags.string({description: 'write the plan to FILE, for sluice infra up FILE', helpValue: 'FILE'}),
    'detailed-exitcode': Flags.boolean({description: 'exit 10 when there are changes'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(InfraPlan)
    const config = await this.stack(flags)
    const opened = await openProvision({region: config.region, sandbox: flags.sandbox, env: process.env}, 'read-state')
    const {plan} = await planProvision(opened, config, flags.only)
    if (flags.out !== undefined) {
      await writeFile(flags.out, `${JSON.stringify(plan, null, 2)}\n`, {mode: 0o600})
      // A file that was there keeps its mode, and the values in this one aren't for everybody.
      await chmod(flags.out, 0o600)
    }
    const stopped =
      plan.findings.some(({level}) => level === 'stops') || plan.stacks.some(({verdict}) => verdict.kind === 'blocked')
    return {
      outcome: stopped ? 'stopped' : plan.changes ? 'changes' : 'unchanged',
      exitCode: stopped ? ExitCode.usage : plan.changes && flags['detailed-exitcode'] ? ExitCode.changes : ExitCode.done,
      data: infraPlanJson(plan),
      text: infraPlanText(plan, this.look(process.stdout)),
    }
  }
}
