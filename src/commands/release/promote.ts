import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, whichFlags} from '../../use-cases/release/release-command.ts'
import {findRun} from '../../runbooks/release/find-run.ts'
import {askRun} from '../../runbooks/release/run-release.ts'

export default class ReleasePromote extends ReleaseCommand {
  static override description =
    'Promote now: skip what is left of the judging. A person takes the responsibility, and the journal says who.'
  static override examples = ['<%= config.bin %> release promote --why "…"']
  static override args = {run: Args.string({description: 'run id; the only unfinished one if left out', name: 'RUN'})}
  static override flags = {...whichFlags, why: Flags.string({description: 'reason, for the journal', default: 'release promote'})}

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleasePromote)
    const {desk} = await this.openFor(flags)
    const found = await findRun(desk, {run: args.run, service: flags.service})
    if (found === null || found.left !== 'outcome') {
      return {
        outcome: 'nothing-to-promote',
        exitCode: ExitCode.done,
        data: {run: found?.run ?? null},
        text: 'nothing is running; nothing was changed',
      }
    }
    await askRun(desk, found.run, 'promote', flags.why)
    return {
      outcome: 'asked',
      exitCode: ExitCode.done,
      data: {run: found.run},
      text: `✔ asked: whoever ticks ${found.run} obeys at the next tick\n  sluice release status ${found.run}`,
    }
  }
}
