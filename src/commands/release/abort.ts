import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, watchFlags, whichFlags} from '../../use-cases/release/release-command.ts'
import {findRun} from '../../runbooks/release/find-run.ts'
import {abortRelease} from '../../runbooks/release/abort-release.ts'
import {watcher} from '../../watching.ts'

export default class ReleaseAbort extends ReleaseCommand {
  static override description = `End a run: all weight back to the stable version. Exits 0 once weight 0 is observed.

Whoever ticks the run obeys; if nobody does, this command does it itself. With nothing running it does nothing.`

  static override examples = ['<%= config.bin %> release abort', '<%= config.bin %> release abort --why "wrong image"']
  static override args = {run: Args.string({description: 'run id; the only unfinished one if left out', name: 'RUN'})}
  static override flags = {
    ...whichFlags,
    events: watchFlags.events,
    why: Flags.string({description: 'reason, for the journal', default: 'release abort'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleaseAbort)
    const {desk, clock, worldOf} = await this.openFor(flags)
    const found = await findRun(desk, {run: args.run, service: flags.service})
    if (found === null || found.left !== 'outcome') {
      return {
        outcome: 'nothing-to-abort',
        exitCode: ExitCode.done,
        data: {run: found?.run ?? null},
        text: 'nothing is running; nothing was changed',
      }
    }
    const goOn = (run: string): string => this.printed(`sluice release abort ${run}`)
    const watching = watcher({clock, events: flags.events, until: 'ended', env: process.env, goOn})
    watching.begin(found.run, [])
    try {
      const ran = await abortRelease(desk, found.run, flags.why, (input) => worldOf(input.config), watching)
      const outcome = this.ended(ran, watching.live, clock.now())
      return outcome.outcome === 'rolled-back' ? {...outcome, exitCode: ExitCode.done} : outcome
    } finally {
      watching.close()
    }
  }
}
