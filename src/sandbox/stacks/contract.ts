/**
 * What CloudFormation's engine needs of the template language, of the resource schemas, and of whoever makes a resource. The
 * engine orders resources and keeps time; a handler makes one thing through its service; neither knows what a stack is for.
 */
import type {World} from '../world/contract.ts'

export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json}
export type Properties = Readonly<Record<string, unknown>>

// ---------------------------------------------------------------------------------------------------- the template language

export interface ParameterDeclaration {
  readonly type: string
  readonly default: string | undefined
  readonly allowedValues: readonly string[] | undefined
  readonly allowedPattern: string | undefined
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly minValue: number | undefined
  readonly maxValue: number | undefined
  readonly noEcho: boolean
  readonly description: string | undefined
  readonly constraintDescription: string | undefined
}

export interface ResourceDeclaration {
  readonly logicalId: string
  readonly type: string
  /** Intrinsic functions in their long form (`{'Fn::GetAtt': [...]}`, `{Ref: ...}`). */
  readonly properties: Properties
  readonly condition: string | undefined
  readonly dependsOn: readonly string[]
  readonly deletionPolicy: string | undefined
  readonly updateReplacePolicy: string | undefined
  readonly updatePolicy: Properties | undefined
  readonly metadata: Properties | undefined
}

export interface TemplateDocument {
  readonly description: string | undefined
  readonly metadata: Properties
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>
  /** Assertions over parameters; kept when conditions are evaluated. */
  readonly rules: Readonly<Record<string, unknown>>
  readonly conditions: Readonly<Record<string, unknown>>
  readonly resources: ReadonlyMap<string, ResourceDeclaration>
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly value: unknown
        readonly condition: string | undefined
        readonly description: string | undefined
        readonly exportName: unknown
      }
    >
  >
}

/** A parameter's value as it was given and as it is used: of an SSM type, `value` is a name and `resolved` what it holds. */
export interface ParameterValue {
  readonly value: string
  readonly resolved: string
}

/** Everything a function may ask while one stack is instantiated. */
export interface Scope {
  readonly document: TemplateDocument
  readonly parameters: ReadonlyMap<string, ParameterValue>
  readonly pseudo: {
    readonly accountId: string
    readonly region: string
    readonly partition: string
    readonly stackId: string
    readonly stackName: string
    readonly urlSuffix: string
    readonly notificationArns: readonly string[]
  }
  /** The Region's zones, for `Fn::GetAZs`. */
  readonly zones: readonly string[]
  /** Physical id of a resource; undefined while it isn't made. */
  ref(logicalId: string): string | undefined
  attribute(logicalId: string, name: string): unknown
  /**
   * `{{resolve:ssm:…}}` and `{{resolve:secretsmanager:…}}`, with the braces
   * (template/dynamic-reference.ts takes it apart); throws `AwsFault`.
   */
  dynamic(reference: string): string
}

/**
 * `src/sandbox/stacks/template/` offers these, each in a file of its name. All throw `AwsFault('ValidationError',
 * …)` in CloudFormation's words.
 */
export interface TemplateLanguage {
  /**
   * YAML or JSON → document; refuses unknown sections, functions, references to what isn't declared, and circular dependencies.
   */
  readTemplate(text: string): TemplateDocument
  /**
   * Given values over previous ones over defaults, checked; SSM types are looked up with `lookUp` (null:
   * there is no such parameter).
   */
  resolveParameters(
    document: TemplateDocument,
    given: Readonly<Record<string, string>>,
    lookUp: (name: string) => string | null,
  ): ReadonlyMap<string, ParameterValue>
  /** Which conditions hold. */
  evaluateConditions(scope: Omit<Scope, 'ref' | 'attribute' | 'dynamic'>): Readonly<Record<string, boolean>>
  /** Logical ids each declared resource waits for (Ref, GetAtt, Sub, DependsOn), left-out resources removed. */
  dependencies(
    document: TemplateDocument,
    conditions: Readonly<Record<string, boolean>>,
  ): ReadonlyMap<string, ReadonlySet<string>>
  /** Resolves functions in a value; `AWS::NoValue` members disappear; a reference to something not made yet gives `unknown`. */
  resolveValue(value: unknown, scope: Scope, conditions: Readonly<Record<string, boolean>>, unknown: unknown): unknown
}

// ------------------------------------------------------------------------------------------------------ the resource schemas

/**
 * What `@aws-cdk/aws-service-spec` publishes of a type, reduced by scripts/generate-resource-schemas.ts to what is needed here.
 */
export interface ResourceSchema {
  readonly type: string
  /** Names `GetAtt` knows. */
  readonly attributes: readonly string[]
  readonly primaryIdentifier: readonly string[]
  readonly tagProperty: string | undefined
  readonly properties: Readonly<Record<string, PropertySchema>>
}
export interface PropertySchema {
  readonly required: boolean
  /** Whether a change of it replaces the resource. */
  readonly replaces: 'no' | 'maybe' | 'yes'
  readonly shape: PropertyShape
}
export type PropertyShape =
  | {readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'json' | 'any'}
  | {readonly kind: 'list'; readonly of: PropertyShape}
  | {readonly kind: 'map'; readonly of: PropertyShape}
  | {readonly kind: 'object'; readonly name: string; readonly properties: Readonly<Record<string, PropertySchema>>}
  | {readonly kind: 'either'; readonly of: readonly PropertyShape[]}

export interface ResourceSchemas {
  find(type: string): ResourceSchema | undefined
  /**
   * What CloudFormation would refuse: unknown type, unknown or missing property, wrong kind of value; with its path. What is
   * `undefined` isn't known yet, and fits.
   */
  check(type: string, properties: Properties): readonly string[]
  /** Values of the kinds the schema names: "5" is 5 where a number is wanted, as it is when it reaches the service. */
  coerce(type: string, properties: Properties): Properties
  /** Whether changing the property at this path (`Listeners.0.Port`) replaces the resource. */
  replaces(type: string, path: readonly string[]): 'no' | 'maybe' | 'yes'
}

// ------------------------------------------------------------------------------------------------------------- the resources

export interface ResourceRequest {
  readonly world: World
  readonly region: string
  readonly type: string
  readonly logicalId: string
  readonly stackId: string
  readonly stackName: string
  /** Resolved. */
  readonly properties: Properties
  /** Of the stack and of the resource together. */
  readonly tags: Readonly<Record<string, string>>
  /** The same for every try of the same resource in the same operation. */
  readonly token: string
  /** The template's `UpdatePolicy`, resolved. */
  readonly updatePolicy?: Properties | undefined
}
export interface ChangeRequest extends ResourceRequest {
  readonly physicalId: string
  readonly previous: Properties
}
export interface Made {
  readonly physicalId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/**
 * Makes one type of resource. Throws `AwsFault` for what AWS refuses: its message becomes the event's reason. The engine adds the
 * account record, the events, and the type's usual duration between `create` and `stable`; it waits on the virtual clock.
 */
export interface ResourceHandler {
  create(request: ResourceRequest): Promise<Made> | Made
  /** In place. What the schema says replaces never comes here. */
  update(request: ChangeRequest): Promise<Made> | Made
  remove(request: ChangeRequest): Promise<void> | void
  /**
   * After the usual duration, asked every 5 virtual s: null when stable, else what it waits for. Throws when it never will be.
   */
  stable?(request: ChangeRequest): Promise<string | null> | string | null
  /** Same, after `remove`: null when it is gone. */
  gone?(request: ChangeRequest): Promise<string | null> | string | null
  /** Present values of the template's properties, for drift; the record's if left out. */
  read?(request: ChangeRequest): Promise<Properties> | Properties
}

/** Type name → handler. `src/sandbox/stacks/resources/` has one file per family, each exporting such a table. */
export type ResourceHandlers = Readonly<Record<string, ResourceHandler>>
