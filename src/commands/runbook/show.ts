import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {findRunbook} from '../../config/runbook-load.ts'
import {recoveries} from '../../config/runbook.ts'
import {ExitCode} from '../../errors.ts'
import {writeNew} from '../../use-cases/init/init-file.ts'
import {RunbookCommand, runbookFlags} from '../../use-cases/runbook/runbook-command.ts'
import {runbookHtml} from '../../ui/runbook-html.ts'
import {runbookMermaid} from '../../ui/runbook-mermaid.ts'
import {runbookPrintText, runbookShowText} from '../../ui/runbook-text.ts'

export default class RunbookShow extends RunbookCommand {
  static override description = `One runbook: its plan and critical path, a Mermaid graph of it, or the whole of it for paper.

--print and --html write every step with the AWS CLI, dig and curl commands that do it by hand: print it in peace, it is for the day when
nothing else runs. Recoveries that come with sluice are shown with the steps that stack.recovery.extend adds. Changes nothing; asks AWS for
the account only, and does without.`

  static override examples = [
    '<%= config.bin %> runbook show evening',
    "<%= config.bin %> runbook show 'dr promote' --print > failover.txt",
    "<%= config.bin %> runbook show 'dr failback' --mermaid",
  ]

  static override args = {
    name: Args.string({
      description: "a runbook of your own, or 'dr promote', 'dr drill', 'dr failback'",
      name: 'NAME',
      required: true,
    }),
  }
  static override flags = {
    ...runbookFlags,
    mermaid: Flags.boolean({description: 'the graph, for a page or a pull request', exclusive: ['print', 'html']}),
    print: Flags.boolean({description: 'the printable version, as text', exclusive: ['html']}),
    html: Flags.string({description: 'the printable version, as one HTML file; never overwrites', helpValue: 'FILE'}),
    account: Flags.string({description: 'account in the names, instead of asking AWS', helpValue: 'ID'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(RunbookShow)
    const builtIn = recoveries.some((one) => one === args.name)
    const found = builtIn ? null : findRunbook(await this.loaded(flags), args.name, recoveries)
    const sheet = await this.sheet(args.name, found, flags, flags.account)
    const printedAt = `${new Date().toISOString().slice(0, 16).replace('T', ' ')}Z`
    const mermaid = runbookMermaid(sheet)
    if (flags.html !== undefined) await writeNew(flags.html, runbookHtml(sheet, printedAt), 'keep')
    const text =
      flags.html !== undefined
        ? `✔ ${flags.html} written`
        : flags.mermaid
          ? mermaid
          : flags.print
            ? runbookPrintText(sheet, printedAt)
            : runbookShowText(sheet, this.look(process.stdout).columns)
    const {name, description, command, steps, criticalPath, rtoMs, rpoMs} = sheet
    return {
      outcome: 'shown',
      exitCode: ExitCode.done,
      text,
      data: {
        name,
        description,
        runs: command,
        file: found?.file ?? null,
        steps,
        criticalPath,
        mermaid,
        objectives: {rtoSeconds: rtoMs === null ? null : rtoMs / 1000, rpoSeconds: rpoMs === null ? null : rpoMs / 1000},
      },
    }
  }
}
