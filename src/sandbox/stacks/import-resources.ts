/**
 * Things that are there, taken into a stack: databases alone are modelled. An import does nothing else: whatever else the
 * template would change makes the change set fail, as CloudFormation's own does, and so do outputs that differ.
 */
import type {ResourceToImport} from '@aws-sdk/client-cloudformation'
import {recordOf} from '../services/records/lookup.ts'
import {AwsFault} from '../world/contract.ts'
import type {PlannedChange, StackPlan} from './change-plan.ts'
import type {StackEngine} from './stack-engine.ts'
import {tell} from './stack-events.ts'
import type {Operation, Stack, StackResource} from './stack-state.ts'

const modelled = 'AWS::RDS::DBInstance'

export function importPlan(engine: StackEngine, stack: Stack, plan: StackPlan, asked: readonly ResourceToImport[]): StackPlan {
  const byId = new Map(asked.map((one) => [one.LogicalResourceId ?? '', one]))
  for (const {ResourceType: type = ''} of asked) {
    if (type !== modelled) throw new AwsFault('NotImplemented', `The sandbox doesn't model the import of ${type}.`, 501)
  }
  const others = plan.changes.filter(({logicalId}) => !byId.has(logicalId)).map(({logicalId}) => logicalId)
  if (others.length > 0) {
    throw refuse(
      `You have modified resources [${others.join(', ')}] in your template that are not being imported. Update, `
        + 'create or delete operations cannot be executed during import operations.',
    )
  }
  if (plan.outputsChange) throw refuse('As part of the import operation, you cannot modify or add [Outputs]')
  const missing = [...byId.keys()].filter((logicalId) => !plan.changes.some((change) => change.logicalId === logicalId))
  if (missing.length > 0) throw refuse(`Resources [${missing.join(', ')}] can't be imported: they aren't new in the template`)
  return {...plan, changes: plan.changes.map((change) => imported(engine, stack, change, byId.get(change.logicalId)))}
}

function imported(engine: StackEngine, stack: Stack, change: PlannedChange, asked: ResourceToImport | undefined): PlannedChange {
  const {after, logicalId} = change
  if (after === null || change.action !== 'Add') throw refuse(`Resource [${logicalId}] is in the stack already`)
  const id = asked?.ResourceIdentifier?.['DBInstanceIdentifier'] ?? ''
  const record = recordOf(engine.world, modelled, stack.region, id)
  if (record === undefined) throw refuse(`Resource ${id} of type ${modelled} was not found`)
  if (after.deletionPolicy === 'Delete')
    throw refuse('As part of the import operation, each resource to be imported must have a DeletionPolicy')
  if (after.properties['DBInstanceIdentifier'] !== id) throw refuse(`The identifier of ${logicalId} in the template isn't ${id}`)
  const before: StackResource = {
    ...after,
    physicalId: id,
    status: 'IMPORT_IN_PROGRESS',
    reason: null,
    changedAt: engine.world.clock.now(),
    attributes: record.attributes,
    madeBy: null,
  }
  return {...change, action: 'Import', before, after}
}

export const importedIn = (plan: StackPlan): readonly StackResource[] =>
  plan.changes.flatMap(({action, before}) => (action === 'Import' && before !== null ? [before] : []))

export function takeIn(engine: StackEngine, stack: Stack, operation: Operation, resources: readonly StackResource[]): void {
  for (const resource of resources) {
    tell(engine, stack, operation, {...resource, status: 'IMPORT_COMPLETE', changedAt: engine.world.clock.now()})
    engine.world.records.change(stack.region, resource.type, resource.physicalId, {
      stack: {id: stack.id, logicalId: resource.logicalId},
    })
  }
}

const refuse = (message: string): AwsFault => new AwsFault('ValidationError', message)
