/** A file with the right shape becomes a runbook, defaults filled in. Pure. */
import {judgeCall} from './runbook-calls.ts'
import {recoveries} from './runbook.ts'
import type {Doing, DoneWhen, Extension, OwnCall, OwnRunbook, OwnStep, ReadCall} from './runbook.ts'
import type {ReadFile, RunbookFile, StepFile} from './runbook-schema.ts'
import {parseDuration} from './units.ts'

const minute = 60_000
const ms = (text: string): number => parseDuration(text) ?? 0
const msOr = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : ms(text))

export function resolveRunbook(file: RunbookFile): OwnRunbook | Extension {
  const {name, description} = file
  const region = file.region ?? null
  const recovery = recoveries.find((one) => one === file.extends)
  if (recovery !== undefined) {
    const around = (
      side: Readonly<Record<string, readonly StepFile[]>> = {},
      first: (anchor: string) => readonly string[],
    ): Readonly<Record<string, readonly OwnStep[]>> =>
      Object.fromEntries(Object.entries(side).map(([anchor, steps]) => [anchor, resolveSteps(steps, first(anchor))]))
    return {
      kind: 'extension',
      name,
      description,
      region,
      extends: recovery,
      before: around(file.before, () => []),
      after: around(file.after, (anchor) => [anchor]),
    }
  }
  const {rto, rpo} = file.objectives ?? {}
  return {
    kind: 'runbook',
    name,
    description,
    region,
    objectives: {rtoMs: rto === undefined ? null : ms(rto), rpoMs: rpo === undefined ? null : ms(rpo)},
    steps: resolveSteps(file.steps ?? [], []),
  }
}

function resolveSteps(steps: readonly StepFile[], first: readonly string[]): readonly OwnStep[] {
  return steps.map((step, index): OwnStep => {
    const above = steps[index - 1]
    const does = doing(step)
    return {
      id: step.id,
      title: step.title ?? step.id,
      needs: step.needs ?? (above === undefined ? first : [above.id]),
      deadlineMs: msOr(step.deadline, usualDeadline(does)),
      usual: step.usual === undefined ? null : {p50Seconds: ms(step.usual.p50) / 1000, p90Seconds: ms(step.usual.p90) / 1000},
      onFailure: step['on-failure'] ?? 'pause',
      does,
      undo: step.undo === undefined ? null : ownCall(step.undo),
    }
  })
}

function usualDeadline(does: Doing): number {
  switch (does.kind) {
    case 'manual':
    case 'approval':
      return 60 * minute
    case 'wait':
      return does.ms + minute
    case 'metric':
      return does.forMs + 10 * minute
    case 'uses':
    case 'read':
    case 'change':
    case 'http':
      return 10 * minute
  }
}

function doing(step: StepFile): Doing {
  if (step.uses !== undefined) return {kind: 'uses', uses: step.uses, with: step.with ?? {}}
  if (step.call !== undefined) return calling(step.call)
  if (step.http !== undefined) return probing(step.http)
  if (step.metric !== undefined) {
    const {namespace, metric, dimensions, region, stat, is, value} = step.metric
    return {
      kind: 'metric',
      region: region ?? null,
      namespace,
      metric,
      dimensions: dimensions ?? {},
      stat,
      is,
      value,
      forMs: ms(step.metric.for),
    }
  }
  if (step.manual !== undefined)
    return {
      kind: 'manual',
      instructions: step.manual.instructions,
      evidence: step.manual.evidence ?? 'required',
      by: step.manual.by ?? 'anybody',
    }
  if (step.approval !== undefined) {
    const {question, names, by} = step.approval
    return {kind: 'approval', question, names: names ?? [], by: by ?? 'anybody'}
  }
  return {kind: 'wait', ms: ms(step.wait ?? '0s')}
}

function calling(call: NonNullable<StepFile['call']>): Doing {
  if (judgeCall(call.service, call.action).kind === 'read') return {kind: 'read', call: readCall(call)}
  return {
    kind: 'change',
    call: ownCall(call),
    keep: call.keep ?? {},
    check: call.check === undefined ? null : readCall(call.check),
  }
}

const ownCall = ({service, action, region, input}: Pick<ReadFile, 'service' | 'action' | 'region' | 'input'>): OwnCall => ({
  service,
  action,
  region: region ?? null,
  input: input ?? {},
})

const readCall = (call: ReadFile): ReadCall => ({
  ...ownCall(call),
  doneWhen: call['done-when'] === undefined ? null : doneWhen(call['done-when']),
  everyMs: msOr(call.every, 10_000),
  keep: call.keep ?? {},
})

function doneWhen(given: NonNullable<ReadFile['done-when']>): DoneWhen {
  if (given.equals !== undefined) return {path: given.path, equals: given.equals}
  if (given.in !== undefined) return {path: given.path, in: given.in}
  return {path: given.path, exists: given.exists ?? true}
}

function probing(http: NonNullable<StepFile['http']>): Doing {
  const {status, body, header} = http.expect ?? {}
  return {
    kind: 'http',
    url: http.url ?? `https://${http.name ?? ''}${http.path ?? '/'}`,
    method: http.method ?? 'GET',
    headers: lowerCased(http.headers ?? {}),
    body: http.body ?? null,
    expect: {
      status: status === undefined ? [] : typeof status === 'number' ? [status] : status,
      body: body ?? null,
      header: lowerCased(header ?? {}),
    },
    times: http.times ?? 1,
    repeatable: http.repeatable ?? false,
    everyMs: msOr(http.every, 10_000),
    keep: http.keep ?? {},
  }
}

const lowerCased = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
