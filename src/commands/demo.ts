import {Flags} from '@oclif/core'
import type {Outcome} from '../cli/command.ts'
import {SluiceCommand} from '../cli/command.ts'
import {runDemo} from '../demo/run-demo.ts'
import type {Scenario} from '../demo/scenarios.ts'
import {broughtUpJson, releaseJson, tenths} from '../demo/told.ts'
import {ExitCode} from '../errors.ts'
import {chooseRenderer, lookOf} from '../ui/choose-renderer.ts'
import {infraOutcomeText} from '../ui/infra-outcome.ts'
import {infraRenderer} from '../ui/infra-renderer.ts'
import {infraTimelineRenderer} from '../ui/infra-timeline.ts'
import {timelineRenderer} from '../ui/render-timeline.ts'
import {demoClosing, demoHeading, demoOpening, infraHeading} from '../ui/demo-text.ts'
import {watcher} from '../watching.ts'
import type {Watcher} from '../watching.ts'

export default class Demo extends SluiceCommand {
  static override description = `A stack in two Regions and four releases on it, on a sandbox of its own, in about two minutes: no AWS account needed.

First infra up makes the stack in an empty account. Then a good version is promoted; one with 5 % errors and one that drops
connections are rolled back by evidence; a good one released during an incident on both versions is not. Real processes, real
HTTP; nothing is left behind.`

  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --json']
  static override flags = {seed: Flags.integer({description: 'the same seed gives the same dice', default: 1, min: 0})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(Demo)
    const began = performance.now()
    const look = lookOf(process.stderr, process.env)
    const write = (text: string): void => void process.stderr.write(text)
    const out = new AbortController()
    process.once('SIGINT', () => out.abort())
    write(demoOpening(look))
    const {infra, told} = await runDemo({
      seed: flags.seed,
      env: process.env,
      signal: out.signal,
      show: (now) => {
        write(infraHeading(look))
        const choice = chooseRenderer({isTTY: process.stderr.isTTY, env: process.env})
        return choice.kind === 'tty' ? infraRenderer(choice, process.stderr, now) : infraTimelineRenderer(write, look)
      },
      watch: (scenario: Scenario, now): Watcher => {
        write(demoHeading(scenario, look))
        return watcher({clock: {now}, events: undefined, until: 'ended', env: process.env, show: timelineRenderer(write, look)})
      },
    })
    const seconds = tenths((performance.now() - began) / 1000)
    const releases = told.map(releaseJson)
    const stack = broughtUpJson(infra)
    const done = infra.view.state === 'done'
    const asExpected =
      done && releases.length === 4 && told.every(({scenario}, index) => releases[index]?.outcome === scenario.expected)
    const exitCode = out.signal.aborted ? ExitCode.interrupted : asExpected ? ExitCode.done : ExitCode.unexpected
    const outcome = out.signal.aborted ? 'interrupted' : asExpected ? 'done' : 'unexpected'
    const failed =
      done || out.signal.aborted
        ? ''
        : infraOutcomeText(infra.view, {...lookOf(process.stdout, process.env), goOn: 'sluice demo'})
    return {
      outcome,
      exitCode,
      data: {infra: stack, releases, seconds},
      text: `${failed}${demoClosing({...stack, done}, releases, seconds, out.signal.aborted ? 'sluice demo' : null, lookOf(process.stdout, process.env))}`,
    }
  }
}
