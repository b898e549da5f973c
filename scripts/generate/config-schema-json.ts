/** The JSON schema of sluice.yaml, from the schema that the tool itself checks with. */
import {z} from 'zod'
import {configSchema, placeKeys} from '../../src/config/schema.ts'

export function configSchemaJson(): object {
  const schema = z.toJSONSchema(configSchema, {io: 'input', target: 'draft-7'})
  const place: readonly string[] = placeKeys
  return {
    ...schema,
    required: (schema.required ?? []).filter((key) => !place.includes(key)),
    // A stack of ours tells where it is.
    anyOf: [{required: [...place]}, {required: ['stack']}],
    title: 'sluice.yaml',
    description: 'What a release of one service works on',
  }
}
