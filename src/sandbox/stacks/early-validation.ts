/**
 * What CloudFormation finds before it makes anything: properties that don't fit their schema, and names that are taken. A
 * resource that holds something not known yet is only asked for what can't depend on it.
 */
import {recordOf} from '../services/records/lookup.ts'
import type {PlannedChange, StackPlan} from './change-plan.ts'
import {hasUnknown} from './property-diff.ts'
import type {StackEngine} from './stack-engine.ts'
import {stackType} from './stack-state.ts'

export interface EarlyProblem {
  readonly change: PlannedChange
  readonly name: 'AWS::EarlyValidation::PropertyValidation' | 'AWS::EarlyValidation::ResourceExistenceCheck'
  readonly message: string
  readonly path: string
}

export function schemaProblems(engine: StackEngine, plan: StackPlan): readonly EarlyProblem[] {
  return plan.changes.flatMap((change): readonly EarlyProblem[] => {
    const {after, type, logicalId} = change
    const inner = change.nested === null ? [] : schemaProblems(engine, change.nested)
    if (after === null || type === stackType || hasUnknown(after.properties)) return inner
    const messages = engine.schemas.check(type, after.properties)
    return messages.length === 0
      ? inner
      : [
          {
            change,
            name: 'AWS::EarlyValidation::PropertyValidation',
            path: `/Resources/${logicalId}/Properties`,
            message: `Properties validation failed for resource ${logicalId} with message: ${messages.join(', ')}`,
          },
          ...inner,
        ]
  })
}

/** Several records of a zone have the same name, told apart by type and set identifier. */
const shared = new Set(['AWS::Route53::RecordSet'])

/** Things with a name of their own that are in the account already. */
export function takenNames(engine: StackEngine, plan: StackPlan, region: string): readonly EarlyProblem[] {
  return plan.changes.flatMap((change): readonly EarlyProblem[] => {
    const {after, before, type, logicalId} = change
    const inner = change.nested === null ? [] : takenNames(engine, change.nested, region)
    if (change.action !== 'Add' || after === null || before !== null || type === stackType || shared.has(type)) return inner
    const names = (engine.schemas.find(type)?.primaryIdentifier ?? []).map((name) => after.properties[name])
    if (names.length !== 1 || typeof names[0] !== 'string' || hasUnknown(names[0])) return inner
    return recordOf(engine.world, type, region, names[0]) === undefined
      ? inner
      : [
          {
            change,
            name: 'AWS::EarlyValidation::ResourceExistenceCheck',
            path: `/Resources/${logicalId}`,
            message: `Resource of type '${type}' with identifier '${names[0]}' already exists.`,
          },
          ...inner,
        ]
  })
}
