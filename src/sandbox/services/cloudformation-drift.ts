/** Drift detection: begun, under way for a few seconds, then told per resource. It looks at one stack, never into nested ones. */
import type * as C from '@aws-sdk/client-cloudformation'
import type {CallContext} from '../world/contract.ts'
import {detectDrift} from '../stacks/drift.ts'
import type {ResourceDrift} from '../stacks/drift.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {uuid} from '../world/uuid.ts'
import type {Stack} from '../stacks/stack-state.ts'
import {cannot, pageOf, refuse, refuseUnmodelled} from './cloudformation-input.ts'

interface Detection {
  readonly stack: Stack
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE' | 'DETECTION_FAILED'
  reason: string | null
  readonly startedAt: number
  found: readonly ResourceDrift[]
}

const DETECTING_MS = 8000

export function driftOperations(engine: StackEngine) {
  const detections = new Map<string, Detection>()
  const newest = new Map<Stack, Detection>()
  const {clock} = engine.world
  return {
    DetectStackDrift: (input: C.DetectStackDriftInput, {region}: CallContext): C.DetectStackDriftOutput => {
      refuseUnmodelled('DetectStackDrift', input)
      const stack = engine.shelf.get(region, input.StackName ?? '')
      if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$|^UPDATE_ROLLBACK_FAILED$/.test(stack.status)) {
        throw cannot(stack, 'checked for drift')
      }
      const running = newest.get(stack)
      if (running?.status === 'DETECTION_IN_PROGRESS') {
        throw refuse(`Drift detection is already in progress for stack [${stack.id}]`)
      }
      const id = uuid(engine.world)
      const detection: Detection = {stack, status: 'DETECTION_IN_PROGRESS', reason: null, startedAt: clock.now(), found: []}
      detections.set(id, detection)
      newest.set(stack, detection)
      clock.at(clock.now() + DETECTING_MS, () => {
        void finish(engine, detection)
      })
      return {StackDriftDetectionId: id}
    },
    DescribeStackDriftDetectionStatus: (
      input: C.DescribeStackDriftDetectionStatusInput,
    ): C.DescribeStackDriftDetectionStatusOutput => {
      const id = input.StackDriftDetectionId ?? ''
      const detection = detections.get(id)
      if (detection === undefined) throw refuse(`Drift detection [${id}] does not exist`)
      const drifted = detection.found.filter((one) => one.status === 'MODIFIED' || one.status === 'DELETED').length
      return {
        StackId: detection.stack.id,
        StackDriftDetectionId: id,
        DetectionStatus: detection.status,
        Timestamp: new Date(detection.startedAt),
        ...(detection.reason !== null && {DetectionStatusReason: detection.reason}),
        ...(detection.status === 'DETECTION_COMPLETE' && {
          StackDriftStatus: drifted > 0 ? 'DRIFTED' : 'IN_SYNC',
          DriftedStackResourceCount: drifted,
        }),
      }
    },
    DescribeStackResourceDrifts: (
      input: C.DescribeStackResourceDriftsInput,
      {region}: CallContext,
    ): C.DescribeStackResourceDriftsOutput => {
      const stack = engine.shelf.get(region, input.StackName ?? '')
      const wanted = input.StackResourceDriftStatusFilters ?? []
      const all = (newest.get(stack)?.found ?? []).filter((one) => wanted.length === 0 || wanted.includes(one.status))
      const {items, next} = pageOf(all, input.NextToken, input.MaxResults ?? 100)
      return {StackResourceDrifts: items.map((one) => shown(stack, one)), NextToken: next}
    },
  }
}

async function finish(engine: StackEngine, detection: Detection): Promise<void> {
  try {
    detection.found = await detectDrift(engine, detection.stack)
    detection.status = 'DETECTION_COMPLETE'
    const drifted = detection.found.some((one) => one.status === 'MODIFIED' || one.status === 'DELETED')
    detection.stack.drift = {status: drifted ? 'DRIFTED' : 'IN_SYNC', at: engine.world.clock.now()}
  } catch (error) {
    detection.status = 'DETECTION_FAILED'
    detection.reason = error instanceof Error ? error.message : String(error)
  }
}

const shown = (stack: Stack, one: ResourceDrift): C.StackResourceDrift => ({
  StackId: stack.id,
  LogicalResourceId: one.resource.logicalId,
  PhysicalResourceId: one.resource.physicalId,
  ResourceType: one.resource.type,
  StackResourceDriftStatus: one.status,
  Timestamp: new Date(one.at),
  ...(one.status !== 'NOT_CHECKED' && {
    ExpectedProperties: JSON.stringify(one.expected),
    ActualProperties: JSON.stringify(one.actual),
  }),
  PropertyDifferences: one.differences.map(({path, kind, before, after}) => ({
    PropertyPath: `/${path.join('/')}`,
    ExpectedValue: text(before),
    ActualValue: text(after),
    DifferenceType: kind === 'Add' ? 'ADD' : kind === 'Remove' ? 'REMOVE' : 'NOT_EQUAL',
  })),
})

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))
