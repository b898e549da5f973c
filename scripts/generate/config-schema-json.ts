/** The JSON schema of sluice.yaml, from the schema that the tool itself checks with. */
import {z} from 'zod'
import {configSchema} from '../../src/config/schema.ts'

export function configSchemaJson(): object {
  return {
    ...z.toJSONSchema(configSchema, {io: 'input', target: 'draft-7'}),
    title: 'sluice.yaml',
    description: 'What a release of one service works on',
  }
}
