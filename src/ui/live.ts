/** What a step shows while it works, too short-lived for the journal: `context.show(live)`. Every member may be missing. */
import type {GateReading} from '../runbooks/engine/event.ts'
import type {Loss} from '../runbooks/recovery/measure-loss.ts'

export interface Live {
  /** The run's id, when event 0 doesn't hold it. */
  readonly run?: string
  /** The step that shows this. */
  readonly step?: string
  readonly waitsFor?: string
  readonly gates?: readonly GateReading[]
  /** Percent: the canary's weight as the rule says now. */
  readonly actual?: number
  /** Percent of the requests counted that the canary got. */
  readonly observed?: number
  /** By step id: what each of those that run at once waits for. */
  readonly waits?: Readonly<Record<string, string>>
  /** What would be lost if the replica were promoted now. */
  readonly loss?: Loss
  /** What the last line of a running picture says, when there is something to press. */
  readonly hint?: string
}
