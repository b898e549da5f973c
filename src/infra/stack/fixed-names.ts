/**
 * Names that a template gives to what it leaves behind. Such a thing keeps its name when its stack is gone, and the next stack
 * that wants it fails on it half way. Found from the templates, never listed by hand. Pure: account and Region stay open.
 */
import type {Values} from './conditions.ts'
import type {Resource} from './templates.ts'

/**
 * With `${AWS::AccountId}` and `${AWS::Region}` in it where the template has them; null: it has none, or none that can be told.
 */
export function keptName({Type, DeletionPolicy, Properties}: Resource, parameters: Values): string | null {
  if (DeletionPolicy !== 'Retain') return null
  const property = nameProperties(Type).find((name) => Properties?.[name] !== undefined)
  return property === undefined ? null : resolved(Properties?.[property], parameters)
}

/** CloudFormation's habit: `BucketName` of a Bucket, `DBInstanceIdentifier`, or plainly `Name`. */
export function nameProperties(type: string): readonly string[] {
  const thing = type.split('::').at(-1) ?? ''
  return [`${thing}Name`, `${thing}Identifier`, `${thing}Id`, 'Name']
}

function resolved(value: unknown, parameters: Values): string | null {
  if (typeof value === 'string') return value
  const {Ref: name, 'Fn::Sub': text} = (value ?? {}) as {readonly Ref?: unknown; readonly 'Fn::Sub'?: unknown}
  const template = typeof name === 'string' ? `\${${name}}` : text
  if (typeof template !== 'string') return null
  const filled = template.replaceAll(/\$\{([^}]*)\}/g, (whole, one: string) => {
    const held = parameters.get(one)
    return held?.kind === 'known' ? held.text : whole
  })
  return /\$\{(?!AWS::(AccountId|Region)\})/.test(filled) ? null : filled
}
