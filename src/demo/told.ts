/** What is said of the stack and of each release when the demo is over: objects for scripts, and for the closing table. Pure. */
import {infraOutcomeJson} from '../ui/infra-outcome.ts'
import {outcomeJson} from '../ui/outcome-json.ts'
import {releaseView} from '../ui/release-view.ts'
import type {BroughtUp} from './bring-up.ts'
import type {Told} from './run-demo.ts'

export const tenths = (seconds: number): number => Math.round(seconds * 10) / 10

export function broughtUpJson({view, seconds}: BroughtUp) {
  const {durationSeconds, criticalPathSeconds} = infraOutcomeJson(view) as {
    readonly durationSeconds: number
    readonly criticalPathSeconds: number
  }
  return {seconds: tenths(seconds), virtualSeconds: durationSeconds, criticalPathSeconds, resources: view.resources.done}
}

export type Released = ReturnType<typeof outcomeJson> & {
  readonly name: string
  readonly outcome: string
  readonly expected: string
  readonly canaryRequests: number
  readonly badRequests: number
}

export const releaseJson = ({scenario, ran, now}: Told): Released =>
  ({
    name: scenario.name,
    expected: scenario.expected,
    ...outcomeJson(releaseView(ran.events, {run: ran.run}, now)),
  }) as unknown as Released
