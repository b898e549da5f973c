/** Reads the `{{resolve:…}}` in a resource's properties through their own services, just before a handler gets them. */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import type {Properties} from './contract.ts'
import {dynamicReference} from './template/dynamic-reference.ts'

const pattern = /\{\{resolve:[^}]+\}\}/g

export async function withDynamicValues(world: World, region: string, properties: Properties): Promise<Properties> {
  const references = new Set(JSON.stringify(properties).match(pattern) ?? [])
  if (references.size === 0) return properties
  const values = new Map(await Promise.all([...references].map(async (one) => [one, await read(world, region, one)] as const)))
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(pattern, (reference) => values.get(reference) ?? reference)
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fill(member)]))
  }
  return fill(properties) as Properties
}

async function read(world: World, region: string, text: string): Promise<string> {
  const reference = dynamicReference(text)
  if (reference.kind === 'parameter') {
    const answer = await world.invoke('ssm', 'GetParameter', {Name: reference.name, WithDecryption: reference.secure}, region)
    return String((answer as {readonly Parameter?: {readonly Value?: string}}).Parameter?.Value ?? '')
  }
  const input = {
    SecretId: reference.id,
    ...(reference.version !== undefined && {VersionId: reference.version}),
    ...(reference.stage !== undefined && {VersionStage: reference.stage}),
  }
  const {SecretString = ''} = (await world.invoke('secretsmanager', 'GetSecretValue', input, region)) as {
    readonly SecretString?: string
  }
  if (reference.key === undefined) return SecretString
  const value = (JSON.parse(SecretString) as Properties)[reference.key]
  if (value === undefined) {
    throw new AwsFault('ValidationError', `Could not find a value associated with JSONKey in SecretString: ${reference.key}`)
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}
