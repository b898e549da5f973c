import type {Outcome} from '../../cli/command.ts'
import {recoveries} from '../../config/runbook.ts'
import {ExitCode} from '../../errors.ts'
import {RunbookCommand, runbookFlags} from '../../use-cases/runbook/runbook-command.ts'
import {aboutRecoveries} from '../../runbooks/custom/built-in-recoveries.ts'
import {listedOwn, runbookListText} from '../../ui/runbook-text.ts'
import type {ListedRunbook} from '../../ui/runbook-text.ts'

export default class RunbookList extends RunbookCommand {
  static override description = `The runbooks there are: the recoveries that come with sluice, and your own in runbooks/ beside sluice.yaml.

Every file is checked whole: when something is wrong anywhere, all of it is said with its line and column (exit 2).`

  static override examples = ['<%= config.bin %> runbook list', '<%= config.bin %> runbook list --json']

  static override flags = runbookFlags

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(RunbookList)
    const own = (await this.loaded(flags)).map(({file, runbook}): ListedRunbook =>
      runbook.kind === 'runbook'
        ? listedOwn(file, runbook)
        : {
            name: runbook.name,
            kind: 'extension',
            file,
            description: `${runbook.description}, in ${runbook.extends}`,
            steps: [...Object.values(runbook.before), ...Object.values(runbook.after)].flat().length,
          },
    )
    const builtIn = recoveries.map((name): ListedRunbook => ({
      name,
      kind: 'built-in',
      file: null,
      description: aboutRecoveries[name],
      steps: 0,
    }))
    const listed = [...builtIn, ...own]
    const text = runbookListText(listed, this.look(process.stdout).columns)
    return {
      outcome: 'listed',
      exitCode: ExitCode.done,
      data: {runbooks: listed.map(({steps, ...one}) => (one.kind === 'built-in' ? one : {...one, steps}))},
      text,
    }
  }
}
