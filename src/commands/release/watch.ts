import {Args} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {ReleaseCommand, watchFlags, whichFlags} from '../../use-cases/release/release-command.ts'
import {findRun, readRun} from '../../runbooks/release/find-run.ts'
import {askRun, watchRelease} from '../../runbooks/release/run-release.ts'
import {watcher} from '../../watching.ts'

export default class ReleaseWatch extends ReleaseCommand {
  static override description =
    'Follow a run that another terminal, CI job or machine ticks. Touches nothing; exits as the run does.'
  static override examples = ['<%= config.bin %> release watch']
  static override args = {run: Args.string({description: 'run id', name: 'RUN'})}
  static override flags = {...whichFlags, events: watchFlags.events}

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleaseWatch)
    const {desk, clock} = await this.openFor(flags)
    const found = await findRun(desk, {run: args.run, service: flags.service})
    if (found === null) {
      return {outcome: 'none', exitCode: ExitCode.done, data: {run: null}, text: 'no run is unfinished: sluice release history'}
    }
    const watching = watcher({
      clock,
      events: flags.events,
      until: 'ended',
      env: process.env,
      ask: (run, wish, why) => askRun(desk, run, wish, why),
    })
    watching.begin(found.run, [])
    try {
      const how = await watchRelease(desk, found.run, watching)
      if (how === 'unattended') {
        throw new SluiceError({
          code: 'nobody-ticks',
          exitCode: ExitCode.stillRunning,
          message: `Nobody ticks ${found.run}.`,
          suggestions: [`sluice release resume ${found.run}`, `sluice release abort ${found.run}`],
        })
      }
      const events = await readRun(desk, found.run)
      return this.ended({run: found.run, events, end: how === 'detached' ? {kind: 'detached'} : null}, watching.live, clock.now())
    } finally {
      watching.close()
    }
  }
}
