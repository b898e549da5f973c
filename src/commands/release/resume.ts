import {Args} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, watchFlags, whichFlags} from '../../use-cases/release/release-command.ts'
import {findRun} from '../../runbooks/release/find-run.ts'
import {askRun, resumeRelease} from '../../runbooks/release/run-release.ts'
import {watcher} from '../../watching.ts'

export default class ReleaseResume extends ReleaseCommand {
  static override description = `Go on with a run that nobody ticks any more, from its journal alone; in any directory, on any machine.

A paused run goes on where it paused. A promoted run whose old version is still warm is seen through to its scale-down.`

  static override examples = ['<%= config.bin %> release resume', '<%= config.bin %> release resume r-20261122-183210-k3f9']
  static override args = {run: Args.string({description: 'run id; the only unfinished one if left out', name: 'RUN'})}
  static override flags = {...whichFlags, ...watchFlags}

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleaseResume)
    const {desk, clock, worldOf} = await this.openFor(flags)
    const found = await findRun(desk, {run: args.run, service: flags.service})
    if (found === null) {
      return {outcome: 'none', exitCode: ExitCode.done, data: {run: null}, text: 'nothing to resume: sluice release history'}
    }
    // What is left of a promoted run is its warm window: resuming it means staying for that.
    const until = found.left === 'outcome' && !flags['through-warm-window'] ? 'ended' : 'tidied'
    const watching = watcher({
      clock,
      events: flags.events,
      until,
      env: process.env,
      ask: (run, wish, why) => askRun(desk, run, wish, why),
      goOn: (run) => this.printed(`sluice release resume ${run}`),
    })
    watching.begin(found.run, [])
    try {
      const ran = await resumeRelease(desk, found.run, (input) => worldOf(input.config), watching)
      return this.ended(ran, watching.live, clock.now())
    } finally {
      watching.close()
    }
  }
}
