import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import type {Act} from '../../demo/recovery-acts.ts'
import {acts} from '../../demo/recovery-acts.ts'
import {playedJson, playedRow} from '../../demo/recovery-told.ts'
import {runRecoveryDemo} from '../../demo/run-recovery-demo.ts'
import {ExitCode} from '../../errors.ts'
import {chooseRenderer, lookOf} from '../../ui/choose-renderer.ts'
import {infraHeading} from '../../ui/demo-text.ts'
import {infraOutcomeText} from '../../ui/infra-outcome.ts'
import {infraRenderer} from '../../ui/infra-renderer.ts'
import {infraTimelineRenderer} from '../../ui/infra-timeline.ts'
import {actHeading, recoveryClosing, recoveryOpening} from '../../ui/recovery-demo-text.ts'
import {recoveryRenderer} from '../../ui/recovery-renderer.ts'
import {watcher} from '../../watching.ts'

export default class DemoRecovery extends SluiceCommand {
  static override description = `Lose a Region, come back, switch over as planned, rehearse: on a sandbox of its own, in under five minutes. No AWS account needed.

A shop in two Regions with users and a counter in its database. The home Region dies: unplanned failover. It returns: failback. Then a
planned switchover and back, and a drill. Rows and requests are counted by the sandbox's data plane, not by sluice; nothing is left behind.`

  static override examples = ['<%= config.bin %> demo recovery', '<%= config.bin %> demo recovery --json']
  static override flags = {seed: Flags.integer({description: 'the same seed gives the same dice', default: 1, min: 0})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DemoRecovery)
    const began = performance.now()
    const look = lookOf(process.stderr, process.env)
    const write = (text: string): void => void process.stderr.write(text)
    const choice = chooseRenderer({isTTY: process.stderr.isTTY, env: process.env})
    const out = new AbortController()
    process.once('SIGINT', () => out.abort())
    write(recoveryOpening(look))
    const {infra, played} = await runRecoveryDemo({
      seed: flags.seed,
      env: process.env,
      signal: out.signal,
      show: (now) => {
        write(infraHeading(look))
        return choice.kind === 'tty' ? infraRenderer(choice, process.stderr, now) : infraTimelineRenderer(write, look)
      },
      onAct: (act: Act) => write(actHeading(act, look)),
      watch: (_act, now) =>
        watcher({
          clock: {now},
          events: undefined,
          until: 'ended',
          env: process.env,
          show: recoveryRenderer(choice, process.stderr, now),
        }),
    })
    const seconds = Math.round((performance.now() - began) / 100) / 10
    const rows = played.map(playedRow)
    const good = rows.length === acts.length && rows.every((row) => row.good)
    const outcome = out.signal.aborted ? 'interrupted' : good ? 'done' : 'unexpected'
    const failed =
      infra.view.state === 'done' || out.signal.aborted
        ? ''
        : infraOutcomeText(infra.view, {...lookOf(process.stdout, process.env), goOn: 'sluice demo recovery'})
    return {
      outcome,
      exitCode: out.signal.aborted ? ExitCode.interrupted : good ? ExitCode.done : ExitCode.unexpected,
      data: {recoveries: played.map(playedJson), seconds},
      text: `${failed}${recoveryClosing(rows, seconds, out.signal.aborted ? 'sluice demo recovery' : null, lookOf(process.stdout, process.env))}`,
    }
  }
}
