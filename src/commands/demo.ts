import {Flags} from '@oclif/core'
import type {Outcome} from '../command.ts'
import {SluiceCommand} from '../command.ts'
import {runDemo} from '../demo/run-demo.ts'
import type {Told} from '../demo/run-demo.ts'
import type {Scenario} from '../demo/scenarios.ts'
import {ExitCode} from '../errors.ts'
import {wantsColor} from '../ui/choose-renderer.ts'
import {outcomeJson} from '../ui/outcome-json.ts'
import {releaseView} from '../ui/release-view.ts'
import {timelineRenderer} from '../ui/render-timeline.ts'
import {demoClosing, demoHeading, demoOpening} from '../ui/demo-text.ts'
import {watcher} from '../watching.ts'
import type {Watcher} from '../watching.ts'

export default class Demo extends SluiceCommand {
  static override description = `Four releases on a sandbox of its own, in about a minute: no AWS account needed.

A good version is promoted; one with 5 % errors and one that drops connections are rolled back by evidence; a good one
released during an incident on both versions is not. Real processes, real HTTP; nothing is left behind.`

  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --json']
  static override flags = {seed: Flags.integer({description: 'the same seed gives the same dice', default: 1, min: 0})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(Demo)
    const began = performance.now()
    const look = {color: wantsColor({isTTY: process.stderr.isTTY, env: process.env}), columns: process.stderr.columns ?? 80}
    const write = (text: string): void => void process.stderr.write(text)
    const out = new AbortController()
    process.once('SIGINT', () => out.abort())
    write(demoOpening(look))
    const told = await runDemo({
      seed: flags.seed,
      env: process.env,
      signal: out.signal,
      watch: (scenario: Scenario, now): Watcher => {
        write(demoHeading(scenario, look))
        return watcher({clock: {now}, events: undefined, until: 'ended', env: process.env, show: timelineRenderer(write, look)})
      },
      onReleased: () => undefined,
    })
    const seconds = Math.round((performance.now() - began) / 100) / 10
    const releases = told.map(json)
    const asExpected = releases.length === 4 && told.every(({scenario}, index) => releases[index]?.outcome === scenario.expected)
    const exitCode = out.signal.aborted ? ExitCode.interrupted : asExpected ? ExitCode.done : ExitCode.unexpected
    const outcome = out.signal.aborted ? 'interrupted' : asExpected ? 'done' : 'unexpected'
    return {outcome, exitCode, data: {releases, seconds}, text: demoClosing(releases, seconds, look)}
  }
}

type Released = ReturnType<typeof outcomeJson> & {readonly name: string; readonly outcome: string; readonly expected: string; readonly canaryRequests: number; readonly badRequests: number}

const json = ({scenario, ran, now}: Told): Released =>
  ({name: scenario.name, expected: scenario.expected, ...outcomeJson(releaseView(ran.events, {run: ran.run}, now))}) as unknown as Released
