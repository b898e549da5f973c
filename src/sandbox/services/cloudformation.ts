/**
 * CloudFormation, composed: the operations of its API over the stacks' engine. It makes nothing itself; each resource is made by
 * the handler of its type, and a type without one becomes a record in the account.
 */
import type {ResourceHandler, ResourceHandlers, TemplateLanguage} from '../stacks/contract.ts'
import {genericHandler} from '../stacks/generic-handler.ts'
import {resourceSchemas} from '../stacks/schemas/resource-schemas.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {createStackShelf} from '../stacks/stack-shelf.ts'
import {evaluateConditions} from '../stacks/template/conditions.ts'
import {dependencies} from '../stacks/template/dependencies.ts'
import {resolveParameters} from '../stacks/template/parameters.ts'
import {readTemplate} from '../stacks/template/read-template.ts'
import {resolveValue} from '../stacks/template/resolve-value.ts'
import type {Service, World} from '../world/contract.ts'
import {changeSetOperations} from './cloudformation-change-sets.ts'
import {describeOperations} from './cloudformation-describe.ts'
import {driftOperations} from './cloudformation-drift.ts'
import {eventOperations} from './cloudformation-events.ts'
import {rollbackOperations} from './cloudformation-rollback.ts'
import {stackOperations} from './cloudformation-stacks.ts'
import {templateOperations} from './cloudformation-templates.ts'

const language: TemplateLanguage = {readTemplate, resolveParameters, evaluateConditions, dependencies, resolveValue}

export interface CloudFormation {
  readonly service: Service
  readonly engine: StackEngine
}

/** `handlers`: who makes which type. What isn't in it is a record and no more. */
export function createCloudFormation(world: World, handlers: ResourceHandlers): CloudFormation {
  const generic = genericHandler(resourceSchemas)
  const engine: StackEngine = {
    world,
    language,
    schemas: resourceSchemas,
    shelf: createStackShelf(world),
    handler: (type): ResourceHandler => handlers[type] ?? generic,
  }
  const service: Service = {
    name: 'cloudformation',
    operations: {
      ...stackOperations(engine),
      ...rollbackOperations(engine),
      ...describeOperations(engine),
      ...eventOperations(engine),
      ...templateOperations(engine),
      ...changeSetOperations(engine),
      ...driftOperations(engine),
    },
  }
  return {service, engine}
}
