/** The JSON schema of a file in runbooks/, from the schema that the tool itself checks with. */
import {z} from 'zod'
import {runbookSchema} from '../../src/config/runbook-schema.ts'

export function runbookSchemaJson(): object {
  return {
    ...z.toJSONSchema(runbookSchema, {io: 'input', target: 'draft-7'}),
    // Steps of its own, or steps around a recovery's.
    anyOf: [{required: ['steps']}, {required: ['extends']}],
    title: 'runbook',
    description: "A runbook of the team's own, or steps that it adds to a recovery",
  }
}
