/** What the schema finds wrong with a runbook, in our words: an unknown key with the nearest known one. Pure. */
import {z} from 'zod'
import {nearest} from '../nearest.ts'
import type {Path, Problem} from './problem.ts'
import {valueAt} from './problem.ts'
import {runbookSchema} from './runbook-schema.ts'
import {shown} from './units.ts'

export function runbookShapeProblems(issues: readonly z.core.$ZodIssue[], raw: unknown): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(path)
      return issue.keys.map((key) => ({path: [...path, key], on: 'key', message: unknownKey(key, known)}))
    }
    const input = valueAt(raw, path)
    const ours = !issue.message.startsWith('Invalid')
    const message = ours ? issue.message : input === undefined ? 'missing' : `${shown(input)} isn't usable here`
    return [
      {
        path,
        on: issue.code === 'invalid_key' ? 'key' : 'value',
        message: path.length === 0 && (input === null || input === undefined) ? 'the file is empty' : message,
      },
    ]
  })
}

function unknownKey(key: string, known: readonly string[]): string {
  const [meant] = nearest(key, known)
  return meant === undefined ? `unknown key; known here: ${known.join(', ')}` : `unknown key; did you mean ${meant}?`
}

function knownKeys(path: Path): readonly string[] {
  let schema: z.core.$ZodType | undefined = runbookSchema
  for (const part of path) {
    schema = unwrap(schema)
    if (schema instanceof z.ZodObject) schema = (schema.shape as Readonly<Record<string, z.core.$ZodType>>)[String(part)]
    else if (schema instanceof z.ZodRecord) schema = schema.valueType
    else if (schema instanceof z.ZodArray) schema = schema.element
    else return []
  }
  schema = unwrap(schema)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

const unwrap = (schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined =>
  schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema
