/** What everything in this room works with. Put together once, in `services/cloudformation.ts`. */
import type {World} from '../world/contract.ts'
import type {ResourceHandler, ResourceSchemas, TemplateLanguage} from './contract.ts'
import type {StackShelf} from './stack-shelf.ts'
import type {Operation, Recipe, Stack} from './stack-state.ts'

export interface StackEngine {
  readonly world: World
  readonly language: TemplateLanguage
  readonly schemas: ResourceSchemas
  readonly shelf: StackShelf
  handler(type: string): ResourceHandler
}

/** One stack's part in an operation. */
export interface Job {
  readonly engine: StackEngine
  readonly operation: Operation
  readonly stack: Stack
  readonly recipe: Recipe
  /** Aborted when everything that is under way shall stop. */
  readonly signal: AbortSignal
  /** What the failure of one resource means for the others. */
  failed(): void
}
