/** What the steps of a provisioning run show while they work; many run at once, so it is kept by step. Never journaled. */
import type {RootCause, StackFailure, StackProgress} from '../runbooks/provision/infra-plan.ts'

export interface InfraLive {
  /** The run's id; the journal's events don't hold it. */
  readonly run?: string
  /** By step id; the newest that each showed. */
  readonly progress: ReadonlyMap<string, StackProgress>
  /** By step id: why its stack failed, whole. */
  readonly causes: ReadonlyMap<string, RootCause>
  /** What the last line of a running picture says. */
  readonly hint?: string
}

export const nothingShown: InfraLive = {progress: new Map(), causes: new Map()}

/** With what a step has just shown; what isn't about a stack is left out. */
export function withShown(live: InfraLive, step: string, data: unknown): InfraLive {
  if (isProgress(data)) return {...live, progress: new Map([...live.progress, [step, data]])}
  return isFailure(data) ? {...live, causes: new Map([...live.causes, [step, data.cause]])} : live
}

const isProgress = (data: unknown): data is StackProgress =>
  typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'stack' && 'underWay' in data
const isFailure = (data: unknown): data is StackFailure =>
  typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'stack-failed' && 'cause' in data
