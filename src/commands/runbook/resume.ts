import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {answerFlags, answerOf, answerWords} from '../../use-cases/runbook/runbook-answer.ts'
import {RunbookCommand, runbookFlags} from '../../use-cases/runbook/runbook-command.ts'
import {isHeld} from '../../runbooks/engine/lease.ts'
import {findAnswerable, resumeCustom, sayToCustom} from '../../runbooks/custom/run-custom.ts'

export default class RunbookResume extends RunbookCommand {
  static override description = `Go on with a run of your own runbook, from its journal alone, on any machine; or answer a step that waits for a person.

Where somebody ticks the run, the answer is written for them and this command ends. Steps of your own in a recovery are answered here too;
dr resume goes on with the recovery. --withdraw takes back what can be taken back, and ends the run. Exit codes as runbook run.`

  static override examples = [
    '<%= config.bin %> runbook resume',
    '<%= config.bin %> runbook resume --done call-bank --evidence "ticket 4711"',
    '<%= config.bin %> runbook resume r-20261122-031240-k3f9 --approve cut-over',
  ]

  static override args = {run: Args.string({description: 'run id; the only unfinished one if left out', name: 'RUN'})}
  static override flags = {
    ...runbookFlags,
    ...answerFlags,
    withdraw: Flags.boolean({description: 'take back what can be, and end it'}),
    events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(RunbookResume)
    const opened = await this.opened(flags, 'make-state')
    const {desk, world, clock} = opened
    const found = await findAnswerable(desk, args.run)
    const {run} = found
    const accepts = answerOf(flags, found.steps, found.events, desk.who)
    if (flags.withdraw && found.custom !== null) await sayToCustom(desk, run, 'abort', 'withdrawn')
    if (accepts !== null) await sayToCustom(desk, run, 'resume', answerWords(flags), accepts)
    if (found.custom === null) return told(run, accepts !== null, `sluice dr resume ${run}`)
    const answered = accepts !== null || flags.withdraw
    if (answered && found.custom.lease !== null && found.custom.lease.run === run && isHeld(found.custom.lease, clock.now()))
      return told(run, true, null)
    if (world.own === undefined) throw new Error('the world of recoveries has no ports for own steps')
    const watching = this.watchRun(opened, flags.events)
    try {
      return this.came(
        await resumeCustom(
          desk,
          found.custom,
          {...world, own: world.own},
          {...watching, onRun: watching.onBegin(found.custom.input)},
        ),
        clock.now(),
      )
    } finally {
      watching.close()
    }
  }
}

function told(run: string, wrote: boolean, next: string | null): Outcome {
  const text = wrote ? `✔ told: whoever ticks ${run} obeys at the next tick` : `${run} is a recovery`
  return {
    outcome: wrote ? 'told' : 'none',
    exitCode: wrote ? ExitCode.done : ExitCode.usage,
    data: {run},
    text: next === null ? text : `${text}\n  ${next}`,
  }
}
