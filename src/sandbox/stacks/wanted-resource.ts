/**
 * A declared resource with everything in it resolved: what shall be there;
 * and what has to be done when something is there already.
 */
import type {Properties, ResourceSchemas, Scope} from './contract.ts'
import {isSame, leafChanges} from './property-diff.ts'
import type {LeafChange} from './property-diff.ts'
import type {Wanted} from './resource-work.ts'
import type {StackEngine} from './stack-engine.ts'
import type {Recipe, Stack, StackResource} from './stack-state.ts'
import {stackType} from './stack-state.ts'

export function wantedResource(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name'>,
  recipe: Recipe,
  scope: Scope,
  logicalId: string,
  needs: ReadonlySet<string>,
  unknown: unknown,
): Wanted {
  const declaration = recipe.document.resources.get(logicalId)
  if (declaration === undefined) throw new Error(`There is no resource ${logicalId} in the template of ${stack.name}.`)
  const {type} = declaration
  const resolved = engine.language.resolveValue(declaration.properties, scope, recipe.conditions, unknown)
  const properties = engine.schemas.coerce(type, (resolved ?? {}) as Properties)
  return {
    logicalId,
    type,
    properties,
    needs,
    tags: {...tagsOf(engine, stack, recipe, type, properties), ...ownTags(stack, logicalId)},
    metadata: engine.language.resolveValue(declaration.metadata, scope, recipe.conditions, unknown) as Properties | undefined,
    deletionPolicy: policy(engine, declaration.deletionPolicy, scope, recipe) ?? defaultPolicy(type, properties),
    updateReplacePolicy: policy(engine, declaration.updateReplacePolicy, scope, recipe) ?? 'Delete',
  }
}

const policy = (engine: StackEngine, value: unknown, scope: Scope, recipe: Recipe): string | undefined =>
  typeof value === 'string' || value === undefined
    ? value
    : (engine.language.resolveValue(value, scope, recipe.conditions, undefined) as string | undefined)

/** Databases leave a snapshot unless they are told not to; a replica can't. */
function defaultPolicy(type: string, properties: Properties): string {
  const isOfAnother = properties['DBClusterIdentifier'] !== undefined || properties['SourceDBInstanceIdentifier'] !== undefined
  return type === 'AWS::RDS::DBCluster' || (type === 'AWS::RDS::DBInstance' && !isOfAnother) ? 'Snapshot' : 'Delete'
}

/** The stack's tags go to everything that can have tags; a resource's own win. */
function tagsOf(
  engine: StackEngine,
  stack: Pick<Stack, 'name'>,
  recipe: Recipe,
  type: string,
  properties: Properties,
): Readonly<Record<string, string>> {
  const property = engine.schemas.find(type)?.tagProperty
  if (type === stackType) return {...recipe.tags, ...readTags(properties['Tags'])}
  return property === undefined ? {} : {...recipe.tags, ...readTags(properties[property])}
}

const ownTags = ({id, name}: Pick<Stack, 'id' | 'name'>, logicalId: string): Readonly<Record<string, string>> => ({
  'aws:cloudformation:stack-name': name,
  'aws:cloudformation:stack-id': id,
  'aws:cloudformation:logical-id': logicalId,
})

function readTags(value: unknown): Readonly<Record<string, string>> {
  if (Array.isArray(value)) {
    return Object.fromEntries(
      (value as readonly {readonly Key?: string; readonly Value?: string}[]).map(({Key = '', Value = ''}) => [
        Key,
        String(Value),
      ]),
    )
  }
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
}

export type Deed = 'create' | 'recreate' | 'keep' | 'update' | 'replace'

/** Never made well: it has to be made anew. */
export const isHalfMade = (existing: StackResource): boolean => existing.status === 'CREATE_FAILED'

export function deedFor(schemas: ResourceSchemas, wanted: Wanted, existing: StackResource | undefined): Deed {
  if (existing === undefined || existing.status === 'DELETE_COMPLETE' || existing.status === 'DELETE_SKIPPED') return 'create'
  if (isHalfMade(existing)) return 'recreate'
  if (isSame(existing.properties, wanted.properties) && isSame(existing.tags, wanted.tags)) {
    return isSame(existing.metadata, wanted.metadata) ? 'keep' : 'update'
  }
  const replaces = leafChanges(existing.properties, wanted.properties).some(
    (change) => schemas.replaces(wanted.type, change.path) === 'yes' || becomesReplica(wanted.type, change),
  )
  return replaces && wanted.type !== stackType ? 'replace' : 'update'
}

/** Taking the source away promotes; any other change of it makes a database anew, whoever is in the old one. */
const becomesReplica = (type: string, {path: [property], after}: LeafChange): boolean =>
  type === 'AWS::RDS::DBInstance' && property === 'SourceDBInstanceIdentifier' && after !== undefined

/** A name that was given can't be had twice, so what has one can't be replaced before it is gone. */
export function namedOutright(schemas: ResourceSchemas, wanted: Wanted, existing: StackResource): string | null {
  const names = schemas.find(wanted.type)?.primaryIdentifier ?? []
  const given =
    names.length > 0
    && names.every((name) => wanted.properties[name] !== undefined && isSame(wanted.properties[name], existing.properties[name]))
  return given ? existing.physicalId : null
}
