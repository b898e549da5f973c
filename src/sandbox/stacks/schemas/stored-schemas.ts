/** How resource-schemas.json holds the schemas: scripts/generate-resource-schemas.ts writes it, resource-schemas.ts reads it. */
export type StoredShape =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'json'
  | 'any'
  | {readonly list: StoredShape}
  | {readonly map: StoredShape}
  /** Name of one of `objects`. */
  | {readonly object: string}
  | {readonly either: readonly StoredShape[]}

/** A bare shape is a property that may be left out and changed in place. */
export type StoredProperty =
  StoredShape | {readonly shape: StoredShape; readonly required?: true; readonly replaces?: 'maybe' | 'yes'}

export interface StoredType {
  readonly attributes: readonly string[]
  readonly primaryIdentifier: readonly string[]
  readonly tagProperty?: string
  readonly properties: Readonly<Record<string, StoredProperty>>
}

export interface StoredSchemas {
  readonly types: Readonly<Record<string, StoredType>>
  readonly objects: Readonly<Record<string, Readonly<Record<string, StoredProperty>>>>
}
