import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {findRunbook} from '../../config/runbook-load.ts'
import {recoveries} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {RunbookCommand, runbookFlags} from '../../use-cases/runbook/runbook-command.ts'
import {runbookInput} from '../../runbooks/custom/input.ts'
import {startCustom} from '../../runbooks/custom/run-custom.ts'

export default class RunbookRun extends RunbookCommand {
  static override description = `Run one of your own runbooks, and watch.

Lease and journal are in the recovery Region; the runbook is in the journal, so runbook resume needs no file. A step that waits for a
person never prompts: it says what to do, and runbook resume --done or --approve answers from any machine. Exits 0 when every step is
done, 1 when one failed and what was done is taken back, 3 without an answer, 6 when it was halted, 7 when somebody is at it, 8 when it is
paused, 9 when it took longer than its objective, 130 after Ctrl-C.`

  static override examples = ['<%= config.bin %> runbook run evening', '<%= config.bin %> runbook run evening --yes --json']

  static override args = {name: Args.string({description: 'runbook of your own', name: 'NAME', required: true})}
  static override flags = {
    ...runbookFlags,
    yes: Flags.boolean({char: 'y', description: 'answer the y/N question with yes'}),
    events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(RunbookRun)
    if (recoveries.some((one) => one === args.name)) throw notYours(args.name, `sluice ${args.name}`)
    const {runbook} = findRunbook(await this.loaded(flags), args.name, recoveries)
    if (runbook.kind === 'extension')
      throw notYours(`${runbook.name} extends ${runbook.extends} and`, `sluice ${runbook.extends}`)
    await this.agreed(runbook, await this.opened(flags, 'read-state'), flags.yes)
    const opened = await this.opened(flags, 'make-state')
    const {desk, world, clock, config, place, settings, arn} = opened
    if (world.own === undefined) throw new Error('the world of recoveries has no ports for own steps')
    const input = runbookInput({config, place, settings, by: arn}, runbook)
    const watching = this.watchRun(opened, flags.events)
    try {
      return this.came(
        await startCustom(desk, input, {...world, own: world.own}, {...watching, onRun: watching.onBegin(input)}),
        clock.now(),
      )
    } finally {
      watching.close()
    }
  }
}

const notYours = (what: string, command: string): SluiceError =>
  new SluiceError({
    code: 'runbook-not-run',
    exitCode: ExitCode.usage,
    message: `${what} is run by its own command.`,
    suggestions: [command],
  })
